// What chat-completions bodies mean, and what answers look like.

import { expect, it } from 'vitest'
import type { ChatMessage, ChatRequest, ChatResult, ChatStreamPart } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { openAiChatDoor } from './chat-door.ts'

const USER = { role: 'user', content: 'Hi' } as const
const open = (body: object) => openAiChatDoor.open({ model: 'm', messages: [USER], ...body } as JsonObject, {})
const read = (body: object): ChatRequest => open(body).read()

const PNG = 'iVBORw0KGgo='
const image = { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: PNG } }
const call = (id: string, name = 'look', args = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

it.each<[string, object[], ChatMessage[]]>([
  ['a system message', [{ role: 'system', content: 'S' }], [{ role: 'system', content: 'S' }]],
  ['a developer message', [{ role: 'developer', content: 'S' }], [{ role: 'system', content: 'S' }]],
  [
    'parts of text',
    [{ role: 'user', content: [{ type: 'text', text: 'a' }] }],
    [{ role: 'user', content: [{ type: 'text', text: 'a' }] }],
  ],
  [
    'a picture as data, with its detail',
    [
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } }],
      },
    ],
    [{ role: 'user', content: [{ ...image, detail: 'low' } as never] }],
  ],
  [
    'a picture by a bare link',
    [{ role: 'user', content: [{ type: 'image_url', image_url: 'https://x.org/a.png?b#c' }] }],
    [
      {
        role: 'user',
        content: [
          {
            type: 'media',
            kind: 'image',
            mimeType: 'image/png',
            data: { type: 'url', url: 'https://x.org/a.png?b#c' },
          },
        ],
      },
    ],
  ],
  [
    'a sound',
    [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: PNG, format: 'mp3' } }] }],
    [
      {
        role: 'user',
        content: [{ type: 'media', kind: 'audio', mimeType: 'audio/mpeg', data: { type: 'base64', base64: PNG } }],
      },
    ],
  ],
  [
    'a file',
    [
      {
        role: 'user',
        content: [{ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PNG}` } }],
      },
    ],
    [
      {
        role: 'user',
        content: [
          {
            type: 'media',
            kind: 'document',
            mimeType: 'application/pdf',
            data: { type: 'base64', base64: PNG },
            filename: 'a.pdf',
          },
        ],
      },
    ],
  ],
  [
    'parallel calls and their results',
    [
      { role: 'assistant', content: null, tool_calls: [call('a', 'look', '{"x":1}'), call('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'one' }] },
    ],
    [
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: 'a', name: 'look', argumentsJson: '{"x":1}' },
          { id: 'b', name: 'look', argumentsJson: '{}' },
        ],
      },
      { role: 'tool', toolCallId: 'b', content: 'two' },
      { role: 'tool', toolCallId: 'a', content: [{ type: 'text', text: 'one' }] },
    ],
  ],
  [
    'calls from before they had ids',
    [
      { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{}' } },
      { role: 'function', name: 'look', content: 'seen' },
      { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{}' } },
      { role: 'function', name: 'look', content: 'again' },
    ],
    [0, 1].flatMap((n) => [
      { role: 'assistant', content: '', toolCalls: [{ id: `call_${n}`, name: 'look', argumentsJson: '{}' }] },
      { role: 'tool', toolCallId: `call_${n}`, name: 'look', content: n === 0 ? 'seen' : 'again' },
    ]),
  ],
  [
    'reasoning that comes back',
    [{ role: 'assistant', content: 'A', reasoning_content: 'R' }],
    [{ role: 'assistant', content: 'A', reasoning: [{ text: 'R' }] }],
  ],
  [
    'a mark for the cache',
    [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] }],
    [
      {
        role: 'user',
        content: [{ type: 'text', text: 'a', vendorState: { anthropic: { cache_control: { type: 'ephemeral' } } } }],
      },
    ],
  ],
])('reads %s', (_, messages, expected) => {
  expect(read({ messages }).messages).toEqual(expected)
})

const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }
const look = { name: 'look', parameters: { type: 'object' } }

it.each<[string, object, Partial<ChatRequest>]>([
  ['parameters', { temperature: 0.5, seed: 7, top_p: null }, { parameters: { temperature: 0.5, seed: 7 } }],
  ['the newer limit first', { max_tokens: 5, max_completion_tokens: 6 }, { parameters: { max_tokens: 6 } }],
  ['one stop', { stop: 'x' }, { stop: ['x'] }],
  ['stops', { stop: ['x', 'y'] }, { stop: ['x', 'y'] }],
  ['tools', { tools: [tool], tool_choice: 'required' }, { tools: [look], toolChoice: 'required' }],
  [
    'a strict tool that is forced',
    {
      tools: [{ ...tool, function: { ...tool.function, description: 'D', strict: true } }],
      tool_choice: { type: 'function', function: { name: 'look' } },
    },
    { tools: [{ ...look, description: 'D', strict: true }], toolChoice: { name: 'look' } },
  ],
  [
    'a choice among some tools',
    {
      tools: [tool, { type: 'function', function: { name: 'other' } }],
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'look' } }] },
      },
    },
    { tools: [look], toolChoice: 'required' },
  ],
  [
    'old functions',
    { functions: [tool.function], function_call: { name: 'look' } },
    { tools: [look], toolChoice: { name: 'look' } },
  ],
  ['one call at a time', { parallel_tool_calls: false }, { parallelToolCalls: false }],
  ['an effort', { reasoning_effort: 'low' }, { reasoning: { effort: 'low' } }],
  ['text', { response_format: { type: 'text' } }, {}],
  ['any JSON', { response_format: { type: 'json_object' } }, { json: true }],
  [
    'a schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } } },
    { responseSchema: { name: 'n', schema: { type: 'object' } } },
  ],
  ['the user', { user: 'u' }, { user: 'u' }],
  ['a stream', { stream: true }, { toolFragments: true }],
  ['no stream', { stream: false, n: 1, metadata: { a: 'b' } }, {}],
  [
    'what only this protocol has',
    { prediction: { type: 'content' }, store: true, metadata: { a: 'b' }, anything: [1], nothing: null },
    {
      vendorState: {
        'openai-chat': { prediction: { type: 'content' }, store: true, metadata: { a: 'b' }, anything: [1] },
      },
    },
  ],
  [
    'tools that take text',
    { tools: [tool, { type: 'custom', custom: { name: 'c' } }] },
    { tools: [look], vendorState: { 'openai-chat': { tools: [{ type: 'custom', custom: { name: 'c' } }] } } },
  ],
  [
    'an effort beyond the greatest',
    { reasoning_effort: 'xhigh' },
    { reasoning: { effort: 'high' }, vendorState: { 'openai-chat': { reasoning_effort: 'xhigh' } } },
  ],
])('reads %s', (_, body, expected) => {
  expect(read(body)).toEqual({ messages: [USER], parameters: {}, ...expected })
})

it('takes keys of prototypes for data', () => {
  const request = openAiChatDoor.open(
    JSON.parse('{"model":"m","messages":[{"role":"user","content":"x"}],"__proto__":{"polluted":1}}'),
    {},
  )
  expect(Object.keys(request.read().vendorState?.['openai-chat'] ?? {})).toEqual(['__proto__'])
  expect('polluted' in {}).toBe(false)
})

const problems = (body: object): string[] => {
  try {
    read(body)
  } catch (error) {
    const { details, message } = error as { details: { issues?: { path: string; message: string }[] }; message: string }
    return details.issues?.map((issue) => `${issue.path} ${issue.message}`) ?? [message]
  }
  return []
}

it.each<[object, string[]]>([
  [{ messages: undefined }, ['messages is required']],
  [{ messages: [] }, ['messages must not be empty']],
  [{ messages: 'x' }, ['messages must be a list']],
  [{ messages: [1, { role: 'owl' }] }, ['messages[0] must be an object', 'messages[1].role is unknown: owl']],
  [{ messages: [{ role: 'user' }] }, ['messages[0].content is required']],
  [{ messages: [{ role: 'user', content: 5 }] }, ['messages[0].content must be a text or a list of parts']],
  [{ messages: [{ role: 'user', content: [{ type: 'x' }] }] }, ['messages[0].content[0].type is unknown: x']],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }] },
    ['messages[0].content[0].image_url.url must be a data URL or begin with http'],
  ],
  [
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ['messages[0].content[0].file.file_id names a file at a vendor; other models cannot read it, so send file_data'],
  ],
  [
    { messages: [{ role: 'tool', content: 'x' }], temperature: 'hot', stop: [1], tools: [{ type: 'function' }] },
    [
      'messages[0].tool_call_id is required',
      'tools[0].function is required',
      'stop[0] must be a text',
      'temperature must be a number',
    ],
  ],
  [{ tool_choice: 'maybe' }, ['tool_choice is unknown: maybe']],
  [{ response_format: { type: 'xml' } }, ['response_format.type must be one of text, json_object, json_schema']],
  [{ response_format: { type: 'json_schema' } }, ['response_format.json_schema is required']],
])('names every problem of %j', (body, expected) => {
  expect(problems(body)).toEqual(expected)
})

it.each<[object, string]>([
  [{ model: undefined }, 'model is required'],
  [{ model: '' }, 'model must not be empty'],
  [{ model: 5 }, 'model must be a text'],
  [{ stream: 'yes' }, 'stream must be true or false'],
  [{ max_tokens: 0 }, 'max_tokens must be at least 1'],
  [{ metadata: 'x' }, 'metadata must be an object'],
])('refuses %j before anything is asked', (body, message) => {
  expect(() => open(body)).toThrow(message)
})

it('tells what a call is about without reading all of it', () => {
  const { model, streaming, maxTokens, user, metadata } = open({
    messages: 'unread',
    stream: true,
    max_completion_tokens: 9,
    safety_identifier: 's',
    metadata: { tier: 'gold', n: 5 },
  })
  expect({ model, streaming, maxTokens, user, metadata }).toEqual({
    model: 'm',
    streaming: true,
    maxTokens: 9,
    user: 's',
    metadata: { tier: 'gold' },
  })
})

it.each<[string, object, string[]]>([
  ['anthropic', { n: 1, logprobs: false, store: false, tool_choice: 'auto', user: 'u', metadata: { a: 'b' } }, []],
  ['anthropic', { n: 2, seed: 1, logprobs: true }, ['n unsupported', 'seed unsupported', 'logprobs unsupported']],
  ['openai-chat', { n: 2, seed: 1, prediction: {}, top_k: 5 }, ['n unsupported']],
  ['anthropic', { top_k: 5 }, []],
  ['openai-responses', { top_k: 5 }, ['top_k unsupported']],
  ['gemini', { reasoning_effort: 'low', anything: 1 }, ['anything unsupported', 'reasoning_effort approximated']],
  [
    'gemini',
    { tools: [{ ...tool, function: { ...tool.function, strict: true } }] },
    ['tools[0].function.strict unsupported'],
  ],
  ['anthropic', { tools: [{ type: 'custom', custom: { name: 'c' } }] }, ['tools[0].custom unsupported']],
  ['anthropic', { functions: [tool.function] }, ['functions approximated']],
  [
    'anthropic',
    { messages: [{ role: 'user', name: 'ada', content: [{ type: 'text', text: 'x', extra: 1 }] }] },
    ['messages[0].name unsupported', 'messages[0].content[0].extra unsupported'],
  ],
])('at %s, of %j', (family, body, expected) => {
  expect(
    open(body)
      .verdicts(family)
      .map(({ field, verdict }) => `${field} ${verdict}`),
  ).toEqual(expected)
})

const IDENTITY = { id: 'abc', createdAt: 1_700_000_000_500, model: 'a/b' }
const usage = {
  promptTokens: 3,
  completionTokens: 4,
  totalTokens: 7,
  estimated: false,
  cachedTokens: 2,
  reasoningTokens: 1,
}
const USAGE = {
  prompt_tokens: 3,
  completion_tokens: 4,
  total_tokens: 7,
  prompt_tokens_details: { cached_tokens: 2, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 1,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
}

it('writes a whole answer', () => {
  const result: ChatResult = {
    text: '',
    reasoning: 'R',
    toolCalls: [{ id: 'c', name: 'look', argumentsJson: '{}', vendorState: { gemini: { thoughtSignature: 's' } } }],
    finishReason: 'tool-calls',
    usage,
  }
  expect(open({}).whole(result, IDENTITY)).toEqual({
    id: 'chatcmpl-abc',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'a/b',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          refusal: null,
          reasoning_content: 'R',
          tool_calls: [{ ...call('c'), extra_content: { heddle: { gemini: { thoughtSignature: 's' } } } }],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: USAGE,
    system_fingerprint: null,
  })
})

const chunksOf = (body: object, parts: readonly ChatStreamPart[]) => {
  const writer = open({ stream: true, ...body }).openWriter(IDENTITY)
  const text = parts.map((part) => writer.push(part)).join('') + writer.end()
  const events = text.split('\n\n')
  expect(events.splice(-2)).toEqual(['data: [DONE]', ''])
  return events.map((event) => JSON.parse(event.replace(/^data: /, '')))
}
const ROLE = { role: 'assistant', content: '', refusal: null }
const finish: ChatStreamPart = { type: 'finish', reason: 'stop', usage }

it('writes a stream of text', () => {
  const chunks = chunksOf({ stream_options: { include_usage: true } }, [
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'text-delta', text: 'He"llo\n' },
    finish,
  ])
  const base = { id: 'chatcmpl-abc', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'a/b' }
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    system_fingerprint: null,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    usage: null,
  })
  expect(chunks).toEqual([
    chunk(ROLE),
    chunk({ reasoning_content: 'Hm' }),
    chunk({ content: 'He"llo\n' }),
    chunk({}, 'stop'),
    { ...base, system_fingerprint: null, choices: [], usage: USAGE },
  ])
})

const deltasOf = (parts: readonly ChatStreamPart[]) => {
  const chunks = chunksOf({}, [...parts, finish])
  expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true)
  return chunks.slice(1, -1).map((chunk) => chunk.choices[0].delta)
}
const toolCall = (id: string, argumentsJson: string, vendorState?: object) =>
  ({
    type: 'tool-call',
    call: { id, name: 'look', argumentsJson, ...(vendorState && { vendorState }) },
  }) as ChatStreamPart
const started = (index: number, id: string) => ({ tool_calls: [{ index, ...call(id, 'look', '') }] })
const fragment = (index: number, text: string) => ({ tool_calls: [{ index, function: { arguments: text } }] })

it.each<[string, ChatStreamPart[], object[]]>([
  [
    'whole calls',
    [toolCall('a', '{}'), toolCall('b', '{"x":1}')],
    [{ tool_calls: [{ index: 0, ...call('a') }] }, { tool_calls: [{ index: 1, ...call('b', 'look', '{"x":1}') }] }],
  ],
  [
    'parallel calls in fragments',
    [
      { type: 'tool-start', index: 0, id: 'a', name: 'look' },
      { type: 'tool-start', index: 1, id: 'b', name: 'look' },
      { type: 'tool-delta', index: 1, argumentsJson: '{"x"' },
      { type: 'tool-delta', index: 1, argumentsJson: ':1}' },
      toolCall('a', '{}'),
      toolCall('b', '{"x":1}', { 'openai-chat': { extra_content: { google: 's' }, reasoning_content: 'R' } }),
    ],
    [
      started(0, 'a'),
      started(1, 'b'),
      fragment(1, '{"x"'),
      fragment(1, ':1}'),
      // Nothing came in fragments, yet the arguments are not empty.
      fragment(0, '{}'),
      { tool_calls: [{ index: 1, extra_content: { google: 's' } }] },
    ],
  ],
  [
    'what a vendor wants back of its thinking',
    [
      { type: 'reasoning-delta', text: 'R' },
      { type: 'reasoning-end', vendorState: { anthropic: { signature: 's' } } },
    ],
    [
      { reasoning_content: 'R' },
      {
        reasoning_details: [
          {
            type: 'reasoning.text',
            text: 'R',
            index: 0,
            format: 'heddle',
            vendor_state: { anthropic: { signature: 's' } },
          },
        ],
      },
    ],
  ],
  [
    'pictures',
    [{ type: 'media', mimeType: 'image/png', base64: PNG }],
    [{ images: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` }, index: 0 }] }],
  ],
])('writes %s', (_, parts, expected) => {
  expect(deltasOf(parts)).toEqual(expected)
})

