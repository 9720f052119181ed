import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from './spec.ts'
import { splice } from './splice.ts'

const spaces = fc.constantFrom('', ' ', '\n  ', '\t')
const bodies = fc.record(
  {
    model: fc.oneof(fc.string(), fc.constant('a "quoted" \\ model'), fc.constant('provider/模型')),
    messages: fc.array(fc.record({ role: fc.constant('user'), content: fc.string(), model: fc.string() })),
    metadata: fc.dictionary(fc.string(), fc.jsonValue()),
    stream_options: fc.oneof(fc.constant(null), fc.record({ include_usage: fc.boolean(), other: fc.jsonValue() })),
    '"model"': fc.string(),
  },
  { requiredKeys: ['model'] },
)

test('changes the model and nothing else, whatever is around it', () => {
  fc.assert(
    fc.property(bodies, fc.string(), spaces, (body, model, indent) => {
      const text = JSON.stringify(body, null, indent)
      const spliced = splice(text, body as JsonObject, model, false)
      expect(spliced.usageAdded).toBe(false)
      expect(JSON.parse(spliced.text)).toEqual(JSON.parse(JSON.stringify({ ...body, model })))
      const rest = spliced.text.replace(JSON.stringify(model), '')
      expect(rest.length).toBe(text.length - JSON.stringify(body.model).length)
    }),
  )
})

test('asks for the usage once, and says whether it was asked for before', () => {
  fc.assert(
    fc.property(bodies, spaces, (body, indent) => {
      const text = JSON.stringify(body, null, indent)
      const parsed = JSON.parse(text) as JsonObject
      const spliced = splice(text, parsed, 'm', true)
      const options = (JSON.parse(spliced.text) as { stream_options: { include_usage: boolean } }).stream_options
      expect(options.include_usage).toBe(true)
      const asked = body.stream_options?.include_usage === true
      expect(spliced.usageAdded).toBe(!asked)
    }),
  )
})

test.each([
  ['{"model":"a","model":"b"}', '{"model":"a","model":"m"}'],
  ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"m"}'],
  ['{"x":{"model":"inner"},"model" : "a" ,"y":"\\\\"}', '{"x":{"model":"inner"},"model" : "m" ,"y":"\\\\"}'],
  ['{"n":1.0,"model":"a","big":12345678901234567890}', '{"n":1.0,"model":"m","big":12345678901234567890}'],
])('keeps the bytes of %s', (text, expected) => {
  expect(splice(text, JSON.parse(text) as JsonObject, 'm', false).text).toBe(expected)
})
