// Moderation by keywords: how settings are read, what inputs hit, and what is left of an answer that is cut anywhere.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ValueObject } from '../../../base/value.ts'
import { FileValue } from '../../../flow/file.ts'
import type { ExecutionEvent } from '../events.ts'
import { moderateInput, moderateOutput, readModeration } from './moderation.ts'

const side = (reply: string) => ({ enabled: true, preset_response: reply })
const settings = (keywords: string, more: ValueObject = {}) => ({
  sensitive_word_avoidance: {
    enabled: true,
    type: 'keywords',
    config: { keywords, inputs_config: side('Not that.'), outputs_config: side('No comment.'), ...more },
  },
})
const moderationOf = (keywords: string, more?: ValueObject) => {
  const moderation = readModeration(settings(keywords, more))
  if (!moderation) throw new Error('The settings ask for moderation.')
  return moderation
}

describe('settings', () => {
  const none = (name: string, block: ValueObject) =>
    test(name, () => expect(readModeration({ sensitive_word_avoidance: block })).toBeUndefined())
  none('off, as the editor exports it', { enabled: false, type: '', configs: [] })
  none('off, of another type', { enabled: false, type: 'api', config: {} })
  none('neither side on', { enabled: true, type: 'keywords', config: { keywords: 'x', inputs_config: {} } })
  test('no block at all', () => expect(readModeration({})).toBeUndefined())

  const refused = (name: string, block: ValueObject, reason: string) =>
    test(name, () =>
      expect(() => readModeration({ sensitive_word_avoidance: { enabled: true, ...block } })).toThrow(
        expect.objectContaining({ code: 'run/moderation-unavailable', message: expect.stringContaining(reason) }),
      ),
    )
  refused('a vendor', { type: 'openai_moderation', config: {} }, 'the type openai_moderation')
  refused('an extension', { type: 'api', config: {} }, 'the type api')
  refused('no type', { config: {} }, 'no type')
  refused('no settings', { type: 'keywords', configs: [] }, 'settings are missing')
  refused('no keywords', { type: 'keywords', config: { inputs_config: side('') } }, 'keywords are missing')
  refused(
    'too many keywords',
    { type: 'keywords', config: { inputs_config: side(''), keywords: 'x\n'.repeat(60_000) } },
    'longer than',
  )
})

describe('inputs', () => {
  const file = new FileValue({
    id: null,
    type: 'image',
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: 'file_1',
    filename: 'Plan of the BOMB.png',
    extension: '.png',
    mimeType: 'image/png',
    size: 1,
    url: null,
  })
  const check = (name: string, keywords: string, inputs: ValueObject, query: string, expected: string | undefined) =>
    test(name, () => expect(moderateInput(moderationOf(keywords), { inputs, query })).toBe(expected))
  check('nothing', 'bomb\n\n  \n', { a: 'x  y' }, 'hello', undefined)
  check('the query, in other letters', 'x\r\nbomb', {}, 'A ＢＯＭＢ', 'Not that.')
  check('an input', 'bomb', { a: 'bombs' }, '', 'Not that.')
  check('deep inside', 'bomb', { a: [{ b: ['c', { d: 'the bomb' }] }] }, '', 'Not that.')
  check('the name of a field', 'bomb', { a: { bomb: 1 } }, '', 'Not that.')
  check('a number', '666', { a: 16667 }, '', 'Not that.')
  check('the name of a file', 'bomb', { a: [file] }, '', 'Not that.')
  check('how files are described is no text', 'image', { a: file }, '', undefined)
  check('the name of an input is the author’s', 'bomb', { bomb: 'x' }, '', undefined)

  test('not judged when that side is off', () => {
    const moderation = moderationOf('bomb', { inputs_config: { enabled: false, preset_response: 'x' } })
    expect(moderateInput(moderation, { inputs: {}, query: 'bomb' })).toBeUndefined()
  })
})

// ---- outputs

const delta = (text: string, more: object = {}): ExecutionEvent => ({
  type: 'text-delta',
  text,
  selector: [],
  responseId: 'answer',
  final: false,
  frame: {},
  ...more,
})
const thinking = (text: string, final = false): ExecutionEvent => ({
  type: 'reasoning-delta',
  nodeId: 'llm',
  text,
  final,
  frame: {},
})
const skip: ExecutionEvent = { type: 'node-skip', nodeIds: ['n'], frame: {} }
const runEnd = (status: 'succeeded' | 'stopped', outputs: ValueObject = {}): ExecutionEvent => ({
  type: 'run-end',
  status,
  outputs,
  ...(status === 'stopped' && { failure: { type: '', message: 'Stopped.' } }),
  exceptions: 0,
  steps: 3,
  usage: { promptTokens: 5, completionTokens: 7, totalTokens: 12 },
  at: 1,
  elapsedMs: 2,
  conversation: { kept: 1 },
})

/** A run that says these events and ends; once stopped, it ends at once. */
const moderated = async (given: readonly ExecutionEvent[], keywords: string, more?: ValueObject) => {
  const stops: string[] = []
  async function* run(): AsyncGenerator<ExecutionEvent, void> {
    for (const event of given) {
      if (stops.length > 0) break
      yield event
    }
    if (stops.length > 0) {
      yield skip
      yield runEnd('stopped')
    }
  }
  const events: ExecutionEvent[] = []
  const stop = (reason: string) => void stops.push(reason)
  for await (const event of moderateOutput(run(), moderationOf(keywords, more), stop)) events.push(event)
  return { events, stops }
}

const textOf = (events: readonly ExecutionEvent[]) =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

