// What responses bodies mean, and what answers look like: also to the official client.

import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { ChatMessage, ChatRequest, ChatResult, ChatStreamPart } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { invalidParam } from '../errors.ts'
import { toOpenAiError } from './errors.ts'
import { openAiResponsesDoor } from './responses-door.ts'

const open = (body: object) => openAiResponsesDoor.open({ model: 'm', input: 'Hi', ...body } as JsonObject, {})
const read = (body: object): ChatRequest => open(body).read()
const USER = { role: 'user', content: 'Hi' } as const
const PNG = 'iVBORw0KGgo='

it.each<[string, object, ChatMessage[]]>([
  ['a text', { input: 'Hi' }, [USER]],
  ['instructions', { instructions: 'S' }, [{ role: 'system', content: 'S' }, USER]],
  [
    'messages with and without a type',
    {
      input: [
        { role: 'developer', content: 'D' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      ],
    },
    [
      { role: 'system', content: 'D' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ],
  ],
  [
    'pictures and files',
    {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' },
            { type: 'input_file', filename: 'a.txt', file_url: 'https://x.org/a.txt' },
          ],
        },
      ],
    },
    [
      {
        role: 'user',
        content: [
          {
            type: 'media',
            kind: 'image',
            mimeType: 'image/png',
            data: { type: 'base64', base64: PNG },
            detail: 'auto',
          },
          {
            type: 'media',
            kind: 'document',
            mimeType: 'text/plain',
            data: { type: 'url', url: 'https://x.org/a.txt' },
            filename: 'a.txt',
          },
        ],
      },
    ],
  ],
  [
    'one turn of the model as one message',
    {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'R' }], encrypted_content: 'e' },
        { type: 'message', role: 'assistant', id: 'msg_1', content: [{ type: 'output_text', text: 'A' }] },
        { type: 'function_call', call_id: 'a', name: 'look', arguments: '{"x":1}' },
        { type: 'function_call', call_id: 'b', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: 'one' },
        { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'two' }] },
      ],
    },
    [
      USER,
      {
        role: 'assistant',
        content: 'A',
        toolCalls: [
          { id: 'a', name: 'look', argumentsJson: '{"x":1}' },
          { id: 'b', name: 'look', argumentsJson: '{}' },
        ],
        reasoning: [{ text: 'R', vendorState: { 'openai-responses': { encrypted_content: 'e', id: 'rs_1' } } }],
      },
      { role: 'tool', toolCallId: 'a', content: 'one' },
      { role: 'tool', toolCallId: 'b', content: [{ type: 'text', text: 'two' }] },
    ],
  ],
])('reads %s', (_, body, expected) => {
  expect(read(body).messages).toEqual(expected)
})

const tool = { type: 'function', name: 'look', parameters: { type: 'object' }, strict: true }
const look = { name: 'look', parameters: { type: 'object' }, strict: true }

it.each<[string, object, Partial<ChatRequest>]>([
  ['parameters', { temperature: 0.5, max_output_tokens: 9 }, { parameters: { temperature: 0.5, max_tokens: 9 } }],
  [
    'tools',
    { tools: [tool], tool_choice: { type: 'function', name: 'look' } },
    { tools: [look], toolChoice: { name: 'look' } },
  ],
  [
    'a choice among some tools',
    {
      tools: [tool, { ...tool, name: 'other' }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look' }] },
    },
    { tools: [look], toolChoice: 'auto' },
  ],
  [
    "the vendor's own tools",
    { tools: [{ type: 'web_search' }], tool_choice: { type: 'web_search' } },
    { vendorState: { 'openai-responses': { tools: [{ type: 'web_search' }], tool_choice: { type: 'web_search' } } } },
  ],
  [
    'a schema',
    { text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'low' } },
    { responseSchema: { name: 'n', schema: { type: 'object' } }, parameters: { verbosity: 'low' } },
  ],
  ['any JSON', { text: { format: { type: 'json_object' } } }, { json: true }],
  [
    'thinking',
    { reasoning: { effort: 'low', summary: 'auto' } },
    { reasoning: { effort: 'low' }, vendorState: { 'openai-responses': { reasoning: { summary: 'auto' } } } },
  ],
  ['a stream', { stream: true, parallel_tool_calls: false }, { toolFragments: true, parallelToolCalls: false }],
  [
    'what only this protocol has',
    { previous_response_id: 'resp_1', include: ['x'], store: false },
    { vendorState: { 'openai-responses': { previous_response_id: 'resp_1', include: ['x'], store: false } } },
  ],
])('reads %s', (_, body, expected) => {
  expect(read(body)).toEqual({ messages: [USER], parameters: {}, ...expected })
})

