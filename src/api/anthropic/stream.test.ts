import { describe, expect, it } from 'vitest'
import { ModelError } from '../../model/errors.ts'
import type { ChatResult, ChatStreamPart } from '../../model/spec.ts'
import { ApiError, invalidParam } from '../errors.ts'
import { toAnthropicMessage } from './answer.ts'
import { anthropicDoor } from './door.ts'
import { AnthropicWriter } from './stream.ts'

const ANSWER = { id: 'abc', createdAt: 0, model: 'acme/large' }
const USAGE = { promptTokens: 10, completionTokens: 5, totalTokens: 15, estimated: false }
const FINISH: ChatStreamPart = { type: 'finish', reason: 'stop', usage: USAGE }

const eventsOf = (parts: readonly ChatStreamPart[]) => {
  const writer = new AnthropicWriter(ANSWER)
  const text = parts.map((part) => writer.push(part)).join('') + writer.end()
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? []
      const body = JSON.parse(data ?? '')
      expect(body.type).toBe(name)
      return body
    })
}

/** `0 text_delta a` of events in between the first two and the last two. */
const shortOf = (parts: readonly ChatStreamPart[]) =>
  eventsOf(parts)
    .slice(2, -2)
    .map(({ type, index, delta, content_block }) => {
      const { type: kind, ...rest } = delta ?? content_block ?? {}
      return [index, type.replace('content_block_', ''), kind, ...Object.values(rest)].filter((x) => x !== undefined)
    })

const start = (index: number): ChatStreamPart => ({ type: 'tool-start', index, id: `t${index}`, name: 'f' })
const delta = (index: number, argumentsJson: string): ChatStreamPart => ({ type: 'tool-delta', index, argumentsJson })
const call = (index: number, argumentsJson: string): ChatStreamPart => ({
  type: 'tool-call',
  call: { id: `t${index}`, name: 'f', argumentsJson },
})

describe('a stream has the grammar of the Messages API', () => {
  it('of a text, whole', () => {
    expect(eventsOf([{ type: 'text-delta', text: 'a"' }, { type: 'text-delta', text: '\n' }, FINISH])).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_abc',
          type: 'message',
          role: 'assistant',
          model: 'acme/large',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
        },
      },
      { type: 'ping' },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a"' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '\n' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 },
      },
      { type: 'message_stop' },
    ])
  })

  it.each<[string, ChatStreamPart[], unknown[]]>([
    ['nothing said', [], []],
    [
      'signed thinking, then text',
      [
        { type: 'reasoning-delta', text: 'H' },
        { type: 'reasoning-delta', text: 'm' },
        { type: 'reasoning-end', vendorState: { anthropic: { signature: 'S' } } },
        { type: 'text-delta', text: 'x' },
      ],
      [
        [0, 'start', 'thinking', '', ''],
        [0, 'delta', 'thinking_delta', 'H'],
        [0, 'delta', 'thinking_delta', 'm'],
        [0, 'delta', 'signature_delta', 'S'],
        [0, 'stop'],
        [1, 'start', 'text', ''],
        [1, 'delta', 'text_delta', 'x'],
        [1, 'stop'],
      ],
    ],
    [
      'thinking nobody signed',
      [
        { type: 'reasoning-delta', text: 'H' },
        { type: 'text-delta', text: 'x' },
      ],
      [
        [0, 'start', 'thinking', '', ''],
        [0, 'delta', 'thinking_delta', 'H'],
        [0, 'delta', 'signature_delta', 'heddle.'],
        [0, 'stop'],
        [1, 'start', 'text', ''],
        [1, 'delta', 'text_delta', 'x'],
        [1, 'stop'],
      ],
    ],
    [
      'thinking the vendor hides',
      [{ type: 'reasoning-end', vendorState: { anthropic: { data: 'D' } } }],
      [
        [0, 'start', 'redacted_thinking', 'D'],
        [0, 'stop'],
      ],
    ],
    [
      'calls one after the other',
      [start(0), delta(0, '{"a"'), delta(0, ':1}'), start(1), delta(1, '{}'), call(0, '{"a":1}'), call(1, '{}')],
      [
        [0, 'start', 'tool_use', 't0', 'f', {}],
        [0, 'delta', 'input_json_delta', '{"a"'],
        [0, 'delta', 'input_json_delta', ':1}'],
        [0, 'stop'],
        [1, 'start', 'tool_use', 't1', 'f', {}],
        [1, 'delta', 'input_json_delta', '{}'],
        [1, 'stop'],
      ],
    ],
    [
      'calls at the same time: the second waits',
      [
        start(0),
        start(1),
        delta(1, '{"b"'),
        delta(0, '{"a":'),
        delta(1, ':2}'),
        delta(0, '1}'),
        call(0, ''),
        call(1, ''),
      ],
      [
        [0, 'start', 'tool_use', 't0', 'f', {}],
        [0, 'delta', 'input_json_delta', '{"a":'],
        [0, 'delta', 'input_json_delta', '1}'],
        [0, 'stop'],
        [1, 'start', 'tool_use', 't1', 'f', {}],
        [1, 'delta', 'input_json_delta', '{"b":2}'],
        [1, 'stop'],
      ],
    ],
    [
      'a call without fragments',
      [call(0, '{"a":1}')],
      [
        [0, 'start', 'tool_use', 't0', 'f', {}],
        [0, 'delta', 'input_json_delta', '{"a":1}'],
        [0, 'stop'],
      ],
    ],
    [
      'arguments that are no JSON',
      [call(0, '{"a"')],
      [
        [0, 'start', 'tool_use', 't0', 'f', {}],
        [0, 'delta', 'input_json_delta', JSON.stringify({ malformed_arguments: '{"a"' })],
        [0, 'stop'],
      ],
    ],
    [
      'a call that never began before the end',
      [start(0), delta(0, '{'), start(1), delta(1, '{}'), call(0, '{'), call(1, '{}')],
      [
        [0, 'start', 'tool_use', 't0', 'f', {}],
        [0, 'delta', 'input_json_delta', '{'],
        [0, 'stop'],
        [1, 'start', 'tool_use', 't1', 'f', {}],
        [1, 'delta', 'input_json_delta', '{}'],
        [1, 'stop'],
      ],
    ],
  ])('%s', (_, parts, expected) => expect(shortOf([...parts, FINISH])).toEqual(expected))

  it('an error in the middle is an event', () => {
    const writer = new AnthropicWriter(ANSWER)
    const error = new ModelError('model/unavailable', { details: { provider: 'p', message: 'm' }, retryable: true })
    const text = writer.fail(anthropicDoor.toError(error, 'req_1'))
    expect(text).toMatch(/^event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error",/)
  })
})

