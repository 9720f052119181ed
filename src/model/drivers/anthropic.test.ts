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

  it('thinks as hard as asked', async () => {
    const thinks = async (reasoning: NonNullable<ChatRequest['reasoning']>, rest: Partial<ChatRequest> = {}) =>
      (await sent({ reasoning, ...rest })).thinking
    expect(await thinks({ effort: 'low' })).toEqual({ type: 'enabled', budget_tokens: 2_048 })
    expect(await thinks({ effort: 'high' })).toEqual({ type: 'enabled', budget_tokens: 16_384 })
    expect(await thinks({ budgetTokens: 5 })).toEqual({ type: 'enabled', budget_tokens: 1_024 })
    expect(await thinks({ effort: 'none' })).toBeUndefined()
    expect(await thinks({ effort: 'low' }, { tools: [tool], toolChoice: 'required' })).toBeUndefined()
  })

  it('asks newer models by a word, and gives up what a model refuses', async () => {
    const chat = createAnthropicProvider({ name: 'acme', baseUrl: server.url, apiKey: TEST_KEY }, seams)
    const ask = async (name: string, request: Partial<ChatRequest>) => {
      await (chat.chat(name) as ChatModel).generate({ messages: [{ role: 'user', content: 'Hi' }], ...request })
      return server.requests.at(-1)?.body
    }
    const reasoning = { budgetTokens: 4_000 }
    const newer = await ask('claude-opus-5-5', { reasoning, parameters: { temperature: 0.3 } })
    expect(newer).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } })
    expect(newer).not.toHaveProperty('temperature')
    for (const name of ['claude-sonnet-4-5-20250929', 'claude-3-7-sonnet-latest', 'claude-opus-4-20250514']) {
      expect(await ask(name, { reasoning })).toMatchObject({ thinking: { type: 'enabled' } })
    }
    server.refuse(({ body }) => {
      if (body.thinking?.type === 'enabled') return { status: 400, message: 'thinking.type.enabled is not supported' }
      if (body.temperature !== undefined) return { status: 400, message: '`temperature` is deprecated for this model.' }
      return undefined
    })
    expect(await ask('claude-next', { reasoning })).toMatchObject({ thinking: { type: 'adaptive' } })
    expect(await ask('claude-next', { parameters: { temperature: 0.3 } })).not.toHaveProperty('temperature')
    const before = server.requests.length
    await ask('claude-next', { reasoning, parameters: { temperature: 0.3 } })
    expect(server.requests).toHaveLength(before + 1)
  })

  it('marks what shall be cached, and says how many calls it wants', async () => {
    const vendorState = { anthropic: { cache_control: { type: 'ephemeral' } } }
    const body = await sent({
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Long.', vendorState },
            { type: 'text', text: 'Short.' },
          ],
        },
        { role: 'user', content: [{ type: 'text', text: 'Hi', vendorState }] },
      ],
      tools: [{ ...tool, strict: true, vendorState }],
      parallelToolCalls: false,
    })
    const mark = { cache_control: { type: 'ephemeral' } }
    expect(body.system).toEqual([
      { type: 'text', text: 'Long.', ...mark },
      { type: 'text', text: 'Short.' },
    ])
    expect(body.messages[0].content).toEqual([{ type: 'text', text: 'Hi', ...mark }])
    expect(body.tools[0]).toMatchObject({ name: 'f', strict: true, ...mark })
    expect(body.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true })
    expect(await sent({ tools: [tool], toolChoice: 'none', parallelToolCalls: true })).toMatchObject({
      tool_choice: { type: 'none' },
    })
  })

  it("brings hidden thinking back, and no other vendor's", async () => {
    const body = await sent({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: 'Yes',
          reasoning: [
            { text: '', vendorState: { anthropic: { data: 'sealed' } } },
            { text: 'Mine', vendorState: { gemini: { thoughtSignature: 'x' } } },
            { text: 'Unsigned' },
          ],
        },
        { role: 'user', content: 'Go on' },
      ],
    })
    expect(body.messages[1].content).toEqual([
      { type: 'redacted_thinking', data: 'sealed' },
      { type: 'text', text: 'Yes' },
    ])
  })

  it('says which word stopped it', async () => {
    const body = {
      type: 'message',
      model: 'claude',
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    }
    server.fault({ type: 'status', status: 200, body: JSON.stringify(body) })
    const result = await model().generate({ messages: [{ role: 'user', content: 'Hi' }] })
    expect(result).toMatchObject({ finishReason: 'stop', stopSequence: 'END' })
  })

  it('tells an empty account from a bad request', async () => {
    const message = 'Your credit balance is too low to access the Anthropic API.'
    server.fault({ type: 'status', status: 400, message })
    await expect(sent({})).rejects.toMatchObject({ code: 'model/quota-exceeded', retryable: false })
  })
})
