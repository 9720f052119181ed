// The caches as callers see them, in memory alone: what is kept, what is shared, what is served late.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answering,
  ask,
  collect,
  createTestCache,
  FINISH,
  gate,
  ON,
  STRANGER,
  say,
  TARGET,
  TENANT,
} from '../../../test/support/chat-caches.ts'
import { nextTurn } from '../../base/seams.ts'
import type { ChatRequest, ChatStreamPart } from '../spec.ts'
import type { CacheMode, CacheQuestion, FreshAnswer } from './spec.ts'

const PARTS: readonly ChatStreamPart[] = [
  { type: 'reasoning-delta', text: 'hm' },
  { type: 'reasoning-end', vendorState: { anthropic: { signature: 's' } } },
  { type: 'text-delta', text: 'Hel' },
  { type: 'text-delta', text: '' },
  { type: 'text-delta', text: 'lo 你好' },
  { type: 'media', mimeType: 'image/png', base64: 'AAAA' },
  { ...FINISH, model: 'gpt', stopSequence: '.' } as ChatStreamPart,
]

/** Status, explanation and parts of one question. */
const open = (given: Parameters<typeof createTestCache>[0] = {}) => {
  const { cache, clock } = createTestCache(given)
  return {
    cache,
    clock,
    async get(question: CacheQuestion, fresh: (signal: AbortSignal) => Promise<FreshAnswer>) {
      const answer = await cache.through(question, fresh)
      return { status: answer.status, explanation: answer.explanation, parts: await collect(answer.parts) }
    },
  }
}

describe('an answer that is kept', () => {
  it('comes back with every part and border it had', async () => {
    const { get, clock } = open()
    const source = answering(PARTS)
    expect(await get(ask('q'), source.fresh)).toEqual({ status: 'miss', explanation: 'miss', parts: PARTS })
    clock.advance(12_400)
    expect(await get(ask('q'), source.fresh)).toEqual({ status: 'hit', explanation: 'exact; age=12', parts: PARTS })
    expect(source.calls).toBe(1)
  })

  it('is nobody else’s', async () => {
    const { get } = open()
    const kept = ask('q')
    await get(kept, answering(say('secret')).fresh)
    const other: Partial<CacheQuestion>[] = [
      { scope: STRANGER },
      { scope: `${TENANT}/app` },
      { scope: TENANT.slice(0, -1) },
      { target: 'other/gpt' },
      { variant: 'v' },
    ]
    for (const given of other) {
      const source = answering(say('own'), given.target ?? TARGET)
      expect((await get({ ...kept, ...given }, source.fresh)).parts).toEqual(say('own'))
      expect(source.calls).toBe(1)
    }
  })

  it('crosses no scope in any order of questions', async () => {
    const step = fc.record({ scope: fc.integer({ min: 0, max: 3 }), text: fc.constantFrom('a', 'b', 'c') })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { get } = open()
        const scopes = [TENANT, STRANGER, `${TENANT}/app`, `${TENANT}/app/user`]
        for (const { scope, text } of steps) {
          const name = scopes[scope] as string
          const { parts } = await get(ask(text, { scope: name }), answering(say(`${name} ${text}`)).fresh)
          expect(parts).toEqual(say(`${name} ${text}`))
        }
      }),
      { numRuns: 50 },
    )
  })

  it('needs a scope', async () => {
    const { cache } = open()
    for (const scope of ['', '/app']) {
      await expect(cache.through(ask('q', { scope }), answering(PARTS).fresh)).rejects.toMatchObject({
        code: 'cache/no-scope',
      })
    }
  })
})