it('writes the role also where nothing was said', () => {
  const chunks = chunksOf({}, [finish])
  expect(chunks.map((chunk) => chunk.choices[0].delta)).toEqual([ROLE, {}])
})

it('takes its own answers back with what their vendors want', () => {
  const vendorState = { gemini: { thoughtSignature: 's' }, 'openai-chat': { extra_content: { google: 't' } } }
  const result: ChatResult = {
    text: 'T',
    reasoning: 'R',
    reasoningBlocks: [{ text: 'R', vendorState: { anthropic: { signature: 'x' } } }],
    toolCalls: [{ id: 'c', name: 'look', argumentsJson: '{}', vendorState }],
    finishReason: 'tool-calls',
    usage,
  }
  const whole = open({}).whole(result, IDENTITY) as { choices?: readonly { message: object }[] }
  const message = whole.choices?.[0]?.message ?? {}
  expect(read({ messages: [message] }).messages).toEqual([
    {
      role: 'assistant',
      content: 'T',
      reasoning: result.reasoningBlocks,
      toolCalls: [{ id: 'c', name: 'look', argumentsJson: '{}', vendorState }],
    },
  ])
  const again = open({ messages: [message] })
  expect(again.verdicts('anthropic')).toEqual([])
  // OpenAI knows none of these fields.
  expect([again.passThrough, open({}).passThrough]).toEqual([false, undefined])
})
