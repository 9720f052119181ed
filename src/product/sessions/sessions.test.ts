// Which tier answers, what the others learn from it, and that none of them ever decides what is true.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { silentLog } from '../../base/seams.ts'
import type { ChatMessage } from '../../model/spec.ts'
import { systemCaller } from '../caller.ts'
import { createMemoryTier } from './memory-tier.ts'
import { createSessions } from './sessions.ts'
import type { Exchange, SessionRecords, SessionTier } from './spec.ts'

const caller = systemCaller()
const about = { appId: 'app_a', conversationId: 'conv_c' } as const

const historyOf = (exchanges: readonly Exchange[]): ChatMessage[] =>
  exchanges.flatMap(({ query, answer }): ChatMessage[] => [
    { role: 'user', content: query },
    { role: 'assistant', content: answer },
  ])

/** Records of one conversation, counting how often they were asked. */
const createRecords = (exchanges: readonly Exchange[] = []) => {
  const all = [...exchanges]
  let asked = 0
  const records: SessionRecords = {
    async exchanges(_, { limit }) {
      asked++
      return all.slice(-limit)
    },
  }
  return { all, records, asked: () => asked }
}

const createCounter = () => {
  const counts: Record<string, number> = {}
  const metrics = {
    ...silentMetrics,
    counter: (name: string) => ({
      add: (labels: Readonly<Record<string, string>> = {}) => {
        const key = `${name}{${Object.values(labels).join()}}`
        counts[key] = (counts[key] ?? 0) + 1
      },
    }),
  }
  return { counts, metrics }
}

const memory = (clock = createManualClock(), ttlMs = 1_000): SessionTier =>
  createMemoryTier({ clock, ttlMs, maxEntries: 100, maxBytes: 1_000_000 })
/** Stands for the shared store: of tiers only the name differs. */
const shared = (clock = createManualClock(), ttlMs = 10_000): SessionTier => ({
  ...memory(clock, ttlMs),
  name: 'redis',
})

const LOOKUPS = 'heddle_session_lookups_total'
const FAILURES = 'heddle_session_tier_failures_total'

describe('sessions', () => {
  it('are answered by the nearest tier, which learns from those below', async () => {
    const { records, asked } = createRecords([{ query: 'q', answer: 'a' }])
    const { counts, metrics } = createCounter()
    const clock = createManualClock()
    const tiers = [memory(clock), shared(clock)]
    const sessions = createSessions({ tiers, messages: records, log: silentLog, metrics })
    const expected = historyOf([{ query: 'q', answer: 'a' }])
    expect(await sessions.recall(caller, about, 1)).toEqual(expected)
    expect(await sessions.recall(caller, about, 1)).toEqual(expected)
    expect(counts).toEqual({ [`${LOOKUPS}{records}`]: 1, [`${LOOKUPS}{memory}`]: 1 })
    clock.advance(1_000)
    expect(await sessions.recall(caller, about, 1)).toEqual(expected)
    expect(await sessions.recall(caller, about, 1)).toEqual(expected)
    expect(counts).toEqual({ [`${LOOKUPS}{records}`]: 1, [`${LOOKUPS}{memory}`]: 2, [`${LOOKUPS}{redis}`]: 1 })
    expect(asked()).toBe(1)
  })

  it('of another revision are absent', async () => {
    const { all, records, asked } = createRecords()
    const sessions = createSessions({ tiers: [memory()], messages: records, log: silentLog, metrics: silentMetrics })
    sessions.remember(caller, about, { revision: 1, history: historyOf([{ query: 'old', answer: 'old' }]) })
    all.push({ query: 'q', answer: 'a' })
    for (const revision of [0, 2]) expect(await sessions.recall(caller, about, revision)).toEqual(historyOf(all))
    expect(asked()).toBe(2)
  })

  it('of another tenant are another’s', async () => {
    const { records } = createRecords()
    const sessions = createSessions({ tiers: [memory()], messages: records, log: silentLog, metrics: silentMetrics })
    sessions.remember(caller, about, { revision: 1, history: historyOf([{ query: 'mine', answer: 'mine' }]) })
    const stranger = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
    expect(await sessions.recall(stranger, about, 1)).toEqual([])
  })

  it('survive tiers that fail in every way', async () => {
    const fail = () => Promise.reject(new Error('away'))
    const broken: SessionTier = { name: 'redis', get: fail, set: fail, delete: fail, close: fail }
    const { records } = createRecords([{ query: 'q', answer: 'a' }])
    const { counts, metrics } = createCounter()
    const sessions = createSessions({ tiers: [broken], messages: records, log: silentLog, metrics })
    expect(await sessions.recall(caller, about, 1)).toHaveLength(2)
    sessions.remember(caller, about, { revision: 2, history: [] })
    await sessions.forget(caller, about)
    await sessions.close()
    // Read, filled, written, forgotten, closed.
    expect(counts).toEqual({ [`${LOOKUPS}{records}`]: 1, [`${FAILURES}{redis}`]: 5 })
  })

  it('hold the newest 500 exchanges', async () => {
    const many = Array.from({ length: 501 }, (_, i) => ({ query: `q${i}`, answer: `a${i}` }))
    const { records } = createRecords(many)
    const sessions = createSessions({ tiers: [memory()], messages: records, log: silentLog, metrics: silentMetrics })
    const expected = historyOf(many.slice(1))
    expect(await sessions.recall(caller, about, 1)).toEqual(expected)
    sessions.remember(caller, about, { revision: 2, history: historyOf(many) })
    expect(await sessions.recall(caller, about, 2)).toEqual(expected)
  })

  it('do not pile up before a tier that never answers', async () => {
    let writes = 0
    const set = () => {
      writes++
      return new Promise<void>(() => {})
    }
    const stuck: SessionTier = { ...shared(), set }
    const { records } = createRecords()
    const sessions = createSessions({ tiers: [stuck], messages: records, log: silentLog, metrics: silentMetrics })
    for (let i = 0; i < 1_000; i++) sessions.remember(caller, about, { revision: i, history: [] })
    expect(writes).toBe(256)
  })
})

