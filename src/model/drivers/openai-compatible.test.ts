import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOpenAi } from '../../../test/support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import { collectResult } from '../fold.ts'
import type { ChatModel, ChatRequest } from '../spec.ts'
import { createOpenAiCompatibleProvider, type OpenAiCompatibleOptions } from './openai-compatible.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }

describe('openai-compatible', () => {
  let server: VendorServer
  beforeEach(async () => {
    server = await startOpenAi()
  })
  afterEach(() => server.close())

  const provider = (options: Partial<OpenAiCompatibleOptions> = {}) =>
    createOpenAiCompatibleProvider({ name: 'acme', baseUrl: `${server.url}/v1/`, apiKey: TEST_KEY, ...options }, seams)
  const model = (name = 'acme-large', options: Partial<OpenAiCompatibleOptions> = {}) =>
    provider(options).chat(name) as ChatModel
  const sent = async (request: Partial<ChatRequest>, name?: string, options?: Partial<OpenAiCompatibleOptions>) => {
    await model(name, options).generate({ messages: [{ role: 'user', content: 'Hi' }], ...request })
    return server.requests.at(-1)?.body
  }

  it('serves its list exactly, or any name without one', () => {
    const listed = provider({ models: ['a', { name: 'b', features: ['vision'], contextTokens: 8192 }] })
    expect(listed.models()).toEqual(['a', 'b'])
    expect(listed.chat('c')).toBeUndefined()
    expect(listed.chat('b')).toMatchObject({ contextTokens: 8192, features: new Set(['vision']) })
    expect(provider().chat('whatever')?.name).toBe('whatever')
    expect(provider().models()).toEqual([])
  })

  it('maps parameters, and drops what OpenAI does not know', async () => {
    const parameters = {
      temperature: 0.7,
      top_p: 1,
      max_tokens: 9,
      seed: 4,
      top_k: 40,
      enable_thinking: false,
      response_format: 'json_object',
    }
    expect(await sent({ parameters, stop: ['END'], user: 'u-1', caller: 'node-1' })).toEqual({
      model: 'acme-large',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0.7,
      top_p: 1,
      max_tokens: 9,
      seed: 4,
      stop: ['END'],
      response_format: { type: 'json_object' },
      user: 'u-1',
    })
    expect(await sent({ parameters }, undefined, { extraParameters: ['top_k', 'enable_thinking'] })).toMatchObject({
      top_k: 40,
      enable_thinking: false,
    })
  })

  it('asks reasoning models in their own words', async () => {
    const parameters = { temperature: 0.7, max_tokens: 9 }
    for (const name of ['o3-mini', 'gpt-5', 'openai/o1']) {
      const body = await sent({ parameters }, name)
      expect(body).toMatchObject({ max_completion_tokens: 9 })
      expect(body).not.toHaveProperty('temperature')
      expect(body).not.toHaveProperty('max_tokens')
    }
    expect(await sent({ parameters }, 'gpt-5-chat-latest')).toMatchObject({ max_tokens: 9, temperature: 0.7 })
  })

  it('sends media, tools and choices', async () => {
    const body = await sent({
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Be' },
            { type: 'text', text: ' kind' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            {
              type: 'media',
              kind: 'image',
              mimeType: 'image/png',
              data: { type: 'base64', base64: 'QUJD' },
              detail: 'low',
            },
            {
              type: 'media',
              kind: 'image',
              mimeType: 'image/png',
              data: { type: 'url', url: 'https://a.example/b.png' },
            },
            { type: 'media', kind: 'audio', mimeType: 'audio/mpeg', data: { type: 'base64', base64: 'QUJD' } },
            {
              type: 'media',
              kind: 'document',
              mimeType: 'application/pdf',
              data: { type: 'base64', base64: 'QUJD' },
              filename: 'a.pdf',
            },
          ],
        },
      ],
      tools: [{ name: 'f', parameters: { type: 'object', properties: {} } }],
      toolChoice: { name: 'f' },
    })
    expect(body.messages).toEqual([
      { role: 'system', content: 'Be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
          { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,QUJD', filename: 'a.pdf' } },
        ],
      },
    ])
    expect(body.tools).toEqual([
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
    ])
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'f' } })
  })

  it('asks for strict JSON only where the schema allows it', async () => {
    const closed = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    }
    const { response_format } = await sent({ responseSchema: { name: 'my answer!', schema: closed } })
    expect(response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'my_answer_', schema: closed, strict: true },
    })
    const open = { type: 'object', properties: { a: { type: 'string' } } }
    expect(
      (await sent({ responseSchema: { name: 'x', schema: open } })).response_format.json_schema,
    ).not.toHaveProperty('strict')
  })

  it('gives up, one by one and for good, what a server refuses', async () => {
    server.refuse(({ body }) => {
      if (body.stream_options) return { status: 400, message: 'Unrecognized request argument: stream_options' }
      if (body.max_tokens)
        return { status: 400, message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." }
      if (body.temperature)
        return { status: 400, message: "Unsupported value: 'temperature' does not support 0.5 with this model." }
      if (body.response_format?.type === 'json_schema')
        return { status: 400, message: "response_format.type: must be 'text' or 'json_object'" }
      return undefined
    })
    const schema = { type: 'object', properties: { n: { type: 'integer' } } }
    const request: ChatRequest = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'A number' },
      ],
      parameters: { temperature: 0.5, max_tokens: 5 },
      responseSchema: { name: 'n', schema },
    }
    const chat = model()
    server.reply({ text: '{"n":1}' })
    expect((await collectResult(chat.stream(request), 'acme')).text).toBe('{"n":1}')
    expect(server.requests).toHaveLength(5)
    const { body } = server.requests[4] as (typeof server.requests)[0]
    expect(body).toMatchObject({ max_completion_tokens: 5, response_format: { type: 'json_object' }, stream: true })
    expect(body.messages[0].content).toContain('Be brief.')
    expect(body.messages[0].content).toContain(JSON.stringify(schema))
    await chat.generate(request)
    expect(server.requests).toHaveLength(6)
  })

  it('does not take every refusal for a question of dialect', async () => {
    server.refuse(() => ({ status: 400, message: 'the prompt is too long' }))
    await expect(model().generate({ messages: [], parameters: { temperature: 1 } })).rejects.toMatchObject({
      code: 'model/bad-request',
      message: 'The provider acme refused the request: the prompt is too long',
    })
    expect(server.requests).toHaveLength(1)
  })

  it('brings the reasoning of a turn of calls back', async () => {
    server.reply({ reasoning: 'I need f.', toolCalls: [{ name: 'f', arguments: {} }] })
    const chat = model()
    for (const result of [
      await chat.generate({ messages: [] }),
      await collectResult(chat.stream({ messages: [] }), 'acme'),
    ]) {
      const body = await sent({ messages: [{ role: 'assistant', content: '', toolCalls: result.toolCalls }] })
      expect(body.messages[0]).toMatchObject({ content: null, reasoning_content: 'I need f.' })
    }
  })

  it('asks to think, for JSON, for one call at a time, and strictly', async () => {
    const tools = [{ name: 'f', parameters: {}, strict: true }]
    const body = await sent({ reasoning: { budgetTokens: 3_000 }, json: true, tools, parallelToolCalls: false })
    expect(body).toMatchObject({
      reasoning_effort: 'medium',
      response_format: { type: 'json_object' },
      parallel_tool_calls: false,
      tools: [{ function: { strict: true } }],
    })
    expect(await sent({ parallelToolCalls: false })).not.toHaveProperty('parallel_tool_calls')
  })

  it('shows pictures of results after the last of them, as the user', async () => {
    const picture = {
      type: 'media',
      kind: 'image',
      mimeType: 'image/png',
      data: { type: 'base64', base64: 'QUJD' },
    } as const
    const { messages } = await sent({
      messages: [
        { role: 'tool', toolCallId: 'c1', content: [{ type: 'text', text: 'map' }, picture] },
        { role: 'tool', toolCallId: 'c2', content: 'ok' },
        { role: 'user', content: 'Go on' },
      ],
    })
    expect(messages).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: 'map' },
      { role: 'tool', tool_call_id: 'c2', content: 'ok' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }] },
      { role: 'user', content: 'Go on' },
    ])
  })

  it.each([
    ['insufficient_quota', 429],
    ['exceeded_current_quota_error', 429],
    ['billing_hard_limit_reached', 400],
    ['Arrearage', 400],
  ])('knows an empty account by %s', async (code, status) => {
    server.fault({ type: 'status', status, body: JSON.stringify({ error: { message: 'no', type: code, code } }) })
    await expect(sent({})).rejects.toMatchObject({ code: 'model/quota-exceeded', retryable: false })
  })

  it('knows what well-known models can do, unless told otherwise', () => {
    const known = provider()
    expect(known.chat('gpt-4o-2024-08-06')).toMatchObject({ contextTokens: 128_000 })
    expect(known.chat('gpt-4')?.features.has('vision')).toBe(false)
    expect(known.chat('acme-large')?.contextTokens).toBeUndefined()
    const told = provider({ models: [{ name: 'gpt-4o', contextTokens: 9, features: [] }] })
    expect(told.chat('gpt-4o')).toMatchObject({ contextTokens: 9, features: new Set() })
  })

  it('leaves the connection of a finished stream fit for another call', async () => {
    const chat = model()
    // The last byte of the answer is there, the end of the body is not.
    server.fault({ type: 'hold', afterBytes: Number.MAX_SAFE_INTEGER })
    await collectResult(chat.stream({ messages: [] }), 'acme')
    server.release()
    const ports = new Set<number | undefined>()
    for (let i = 0; i < 20; i++) {
      await chat.generate({ messages: [] })
      ports.add(server.requests.at(-1)?.clientPort)
    }
    expect(ports).toContain(server.requests[0]?.clientPort)
  })
})
