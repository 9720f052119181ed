// Tiers of kept answers: what each must do, on every database and on Redis; then the cache above them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentMetrics } from '../../src/base/metrics.ts'
import { silentLog, systemClock } from '../../src/base/seams.ts'
import { createDatabaseStore } from '../../src/model/cache/drivers/database.ts'
import { createRedisTier } from '../../src/model/cache/drivers/redis.ts'
import { toEntry } from '../../src/model/cache/entry.ts'
import { keyOf } from '../../src/model/cache/key.ts'
import type { CacheEntry, CacheQuestion, EntryStore } from '../../src/model/cache/spec.ts'
import type { ChatStreamPart } from '../../src/model/spec.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { createTenantStore } from '../../src/product/tenants/store.ts'
import {
  answering,
  ask,
  type CacheGiven,
  collect,
  createTestCache,
  FINISH,
  ON,
  offlineEmbedding,
  STRANGER,
  say,
  TARGET,
  TENANT,
} from '../support/chat-caches.ts'
import { databases, noteSkippedDatabases, type OpenedDatabase } from '../support/databases.ts'
import { noteSkippedRedis, redisPrefix, redisUrl } from '../support/redis.ts'
import { createManualClock, type ManualClock } from '../support/vendors/manual-clock.ts'

const PARTS: readonly ChatStreamPart[] = [
  { type: 'reasoning-delta', text: 'a\u0000b' },
  { type: 'reasoning-end', vendorState: { anthropic: { signature: 's', n: 1.5 } } },
  { type: 'text-delta', text: 'He said "1.0" — 你好 😀' },
  FINISH,
]

const entryOf = (question: CacheQuestion, createdAt: number, parts = PARTS): CacheEntry =>
  toEntry({
    question,
    key: keyOf(question),
    parts,
    vector: { model: 'm', values: Float32Array.of(0.6, -0.8) },
    createdAt,
  })

noteSkippedDatabases()
noteSkippedRedis()