describe('what is kept', () => {
  const call = { id: 'c', name: 't', argumentsJson: '{}' }
  const tool = { name: 't', parameters: { type: 'object' } }
  const unkept: [string, readonly ChatStreamPart[]][] = [
    ['a cut answer', [{ type: 'text-delta', text: 'x' }, { ...FINISH, reason: 'length' } as ChatStreamPart]],
    [
      'a filtered answer',
      [{ type: 'text-delta', text: 'x' }, { ...FINISH, reason: 'content-filter' } as ChatStreamPart],
    ],
    ['an odd end', [{ type: 'text-delta', text: 'x' }, { ...FINISH, reason: 'other' } as ChatStreamPart]],
    ['a call of a tool', [{ type: 'text-delta', text: 'x' }, { type: 'tool-call', call }, FINISH]],
    [
      'pieces of a call',
      [{ type: 'text-delta', text: 'x' }, { type: 'tool-start', index: 0, id: 'c', name: 't' }, FINISH],
    ],
    ['nothing said', [FINISH]],
    ['no end', [{ type: 'text-delta', text: 'x' }]],
  ]
  it.each(unkept)('is not %s', async (_, parts) => {
    const { get } = open()
    const source = answering(parts)
    expect((await get(ask('q'), source.fresh)).parts).toEqual(parts)
    expect((await get(ask('q'), source.fresh)).status).toBe('miss')
    expect(source.calls).toBe(2)
  })

  it('is not the answer of another target', async () => {
    const { get } = open()
    const source = answering(say('x'), 'fallback/gpt')
    await get(ask('q'), source.fresh)
    await get(ask('q'), source.fresh)
    expect(source.calls).toBe(2)
  })

  const unasked: [string, Partial<ChatRequest>][] = [
    ['tools', { tools: [tool] }],
    ['tool-messages', { messages: [{ role: 'tool', content: 'r', toolCallId: 'c' }] }],
    ['tool-messages', { messages: [{ role: 'assistant', content: '', toolCalls: [call] }] }],
  ]
  it.each(unasked)('is not an answer to a request with %s', async (why, request) => {
    const { get } = open()
    const source = answering(say('x'))
    for (let i = 0; i < 2; i++) {
      expect(await get(ask('q', { request }), source.fresh)).toMatchObject({
        status: 'miss',
        explanation: `miss; not-cacheable=${why}`,
      })
    }
    expect(source.calls).toBe(2)
  })

  it('is not an answer that broke off', async () => {
    const { get } = open()
    const broken = async (): Promise<FreshAnswer> => ({
      target: TARGET,
      parts: (async function* () {
        yield { type: 'text-delta', text: 'x' } as const
        throw new Error('broken')
      })(),
    })
    await expect(get(ask('q'), broken)).rejects.toThrow('broken')
    expect((await get(ask('q'), answering(say('whole')).fresh)).parts).toEqual(say('whole'))
  })

  it.each<[CacheMode, string, number]>([
    [{ read: false, write: false }, 'off', 0],
    [{ read: true, write: false }, 'miss', 0],
    [{ read: false, write: true }, 'miss', 1],
  ])('follows the mode %j', async (mode, status, kept) => {
    const { get } = open()
    const source = answering(say('x'))
    expect((await get(ask('q', { mode }), source.fresh)).status).toBe(status)
    expect((await get(ask('q', { mode }), source.fresh)).status).toBe(status)
    expect(source.calls).toBe(2)
    await get(ask('q'), source.fresh)
    expect(source.calls).toBe(3 - kept)
  })
})

