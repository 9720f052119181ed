import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startBedrock, TEST_REGION } from '../../../test/support/vendors/bedrock.ts'
import { TEST_KEY, type VendorServer } from '../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { ChatModel, ChatRequest } from '../spec.ts'
import { createEventStreamDecoder } from './bedrock/event-stream.ts'
import { createBedrockProvider } from './bedrock.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }

describe('bedrock', () => {
  let server: VendorServer
  beforeEach(async () => {
    server = await startBedrock()
  })
  afterEach(() => server.close())

  const model = () =>
    createBedrockProvider({ name: 'acme', region: TEST_REGION, baseUrl: server.url, apiKey: TEST_KEY }, seams).chat(
      'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ) as ChatModel
  const sent = async (request: Partial<ChatRequest>) => {
    await model().generate({ messages: [{ role: 'user', content: 'Hi' }], ...request })
    return server.requests.at(-1)?.body
  }

  it('maps the request', async () => {
    const data = { type: 'base64', base64: 'QUJD' } as const
    const mark = { anthropic: { cache_control: { type: 'ephemeral' } } }
    const body = await sent({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be kind.', vendorState: mark }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look', vendorState: mark },
            { type: 'media', kind: 'image', mimeType: 'image/jpg', data },
            { type: 'media', kind: 'document', mimeType: 'application/pdf', data, filename: 'Grüße: 1.pdf' },
          ],
        },
        { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'f', argumentsJson: '{"a":1}' }] },
        { role: 'tool', toolCallId: 'c1', content: 'no', failed: true },
      ],
      parameters: { temperature: 1.5, top_p: 0.9, max_tokens: 9, top_k: 3 },
      stop: ['END', ' '],
      tools: [{ name: 'f', description: 'F', parameters: { properties: {} } }],
      toolChoice: 'required',
    })
    expect(server.requests[0]?.path).toBe('/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse')
    expect(body).toEqual({
      system: [{ text: 'Be kind.' }, { cachePoint: { type: 'default' } }],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'Look' },
            { cachePoint: { type: 'default' } },
            { image: { format: 'jpeg', source: { bytes: 'QUJD' } } },
            { document: { format: 'pdf', name: 'Gr-e- 1', source: { bytes: 'QUJD' } } },
          ],
        },
        { role: 'assistant', content: [{ toolUse: { toolUseId: 'c1', name: 'f', input: { a: 1 } } }] },
        { role: 'user', content: [{ toolResult: { toolUseId: 'c1', content: [{ text: 'no' }], status: 'error' } }] },
      ],
      inferenceConfig: { maxTokens: 9, temperature: 1, topP: 0.9, stopSequences: ['END'] },
      toolConfig: {
        tools: [
          { toolSpec: { name: 'f', description: 'F', inputSchema: { json: { type: 'object', properties: {} } } } },
        ],
        toolChoice: { any: {} },
      },
    })
  })

  it('asks for JSON in words where a model cannot be forced to a tool, once and for good', async () => {
    server.refuse(({ body }) =>
      body.toolConfig
        ? { status: 400, message: 'This model does not support the toolConfig.toolChoice.tool field.' }
        : undefined,
    )
    server.reply({ text: '{"n":1}' })
    const responseSchema = { name: 'n', schema: { type: 'object', properties: { n: { type: 'integer' } } } }
    const chat = model()
    const request: ChatRequest = { messages: [{ role: 'user', content: 'A number' }], responseSchema }
    expect((await chat.generate(request)).text).toBe('{"n":1}')
    expect(server.requests.at(-1)?.body.system[0].text).toContain('JSON Schema')
    await chat.generate(request)
    expect(server.requests).toHaveLength(3)
  })

  it('refuses what the format cannot carry before any call', async () => {
    const data = { type: 'url', url: 'https://a.example/b' } as const
    const part = { type: 'media', kind: 'image', mimeType: 'image/png', data } as const
    await expect(sent({ messages: [{ role: 'user', content: [part] }] })).rejects.toMatchObject({
      code: 'model/unsupported',
    })
    expect(server.requests).toHaveLength(0)
  })
})

describe('event streams', () => {
  it.each([
    ['too long', [0xff, 0xff, 0xff, 0xff]],
    ['too short', [0, 0, 0, 3]],
  ])('of impossible length: %s', (_, bytes) =>
    expect(() => createEventStreamDecoder().push(Uint8Array.from(bytes))).toThrow(SyntaxError),
  )
})
