import { describe, expect, test } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import { plannedModel } from '../../test/support/planned-model.ts'
import { ModelError } from '../model/errors.ts'
import { questionClassifier } from './question-classifier.ts'

const DATA = {
  query_variable_selector: ['start', 'x'],
  model: { provider: 'p', name: 'm', mode: 'chat', completion_params: {} },
  classes: [
    { id: '1', name: 'Sports' },
    { id: 2, name: 'News' },
    { id: '3', name: 'About {{#start.x#}}', label: 'L3' },
  ],
  instruction: 'mind {{#start.x#}}',
}

const ask = async (reply: string | Error, data: object = {}) => {
  const { models, requests } = plannedModel({ reply: [reply] })
  const { context } = createNodeContext({ pool: { start: { x: 'goal!' } }, services: { models } })
  const outcome = await compileBody(questionClassifier, { ...DATA, ...data }).run(context)
  return { outcome, requests }
}

describe('the class a reply names', () => {
  const check = (reply: string, id: string, name: string, label: string) =>
    test(reply, async () => {
      const { outcome } = await ask(reply)
      expect(outcome).toMatchObject({
        type: 'success',
        handle: id,
        outputs: { class_id: id, class_name: name, class_label: label },
      })
    })
  check('{"category_id": "2", "category_name": "News"}', '2', 'News', 'CLASS 2')
  check('```json\n{"category_id": "3", "category_name": "x"}\n```', '3', 'About goal!', 'L3')
  check('<think>{"category_id": "1"}</think>{"category_id": "3", "category_name": "x"}', '3', 'About goal!', 'L3')
  check('[{"category_id": "2", "category_name": "News"}]', '2', 'News', 'CLASS 2')
  check('{"category_id": 2, "category_name": "News"}', '1', 'Sports', 'CLASS 1')
  check('{"category_id": "9", "category_name": "News"}', '1', 'Sports', 'CLASS 1')
  check('{"category_id": "2"}', '1', 'Sports', 'CLASS 1')
})

describe('a reply that is no JSON fails', () => {
  const check = (reply: string, type: string) =>
    test(JSON.stringify(reply), async () => {
      expect((await ask(reply)).outcome).toMatchObject({ type: 'failure', failure: { type } })
    })
  check('', 'ValueError')
  check('{"category_id": "2", "category_name": "News"', 'ValueError')
  check('[]', 'OutputParserError')
  check("{'category_id': '2', 'category_name': 'News'}", 'OutputParserError')
  check('{"category_id": "1"} {"category_id": "2"}', 'OutputParserError')
})

test('the task reaches the model as data', async () => {
  const { requests } = await ask('{"category_id": "2", "category_name": "News"}')
  const last = requests[0]?.messages.at(-1)
  expect(requests[0]?.caller).toBe('node')
  expect(JSON.parse(String(last?.content))).toEqual({
    input_text: 'goal!',
    categories: [
      { category_id: '1', category_name: 'Sports' },
      { category_id: '2', category_name: 'News' },
      { category_id: '3', category_name: 'About goal!' },
    ],
    instructions: 'mind goal!',
    conversation: '',
  })
})

test('a failed call carries its class name', async () => {
  const { outcome } = await ask(new ModelError('model/unavailable', { details: { provider: 'p', message: 'down' } }))
  expect(outcome).toMatchObject({ type: 'failure', failure: { type: 'InvokeServerUnavailableError' } })
})

test('the exits are the classes, as texts', () => {
  expect(compileBody(questionClassifier, DATA).handles).toEqual(['1', '2', '3'])
})