describe('the age of an answer', () => {
  it('ends with the time to live, or with what the caller wants', async () => {
    const { get, clock } = open()
    const source = answering(say('x'))
    await get(ask('q'), source.fresh)
    clock.advance(10_000)
    expect((await get(ask('q', { mode: { ...ON, maxAgeMs: 10_000 } }), source.fresh)).status).toBe('hit')
    clock.advance(1)
    const strict = answering(say('newer'))
    expect((await get(ask('q', { mode: { ...ON, maxAgeMs: 10_000, write: false } }), strict.fresh)).status).toBe('miss')
    clock.advance(3_589_999)
    expect((await get(ask('q'), source.fresh)).status).toBe('hit')
    clock.advance(1)
    expect((await get(ask('q'), source.fresh)).status).toBe('miss')
  })

  it('is served stale while a fresh one is fetched', async () => {
    const { get, clock, cache } = open({ settings: { staleWhileRevalidateMs: 60_000 } })
    await get(ask('q'), answering(say('old')).fresh)
    clock.advance(3_600_001)
    const source = answering(say('new'))
    expect(await get(ask('q'), source.fresh)).toEqual({
      status: 'hit',
      explanation: 'exact; age=3600; stale',
      parts: say('old'),
    })
    await cache.idle()
    expect(source.calls).toBe(1)
    expect(await get(ask('q'), source.fresh)).toMatchObject({ explanation: 'exact; age=0', parts: say('new') })
  })

  it('stands in when no fresh one can be had', async () => {
    const { get, clock } = open({ settings: { staleIfErrorMs: 60_000 } })
    await get(ask('q'), answering(say('old')).fresh)
    clock.advance(3_600_001)
    const failing = () => Promise.reject(new Error('down'))
    expect(await get(ask('q'), failing)).toMatchObject({
      explanation: 'exact; age=3600; stale; after-error',
      parts: say('old'),
    })
    await expect(get(ask('q', { mode: { ...ON, maxAgeMs: 1 } }), failing)).rejects.toThrow('down')
    clock.advance(60_000)
    await expect(get(ask('q'), failing)).rejects.toThrow('down')
  })
})

describe('a hundred equal questions at the same time', () => {
  it('ask once, and all get everything', async () => {
    const { cache } = open()
    const { promise, open: go } = gate()
    const source = answering(PARTS)
    const fresh = async (signal: AbortSignal) => {
      const answer = source.fresh(signal)
      await promise
      return answer
    }
    const asking = Array.from({ length: 100 }, () => cache.through(ask('q'), fresh))
    await nextTurn()
    go()
    const answers = await Promise.all(asking)
    expect(await Promise.all(answers.map(({ parts }) => collect(parts)))).toEqual(Array(100).fill(PARTS))
    expect(source.calls).toBe(1)
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(99).fill('joined'), 'miss'])
  })

  it('are not told to stop by one that goes; all of them are', async () => {
    const { cache } = open()
    let signal: AbortSignal | undefined
    const fresh = (given: AbortSignal): Promise<FreshAnswer> => {
      signal = given
      return new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason)))
    }
    const aborts = [new AbortController(), new AbortController()]
    const asking = aborts.map((abort) => cache.through(ask('q'), fresh, abort.signal))
    await nextTurn()
    aborts[0]?.abort()
    await expect(asking[0]).rejects.toMatchObject({ name: 'AbortError' })
    expect(signal?.aborted).toBe(false)
    aborts[1]?.abort()
    await expect(asking[1]).rejects.toMatchObject({ name: 'AbortError' })
    expect(signal?.aborted).toBe(true)
    // The next one begins anew.
    expect((await cache.through(ask('q'), answering(say('x')).fresh)).status).toBe('miss')
  })

  it('all hear of a failure, and the next one asks again', async () => {
    const { cache } = open()
    const { promise, fail } = gate<FreshAnswer>()
    const asking = Array.from({ length: 3 }, () => cache.through(ask('q'), () => promise))
    await nextTurn()
    fail(new Error('refused'))
    for (const one of asking) await expect(one).rejects.toThrow('refused')
    expect((await cache.through(ask('q'), answering(say('x')).fresh)).status).toBe('miss')
  })

  it('share nothing with another scope, nor with who wants no kept answer', async () => {
    const { cache } = open()
    const source = answering(say('x'))
    const modes: Partial<CacheQuestion>[] = [{}, { scope: STRANGER }, { mode: { read: false, write: true } }]
    const answers = await Promise.all(modes.map((given) => cache.through(ask('q', given), source.fresh)))
    // The first may share the fresh answer of the last, never the other way round.
    expect(answers.slice(1).map(({ status }) => status)).toEqual(['miss', 'miss'])
    expect(source.calls).toBe(2)
  })
})