/** Two processes with a memory each and a store between them, one conversation, and everything that can happen to it. */
const actions = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('turn' as const), who: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('recall' as const), who: fc.nat(1) }) },
    fc.record({ type: fc.constant('side-by-side' as const), who: fc.nat(1) }),
    fc.record({ type: fc.constant('killed' as const), who: fc.nat(1) }),
    fc.record({ type: fc.constant('variable' as const), who: fc.nat(1) }),
    fc.record({ type: fc.constant('late-write' as const), who: fc.nat(1) }),
    fc.record({ type: fc.constant('forget' as const), who: fc.nat(1) }),
    fc.record({ type: fc.constant('time' as const), who: fc.constantFrom(500, 1_000, 10_000, 60_000) }),
  ),
  { minLength: 1, maxLength: 40 },
)

describe('whatever the order of turns, losses and expiry', () => {
  it('recall equals the records', async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (list) => {
        const { all, records } = createRecords()
        const clock = createManualClock()
        const store = shared(clock)
        const processes = [0, 1].map(() =>
          createSessions({ tiers: [memory(clock), store], messages: records, log: silentLog, metrics: silentMetrics }),
        )
        let revision = 0
        let earlier = { revision: 0, history: historyOf([]) }
        const add = () => all.push({ query: `q${all.length}`, answer: `a${all.length}` })
        for (const { type, who } of list) {
          const sessions = processes[who]
          if (type === 'time') clock.advance(who)
          if (!sessions) continue
          const check = async () => {
            const history = await sessions.recall(caller, about, revision)
            expect(history).toEqual(historyOf(all))
            return history
          }
          const begun = revision
          switch (type) {
            case 'recall':
              await check()
              break
            case 'turn': {
              const history = await check()
              earlier = { revision, history: [...history] }
              add()
              revision++
              const added = historyOf(all.slice(-1))
              sessions.remember(caller, about, { revision: begun + 1, history: [...history, ...added] })
              break
            }
            case 'side-by-side':
              // Another turn ended meanwhile, so neither revision is this turn's to describe.
              await check()
              add()
              add()
              revision += 2
              break
            case 'killed':
              add()
              revision++
              break
            case 'variable':
              revision++
              break
            case 'late-write':
              sessions.remember(caller, about, earlier)
              break
            case 'forget':
              await sessions.forget(caller, about)
              break
          }
        }
        for (const sessions of processes) {
          expect(await sessions.recall(caller, about, revision)).toEqual(historyOf(all))
        }
      }),
      { numRuns: 300 },
    )
  })
})
