import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { ApiError } from '../errors.ts'
import { anthropicDoor } from './door.ts'

const BASE = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] } as const
const read = (rest: JsonObject): ChatRequest => anthropicDoor.open({ ...BASE, ...rest }, {}).read()
const said = (...messages: JsonObject[]) => read({ messages }).messages

const PNG = { type: 'base64', media_type: 'image/png', data: 'AA==' }
const CACHED = { type: 'ephemeral' }

describe('a body of the Messages API is read whole', () => {
  it.each<[string, JsonObject, Partial<ChatRequest>]>([
    [
      'a system text',
      { system: 'Be brief.' },
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
      },
    ],
    [
      'numbers',
      { temperature: 0.5, top_p: 0.9, top_k: 4 },
      { parameters: { max_tokens: 10, temperature: 0.5, top_p: 0.9, top_k: 4 } },
    ],
    ['stop texts', { stop_sequences: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ['fragments for streams', { stream: true }, { toolFragments: true }],
    ['the user', { metadata: { user_id: 'u-1' } }, { user: 'u-1' }],
    ['a choice of any tool', { tool_choice: { type: 'any' } }, { toolChoice: 'required' }],
    ['a choice of one tool', { tool_choice: { type: 'tool', name: 'f' } }, { toolChoice: { name: 'f' } }],
    [
      'one call at a time',
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      { toolChoice: 'auto', parallelToolCalls: false },
    ],
    [
      'a budget of thinking',
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      {
        reasoning: { budgetTokens: 2048 },
        vendorState: { anthropic: { thinking: { type: 'enabled', budget_tokens: 2048 } } },
      },
    ],
    [
      'thinking as the vendor likes',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      {
        reasoning: { effort: 'high' },
        vendorState: { anthropic: { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } } },
      },
    ],
    [
      'a schema',
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      { responseSchema: { name: 'answer', schema: { type: 'object' } } },
    ],
    [
      'what only the vendor knows',
      { service_tier: 'auto', mcp_servers: [{ url: 'https://x' }], container: 'c', brand_new: 1 },
      {
        vendorState: {
          anthropic: { service_tier: 'auto', mcp_servers: [{ url: 'https://x' }], container: 'c', brand_new: 1 },
        },
      },
    ],
    [
      'tools of both kinds',
      {
        tools: [
          { name: 'f', description: 'F', input_schema: { type: 'object' }, strict: true, cache_control: CACHED },
          { type: 'web_search_20250305', name: 'web_search' },
        ],
      },
      {
        tools: [
          {
            name: 'f',
            description: 'F',
            parameters: { type: 'object' },
            strict: true,
            vendorState: { anthropic: { cache_control: CACHED } },
          },
        ],
        vendorState: { anthropic: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] } },
      },
    ],
  ])('%s', (_, body, expected) => expect(read(body)).toMatchObject(expected))

  it('blocks of every kind', () => {
    const content = [
      { type: 'text', text: 'See', cache_control: CACHED },
      { type: 'image', source: PNG },
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Ä' }, title: 'T', context: 'C' },
      { type: 'document', source: { type: 'file', file_id: 'f_1' } },
      { type: 'container_upload', file_id: 'f_2' },
    ]
    expect(said({ role: 'user', content })[0]?.content).toEqual([
      { type: 'text', text: 'See', vendorState: { anthropic: { cache_control: CACHED } } },
      { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'AA==' } },
      { type: 'media', kind: 'image', mimeType: 'image/jpeg', data: { type: 'url', url: 'https://x/y.png' } },
      {
        type: 'media',
        kind: 'document',
        mimeType: 'text/plain',
        data: { type: 'base64', base64: Buffer.from('Ä').toString('base64') },
        filename: 'T',
        vendorState: { anthropic: { context: 'C' } },
      },
      { type: 'text', text: '', vendorState: { anthropic: content[4] } },
      { type: 'text', text: '', vendorState: { anthropic: content[5] } },
    ])
  })

  it('a turn of tools: results leave the message of the user, in front of it, with pictures and failures', () => {
    expect(
      said(
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'S' },
            { type: 'redacted_thinking', data: 'D' },
            { type: 'text', text: 'I call.' },
            { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
            { type: 'tool_use', id: 't2', name: 'g', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'image', source: PNG }] },
            { type: 'tool_result', tool_use_id: 't2', content: 'broken', is_error: true },
            { type: 'text', text: 'And?' },
          ],
        },
      ).slice(1),
    ).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'I call.' }],
        reasoning: [
          { text: 'Hm', vendorState: { anthropic: { signature: 'S' } } },
          { text: '', vendorState: { anthropic: { data: 'D' } } },
        ],
        toolCalls: [
          { id: 't1', name: 'f', argumentsJson: '{"a":1}' },
          { id: 't2', name: 'g', argumentsJson: '{}' },
        ],
      },
      {
        role: 'tool',
        toolCallId: 't1',
        name: 'f',
        content: [{ type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'AA==' } }],
      },
      { role: 'tool', toolCallId: 't2', name: 'g', content: 'broken', failed: true },
      { role: 'user', content: [{ type: 'text', text: 'And?' }] },
    ])
  })

  it('thinking between texts keeps its place', () => {
    const thinking = (text: string) => ({ type: 'thinking', thinking: text, signature: text })
    const text = (words: string) => ({ type: 'text', text: words })
    const [, first, second] = said(
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: [thinking('A'), text('1'), thinking('B'), text('2')] },
    )
    expect(first).toMatchObject({ content: [text('1')], reasoning: [{ text: 'A' }] })
    expect(second).toMatchObject({ content: [text('2')], reasoning: [{ text: 'B' }] })
  })

  it('a mark for the cache on a result is kept', () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: 'R', cache_control: CACHED }
    expect(said({ role: 'user', content: [result] })[0]?.content).toEqual([
      { type: 'text', text: 'R', vendorState: { anthropic: { cache_control: CACHED } } },
    ])
  })
})

