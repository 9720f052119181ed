// What embedding, rerank, moderation, transcription and speech models behind HTTP promise, whatever their vendor. Each driver runs the same suite.

import { describe, expect, it } from 'vitest'
import { type Clock, createIds, systemClock } from '../../src/base/seams.ts'
import type { ModelProvider } from '../../src/model/spec.ts'
import { createManualClock } from '../support/vendors/manual-clock.ts'
import { TEST_KEY, type VendorServer, vectorOf } from '../support/vendors/vendor-server.ts'
import { type ChatDriver, failureOf } from './chat-model.ts'

export type KindDriver = Pick<ChatDriver, 'name' | 'start' | 'create'> & {
  /** For vendors whose models have formats of their own. */
  readonly model?: string
}
type Signalled = (signal?: AbortSignal) => Promise<unknown>

const withServer = async (driver: KindDriver, use: (server: VendorServer) => Promise<void>): Promise<void> => {
  const server = await driver.start()
  try {
    await use(server)
  } finally {
    await server.close()
  }
}

const open = (driver: KindDriver, url: string, clock: Clock = systemClock): ModelProvider =>
  driver.create({ url, apiKey: TEST_KEY }, { fetch, clock, ids: createIds(systemClock) })

/** What one call of any kind promises about failures and cancelling. */
const describeCall = (
  driver: KindDriver,
  limitMs: number,
  callOf: (provider: ModelProvider) => Signalled,
  malformed: boolean,
): void => {
  it.each<[number, string, boolean]>([
    [400, 'model/bad-request', false],
    [401, 'model/auth', false],
    [404, 'model/not-found', false],
    [429, 'model/rate-limited', true],
    [503, 'model/unavailable', true],
  ])('status %i is %s', (status, code, retryable) =>
    withServer(driver, async (server) => {
      server.fault({ type: 'status', status, message: `why, with ${TEST_KEY}` })
      const error = await failureOf(callOf(open(driver, server.url))())
      expect(error).toMatchObject({ code, retryable, details: { status, message: 'why, with ***' } })
    }),
  )

  // Any bytes are a sound, as far as a driver can tell.
  if (malformed)
    it('reports what cannot be read', () =>
      withServer(driver, async (server) => {
        server.fault({ type: 'malformed' })
        expect((await failureOf(callOf(open(driver, server.url))())).code).toBe('model/bad-response')
      }))

  it('reports a vendor that is not there, and one that hangs up', () =>
    withServer(driver, async (server) => {
      server.fault({ type: 'cut', afterBytes: 3 })
      expect((await failureOf(callOf(open(driver, server.url))())).code).toBe('model/unavailable')
      await server.close()
      const error = await failureOf(callOf(open(driver, server.url))())
      expect(error).toMatchObject({ code: 'model/unavailable', retryable: true, details: { connection: true } })
    }))

  it('gives up on a vendor that never answers', () =>
    withServer(driver, async (server) => {
      const clock = createManualClock()
      server.fault({ type: 'silent' })
      const arrived = server.nextRequest()
      const failure = failureOf(callOf(open(driver, server.url, clock))())
      const request = await arrived
      clock.advance(limitMs)
      expect(await failure).toMatchObject({ code: 'model/timeout', details: { limitMs } })
      await request.hungUp
    }))

  it('rejects with the reason, and hangs up', () =>
    withServer(driver, async (server) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      server.fault({ type: 'silent' })
      const arrived = server.nextRequest()
      const outcome = callOf(open(driver, server.url))(controller.signal).catch((error: unknown) => error)
      const request = await arrived
      controller.abort(reason)
      expect(await outcome).toBe(reason)
      await request.hungUp
      const before = server.requests.length
      await expect(callOf(open(driver, server.url))(controller.signal)).rejects.toBe(reason)
      expect(server.requests).toHaveLength(before)
    }))
}

