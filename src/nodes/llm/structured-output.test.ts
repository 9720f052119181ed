import { describe, expect, test } from 'vitest'
import { plannedModel } from '../../../test/support/planned-model.ts'
import { parseJson } from '../../base/json.ts'
import { createStructuredOutput } from './structured-output.ts'

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'string' } } },
  required: ['a'],
  additionalProperties: false,
}

describe('reading a reply', () => {
  const check = (reply: string, expected: string | RegExp) =>
    test(reply, () => {
      const output = createStructuredOutput(SCHEMA)
      if (typeof expected === 'string') expect(output.read(reply)).toEqual(parseJson(expected))
      else expect(() => output.read(reply)).toThrow(expected)
    })
  check('{"a": 1}', '{"a": 1}')
  check('Here: ```json\n{"a": 1, "b": ["x"]}\n``` done', '{"a": 1, "b": ["x"]}')
  check("<think>{'a': 5}</think>{'a': 1, b: ['x',],}", '{"a": 1, "b": ["x"]}')
  check('{"a": 12345678901234567890}', '{"a": 12345678901234567890}')
  check('{"a": "x"}', /\/a must be integer/)
  check('{"b": []}', /required property 'a'/)
  check('{"a": 1, "z": 0}', /additional properties/)
  check('no object', /holds no object/)
  check('', /holds no object/)
})

test('patterns are checked, against a deadline', () => {
  const of = (pattern: string) =>
    createStructuredOutput({ type: 'object', properties: { a: { type: 'string', pattern } } })
  expect(of('^x+$').read('{"a": "xx"}')).toEqual({ a: 'xx' })
  expect(() => of('^x+$').read('{"a": "y"}')).toThrow(/must match pattern/)
  expect(() => of('^(a+)+$').read(`{"a": "${'a'.repeat(60)}!"}`)).toThrow(/take too long/)
})

describe('schemas that cannot be used', () => {
  const check = (schema: unknown, reason: RegExp) =>
    test(JSON.stringify(schema)?.slice(0, 60) ?? 'absent', () =>
      expect(() => createStructuredOutput(schema)).toThrow(reason),
    )
  check(undefined, /describe an object/)
  check({ type: 'array' }, /describe an object/)
  check({ type: 'object', properties: { a: { type: 'nonsense' } } }, /cannot be used/)
  check({ type: 'object', properties: { a: { $ref: 'https://example.com/x.json' } } }, /reference/)
  check({ type: 'object', description: 'x'.repeat(100_001) }, /larger/)
})

describe('asking', () => {
  const output = createStructuredOutput(SCHEMA)
  const request = { messages: [{ role: 'user', content: 'hi' }] } as const
  test('a model with the feature gets the schema', () => {
    const { model } = plannedModel({ reply: '', features: ['structured-output'] })
    expect(output.ask(request, model)).toMatchObject({ responseSchema: { schema: SCHEMA }, messages: request.messages })
  })
  test('a model that declares nothing is told', () => {
    const { model } = plannedModel({ reply: '' })
    const [first, second] = output.ask(request, model).messages
    expect(first).toMatchObject({ role: 'system', content: expect.stringContaining('"additionalProperties":false') })
    expect(second).toEqual(request.messages[0])
  })
  test('a model that declares other features cannot', () => {
    const { model } = plannedModel({ reply: '', features: ['tools'] })
    expect(() => output.ask(request, model)).toThrow(/fixed structure/)
  })
})