describe('a body of another form is refused by the name of its field', () => {
  it.each<[JsonObject, string]>([
    [{ model: '' }, 'model'],
    [{ model: 7 }, 'model'],
    [{ model: null }, 'model'],
    [{ max_tokens: null }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ max_tokens: '10' }, 'max_tokens'],
    [{ stream: 'yes' }, 'stream'],
    [{ messages: null }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'Hi' }, 'messages'],
    [{ messages: ['Hi'] }, 'messages[0]'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'bard', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [7] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 'messages[0].content[0].source'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64' } }] }] },
      'messages[0].content[0].source.data',
    ],
    [{ messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] }, 'messages[0].content[0].tool_use_id'],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: [] }] }] },
      'messages[0].content[0].input',
    ],
    [{ system: 7 }, 'system'],
    [{ system: [{ type: 'text', text: 1 }] }, 'system[0].text'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
    [{ tools: [{ input_schema: {} }] }, 'tools[0].name'],
    [{ tool_choice: 'auto' }, 'tool_choice'],
    [{ tool_choice: { type: 'some' } }, 'tool_choice.type'],
    [{ tool_choice: { type: 'tool' } }, 'tool_choice.name'],
    [{ stop_sequences: 'x' }, 'stop_sequences'],
    [{ stop_sequences: [1] }, 'stop_sequences'],
    [{ temperature: '1' }, 'temperature'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ metadata: { user_id: 5 } }, 'metadata.user_id'],
    [{ output_config: { format: {} } }, 'output_config.format.schema'],
  ])('%j', (body, param) => {
    const failure = (() => {
      try {
        anthropicDoor.open({ ...BASE, ...body }, {}).read()
        return undefined
      } catch (error) {
        return error
      }
    })()
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({ code: 'api/invalid-param', details: { param } })
  })

  it('all problems at once', () => {
    const open = () => anthropicDoor.open({ model: 7, messages: [] }, {})
    expect(open).toThrow(expect.objectContaining({ details: expect.objectContaining({ issues: expect.anything() }) }))
  })
})

describe('what a vendor of another protocol cannot take is named', () => {
  const named = (body: JsonObject, family: string) =>
    anthropicDoor
      .open({ ...BASE, ...body }, {})
      .verdicts(family)
      .map(({ field, verdict }) => `${field} ${verdict}`)
  const rich: JsonObject = {
    temperature: 0.5,
    top_k: 5,
    service_tier: 'auto',
    brand_new: true,
    metadata: { user_id: 'u', team: 'x' },
    system: [{ type: 'text', text: 'S', cache_control: CACHED }],
    tools: [
      { name: 'f', input_schema: {}, strict: true, defer_loading: true },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    messages: [
      { role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: '', citations: [] }] }],
      },
    ],
  }

  it('nothing at its own', () => {
    expect(named(rich, 'anthropic')).toEqual([])
    expect(named({}, 'openai-chat')).toEqual([])
  })
  it('fields, blocks and marks elsewhere', () => {
    expect(named(rich, 'openai-chat')).toEqual([
      'top_k unsupported',
      'service_tier unsupported',
      'brand_new unsupported',
      'metadata.team unsupported',
      'tools[0].defer_loading unsupported',
      'tools[1].type unsupported',
      'system[0].cache_control unsupported',
      'messages[0].content[0] unsupported',
      'messages[1].content[0].content[0].citations unsupported',
    ])
    expect(named(rich, 'gemini')).toContain('tool_choice.disable_parallel_tool_use unsupported')
    expect(named(rich, 'gemini')).not.toContain('top_k unsupported')
  })
})