describe('operators', () => {
  it('see what was asked, remove what they mean, and nothing of others', async () => {
    const { get, cache, clock } = open()
    const { control } = cache
    await get(ask('How do I pay?'), answering(say('card')).fresh)
    clock.advance(1_000)
    await get(ask('Refund?', { scope: `${TENANT}/app` }), answering(say('yes')).fresh)
    await get(ask('How do I pay?', { scope: STRANGER }), answering(say('cash')).fresh)
    await get(ask('How do I pay?'), answering(say('never')).fresh)
    expect((await control.report(TENANT)).counts).toEqual({ hits: 1, semanticHits: 0, joined: 0, misses: 2, passed: 0 })
    const listed = await control.list(TENANT, {}, { limit: 10 })
    expect(listed.map(({ question, answer, hits }) => [question, answer, hits])).toEqual([
      ['Refund?', 'yes', 0],
      ['How do I pay?', 'card', 1],
    ])
    const dry = { dryRun: true }
    expect((await control.invalidate(TENANT, { scope: `${TENANT}/app` }, dry)).entries).toBe(1)
    expect((await control.invalidate(TENANT, { text: 'PAY' }, dry)).entries).toBe(1)
    expect((await control.invalidate(TENANT, { before: clock.now() }, dry)).entries).toBe(1)
    expect((await control.invalidate(TENANT, { target: 'other' }, dry)).entries).toBe(0)
    expect((await control.invalidate(TENANT, { scope: STRANGER }, dry)).entries).toBe(0)
    expect((await control.invalidate(TENANT, { text: 'pay' }, { dryRun: false })).entries).toBe(1)
    expect(await control.list(TENANT, {}, { limit: 10 })).toHaveLength(1)
    expect(await control.list(STRANGER, {}, { limit: 10 })).toHaveLength(1)
  })

  it('remove answers that are still on their way', async () => {
    const { cache, get } = open()
    const { promise, open: go } = gate<FreshAnswer>()
    const asking = cache.through(ask('q'), () => promise)
    await nextTurn()
    await cache.control.invalidate(TENANT, {}, { dryRun: false })
    go(await answering(say('before the change')).fresh(new AbortController().signal))
    await collect((await asking).parts)
    expect((await get(ask('q'), answering(say('after')).fresh)).parts).toEqual(say('after'))
  })
})

describe('memory', () => {
  it('keeps only so many entries, the least recently used going first', async () => {
    const { get } = open({ maxEntries: 2 })
    for (const text of ['a', 'b', 'a', 'c']) await get(ask(text), answering(say(text)).fresh)
    expect((await get(ask('a'), answering(say('x')).fresh)).status).toBe('hit')
    expect((await get(ask('b'), answering(say('x')).fresh)).status).toBe('miss')
  })

  it('drops at the sweep what was asked for less than six times in the hour', async () => {
    const { get, clock, cache } = open({ minHitsPerHour: 6, settings: { ttlMs: 86_400_000 } })
    for (const text of ['often', 'rarely']) await get(ask(text), answering(say(text)).fresh)
    for (let i = 0; i < 6; i++) await get(ask('often'), answering(say('x')).fresh)
    for (let i = 0; i < 5; i++) await get(ask('rarely'), answering(say('x')).fresh)
    clock.advance(3_599_000)
    await cache.sweep()
    expect((await cache.control.list(TENANT, {}, { limit: 5 })).length).toBe(2)
    clock.advance(1_000)
    await cache.sweep()
    expect((await cache.control.list(TENANT, {}, { limit: 5 })).map(({ question }) => question)).toEqual(['often'])
    clock.advance(3_600_000)
    await cache.sweep()
    expect(await cache.control.list(TENANT, {}, { limit: 5 })).toEqual([])
  })
})
