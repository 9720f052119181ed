import { describe, expect, test } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import { type Planned, plannedModel } from '../../test/support/planned-model.ts'
import { parseJson } from '../base/json.ts'
import { ModelError } from '../model/errors.ts'
import { parameterExtractor } from './parameter-extractor.ts'

const DATA = {
  query: ['start', 'x'],
  model: { provider: 'p', name: 'm', mode: 'chat' },
  parameters: [
    { name: 'city', type: 'string', description: 'd', required: true },
    { name: 'n', type: 'number', description: 'd', required: false },
  ],
  reasoning_mode: 'prompt',
}

const extract = async (plan: Planned, data: object = {}) => {
  const { models, requests } = plannedModel(plan)
  const { context } = createNodeContext({ pool: { start: { x: 'Book 2 rooms' } }, services: { models } })
  return { outcome: await compileBody(parameterExtractor, { ...DATA, ...data }).run(context), requests }
}

describe('values of one parameter', () => {
  const check = (type: string, json: string, success: 0 | 1, value: string, options?: string[]) =>
    test(`${type} ${json}`, async () => {
      const parameters = [{ name: 'v', type, description: '', required: true, options }]
      const { outcome } = await extract({ reply: `{"v": ${json}}` }, { parameters })
      expect(outcome.outputs).toMatchObject({ __is_success: success, v: parseJson(value) })
      expect(outcome.outputs?.__reason === null).toBe(success === 1)
    })
  check('string', '"s"', 1, '"s"')
  check('string', '{"a":1}', 0, '""')
  check('number', '2.0', 1, '2.0')
  check('number', '"2"', 0, '2')
  check('number', '"2.5"', 0, '2.5')
  check('number', '"1,000"', 0, '0')
  check('number', 'true', 1, '1')
  check('number', 'null', 0, '0')
  check('boolean', 'false', 1, 'false')
  check('bool', 'true', 1, 'true')
  check('boolean', '1', 0, 'true')
  check('boolean', '"true"', 0, 'false')
  check('select', '"a"', 1, '"a"', ['a', 'b'])
  check('select', '"z"', 0, '"z"', ['a', 'b'])
  check('array[string]', '["x",1]', 0, '["x"]')
  check('array[string]', '"x"', 0, '[]')
  check('array[string]', '[]', 1, '[]')
  check('array[number]', '["1","x"]', 0, '[1]')
  check('array[number]', '[true]', 1, '[1]')
  check('array[boolean]', '[1,"a"]', 0, '[]')
  check('array[object]', '[{"k":1}]', 1, '[{"k":1}]')
  check('array[object]', '{}', 0, '[]')
})

describe('finding the object', () => {
  const check = (reply: string, success: 0 | 1, city: string, n: number) =>
    test(reply, async () => {
      expect((await extract({ reply })).outcome.outputs).toMatchObject({ __is_success: success, city, n })
    })
  check('text {"city": "Rome", "n": 2} tail', 1, 'Rome', 2)
  check('<think>{"city": "Oslo", "n": 1}</think>{"city": "Rome", "n": 2}', 1, 'Rome', 2)
  check('{oops} {"city": "a } b", "n": 2}', 1, 'a } b', 2)
  check('{"city": "Rome", "n": 2, "z": 1}', 0, 'Rome', 2)
  check('{"n": 2}', 0, '', 2)
  check('none', 0, '', 0)
  check('[]', 0, '', 0)
  check('{', 0, '', 0)
})

test('a reply without values has none of the right number', async () => {
  expect((await extract({ reply: 'none' })).outcome.outputs?.__reason).toBe('Invalid number of parameters')
  expect((await extract({ reply: 'none' }, { parameters: [] })).outcome.outputs).toMatchObject({ __is_success: 0 })
})

test('a failed call fails the node, with an empty type and the reason in the outputs', async () => {
  const error = new ModelError('model/unavailable', { details: { provider: 'p', message: 'down' } })
  const { outcome } = await extract({ reply: [error] })
  expect(outcome).toMatchObject({ type: 'failure', failure: { type: '' }, outputs: { __is_success: 0 } })
})

test('a bug of the model is thrown on', async () => {
  await expect(extract({ reply: [new TypeError('bug')] })).rejects.toThrow('bug')
})

test('tools are used when the model has them and the settings do not refuse', async () => {
  const toolCalls = [{ id: 'c', name: 'extract_parameters', argumentsJson: '{"city": "Rome", "n": 2}' }]
  const { outcome, requests } = await extract({ reply: '', features: ['tools'], toolCalls }, { reasoning_mode: '' })
  expect(requests[0]?.tools?.[0]).toMatchObject({ name: 'extract_parameters', parameters: { required: ['city'] } })
  expect(outcome.outputs).toMatchObject({ __is_success: 1, city: 'Rome', n: 2 })
})

test('reserved names are refused', () => {
  const parameters = [{ name: '__reason', type: 'string' }]
  expect(() => compileBody(parameterExtractor, { ...DATA, parameters })).toThrow('reserved')
})