it.each<[object, string]>([
  [{ input: undefined }, 'input is required'],
  [{ input: 5 }, 'input must be a text or a list of items'],
  [{ input: [] }, 'input must not be empty'],
  [{ input: [{ role: 'owl', content: 'x' }] }, 'input[0].role is unknown: owl'],
  [{ input: [{ role: 'user', content: [{ type: 'x' }] }] }, 'input[0].content[0].type is unknown: x'],
  [{ input: [{ type: 'item_reference', id: 'x' }] }, 'input[0] names an item kept at a vendor; send the item itself'],
  [{ text: { format: { type: 'xml' } } }, 'text.format.type must be one of text, json_object, json_schema'],
  [{ temperature: '1' }, 'temperature must be a number'],
])('names the problem of %j', (body, message) => {
  expect(() => read(body)).toThrow(message)
})

it.each<[string, object, string[]]>([
  ['anthropic', { store: false, truncation: 'disabled', include: ['reasoning.encrypted_content'], metadata: {} }, []],
  ['anthropic', { previous_response_id: 'x', store: true }, ['previous_response_id unsupported', 'store unsupported']],
  ['openai-responses', { previous_response_id: 'x', store: true, tools: [{ type: 'web_search' }] }, []],
  ['gemini', { tools: [{ type: 'web_search' }, tool] }, ['tools[0] unsupported', 'tools[1].strict unsupported']],
  [
    'openai-chat',
    {
      reasoning: { effort: 'xhigh', summary: 'auto' },
      input: [{ type: 'web_search_call' }, { role: 'user', content: '' }],
    },
    ['reasoning.effort approximated', 'reasoning.summary approximated', 'input[0] unsupported'],
  ],
  ['anthropic', { text: { format: { type: 'text' }, verbosity: 'low' } }, ['text.verbosity unsupported']],
])('at %s, of %j', (family, body, expected) => {
  expect(
    open(body)
      .verdicts(family)
      .map(({ field, verdict }) => `${field} ${verdict}`),
  ).toEqual(expected)
})

const IDENTITY = { id: 'abc', createdAt: 1_700_000_000_500, model: 'a/b' }
const usage = { promptTokens: 3, completionTokens: 4, totalTokens: 7, estimated: false, reasoningTokens: 1 }
const finish: ChatStreamPart = { type: 'finish', reason: 'stop', usage }
const state = { anthropic: { signature: 's' } }

const RESULT: ChatResult = {
  text: 'Hello',
  reasoning: 'R',
  reasoningBlocks: [{ text: 'R', vendorState: state }],
  toolCalls: [
    { id: 'a', name: 'look', argumentsJson: '{"x":1}' },
    { id: 'b', name: 'look', argumentsJson: '{}', vendorState: { gemini: { thoughtSignature: 't' } } },
  ],
  finishReason: 'tool-calls',
  usage,
}
const PARTS: readonly ChatStreamPart[] = [
  { type: 'reasoning-delta', text: 'R' },
  { type: 'reasoning-end', vendorState: state },
  { type: 'text-delta', text: 'Hel' },
  { type: 'text-delta', text: 'lo' },
  { type: 'tool-start', index: 0, id: 'a', name: 'look' },
  { type: 'tool-delta', index: 0, argumentsJson: '{"x"' },
  { type: 'tool-start', index: 1, id: 'b', name: 'look' },
  { type: 'tool-delta', index: 0, argumentsJson: ':1}' },
  ...RESULT.toolCalls.map((call): ChatStreamPart => ({ type: 'tool-call', call })),
  { ...finish, reason: 'tool-calls' },
]

const streamOf = (body: object, parts: readonly ChatStreamPart[]): string => {
  const writer = open({ stream: true, ...body }).openWriter(IDENTITY)
  return parts.map((part) => writer.push(part)).join('') + writer.end()
}
// biome-ignore lint/suspicious/noExplicitAny: events are looked into freely
const eventsIn = (text: string): any[] => {
  const events = text.split('\n\n')
  expect(events.splice(-2)).toEqual(['data: [DONE]', ''])
  return events.map((event) => {
    const [name = '', data = ''] = event.split('\n')
    const parsed = JSON.parse(data.replace(/^data: /, ''))
    expect(name).toBe(`event: ${parsed.type}`)
    return parsed
  })
}

