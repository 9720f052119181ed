import { describe, expect, it } from 'vitest'
import { ModelError } from '../../model/errors.ts'
import type { ChatResult, ChatStreamPart } from '../../model/spec.ts'
import { invalidParam } from '../errors.ts'
import { toGeminiAnswer } from './answer.ts'
import { geminiDoor } from './door.ts'
import { GeminiWriter } from './stream.ts'

const ANSWER = { id: 'abc', createdAt: 0, model: 'acme/large' }
const USAGE = { promptTokens: 10, completionTokens: 5, totalTokens: 15, estimated: false }
const PARTS: readonly ChatStreamPart[] = [
  { type: 'reasoning-delta', text: 'Hm' },
  { type: 'reasoning-end', vendorState: { gemini: { thoughtSignature: 'S' } } },
  { type: 'text-delta', text: 'a"\n' },
  { type: 'media', mimeType: 'image/png', base64: 'AA==' },
  { type: 'tool-start', index: 0, id: 't', name: 'f' },
  { type: 'tool-delta', index: 0, argumentsJson: '{"a":1}' },
  {
    type: 'tool-call',
    call: { id: 't', name: 'f', argumentsJson: '{"a":1}', vendorState: { gemini: { thoughtSignature: 'C' } } },
  },
  { type: 'finish', reason: 'tool-calls', usage: { ...USAGE, cachedTokens: 4, reasoningTokens: 2 } },
]
const IDENTITY = { modelVersion: 'acme/large', responseId: 'abc' }
const chunk = (part: object) => ({ candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }], ...IDENTITY })
const CHUNKS = [
  chunk({ text: 'Hm', thought: true }),
  chunk({ text: '', thought: true, thoughtSignature: 'S' }),
  chunk({ text: 'a"\n' }),
  chunk({ inlineData: { mimeType: 'image/png', data: 'AA==' } }),
  chunk({ functionCall: { id: 't', name: 'f', args: { a: 1 } }, thoughtSignature: 'C' }),
  {
    candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: 10,
      candidatesTokenCount: 3,
      totalTokenCount: 15,
      thoughtsTokenCount: 2,
      cachedContentTokenCount: 4,
    },
    ...IDENTITY,
  },
]
const written = (framing: 'sse' | 'list', parts = PARTS) => {
  const writer = new GeminiWriter(ANSWER, framing)
  return parts.map((part) => writer.push(part)).join('') + writer.end()
}

describe('a stream', () => {
  it('as events', () => {
    const events = written('sse').split('\r\n\r\n')
    expect(events.pop()).toBe('')
    expect(events.map((event) => JSON.parse(event.replace(/^data: /, '')))).toEqual(CHUNKS)
  })
  it('as a list of JSON, whole, empty and broken off', () => {
    expect(JSON.parse(written('list'))).toEqual(CHUNKS)
    expect(JSON.parse(written('list', []))).toEqual([])
    const writer = new GeminiWriter(ANSWER, 'list')
    const error = geminiDoor.toError(new ModelError('model/timeout', { details: { limitMs: 1 } }), 'r')
    const text = writer.push({ type: 'text-delta', text: 'a' }) + writer.fail(error)
    expect(JSON.parse(text)).toMatchObject([
      chunk({ text: 'a' }),
      { error: { code: 504, status: 'DEADLINE_EXCEEDED' } },
    ])
    expect(JSON.parse(new GeminiWriter(ANSWER, 'list').fail(error))).toHaveLength(1)
  })
  it('says which framing it is', () => {
    const call = (framing: 'sse' | 'list') =>
      geminiDoor.open({ contents: [{ parts: [] }] }, { model: 'm', streaming: true, framing })
    expect(call('list').openWriter(ANSWER).contentType).toBe('application/json; charset=UTF-8')
    expect(call('list').passThrough).toBe(false)
    expect(call('sse').openWriter(ANSWER).contentType).toBe('text/event-stream')
    expect(call('sse').passThrough).toBe(true)
  })
})

describe('whole answers', () => {
  const result = (rest: Partial<ChatResult>) =>
    toGeminiAnswer({ text: 'x', reasoning: '', toolCalls: [], finishReason: 'stop', usage: USAGE, ...rest }, ANSWER)
  it.each<[Partial<ChatResult>, string, object[]]>([
    [{}, 'STOP', [{ text: 'x' }]],
    [{ finishReason: 'length' }, 'MAX_TOKENS', [{ text: 'x' }]],
    [{ finishReason: 'content-filter' }, 'SAFETY', [{ text: 'x' }]],
    [{ finishReason: 'other' }, 'OTHER', [{ text: 'x' }]],
    [{ reasoning: 'Hm' }, 'STOP', [{ text: 'Hm', thought: true }, { text: 'x' }]],
    [
      { text: '', finishReason: 'tool-calls', toolCalls: [{ id: 't', name: 'f', argumentsJson: '' }] },
      'STOP',
      [{ functionCall: { id: 't', name: 'f', args: {} } }],
    ],
  ])('%j', (rest, finishReason, parts) => {
    expect(result(rest)).toMatchObject({ candidates: [{ finishReason, content: { role: 'model', parts } }] })
  })

  it('what another vendor signed comes back to it, and never reaches Google', () => {
    const state = { anthropic: { signature: 'S' } }
    const { candidates } = result({ reasoning: 'Hm', reasoningBlocks: [{ text: 'Hm', vendorState: state }] }) as {
      candidates: [{ content: never }]
    }
    const call = geminiDoor.open({ contents: [candidates[0].content] }, { model: 'm' })
    expect(call.passThrough).toBe(false)
    expect(call.read().messages).toMatchObject([{ reasoning: [{ text: 'Hm', vendorState: state }] }])
  })
})

it.each([
  [invalidParam('contents[0].role', 'is unknown'), 400, 'INVALID_ARGUMENT'],
  [
    new ModelError('model/rate-limited', { details: { provider: 'p', retryAfterMs: 1 }, retryable: true }),
    429,
    'RESOURCE_EXHAUSTED',
  ],
  [new ModelError('model/unavailable', { details: { provider: 'p', message: 'x' } }), 503, 'UNAVAILABLE'],
  [new Error('secret'), 500, 'INTERNAL'],
])('%s in the form of Google', (error, code, status) => {
  const found = geminiDoor.toError(error, 'req_1')
  expect(found.status).toBe(code)
  expect(found.body).toMatchObject({ error: { code, status } })
  expect(JSON.stringify(found.body)).not.toContain('secret')
})