const replaced = { type: 'answer-replace', text: 'No comment.', reason: 'output_moderation' }
const stoppedEnd = {
  type: 'run-end',
  status: 'succeeded',
  outputs: { answer: 'No comment.' },
  exceptions: 0,
  steps: 3,
  usage: { promptTokens: 5, completionTokens: 7, totalTokens: 12 },
  at: 1,
  elapsedMs: 2,
  conversation: { kept: 1 },
}

test('a keyword in two pieces: the run is stopped, and the preset reply stands for the answer', async () => {
  const { events, stops } = await moderated(
    [delta('I like bo'), skip, delta('mbs!'), delta('More.'), runEnd('succeeded', { answer: 'x' })],
    'bomb',
  )
  expect(events).toEqual([delta('I like '), skip, replaced, skip, stoppedEnd])
  expect(stops).toEqual(['output_moderation'])
})

test('a keyword at the very end', async () => {
  const { events, stops } = await moderated([delta('a bomb'), runEnd('succeeded', { answer: 'a bomb' })], 'bomb')
  expect(events).toEqual([delta('a '), replaced, stoppedEnd])
  expect(stops).toEqual([])
})

test('a keyword that only the final answer has', async () => {
  const { events } = await moderated([delta('ok'), runEnd('succeeded', { answer: 'bomb', more: 1 })], 'bomb')
  expect(events.slice(1)).toEqual([replaced, { ...stoppedEnd, outputs: { answer: 'No comment.', more: 1 } }])
})

test('a keyword in the thinking, and in the thought of an agent', async () => {
  const thought = await moderated([thinking('bomb it'), delta('ok'), runEnd('succeeded')], 'bomb')
  expect(thought.events).toEqual([replaced, skip, stoppedEnd])
  const agent: ExecutionEvent = {
    type: 'agent-thought',
    thought: {
      id: '1',
      position: 1,
      thought: 'a bomb',
      observation: '',
      tool: '',
      toolLabels: {},
      toolInput: '',
      fileIds: [],
      createdAt: 0,
    },
  }
  const { events } = await moderated([agent, runEnd('succeeded')], 'bomb')
  expect(events).toEqual([replaced, skip, stoppedEnd])
})

test('thinking that ends is shown to its end', async () => {
  const given = [thinking('Why?'), thinking('', true), delta('So.'), runEnd('succeeded')]
  const { events } = await moderated(given, 'bomb')
  expect(events).toEqual([
    thinking('Why'),
    thinking('?'),
    thinking('', true),
    delta('So'),
    delta('.'),
    runEnd('succeeded'),
  ])
})

test('pieces stay with the response they belong to', async () => {
  const first = { selector: ['a', 'text'], final: true }
  const second = { selector: ['b', 'text'] }
  const { events } = await moderated([delta('xbo', first), delta('ys', second), runEnd('succeeded')], 'bomb')
  expect(events).toEqual([
    delta('x', { ...first, final: false }),
    delta('bo', first),
    delta('y', second),
    delta('s', second),
    runEnd('succeeded'),
  ])
})

test('an end without text keeps its place', async () => {
  const first = { selector: ['a', 'text'] }
  const ended = { selector: ['a', 'text'], final: true }
  const { events } = await moderated([delta('bo', first), delta('', ended), delta('ys'), runEnd('succeeded')], 'bomb')
  expect(events).toEqual([delta('bo', first), delta('', ended), delta('y'), delta('s'), runEnd('succeeded')])
})

test('a side that is off judges nothing', async () => {
  const given = [delta('bomb'), runEnd('succeeded', { answer: 'bomb' })]
  const { events } = await moderated(given, 'bomb', { outputs_config: { enabled: false } })
  expect(events).toEqual(given)
})

test('leaving the reader ends the run', async () => {
  let left = false
  async function* run(): AsyncGenerator<ExecutionEvent, void> {
    try {
      for (;;) yield delta('on and on ')
    } finally {
      left = true
    }
  }
  for await (const event of moderateOutput(run(), moderationOf('bomb'), () => {})) if (event) break
  expect(left).toBe(true)
})

test('for every text, cut and keyword: nothing shown contains a keyword, and without a hit all is unchanged', async () => {
  const letters = fc.constantFrom('a', 'b', 'A', 'é', '\u0301', 'e', '😀')
  const words = (maxLength: number) => fc.array(letters, { minLength: 1, maxLength }).map((list) => list.join(''))
  const fold = (text: string) => text.normalize('NFKC').toLowerCase()
  await fc.assert(
    fc.asyncProperty(
      fc.array(words(3), { minLength: 1, maxLength: 3 }),
      fc.array(words(5)),
      async (keywords, pieces) => {
        const whole = pieces.join('')
        const given = pieces.flatMap((text) => [delta(text), skip])
        const { events, stops } = await moderated([...given, runEnd('succeeded')], keywords.join('\n'))
        const has = (text: string) => keywords.some((keyword) => fold(text).includes(fold(keyword)))
        let shown = ''
        for (const event of events) {
          if (event.type === 'text-delta') expect(has((shown += event.text))).toBe(false)
        }
        const end = events.at(-1)
        expect(events.filter((event) => event.type === 'run-end')).toEqual([end])
        if (has(whole)) {
          expect(whole.startsWith(shown)).toBe(true)
          expect(events.filter((event) => event.type === 'answer-replace')).toEqual([replaced])
          expect(end).toEqual(stoppedEnd)
        } else {
          expect(stops).toEqual([])
          expect(textOf(events)).toBe(whole)
          expect(events.filter((event) => event.type === 'node-skip')).toHaveLength(pieces.length)
        }
      },
    ),
    { numRuns: 500 },
  )
})
