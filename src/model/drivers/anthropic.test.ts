import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAnthropic } from '../../../test/support/vendors/anthropic.ts'
import { TEST_KEY, type VendorServer } from '../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import { collectResult } from '../fold.ts'
import type { ChatModel, ChatRequest } from '../spec.ts'
import { createAnthropicProvider } from './anthropic.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }
const tool = { name: 'f', description: 'F', parameters: { type: 'object', properties: { a: { type: 'string' } } } }

describe('anthropic', () => {
  let server: VendorServer
  beforeEach(async () => {
    server = await startAnthropic()
  })
  afterEach(() => server.close())

  const model = () =>
    createAnthropicProvider({ name: 'acme', baseUrl: `${server.url}/v1/`, apiKey: TEST_KEY }, seams).chat(
      'claude',
    ) as ChatModel
  const sent = async (request: Partial<ChatRequest>) => {
    await model().generate({ messages: [{ role: 'user', content: 'Hi' }], ...request })
    return server.requests.at(-1)?.body
  }

  it('maps parameters to what the API takes', async () => {
    const parameters = { temperature: 1.5, top_p: 0.9, top_k: 5, seed: 1, presence_penalty: 1 }
    expect(await sent({ parameters, stop: ['END', ' '], user: 'u-1' })).toEqual({
      model: 'claude',
      max_tokens: 4096,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      temperature: 1,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u-1' },
    })
    expect(await sent({ parameters: { top_p: 0.9, max_tokens: 7 } })).toMatchObject({ top_p: 0.9, max_tokens: 7 })
  })

  it('thinks within its budget, and not where a tool is forced', async () => {
    const parameters = { thinking: true, thinking_budget: 2000, max_tokens: 500, temperature: 0.2 }
    const body = await sent({ parameters })
    expect(body).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2000 }, max_tokens: 2500 })
    expect(body).not.toHaveProperty('temperature')
    expect(await sent({ parameters, tools: [tool], toolChoice: 'required' })).not.toHaveProperty('thinking')
    expect(await sent({ parameters: { thinking: { type: 'enabled', budget_tokens: 10 } } })).toMatchObject({
      thinking: { budget_tokens: 1024 },
    })
  })

  it('brings thinking back, signed, with the calls it led to', async () => {
    server.reply({ reasoning: 'I need f.', toolCalls: [{ name: 'f', arguments: { a: 'x' } }] })
    const chat = model()
    const request: ChatRequest = { messages: [{ role: 'user', content: 'Hi' }], tools: [tool] }
    for (const result of [await chat.generate(request), await collectResult(chat.stream(request), 'acme')]) {
      const [call] = result.toolCalls
      const body = await sent({
        messages: [
          ...request.messages,
          { role: 'assistant', content: '', toolCalls: result.toolCalls },
          { role: 'tool', content: 'done', toolCallId: call?.id ?? '' },
        ],
      })
      expect(body.messages[1].content).toEqual([
        { type: 'thinking', thinking: 'I need f.', signature: 'sig-1' },
        { type: 'tool_use', id: 'tu_0', name: 'f', input: { a: 'x' } },
      ])
      expect(body.messages[2].content).toEqual([{ type: 'tool_result', tool_use_id: 'tu_0', content: 'done' }])
    }
  })

  it('sends media, choices and a schema as tool', async () => {
    const media = (kind: 'image' | 'document', mimeType: string) =>
      ({ type: 'media', kind, mimeType, data: { type: 'base64', base64: 'QUJD' } }) as const
    server.reply({ toolCalls: [{ name: 'f', arguments: {} }] })
    const body = await sent({
      messages: [
        {
          role: 'user',
          content: [media('image', 'image/png'), media('document', 'application/pdf'), media('document', 'text/plain')],
        },
      ],
      tools: [tool],
      toolChoice: { name: 'f' },
    })
    expect(body.messages[0].content).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'ABC' } },
    ])
    expect(body.tool_choice).toEqual({ type: 'tool', name: 'f' })
    server.reply({ text: '{}' })
    const schema = { type: 'object', properties: { n: { type: 'integer' } } }
    const forced = await sent({ responseSchema: { name: 'my answer', schema } })
    expect(forced.tool_choice).toEqual({ type: 'tool', name: 'my_answer' })
    expect(forced.tools[0].input_schema).toEqual(schema)
  })

  it('refuses what the format cannot carry before any call', async () => {
    const part = { type: 'media', kind: 'audio', mimeType: 'audio/wav', data: { type: 'base64', base64: '' } } as const
    await expect(sent({ messages: [{ role: 'user', content: [part] }] })).rejects.toMatchObject({
      code: 'model/unsupported',
    })
    expect(server.requests).toHaveLength(0)
  })
})