export const describeRerank = (driver: KindDriver): void => {
  const rerank = (provider: ModelProvider, documents: readonly string[], topN?: number, signal?: AbortSignal) => {
    const model = provider.rerank?.('acme-rank')
    if (!model) throw new Error('no rerank model')
    return model.rerank('which is longest?', documents, topN === undefined ? {} : { topN }, signal)
  }
  describe(`rerank: ${driver.name}`, () => {
    it('gives the best first, whatever the order it was told in', () =>
      withServer(driver, async (server) => {
        const documents = ['aa', 'aaaa', 'a', 'aaa 世界']
        const { results, tokens } = await rerank(open(driver, server.url), documents)
        expect(results.map(({ index }) => index)).toEqual([3, 1, 0, 2])
        expect(results.every(({ score }, i) => score <= (results[i - 1]?.score ?? Infinity))).toBe(true)
        expect(tokens).toBe(8)
        const best = await rerank(open(driver, server.url), documents, 2)
        expect(best.results.map(({ index }) => index)).toEqual([3, 1])
        expect(server.requests.at(-1)?.body).toMatchObject({ model: 'acme-rank', top_n: 2, documents })
        expect((await rerank(open(driver, server.url), documents, 99)).results).toHaveLength(4)
      }))

    it.each<[string, object]>([
      ['nothing', {}],
      ['none', { results: [] }],
      ['of another document', { results: [{ index: 7, relevance_score: 1 }] }],
      ['of no document', { results: [{ relevance_score: 1 }] }],
      ['without a score', { results: [{ index: 0 }] }],
      ['of a half document', { results: [{ index: 0.5, relevance_score: 1 }] }],
      [
        'twice',
        {
          results: [
            { index: 0, relevance_score: 1 },
            { index: 0, relevance_score: 1 },
          ],
        },
      ],
    ])('never takes a wrong ranking: %s', (_, body) =>
      withServer(driver, async (server) => {
        server.fault({ type: 'status', status: 200, body: JSON.stringify(body) })
        const error = await failureOf(rerank(open(driver, server.url), ['a', 'b']))
        expect(error.code).toBe('model/bad-response')
      }),
    )

    it.each([0, 1_001])('refuses %i documents without asking the vendor', (length) =>
      withServer(driver, async (server) => {
        const call = rerank(
          open(driver, server.url),
          Array.from({ length }, () => 'x'),
        )
        expect((await failureOf(call)).code).toBe('model/bad-request')
        expect(server.requests).toHaveLength(0)
      }),
    )

    describeCall(driver, 600_000, (provider) => (signal) => rerank(provider, ['a'], undefined, signal), true)
  })
}

export const describeModeration = (driver: KindDriver): void => {
  const moderate = (provider: ModelProvider, texts: readonly string[], signal?: AbortSignal) => {
    const model = provider.moderation?.('acme-judge')
    if (!model) throw new Error('no moderation model')
    return model.moderate(texts, signal)
  }
  describe(`moderation: ${driver.name}`, () => {
    it('gives one verdict a text, in order', () =>
      withServer(driver, async (server) => {
        const texts = Array.from({ length: 70 }, (_, i) => (i % 7 === 3 ? `bad ${i}` : `good ${i}`))
        const verdicts = await moderate(open(driver, server.url), texts)
        expect(verdicts.map(({ flagged }) => flagged)).toEqual(texts.map((text) => text.startsWith('bad')))
        expect(verdicts[3]).toEqual({
          flagged: true,
          categories: { hate: true, violence: false },
          scores: { hate: 0.9, violence: 0 },
        })
        expect(server.requests).toHaveLength(3)
      }))

    it('never takes fewer verdicts than texts', () =>
      withServer(driver, async (server) => {
        server.fault({ type: 'status', status: 200, body: '{"results": [{"flagged": false}]}' })
        expect((await failureOf(moderate(open(driver, server.url), ['a', 'b']))).code).toBe('model/bad-response')
      }))

    describeCall(driver, 600_000, (provider) => (signal) => moderate(provider, ['a'], signal), true)
  })
}

export const describeEmbedding = (driver: KindDriver, batchTexts: number): void => {
  const embed = (provider: ModelProvider, texts: readonly string[], signal?: AbortSignal) => {
    const model = provider.embedding?.(driver.model ?? 'acme-embed')
    if (!model) throw new Error('no embedding model')
    return model.embed(texts, signal)
  }
  describe(`embedding: ${driver.name}`, () => {
    it('gives one vector a text, in order', () =>
      withServer(driver, async (server) => {
        const texts = ['Hello', '世界 😀', 'x']
        const { vectors, promptTokens } = await embed(open(driver, server.url), texts)
        expect(vectors.map((vector) => [...vector])).toEqual(texts.map(vectorOf))
        expect(promptTokens).toBeGreaterThan(0)
      }))

    it('cuts many texts into calls, and keeps their order', () =>
      withServer(driver, async (server) => {
        const texts = Array.from({ length: 2_048 }, (_, i) => `text ${i}`)
        const { vectors } = await embed(open(driver, server.url), texts)
        expect(vectors.map((vector) => [...vector])).toEqual(texts.map(vectorOf))
        expect(server.requests).toHaveLength(Math.ceil(2_048 / batchTexts))
      }))

    it('cuts long texts into calls', () =>
      withServer(driver, async (server) => {
        const texts = Array.from({ length: 3 }, () => 'word '.repeat(100_000))
        expect((await embed(open(driver, server.url), texts)).vectors).toHaveLength(3)
        expect(server.requests).toHaveLength(3)
      }))

    it.each([0, 2_049])('refuses %i texts without asking the vendor', (length) =>
      withServer(driver, async (server) => {
        const call = embed(
          open(driver, server.url),
          Array.from({ length }, () => 'x'),
        )
        expect((await failureOf(call)).code).toBe('model/bad-request')
        expect(server.requests).toHaveLength(0)
      }),
    )

    describeCall(driver, 600_000, (provider) => (signal) => embed(provider, ['a'], signal), true)
  })
}