describe('a stream', () => {
  it('is numbered, adds, fills and ends each item, and ends with what a whole answer would be', () => {
    const events = eventsIn(streamOf({}, PARTS))
    expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, i) => i))
    expect(events.map(({ type, output_index: index }) => (index === undefined ? type : `${type} ${index}`))).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added 0',
      'response.reasoning_summary_part.added 0',
      'response.reasoning_summary_text.delta 0',
      'response.reasoning_summary_text.done 0',
      'response.reasoning_summary_part.done 0',
      'response.output_item.done 0',
      'response.output_item.added 1',
      'response.content_part.added 1',
      'response.output_text.delta 1',
      'response.output_text.delta 1',
      'response.output_text.done 1',
      'response.content_part.done 1',
      'response.output_item.done 1',
      'response.output_item.added 2',
      'response.function_call_arguments.delta 2',
      'response.output_item.added 3',
      'response.function_call_arguments.delta 2',
      'response.function_call_arguments.done 2',
      'response.output_item.done 2',
      // Nothing came in fragments, yet the arguments are not empty.
      'response.function_call_arguments.delta 3',
      'response.function_call_arguments.done 3',
      'response.output_item.done 3',
      'response.completed',
    ])
    expect(events.at(-1).response).toEqual(open({}).whole(RESULT, IDENTITY))
  })

  it.each([
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['stop', 'completed', null],
  ] as const)('that ends by %s is %s', (reason, status, details) => {
    const last = eventsIn(
      streamOf({}, [
        { type: 'text-delta', text: 'x' },
        { ...finish, reason },
      ]),
    ).at(-1)
    expect([last.type, last.response.status, last.response.incomplete_details]).toEqual([
      `response.${status}`,
      status,
      details,
    ])
  })

  it('without any words is an empty message', () => {
    const { output } = eventsIn(streamOf({}, [finish])).at(-1).response
    expect(output).toMatchObject([{ type: 'message', content: [{ type: 'output_text', text: '' }] }])
  })

  it('that fails says so, with what was done', () => {
    const writer = open({ stream: true }).openWriter(IDENTITY)
    const error = toOpenAiError(invalidParam('x', 'is wrong'), 'req_1')
    const text = writer.push({ type: 'tool-start', index: 0, id: 'a', name: 'look' }) + writer.fail(error)
    const last = eventsIn(text).at(-1)
    expect(last).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', output: [], error: { code: 'invalid_value', message: 'x is wrong' } },
    })
  })
})

describe('the official client', () => {
  const client = (text: string, type: string) =>
    new OpenAI({
      apiKey: 'k',
      baseURL: 'http://x/v1',
      fetch: async () => new Response(text, { headers: { 'content-type': type } }),
    })

  it('reads a whole answer', async () => {
    const body = JSON.stringify(open({}).whole(RESULT, IDENTITY))
    const response = await client(body, 'application/json').responses.create({ model: 'm', input: 'Hi' })
    expect(response.output_text).toBe('Hello')
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call', 'function_call'])
    expect(response.usage?.total_tokens).toBe(7)
  })

  it('joins a stream to the same', async () => {
    const stream = client(streamOf({}, PARTS), 'text/event-stream').responses.stream({ model: 'm', input: 'Hi' })
    const texts: string[] = []
    const args: string[] = []
    stream.on('response.output_text.delta', ({ snapshot }) => texts.push(snapshot))
    stream.on('response.function_call_arguments.delta', ({ snapshot }) => args.push(snapshot))
    const response = await stream.finalResponse()
    expect(texts).toEqual(['Hel', 'Hello'])
    expect(args).toEqual(['{"x"', '{"x":1}', '{}'])
    expect(response.output_text).toBe('Hello')
    expect(response.output).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'R' }] },
      { type: 'message', status: 'completed' },
      { type: 'function_call', call_id: 'a', arguments: '{"x":1}' },
      { type: 'function_call', call_id: 'b', arguments: '{}' },
    ])
  })

  it('parses what fits a schema', async () => {
    const format = {
      type: 'json_schema',
      name: 'n',
      strict: true,
      schema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'], additionalProperties: false },
    } as const
    const parts: ChatStreamPart[] = [{ type: 'text-delta', text: '{"a":1}' }, finish]
    const stream = client(streamOf({ text: { format } }, parts), 'text/event-stream').responses.stream({
      model: 'm',
      input: 'Hi',
      text: { format },
    })
    expect(JSON.parse((await stream.finalResponse()).output_text)).toEqual({ a: 1 })
  })
})

it('takes its own answers back with what their vendors want', () => {
  const { output } = open({}).whole(RESULT, IDENTITY) as { output: object[] }
  const again = open({ input: [{ role: 'user', content: 'Hi' }, ...output] })
  expect(again.read().messages).toEqual([
    USER,
    {
      role: 'assistant',
      content: 'Hello',
      reasoning: RESULT.reasoningBlocks,
      toolCalls: RESULT.toolCalls,
    },
  ])
  expect(again.verdicts('anthropic')).toEqual([])
  expect([again.passThrough, open({}).passThrough]).toEqual([false, undefined])
})

/** Source: openresponses.org, the required fields of a response. */
const REQUIRED = [
  ...['id', 'object', 'created_at', 'completed_at', 'status', 'incomplete_details', 'model', 'previous_response_id'],
  ...['instructions', 'output', 'error', 'tools', 'tool_choice', 'truncation', 'parallel_tool_calls', 'text', 'top_p'],
  ...['presence_penalty', 'frequency_penalty', 'top_logprobs', 'temperature', 'reasoning', 'user', 'usage'],
  ...['max_output_tokens', 'max_tool_calls', 'store', 'background', 'service_tier', 'metadata', 'safety_identifier'],
  'prompt_cache_key',
]

it('has every field that responses must have', () => {
  const whole = open({}).whole(RESULT, IDENTITY)
  expect(REQUIRED.filter((name) => !Object.hasOwn(whole, name))).toEqual([])
})
