import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringifyJson } from '../../../base/json.ts'
import { toPlain, type ValueObject } from '../../../base/value.ts'
import { fillSchema } from './schema-filling.ts'

const ajv = new Ajv2020({ strict: false })
;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)

const fill = (schema: ValueObject, text: string): unknown => {
  const value = JSON.parse(stringifyJson(toPlain(fillSchema(schema, text))))
  const valid = ajv.validate(schema, value)
  expect(valid, `${JSON.stringify(value)} against ${JSON.stringify(schema)}: ${ajv.errorsText()}`).toBe(true)
  return value
}

const object = (properties: Record<string, ValueObject>): ValueObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const text = { type: 'string' }
const number = { type: 'number' }

describe('schema filling takes values from the text', () => {
  it.each<[string, Record<string, ValueObject>, unknown]>([
    [
      'My name is Ada Weaver, write to ada@heddle.dev',
      { name: text, email: text },
      { name: 'Ada Weaver', email: 'ada@heddle.dev' },
    ],
    ['Order ID: A-4711, city is Oslo.', { order_id: text, city: text }, { order_id: 'A-4711', city: 'Oslo' }],
    [
      'A table for four on Friday, please',
      { guests: { ...number, description: 'how many people' }, day: text },
      { guests: 4, day: 'Friday' },
    ],
    ['3 adults and 2 children', { adults: number, children: { type: 'integer' } }, { adults: 3, children: 2 }],
    ['The price is 1,299.50 dollars', { price: number }, { price: 1299.5 }],
    ['from 2026-3-9 on', { start_date: { type: 'string', format: 'date' } }, { start_date: '2026-03-09' }],
    [
      'We want it vegetarian, but no smoking',
      { vegetarian: { type: 'boolean' }, smoking: { type: 'boolean' } },
      { vegetarian: true, smoking: false },
    ],
    [
      'it is rather urgent',
      { priority: { type: 'string', enum: ['low', 'normal', 'urgent'] } },
      { priority: 'urgent' },
    ],
    ['Visit Rome, Oslo and Kyoto', { cities: { type: 'array', items: text } }, { cities: ['Rome', 'Oslo', 'Kyoto'] }],
    [
      'Invoice number: INV-7, dated 2026-02-03. Total: 99.5 EUR',
      { number: text, date: text, total: number },
      { number: 'INV-7', date: '2026-02-03', total: 99.5 },
    ],
    ['numbers 3, 5 and 8', { values: { type: 'array', items: { type: 'integer' } } }, { values: [3, 5, 8] }],
    ['我叫王小明，电话是13800138000', { 姓名: text, phone: text }, { 姓名: '王小明', phone: '13800138000' }],
    ['订单号：B99，北京天气', { 订单号: text, city: text }, { 订单号: 'B99', city: '北京' }],
    ['how do I reset it?', { query: text }, { query: 'how do I reset it?' }],
    [
      'Thanks!',
      { amount: number, order: text, tags: { type: 'array', items: text } },
      { amount: 0, order: '', tags: [] },
    ],
  ])('%s', (source, properties, expected) => expect(fill(object(properties), source)).toEqual(expected))
})

describe('schema filling is always valid', () => {
  it.each<[string, ValueObject]>([
    [
      'bounds',
      object({
        n: { type: 'number', minimum: 5, maximum: 6 },
        m: { type: 'integer', exclusiveMinimum: 3, multipleOf: 7 },
      }),
    ],
    ['lengths', object({ s: { type: 'string', minLength: 12, maxLength: 14 } })],
    [
      'patterns',
      object({
        s: { type: 'string', pattern: '^[A-Z]{3}-\\d{4}(?:x|y)+$' },
        t: { type: 'string', pattern: '^\\+?[1-9]\\d{1,14}$' },
      }),
    ],
    [
      'formats',
      object(
        Object.fromEntries(
          ['date', 'date-time', 'time', 'email', 'uri', 'uuid', 'ipv4', 'ipv6', 'hostname', 'duration'].map(
            (format) => [format.replace('-', '_'), { type: 'string', format }],
          ),
        ),
      ),
    ],
    [
      'const and null',
      object({ kind: { const: 'fixed' }, nothing: { type: 'null' }, maybe: { type: ['null', 'string'] } }),
    ],
    [
      'lists',
      object({
        a: { type: 'array', items: { enum: ['p', 'q', 'r'] }, minItems: 2, uniqueItems: true },
        b: { type: 'array', prefixItems: [{ type: 'integer' }, text], minItems: 2, items: false },
      }),
    ],
    [
      'unions',
      object({
        u: { anyOf: [{ type: 'null' }, { type: 'integer', minimum: 2 }] },
        o: { oneOf: [{ type: 'string', minLength: 3 }, { type: 'null' }] },
      }),
    ],
    ['allOf', { allOf: [object({}), {}], type: 'object' }],
    [
      'references',
      {
        type: 'object',
        properties: { node: { $ref: '#/$defs/node' } },
        required: ['node'],
        $defs: {
          node: {
            type: 'object',
            properties: { value: { type: 'integer' }, next: { $ref: '#/$defs/node' } },
            required: ['value'],
          },
        },
      },
    ],
    ['required beyond properties', { type: 'object', required: ['x'], additionalProperties: { type: 'integer' } }],
    ['minProperties', { type: 'object', minProperties: 2, additionalProperties: { type: 'boolean' } }],
    ['no type', { properties: { a: {} }, required: ['a'] }],
    [
      'true and names of the prototype',
      {
        type: 'object',
        properties: { constructor: { type: 'string' }, toString: true as unknown as ValueObject },
        required: ['constructor'],
      },
    ],
  ])('%s', (_, schema) => {
    for (const source of ['', 'x: 3, n is 5.5, a: p and q', 'My name is Ada Weaver and I am 12. s: ABC-1234x u: 1'])
      fill(schema, source)
  })

  it('for schemas and texts of any kind', () => {
    const schemas = fc.letrec<{ any: ValueObject }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.record({ type: fc.constant('string'), minLength: fc.integer({ min: 0, max: 8 }) }),
        fc.record({ type: fc.constantFrom('number', 'integer'), minimum: fc.integer({ min: -9, max: 9 }) }),
        fc.record({ type: fc.constantFrom('boolean', 'null') }),
        fc.record({ enum: fc.uniqueArray(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 4 }) }),
        fc.record({ type: fc.constant('array'), items: tie('any'), minItems: fc.integer({ min: 0, max: 3 }) }),
        fc
          .uniqueArray(fc.constantFrom('name', 'email', 'city', 'date', 'count', 'is_open', 'items', 'query', 'x'), {
            maxLength: 5,
          })
          .chain((names) =>
            fc
              .tuple(...names.map(() => tie('any')))
              .map((each) => object(Object.fromEntries(names.map((name, i) => [name, each[i] as ValueObject])))),
          ),
      ) as fc.Arbitrary<ValueObject>,
    })).any
    const texts = fc
      .array(
        fc.constantFrom(
          'my name is Ada',
          'count: 7',
          '12',
          'a@b.io',
          'in Oslo',
          '2026-01-31',
          'no',
          '北京',
          'x is y',
          '.',
          '-5.25',
        ),
      )
      .map((words) => words.join(' '))
    fc.assert(
      fc.property(schemas, texts, (schema, source) => void fill(schema, source)),
      { numRuns: 300 },
    )
  })
})