export const describeTranscription = (driver: KindDriver): void => {
  const transcribe = (provider: ModelProvider, signal?: AbortSignal) => {
    const model = provider.transcription?.('acme-ears')
    if (!model) throw new Error('no transcription model')
    const audio = { bytes: Buffer.from('RIFF…'), mimeType: 'audio/wav', filename: 'grüße "1".wav' }
    return model.transcribe(audio, { language: 'de' }, signal)
  }
  describe(`transcription: ${driver.name}`, () => {
    it('sends the sound, and gives the text', () =>
      withServer(driver, async (server) => {
        server.reply({ text: 'Guten Tag, 世界' })
        expect(await transcribe(open(driver, server.url))).toEqual({ text: 'Guten Tag, 世界' })
        const [request] = server.requests
        expect(request?.body).toMatchObject({ model: 'acme-ears', language: 'de' })
        expect(request?.body.file).toMatchObject({ filename: 'grüße "1".wav', type: 'audio/wav' })
        expect(Buffer.from(request?.body.file.bytes).toString()).toBe('RIFF…')
      }))

    it('takes silence for an empty text', () =>
      withServer(driver, async (server) => {
        server.reply({ text: '' })
        expect(await transcribe(open(driver, server.url))).toEqual({ text: '' })
      }))

    describeCall(driver, 600_000, (provider) => (signal) => transcribe(provider, signal), true)
  })
}

export const describeSpeech = (driver: KindDriver): void => {
  const speak = (provider: ModelProvider, text: string, options?: { voice?: string }, signal?: AbortSignal) => {
    const model = provider.speech?.('acme-voice')
    if (!model) throw new Error('no speech model')
    return model.speak(text, options, signal)
  }
  const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const list: Uint8Array[] = []
    for await (const chunk of chunks) list.push(chunk)
    return Buffer.concat(list)
  }
  describe(`speech: ${driver.name}`, () => {
    it('speaks with the voice asked for, or its own', () =>
      withServer(driver, async (server) => {
        const provider = open(driver, server.url)
        server.fault({ type: 'pieces', bytes: 5 })
        expect(String(await collect(speak(provider, 'Hello.', { voice: 'nova' })))).toBe('mp3 of nova: Hello.')
        const voice = provider.speech?.('acme-voice')?.defaultVoice
        expect(String(await collect(speak(provider, 'Hello.')))).toBe(`mp3 of ${voice}: Hello.`)
      }))

    it('speaks while the vendor still does, and hangs up when the loop is left', () =>
      withServer(driver, async (server) => {
        server.reply({ audio: Buffer.alloc(1_000, 1) })
        server.fault({ type: 'hold', afterBytes: 400 })
        const arrived = server.nextRequest()
        for await (const chunk of speak(open(driver, server.url), 'Hello.')) {
          expect(chunk.byteLength).toBe(400)
          break
        }
        await (await arrived).hungUp
      }))

    it('speaks long texts whole, in several calls', () =>
      withServer(driver, async (server) => {
        const text = 'A sentence of some length. '.repeat(500).trim()
        await collect(speak(open(driver, server.url), text))
        expect(server.requests.map(({ body }) => body.input).join(' ')).toBe(text)
        expect(server.requests.length).toBeGreaterThan(1)
      }))

    it('does not take silence for speech', () =>
      withServer(driver, async (server) => {
        server.reply({ audio: Buffer.alloc(0) })
        expect((await failureOf(collect(speak(open(driver, server.url), 'x')))).code).toBe('model/bad-response')
      }))

    describeCall(
      driver,
      120_000,
      (provider) => (signal) => collect(speak(provider, 'Hello there.', undefined, signal)),
      false,
    )
  })
}
