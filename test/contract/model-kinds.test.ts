import { describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { createAzureProvider } from '../../src/model/drivers/azure.ts'
import { createBedrockProvider } from '../../src/model/drivers/bedrock.ts'
import { createGeminiProvider } from '../../src/model/drivers/gemini.ts'
import { cutForSpeech } from '../../src/model/drivers/http/speech.ts'
import { createLocalProvider, LOCAL_PACKAGE, type TransformersModule } from '../../src/model/drivers/local.ts'
import { createOfflineProvider, OFFLINE_EMBEDDING, OFFLINE_RERANK } from '../../src/model/drivers/offline.ts'
import { createOllamaProvider } from '../../src/model/drivers/ollama.ts'
import { createOpenAiCompatibleProvider } from '../../src/model/drivers/openai-compatible.ts'
import { startAzure } from '../support/vendors/azure.ts'
import { startBedrock, TEST_REGION } from '../support/vendors/bedrock.ts'
import { startGemini } from '../support/vendors/gemini.ts'
import { startOllama } from '../support/vendors/ollama.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, vectorOf } from '../support/vendors/vendor-server.ts'
import { failureOf } from './chat-model.ts'
import {
  describeEmbedding,
  describeModeration,
  describeRerank,
  describeSpeech,
  describeTranscription,
  type KindDriver,
} from './model-kinds.ts'

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

const azure: KindDriver = {
  name: 'azure',
  start: startAzure,
  create: ({ url, apiKey }, seams) =>
    createAzureProvider({ name: 'acme', baseUrl: url, apiKey, apiVersion: '2024-10-21' }, seams),
}
const bedrock: KindDriver = {
  name: 'bedrock with models of Cohere',
  model: 'cohere.embed-multilingual-v3',
  start: startBedrock,
  create: ({ url, apiKey }, seams) =>
    createBedrockProvider({ name: 'acme', region: TEST_REGION, baseUrl: url, apiKey }, seams),
}
const cohere: KindDriver = {
  name: 'openai-compatible with embeddings of Cohere',
  start: startOpenAi,
  create: ({ url, apiKey }, seams) =>
    createOpenAiCompatibleProvider({ name: 'acme', baseUrl: `${url}/v1`, apiKey, embeddings: 'cohere' }, seams),
}

describeEmbedding(openAi, 2_048)
describeEmbedding(azure, 2_048)
describeEmbedding(bedrock, 96)
describeEmbedding(cohere, 96)
describeEmbedding(gemini, 100)
describeEmbedding(ollama, 512)
describeRerank(openAi)
describeModeration(openAi)
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
      { name: 'order', kind: 'rerank' },
      { name: 'judge', kind: 'moderation' },
    ]
    const { server, provider } = await open({ models })
    const served = (name: string) => [
      provider.chat(name) && 'chat',
      provider.embedding?.(name) && 'embedding',
      provider.transcription?.(name) && 'transcription',
      provider.speech?.(name) && 'speech',
      provider.rerank?.(name) && 'rerank',
      provider.moderation?.(name) && 'moderation',
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

describe('bedrock', () => {
  it("asks Titan text by text, in its maker's form", async () => {
    const server = await startBedrock()
    const provider = createBedrockProvider(
      { name: 'acme', region: TEST_REGION, baseUrl: server.url, apiKey: TEST_KEY },
      seams,
    )
    const model = provider.embedding?.('amazon.titan-embed-text-v2:0')
    const { vectors, promptTokens } = (await model?.embed(['a', 'bc'])) ?? { vectors: [], promptTokens: 0 }
    expect(vectors.map((vector) => [...vector])).toEqual([vectorOf('a'), vectorOf('bc')])
    expect(promptTokens).toBe(4)
    expect(server.requests.map(({ path }) => path)).toEqual(
      Array.from({ length: 2 }, () => '/model/amazon.titan-embed-text-v2%3A0/invoke'),
    )
    await server.close()
  })
})

describe('offline rerank', () => {
  const model = createOfflineProvider(seams).rerank?.(OFFLINE_RERANK)
  const order = async (query: string, documents: readonly string[], topN?: number) =>
    (await model?.rerank(query, documents, topN === undefined ? {} : { topN }))?.results.map(({ index }) => index)

  it.each<[string, readonly string[], number[]]>([
    ['refunds', ['Delivery takes a week.', 'You are refunded within five days.', 'We open at nine.'], [1, 0, 2]],
    ['退货的期限', ['本店周一至周五营业。', '退货须在三十天内提出，期限不可延长。', '运费由买家承担。'], [1, 0, 2]],
    // The rarer word decides, and a short document beats a long one that says the same.
    ['cat zebra', ['a cat', 'a cat and a cat', 'a zebra'], [2, 1, 0]],
    ['loom', ['The loom weaves all day, and much else happens in the mill.', 'A loom.'], [1, 0]],
    ['nothing of it', ['x', 'y'], [0, 1]],
  ])('%s', async (query, documents, expected) => expect(await order(query, documents)).toEqual(expected))

  it('gives as many as asked for, and can be left', async () => {
    expect(await order('a b', ['b', 'c', 'b b'], 1)).toHaveLength(1)
    await expect(model?.rerank('a', ['b'], {}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    for (const documents of [[], Array.from({ length: 1_001 }, () => 'x')]) {
      expect((await failureOf(model?.rerank('a', documents) ?? Promise.resolve())).code).toBe('model/bad-request')
    }
  })
})

describe('local embedding', () => {
  const fake = (rows: (texts: readonly string[]) => number[][]) => {
    const loaded: string[] = []
    const module: TransformersModule = {
      pipeline: async (_task, name) => {
        loaded.push(name)
        return async (texts) => ({ tolist: () => rows(texts) })
      },
    }
    return { loaded, load: async () => module }
  }

  it('says which package is missing', async () => {
    const provider = createLocalProvider({ name: 'here', models: ['m'] })
    for (const run of [() => provider.embedding?.('m')?.embed(['a']), () => provider.ping?.()]) {
      const error = await failureOf(run() ?? Promise.resolve())
      expect(error).toMatchObject({
        code: 'model/missing-package',
        retryable: false,
        details: { package: LOCAL_PACKAGE },
      })
      expect(error.message).toContain(`npm install ${LOCAL_PACKAGE}`)
    }
  })

  it('computes vectors in order, and loads a model once', async () => {
    const { loaded, load } = fake((texts) => texts.map(vectorOf))
    const provider = createLocalProvider({ name: 'here' }, load)
    const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`)
    const model = provider.embedding?.('Xenova/e5')
    expect((await model?.embed(texts))?.vectors.map((vector) => [...vector])).toEqual(texts.map(vectorOf))
    await provider.embedding?.('Xenova/e5')?.embed(['a'])
    expect(loaded).toEqual(['Xenova/e5'])
    expect(provider.chat('Xenova/e5')).toBeUndefined()
    await expect(model?.embed(['a'], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    expect((await failureOf(model?.embed([]) ?? Promise.resolve())).code).toBe('model/bad-request')
  })

  it('tries again after a load that failed, and trusts no length', async () => {
    let fails = true
    const { load } = fake(() => [[1, 2], [1]])
    const provider = createLocalProvider({ name: 'here' }, async () => {
      if (fails) throw new Error('no disk')
      return load()
    })
    const model = provider.embedding?.('m')
    expect(await failureOf(model?.embed(['a']) ?? Promise.resolve())).toMatchObject({ code: 'model/unavailable' })
    fails = false
    expect((await failureOf(model?.embed(['a', 'b']) ?? Promise.resolve())).code).toBe('model/bad-response')
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
