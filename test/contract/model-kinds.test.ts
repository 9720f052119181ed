import { describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { createGeminiProvider } from '../../src/model/drivers/gemini.ts'
import { cutForSpeech } from '../../src/model/drivers/http/speech.ts'
import { createOfflineProvider, OFFLINE_EMBEDDING } from '../../src/model/drivers/offline.ts'
import { createOllamaProvider } from '../../src/model/drivers/ollama.ts'
import { createOpenAiCompatibleProvider } from '../../src/model/drivers/openai-compatible.ts'
import { startGemini } from '../support/vendors/gemini.ts'
import { startOllama } from '../support/vendors/ollama.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, vectorOf } from '../support/vendors/vendor-server.ts'
import { failureOf } from './chat-model.ts'
import { describeEmbedding, describeSpeech, describeTranscription, type KindDriver } from './model-kinds.ts'

const openAi: KindDriver = {
  name: 'openai-compatible',
  start: startOpenAi,
  create: ({ url, apiKey }, seams) =>
    createOpenAiCompatibleProvider({ name: 'acme', baseUrl: `${url}/v1`, apiKey }, seams),
}
const gemini: KindDriver = {
  name: 'gemini',
  start: startGemini,
  create: ({ url, apiKey }, seams) => createGeminiProvider({ name: 'acme', baseUrl: `${url}/v1beta`, apiKey }, seams),
}
const ollama: KindDriver = {
  name: 'ollama',
  start: startOllama,
  create: ({ url, apiKey }, seams) => createOllamaProvider({ name: 'acme', baseUrl: url, apiKey }, seams),
}

describeEmbedding(openAi, 2_048)
describeEmbedding(gemini, 100)
describeEmbedding(ollama, 512)
describeTranscription(openAi)
describeSpeech(openAi)

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }

describe('openai-compatible', () => {
  const open = async (options: object = {}) => {
    const server = await startOpenAi()
    const provider = createOpenAiCompatibleProvider(
      { name: 'acme', baseUrl: `${server.url}/v1`, apiKey: TEST_KEY, ...options },
      seams,
    )
    return { server, provider }
  }

  it('asks an old server for plain numbers, once it has refused the rest', async () => {
    const { server, provider } = await open()
    server.refuse(({ body }) =>
      body.encoding_format === 'base64' ? { status: 400, message: 'encoding_format is not supported' } : undefined,
    )
    const model = provider.embedding?.('m')
    expect((await model?.embed(['a']))?.vectors.map((vector) => [...vector])).toEqual([vectorOf('a')])
    await model?.embed(['b'])
    expect(server.requests.map(({ body }) => body.encoding_format)).toEqual(['base64', 'float', 'float'])
    await server.close()
  })

  it.each<[string, object]>([
    ['too few', { data: [{ index: 0, embedding: [1, 2] }] }],
    ['of different lengths', { data: [{ embedding: [1, 2] }, { embedding: [1] }] }],
    [
      'the same twice',
      {
        data: [
          { index: 1, embedding: [1] },
          { index: 1, embedding: [1] },
        ],
      },
    ],
    [
      'beyond the end',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 7, embedding: [1] },
        ],
      },
    ],
    ['not numbers', { data: [{ embedding: [null] }, { embedding: ['1'] }] }],
    ['cut bytes', { data: [{ embedding: 'AAAA' }, { embedding: 'AAAA' }] }],
    ['not finite', { data: [{ embedding: 'AADAfw==' }, { embedding: 'AADAfw==' }] }],
    ['empty', { data: [{ embedding: [] }, { embedding: [] }] }],
    ['nothing', {}],
    ['an error in an answer', { error: { message: 'no', type: 'server_error' } }],
  ])('never takes wrong vectors: %s', async (_, body) => {
    const { server, provider } = await open()
    server.fault({ type: 'status', status: 200, body: JSON.stringify(body) })
    const { code } = await failureOf(provider.embedding?.('m')?.embed(['a', 'b']) ?? Promise.resolve())
    expect(code).toBe('error' in body ? 'model/unavailable' : 'model/bad-response')
    await server.close()
  })

  it('serves a listed model as what it is', async () => {
    const models = [
      'talk',
      { name: 'ears', kind: 'transcription' },
      { name: 'mouth', kind: 'speech', voice: 'onyx' },
      { name: 'map', kind: 'embedding' },
    ]
    const { server, provider } = await open({ models })
    const served = (name: string) => [
      provider.chat(name) && 'chat',
      provider.embedding?.(name) && 'embedding',
      provider.transcription?.(name) && 'transcription',
      provider.speech?.(name) && 'speech',
    ]
    for (const name of provider.models()) {
      expect(served(name).filter(Boolean)).toEqual([provider.kindOf?.(name)])
    }
    expect(served('other').filter(Boolean)).toEqual([])
    expect(provider.speech?.('mouth')?.defaultVoice).toBe('onyx')
    await server.close()
  })

  it('does not take an error page for speech', async () => {
    const { server, provider } = await open()
    server.fault({ type: 'status', status: 200, body: '{"error": "no"}' })
    const speak = async () => {
      for await (const _ of provider.speech?.('m')?.speak('x') ?? []);
    }
    expect((await failureOf(speak())).code).toBe('model/bad-response')
    await server.close()
  })
})

describe('offline embedding', () => {
  it('needs nobody, and can be left', async () => {
    const model = createOfflineProvider(seams).embedding?.(OFFLINE_EMBEDDING)
    const { vectors, promptTokens } = (await model?.embed(['a', 'b'])) ?? { vectors: [], promptTokens: 0 }
    expect(vectors.map(({ length }) => length)).toEqual([384, 384])
    expect(promptTokens).toBe(2)
    await expect(model?.embed(['a'], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})

it.each<[string, number, string[]]>([
  ['One. Two.', 100, ['One. Two.']],
  ['One two. Three four. Five', 22, ['One two. Three four.', 'Five']],
  ['你好世界。再见世界。好', 10, ['你好世界。再见世界。', '好']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['😀😀😀', 3, ['😀', '😀', '😀']],
  ['   ', 3, []],
])('cuts %j at %i', (text, limit, pieces) => {
  expect(cutForSpeech(text, limit)).toEqual(pieces)
})
