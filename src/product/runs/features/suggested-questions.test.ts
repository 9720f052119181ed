// Suggested questions: what a model is asked, and what is taken from whatever it answers.

import { describe, expect, test } from 'vitest'
import { type Planned, plannedModel } from '../../../../test/support/planned-model.ts'
import { createManualClock } from '../../../../test/support/vendors/manual-clock.ts'
import { startOpenAi } from '../../../../test/support/vendors/openai.ts'
import { TEST_KEY } from '../../../../test/support/vendors/vendor-server.ts'
import { createIds, type Log, systemClock } from '../../../base/seams.ts'
import { createModelDirectory } from '../../../model/directory.ts'
import { createOfflineProvider, OFFLINE_MODEL, OFFLINE_PROVIDER } from '../../../model/drivers/offline.ts'
import { createOpenAiCompatibleProvider } from '../../../model/drivers/openai-compatible.ts'
import { ModelError } from '../../../model/errors.ts'
import type { ChatMessage } from '../../../model/spec.ts'
import { createQuestionSuggester, type QuestionRequest } from './suggested-questions.ts'

const history: ChatMessage[] = [
  { role: 'user', content: 'How do I plant a tree?' },
  { role: 'assistant', content: 'Dig a hole.' },
]
const signal = new AbortController().signal

const ask = async (reply: Planned['reply'], more: Partial<QuestionRequest> = {}) => {
  const { models, requests } = plannedModel({ reply })
  const questions = await createQuestionSuggester({ clock: createManualClock() })({ models, history, signal, ...more })
  return { questions, requests }
}

describe('what is taken from an answer', () => {
  const check = (answer: string, expected: string[]) =>
    test(JSON.stringify(answer.slice(0, 60)), async () => expect((await ask(answer)).questions).toEqual(expected))
  check('["Which tree?", " How\\n deep? ", "When?"]', ['Which tree?', 'How deep?', 'When?'])
  check('Sure!\n```json\n["A?", "B?", "A?", "C?", "D?"]\n```', ['A?', 'B?', 'C?'])
  check('{"questions": [{"question": "A?"}, {"text": "B?"}]}', ['A?'])
  check('<think>maybe ["No?"]</think>["Yes?"]', ['Yes?'])
  check('[1] says: ["A?"]', ['A?'])
  check('["…", "?", 3, null, ""]', [])
  check(`["${'a'.repeat(201)}"]`, [])
  check('["A?", "B', [])
  check('I cannot think of any.', [])
  check('{"answer": "Why?"}', [])
  check('['.repeat(10_000), [])
})

test('what the model is asked', async () => {
  const { requests } = await ask('[]')
  expect(requests).toEqual([
    {
      messages: [
        {
          role: 'system',
          content:
            'Suggest the three questions that the user is most likely to ask next. Each has at most 20 words and is in the language of the conversation.\n\nAnswer with nothing but a JSON array of three texts.',
        },
        {
          role: 'user',
          content: '<conversation>\nUser: How do I plant a tree?\nAssistant: Dig a hole.\n</conversation>',
        },
      ],
      parameters: { temperature: 0, max_tokens: 2560 },
      caller: 'suggested-questions',
    },
  ])
})

test('the app’s own instruction and parameters', async () => {
  const { requests } = await ask('[]', {
    prompt: 'Ask in verse.',
    model: { provider: 'p', name: 'm', parameters: { temperature: 1 } },
  })
  expect(requests[0]).toMatchObject({ parameters: { temperature: 1 } })
  expect(requests[0]?.messages[0]?.content).toBe(
    'Ask in verse.\n\nAnswer with nothing but a JSON array of three texts.',
  )
})

describe('which model is asked', () => {
  const named = (reply: string) => plannedModel({ reply: `["${reply}?"]` })
  const chosen = { provider: 'p', name: 'm' }
  test('the one that is chosen, else the default', async () => {
    const models = {
      ...named('default').models,
      resolve: () => ({ type: 'exact', model: named('own').model }) as const,
    }
    expect((await ask('', { models, model: chosen })).questions).toEqual(['own?'])
    expect((await ask('', { models })).questions).toEqual(['default?'])
  })
  test('the default for one that is missing; nobody where there is no default', async () => {
    const missing = { resolve: () => ({ type: 'missing', reason: '' }) as const }
    const models = { ...named('default').models, ...missing }
    expect((await ask('', { models, model: chosen })).questions).toEqual(['default?'])
    const none = createModelDirectory({ providers: [], allowSubstitute: false })
    expect((await ask('', { models: none, model: chosen })).questions).toEqual([])
  })
  test('the offline model has no ideas, and none are made up', async () => {
    const provider = createOfflineProvider({ ids: createIds(systemClock) })
    const defaultModel = { provider: OFFLINE_PROVIDER, name: OFFLINE_MODEL }
    const models = createModelDirectory({ providers: [provider], defaultModel, allowSubstitute: true })
    expect((await ask('', { models })).questions).toEqual([])
  })
})

describe('failures', () => {
  test('a vendor that fails', async () => {
    const error = new ModelError('model/unavailable', { details: { provider: 'p', message: 'no' } })
    expect((await ask([error])).questions).toEqual([])
  })
  test('a bug is thrown', async () => {
    await expect(ask([new RangeError('oops')])).rejects.toThrow('oops')
  })
  test('nothing was said yet', async () => {
    const { questions, requests } = await ask('["A?"]', { history: [] })
    expect([questions, requests]).toEqual([[], []])
  })

  test('a vendor that says nothing: the time is up, and the call is given up', async () => {
    const server = await startOpenAi()
    try {
      server.fault({ type: 'silent' })
      const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }
      const options = { name: 'acme', baseUrl: `${server.url}/v1/`, apiKey: TEST_KEY }
      const provider = createOpenAiCompatibleProvider(options, seams)
      const models = createModelDirectory({ providers: [provider], allowSubstitute: false })
      const clock = createManualClock()
      const warned: unknown[] = []
      const log: Log = { debug() {}, info() {}, error() {}, warn: (event, fields) => warned.push([event, fields]) }
      const asking = createQuestionSuggester({ clock, log })({
        models,
        model: { provider: 'acme', name: 'm' },
        history,
        signal,
      })
      const request = await server.nextRequest()
      clock.advance(30_000)
      expect(await asking).toEqual([])
      await request.hungUp
      expect(warned).toEqual([['no-suggestions', { reason: 'time limit' }]])
    } finally {
      await server.close()
    }
  })
})