describe.each(databases)('kept answers in a database: $name', ({ open }) => {
  let db: OpenedDatabase
  let clock: ManualClock
  let store: EntryStore
  let statements: string[]
  const openStore = (bounds: Partial<Parameters<typeof createDatabaseStore>[0]> = {}) =>
    createDatabaseStore({ db, clock, maxEntries: 100, maxBytes: 1_000_000, minHitsPerHour: 0, ...bounds })

  beforeEach(async () => {
    statements = []
    clock = createManualClock()
    db = await open({ trace: (sql) => void (sql.includes('cache_entries') && statements.push(sql)) })
    const tenants = createTenantStore({ db, clock, ids: { next: (prefix) => `${prefix}_1` } })
    for (const tenant of [TENANT, STRANGER] as const) await tenants.ensure(systemCaller(tenant), 'x')
    store = openStore()
  })
  afterEach(() => db.close())

  it('gives back what was kept, to its owner alone, until it is over', async () => {
    const entry = entryOf(ask('q'), clock.now())
    await store.set(entry, 1_000)
    const found = await store.get(TENANT, entry.key)
    expect(found?.parts).toEqual(entry.parts)
    expect(found?.vector?.values).toEqual(entry.vector?.values)
    expect({ ...found, vector: undefined, parts: undefined }).toEqual({ ...entry, vector: undefined, parts: undefined })
    expect(await store.get(STRANGER, entry.key)).toBeUndefined()
    clock.advance(1_001)
    expect(await store.get(TENANT, entry.key)).toBeUndefined()
  })

  it('takes a newer answer in place of an older one', async () => {
    const question = ask('q')
    await store.set(entryOf(question, clock.now()), 1_000)
    clock.advance(10)
    await store.set(entryOf(question, clock.now(), say('newer')), 5_000)
    expect(await store.sizes(TENANT)).toMatchObject({ entries: 1 })
    clock.advance(2_000)
    expect((await store.get(TENANT, keyOf(question)))?.parts).toEqual(say('newer'))
  })

  it('lists, counts and finds by scope, target, age and text', async () => {
    const questions = [
      ask('Pay 100%?'),
      ask('pay_by card', { scope: `${TENANT}/app` }),
      ask('Refund', { scope: `${TENANT}/app/user`, target: 'other/m' }),
      ask('Refund', { scope: `${TENANT}/apple` }),
      ask('Refund', { scope: STRANGER }),
    ]
    for (const question of questions) {
      await store.set(entryOf(question, clock.now()), 100_000)
      clock.advance(1_000)
    }
    const found = async (filter: Parameters<EntryStore['list']>[1]) =>
      (await store.list(TENANT, filter, { limit: 10 })).map(
        (entry) => `${entry.scope.slice(TENANT.length)} ${entry.question}`,
      )
    expect(await found({})).toEqual(['/apple Refund', '/app/user Refund', '/app pay_by card', ' Pay 100%?'])
    expect(await found({ scope: `${TENANT}/app` })).toEqual(['/app/user Refund', '/app pay_by card'])
    expect(await found({ target: 'other/m' })).toEqual(['/app/user Refund'])
    expect(await found({ text: 'PAY' })).toEqual(['/app pay_by card', ' Pay 100%?'])
    expect(await found({ text: '%' })).toEqual([' Pay 100%?'])
    expect(await found({ text: 'y_' })).toEqual(['/app pay_by card'])
    expect(await found({ before: clock.now() - 3_000 })).toEqual(['/app pay_by card', ' Pay 100%?'])
    expect(await store.sizes(TENANT, { text: 'pay' })).toMatchObject({ entries: 2 })
    expect(await store.matching(TENANT, { text: 'pay' }, 1)).toHaveLength(1)
    const [first, second] = await store.list(TENANT, {}, { limit: 2 })
    const next = await store.list(TENANT, {}, { limit: 2, after: second as NonNullable<typeof second> })
    expect(next.map((entry) => entry.question)).toEqual(['pay_by card', 'Pay 100%?'])
    expect(first?.answer).toBe('He said "1.0" — 你好 😀')
  })

  it('knows neighbours of one fingerprint and model, newest first', async () => {
    for (const text of ['a', 'b']) {
      await store.set(entryOf(ask(text), clock.now()), 100_000)
      clock.advance(1)
    }
    await store.set(entryOf(ask('c', { variant: 'v' }), clock.now()), 100_000)
    const { fingerprint = '' } = entryOf(ask('x'), 0)
    const near = await store.neighbours(TENANT, fingerprint, { model: 'm', limit: 5 })
    expect(near.map(({ question }) => question)).toEqual(['b', 'a'])
    expect([...(near[0]?.values ?? [])]).toEqual([...Float32Array.of(0.6, -0.8)])
    expect(await store.neighbours(TENANT, fingerprint, { model: 'other', limit: 5 })).toEqual([])
    expect(await store.neighbours(STRANGER, fingerprint, { model: 'm', limit: 5 })).toEqual([])
  })

  it('sweeps what is over, what is rare, and what is beyond the bounds, owner by owner', async () => {
    const strict = openStore({ maxEntries: 2, minHitsPerHour: 6 })
    const hour = 3_600_000
    const keep = async (text: string, forMs: number, scope = TENANT) => {
      const entry = entryOf(ask(text, { scope }), clock.now())
      await strict.set(entry, forMs)
      clock.advance(1)
      return entry.key
    }
    const short = await keep('short', 10)
    const often = await keep('often', 10 * hour)
    const rarely = await keep('rarely', 10 * hour)
    const theirs = await keep('often', 10 * hour, STRANGER)
    clock.advance(1_000)
    await strict.touch(
      TENANT,
      new Map([
        [often, 6],
        [rarely, 5],
      ]),
    )
    await strict.touch(
      STRANGER,
      new Map([
        [theirs, 9],
        [often, 50],
      ]),
    )
    expect(await strict.sweep()).toEqual(
      new Map([
        [TENANT, [short]],
        [STRANGER, []],
      ]),
    )
    clock.advance(hour - 1_000)
    expect((await strict.sweep()).get(TENANT)).toEqual([rarely])
    expect((await strict.list(TENANT, {}, { limit: 5 })).map(({ hits }) => hits)).toEqual([6])
    const more = [await keep('m1', 10 * hour), await keep('m2', 10 * hour)]
    expect((await strict.sweep()).get(TENANT)).toEqual([often])
    expect(await strict.present(TENANT, [often, ...more])).toEqual(new Set(more))
    expect(await strict.present(STRANGER, more)).toEqual(new Set())
    const small = openStore({ maxBytes: 1 })
    expect((await small.sweep()).get(STRANGER)).toEqual([theirs])
    expect((await store.sizes(TENANT)).entries).toBe(0)
  })

  it('keeps what was learned, by owner', async () => {
    await store.saveCategory(`${TENANT}/app`, 'c', 'one')
    await store.saveCategory(`${TENANT}/app`, 'c', 'two')
    expect(await store.loadCategory(TENANT, 'c')).toBe('two')
    expect(await store.loadCategory(STRANGER, 'c')).toBeUndefined()
  })

  describe('under the cache', () => {
    const openCache = (given: CacheGiven = {}) => createTestCache({ clock, store, ...given }).cache

    it('answers after a restart, and a miss reads nothing', async () => {
      const first = openCache()
      await collect((await first.through(ask('q'), answering(PARTS).fresh)).parts)
      await first.close()
      const cache = openCache()
      await cache.idle()
      statements.length = 0
      await collect((await cache.through(ask('new'), answering(PARTS).fresh)).parts)
      await cache.idle()
      expect(statements.filter((sql) => sql.startsWith('select'))).toEqual([])
      const source = answering(say('x'))
      const answer = await cache.through(ask('q'), source.fresh)
      expect([answer.status, await collect(answer.parts), source.calls]).toEqual(['hit', PARTS, 0])
      expect(statements.filter((sql) => sql.startsWith('select'))).toHaveLength(1)
      await cache.close()
    })

    it('finds before its filter is there, once for all who ask', async () => {
      await store.set(entryOf(ask('q'), clock.now()), 100_000)
      let reads = 0
      const counting: EntryStore = {
        ...store,
        get: (...given) => {
          reads++
          return store.get(...given)
        },
      }
      const cache = openCache({ store: counting })
      const asking = Array.from({ length: 20 }, () => cache.through(ask('q'), answering(say('x')).fresh))
      expect((await Promise.all(asking)).map(({ status }) => status)).toEqual(Array(20).fill('hit'))
      expect(reads).toBe(1)
      await cache.close()
    })

    it('counts hits, removes everywhere, and forgets what others removed', async () => {
      const [one, two] = [openCache(), openCache()]
      for (const cache of [one, two]) await cache.idle()
      await collect((await one.through(ask('q'), answering(PARTS).fresh)).parts)
      await one.idle()
      for (let i = 0; i < 3; i++) await one.through(ask('q'), answering(PARTS).fresh)
      await one.sweep()
      expect((await one.control.list(TENANT, {}, { limit: 5 })).map(({ hits }) => hits)).toEqual([3])
      // The other process learns of the entry with its next filter.
      for (let i = 0; i < 10; i++) await two.sweep()
      expect((await two.through(ask('q'), answering(PARTS).fresh)).status).toBe('hit')
      expect(await one.control.invalidate(STRANGER, {}, { dryRun: false })).toMatchObject({ entries: 0 })
      expect(await one.control.invalidate(TENANT, {}, { dryRun: true })).toMatchObject({ entries: 1 })
      expect(await one.control.invalidate(TENANT, {}, { dryRun: false })).toMatchObject({ entries: 1 })
      expect((await one.through(ask('q', { mode: { ...ON, write: false } }), answering(PARTS).fresh)).status).toBe(
        'miss',
      )
      clock.advance(61_000)
      await two.sweep()
      expect((await two.through(ask('q', { mode: { ...ON, write: false } }), answering(PARTS).fresh)).status).toBe(
        'miss',
      )
      for (const cache of [one, two]) await cache.close()
    })

    it('is a miss where the database fails, and fails nobody', async () => {
      const failing = {
        ...store,
        get: () => Promise.reject(new Error('away')),
        set: () => Promise.reject(new Error('away')),
      }
      const cache = openCache({ store: failing as EntryStore })
      const source = answering(PARTS)
      expect((await cache.through(ask('q'), source.fresh)).status).toBe('miss')
      await cache.close()
    })

    it('finds similar questions after a restart', async () => {
      const mode = { ...ON, semantic: 'simple' as const }
      const embedding = offlineEmbedding()
      const first = openCache({ embedding })
      await collect((await first.through(ask('How do I reset my password?', { mode }), answering(PARTS).fresh)).parts)
      await first.close()
      const cache = openCache({ embedding })
      const answer = await cache.through(ask('how do i reset my password', { mode }), answering(say('x')).fresh)
      expect(answer.status).toBe('semantic-hit')
      expect(await collect(answer.parts)).toEqual(PARTS)
      await cache.close()
    })
  })
})

