import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOpenAi } from '../../../test/support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import { collectResult } from '../fold.ts'
import type { ChatModel, ChatRequest } from '../spec.ts'
import { createOpenAiCompatibleProvider } from './openai-compatible.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }

describe('responses', () => {
  let server: VendorServer
  beforeEach(async () => {
    server = await startOpenAi()
  })
  afterEach(() => server.close())

  const model = (name = 'acme-large') =>
    createOpenAiCompatibleProvider(
      { name: 'acme', baseUrl: `${server.url}/v1`, apiKey: TEST_KEY, api: 'responses' },
      seams,
      'openai',
    ).chat(name) as ChatModel
  const sent = async (request: Partial<ChatRequest>, name?: string) => {
    await model(name).generate({ messages: [{ role: 'user', content: 'Hi' }], ...request })
    return server.requests.at(-1)?.body
  }

  it('maps the request', async () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false, required: [] }
    const media = (kind: 'image' | 'document' | 'audio', mimeType: string) =>
      ({ type: 'media', kind, mimeType, data: { type: 'base64', base64: 'QUJD' } }) as const
    const body = await sent({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            media('image', 'image/png'),
            media('document', 'application/pdf'),
            media('audio', 'audio/wav'),
          ],
        },
        {
          role: 'assistant',
          content: 'I call.',
          reasoning: [
            { text: 'Hm', vendorState: { 'openai-responses': { id: 'rs_9', encrypted_content: 'sealed' } } },
            { text: 'Ah', vendorState: { anthropic: { signature: 'strange' } } },
          ],
          toolCalls: [{ id: 'c1', name: 'f', argumentsJson: '' }],
        },
        { role: 'tool', toolCallId: 'c1', content: [media('image', 'image/png')] },
        { role: 'system', content: 'Later.' },
      ],
      parameters: { temperature: 0.5, max_tokens: 9, verbosity: 'low', seed: 1, service_tier: 'flex' },
      stop: ['END'],
      tools: [{ name: 'f', description: 'F', parameters: schema }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      responseSchema: { name: 'my answer', schema },
      user: 'u-1',
    })
    expect(server.requests[0]?.path).toBe('/v1/responses')
    expect(body).toEqual({
      model: 'acme-large',
      instructions: 'Be kind.\n\nBe brief.',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'auto' },
            { type: 'input_file', filename: 'document', file_data: 'data:application/pdf;base64,QUJD' },
            { type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } },
          ],
        },
        {
          type: 'reasoning',
          id: 'rs_9',
          summary: [{ type: 'summary_text', text: 'Hm' }],
          encrypted_content: 'sealed',
        },
        { role: 'assistant', content: 'I call.' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: 'See the attached file.' },
            { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'auto' },
          ],
        },
        { role: 'system', content: 'Later.' },
      ],
      store: false,
      temperature: 0.5,
      service_tier: 'flex',
      max_output_tokens: 9,
      tools: [{ type: 'function', name: 'f', description: 'F', parameters: schema, strict: false }],
      tool_choice: { type: 'function', name: 'f' },
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'my_answer', schema, strict: true }, verbosity: 'low' },
      user: 'u-1',
    })
  })

  it('asks models that think in their own words', async () => {
    const body = await sent({ reasoning: { budgetTokens: 10_000 }, parameters: { temperature: 0.5 } }, 'gpt-5-mini')
    expect(body).toMatchObject({ include: ['reasoning.encrypted_content'], reasoning: { effort: 'high' } })
    expect(body).not.toHaveProperty('temperature')
    expect(await sent({ reasoning: { effort: 'minimal' } }, 'gpt-6-sol')).toMatchObject({
      reasoning: { effort: 'minimal' },
    })
    expect(await sent({ parameters: { reasoning_effort: 'low' } }, 'o3')).toMatchObject({
      reasoning: { effort: 'low' },
    })
  })

  it('joins what the caller says of its own protocol', async () => {
    const body = await sent({
      reasoning: { effort: 'low' },
      tools: [{ name: 'f', parameters: {} }],
      vendorState: {
        'openai-responses': { reasoning: { summary: 'auto' }, tools: [{ type: 'web_search' }], truncation: 'auto' },
        gemini: { cachedContent: 'x' },
      },
    })
    expect(body).toMatchObject({
      reasoning: { effort: 'low', summary: 'auto' },
      tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }],
      truncation: 'auto',
    })
    expect(body).not.toHaveProperty('cachedContent')
  })

  it('hands over pictures, and says why it stopped', async () => {
    server.reply({ text: 'Here.', images: ['UElD'] })
    const request: ChatRequest = { messages: [{ role: 'user', content: 'Draw' }] }
    for (const result of [await model().generate(request), await collectResult(model().stream(request), 'x')]) {
      expect(result.media).toEqual([{ mimeType: 'image/png', base64: 'UElD' }])
    }
    server.reply({ text: 'He', finish: 'length' })
    expect((await collectResult(model().stream(request), 'x')).finishReason).toBe('length')
  })

  it('reads an error event, and one with an object in it', async () => {
    const events = (error: object) => `event: error\ndata: ${JSON.stringify({ type: 'error', ...error })}\n\n`
    const rows: [object, string][] = [
      [{ code: 'server_error', message: 'no' }, 'model/unavailable'],
      [{ error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'no' } }, 'model/quota-exceeded'],
      [{ error: { type: 'invalid_request_error', message: 'no' } }, 'model/bad-request'],
    ]
    for (const [error, code] of rows) {
      const answering = async () => new Response(events(error), { headers: { 'content-type': 'text/event-stream' } })
      const chat = createOpenAiCompatibleProvider(
        { name: 'acme', apiKey: TEST_KEY, api: 'responses' },
        { ...seams, fetch: answering },
      ).chat('m') as ChatModel
      await expect(collectResult(chat.stream({ messages: [] }), 'x')).rejects.toMatchObject({ code })
    }
  })
})