describe('why an answer ended, and what it used', () => {
  const result = (rest: Partial<ChatResult>) =>
    toAnthropicMessage({ text: 'x', reasoning: '', toolCalls: [], finishReason: 'stop', usage: USAGE, ...rest }, ANSWER)
  it.each<[Partial<ChatResult>, object]>([
    [{}, { stop_reason: 'end_turn', stop_sequence: null }],
    [{ stopSequence: 'END' }, { stop_reason: 'stop_sequence', stop_sequence: 'END' }],
    [{ finishReason: 'length' }, { stop_reason: 'max_tokens' }],
    [{ finishReason: 'tool-calls' }, { stop_reason: 'tool_use' }],
    [{ finishReason: 'content-filter' }, { stop_reason: 'refusal' }],
    [
      { usage: { ...USAGE, cachedTokens: 4, cacheWriteTokens: 3, reasoningTokens: 2 } },
      {
        usage: {
          input_tokens: 3,
          cache_creation_input_tokens: 3,
          cache_read_input_tokens: 4,
          output_tokens: 5,
          output_tokens_details: { thinking_tokens: 2 },
        },
      },
    ],
    [
      { text: '', toolCalls: [{ id: 't', name: 'f', argumentsJson: '{"a":1}' }] },
      { content: [{ type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }] },
    ],
    [
      { media: [{ mimeType: 'image/png', base64: 'AA==' }] },
      {
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text: '![](data:image/png;base64,AA==)' },
        ],
      },
    ],
    [{ reasoning: 'Hm' }, { content: [{ type: 'thinking', thinking: 'Hm', signature: 'heddle.' }, {}] }],
  ])('%j', (rest, expected) => expect(result(rest)).toMatchObject(expected))

  it('what another vendor wants back with a call comes back with it, and never reaches Anthropic as it is', () => {
    const vendorState = { gemini: { thoughtSignature: 'G' } }
    const { content } = result({ text: '', toolCalls: [{ id: 't', name: 'f', argumentsJson: '{}', vendorState }] })
    const call = anthropicDoor.open(
      { model: 'm', max_tokens: 1, messages: [{ role: 'assistant', content: content as never }] },
      {},
    )
    expect(call.passThrough).toBe(false)
    expect(call.read().messages).toMatchObject([{ role: 'assistant', toolCalls: [{ id: 't', vendorState }] }])
    expect(call.read().messages[0]).not.toHaveProperty('reasoning')
  })
})

describe('failures in the form of the Messages API', () => {
  it.each([
    [invalidParam('messages[0].role', 'is required'), 400, 'invalid_request_error', 'messages[0].role is required'],
    [new ApiError('api/unauthorized'), 401, 'authentication_error', 'Access token is invalid'],
    [new ApiError('api/body-too-large', { details: { limitBytes: 1 } }), 413, 'request_too_large', /larger/],
    [
      new ModelError('model/rate-limited', { details: { provider: 'p', retryAfterMs: 1500 }, retryable: true }),
      429,
      'rate_limit_error',
      /slow down/,
    ],
    [new ModelError('model/unavailable', { details: { provider: 'p', message: 'x' } }), 529, 'overloaded_error', /p/],
    [new Error('secret'), 500, 'api_error', 'Something went wrong on our side.'],
  ])('%s', (error, status, type, message) => {
    const found = anthropicDoor.toError(error, 'req_1')
    expect(found.status).toBe(status)
    expect(found.body).toEqual({ type: 'error', error: { type, message: expect.anything() }, request_id: 'req_1' })
    expect((found.body.error as { message: string }).message).toMatch(message)
  })
  it('says when to come back', () => {
    const error = new ModelError('model/rate-limited', {
      details: { provider: 'p', retryAfterMs: 1500 },
      retryable: true,
    })
    expect(anthropicDoor.toError(error, 'r').headers).toEqual({ 'request-id': 'r', 'retry-after': '2' })
  })
})