describe.runIf(redisUrl)('kept answers in Redis', () => {
  const openTier = (prefix: string) =>
    createRedisTier({ url: redisUrl ?? '', prefix, clock: systemClock, log: silentLog, limitMs: 5_000 })
  /** The connection is made in the background. */
  const ready = async (tier: ReturnType<typeof openTier>): Promise<void> => {
    for (;;) {
      try {
        await tier.get(TENANT, 'none')
        return
      } catch {
        await systemClock.sleep(5)
      }
    }
  }

  it('gives back what was kept, to its owner alone, until it is deleted', async () => {
    const prefix = redisPrefix()
    const tier = openTier(prefix)
    await ready(tier)
    const entry = entryOf(ask('q'), 7)
    await tier.set(entry, 60_000)
    const found = await tier.get(TENANT, entry.key)
    expect(found?.parts).toEqual(PARTS)
    expect(found?.vector?.values).toEqual(entry.vector?.values)
    expect(await tier.get(STRANGER, entry.key)).toBeUndefined()
    await tier.delete(STRANGER, [entry.key])
    expect(await tier.get(TENANT, entry.key)).toBeDefined()
    await tier.delete(TENANT, [entry.key])
    expect(await tier.get(TENANT, entry.key)).toBeUndefined()
    await tier.close()
  })

  it('shares answers between processes, under the cache', async () => {
    const prefix = redisPrefix()
    const tiers = [openTier(prefix), openTier(prefix)]
    for (const tier of tiers) await ready(tier)
    const [one, two] = tiers.map((tier) => createTestCache({ between: [tier] }).cache)
    await collect((await one!.through(ask('q'), answering(PARTS).fresh)).parts)
    await one!.idle()
    const source = answering(say('x'), TARGET)
    const answer = await two!.through(ask('q'), source.fresh)
    expect([answer.status, await collect(answer.parts), source.calls]).toEqual(['hit', PARTS, 0])
    await one!.close()
    await two!.close()
  })

  it('is a miss while Redis is away', async () => {
    const away = createRedisTier({
      url: 'redis://127.0.0.1:1',
      prefix: 'x',
      clock: systemClock,
      log: silentLog,
    })
    const { cache } = createTestCache({ between: [away], metrics: silentMetrics })
    expect((await cache.through(ask('q'), answering(PARTS).fresh)).status).toBe('miss')
    await cache.close()
  })
})
