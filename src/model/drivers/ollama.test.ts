import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOllama } from '../../../test/support/vendors/ollama.ts'
import { TEST_KEY, type VendorServer } from '../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { ChatModel, ChatRequest } from '../spec.ts'
import { createOllamaProvider } from './ollama.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }

describe('ollama', () => {
  let server: VendorServer
  beforeEach(async () => {
    server = await startOllama()
  })
  afterEach(() => server.close())

  const provider = () => createOllamaProvider({ name: 'box', baseUrl: server.url, apiKey: TEST_KEY }, seams)
  const sent = async (request: Partial<ChatRequest>) => {
    await (provider().chat('llama3.2') as ChatModel).generate({
      messages: [{ role: 'user', content: 'Hi' }],
      ...request,
    })
    return server.requests.at(-1)?.body
  }

  it('lists what the server has, and what each model can do', async () => {
    const box = provider()
    expect(box.models()).toEqual([])
    await box.refresh()
    expect(box.models()).toEqual(['llama3.2:latest', 'old:7b'])
    expect(box.chat('llama3.2:latest')).toMatchObject({
      contextTokens: 131072,
      features: new Set(['structured-output', 'tools']),
    })
    expect(box.chat('old:7b')?.features.has('vision')).toBe(true)
    server.fault({ type: 'status', status: 500 })
    await expect(box.refresh()).rejects.toMatchObject({ code: 'model/unavailable' })
    expect(box.models()).toHaveLength(2)
  })

  it('maps the request', async () => {
    const schema = { type: 'object', properties: {} }
    const body = await sent({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'QUJD' } },
          ],
        },
        { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'f', argumentsJson: '{"a":' }] },
        { role: 'tool', content: 'done', toolCallId: 'c1', name: 'f' },
      ],
      parameters: {
        temperature: 0.5,
        max_tokens: 9,
        num_ctx: 4096,
        repetition_penalty: 1.1,
        enable_thinking: false,
        keep_alive: '5m',
        other: 1,
      },
      stop: ['END'],
      tools: [
        { name: 'f', parameters: schema },
        { name: 'g', parameters: schema },
      ],
      toolChoice: { name: 'g' },
      responseSchema: { name: 'x', schema },
    })
    expect(body).toEqual({
      model: 'llama3.2',
      messages: [
        { role: 'user', content: 'Look', images: ['QUJD'] },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { name: 'f', arguments: { malformed_arguments: '{"a":' } } }],
        },
        { role: 'tool', content: 'done', tool_name: 'f' },
      ],
      stream: false,
      tools: [{ type: 'function', function: { name: 'g', description: 'g', parameters: schema } }],
      format: schema,
      think: false,
      keep_alive: '5m',
      options: { num_ctx: 4096, temperature: 0.5, repeat_penalty: 1.1, num_predict: 9, stop: ['END'] },
    })
  })

  it('refuses pictures by link', async () => {
    const part = {
      type: 'media',
      kind: 'image',
      mimeType: 'image/png',
      data: { type: 'url', url: 'https://a.example/b' },
    } as const
    await expect(sent({ messages: [{ role: 'user', content: [part] }] })).rejects.toMatchObject({
      code: 'model/unsupported',
    })
  })
})
