// What a further process does with the limits in Redis: it says `ready`, waits for a line, and then tells in lines what was
// admitted. Lines are written at once, so that a killed process has said everything that it did.

import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { createIds, silentLog, systemClock } from '../../src/base/seams.ts'
import { createMemoryLedger } from '../../src/model/limit/drivers/memory.ts'
import { createRedisLedger } from '../../src/model/limit/drivers/redis.ts'
import { createLimiter } from '../../src/model/limit/limiter.ts'
import { createRuleBook, NO_RULES, type Rules } from '../../src/model/limit/rules.ts'
import { callOf, subjectsOf, tokenPrices, usageOf } from './limits.ts'

export interface WorkerOptions {
  readonly url: string
  readonly prefix: string
  readonly rules: Rules
  /** Of a `budget` worker. */
  readonly calls?: number
  /** Of a `rate` worker. */
  readonly durationMs?: number
  readonly seed?: number
  readonly leaseMs?: number
}

const tell = (...words: readonly (string | number)[]) => writeSync(1, `${words.join(' ')}\n`)

const begin = async ({ url, prefix, rules, leaseMs = 60_000 }: WorkerOptions) => {
  const clock = systemClock
  const ids = createIds(clock)
  const book = createRuleBook()
  book.set('test', rules)
  const fallback = createMemoryLedger({ clock })
  const ledger = createRedisLedger({ url, prefix, clock, ids, log: silentLog, fallback, leaseMs, limitMs: 5_000 })
  const limiter = createLimiter({ book, ledger, prices: tokenPrices, clock, log: silentLog, queue: { length: 0 } })
  // The connection is made in the background; a budget that nobody uses tells when it is there.
  const probe = { id: 'probe', subject: { kind: 'all' as const }, window: 'total' as const, limitNanoUsd: 1 }
  book.set('probe', { limits: [], budgets: [probe] })
  while (!(await limiter.spent('probe', undefined).catch(() => undefined))) await clock.sleep(10)
  book.set('probe', NO_RULES)
  tell('ready')
  await once(process.stdin, 'data')
  return limiter
}

/** A generator of its own, so that processes differ and runs do not (Lehmer). */
const chance = (seed: number) => {
  let state = (seed * 7_919 + 1) % 2_147_483_647
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

export const workers = {
  /** Asks without a pause: `accepted <count> <first ms> <last ms>`. */
  async rate(options: WorkerOptions) {
    const limiter = await begin(options)
    const end = Date.now() + (options.durationMs ?? 0)
    let count = 0
    let first = 0
    let last = 0
    const ask = async () => {
      while (Date.now() < end) {
        try {
          const admission = await limiter.admit(callOf({ subjects: subjectsOf('t') }))
          last = Date.now()
          first ||= last
          count++
          admission.release()
        } catch {}
      }
    }
    await Promise.all(Array.from({ length: 8 }, ask))
    tell('accepted', count, first, last)
    await limiter.close()
    process.exit(0)
  },
  /** `calls` calls at once: `begin <call> <most it may cost>`, `end <call> <what it cost>`. */
  async budget(options: WorkerOptions) {
    const limiter = await begin(options)
    const next = chance(options.seed ?? 1)
    const one = async (i: number) => {
      const size = 1 + Math.floor(next() * 50)
      await systemClock.sleep(next() * 400)
      const call = callOf({ subjects: subjectsOf('t'), promptTokens: size, maxCompletionTokens: size })
      let admission: Awaited<ReturnType<typeof limiter.admit>>
      try {
        admission = await limiter.admit(call)
      } catch {
        return
      }
      tell('begin', i, 2 * size)
      await systemClock.sleep(next() * 300)
      const used = Math.floor(next() * (size + 1))
      tell('end', i, size + used)
      admission.settle('p/cheap', usageOf(size, used))
    }
    await Promise.all(Array.from({ length: options.calls ?? 0 }, (_, i) => one(i)))
    await limiter.close()
    tell('done')
    process.exit(0)
  },
  /** Holds a place until it is killed. */
  async hold(options: WorkerOptions) {
    const limiter = await begin(options)
    await limiter.admit(callOf({ subjects: subjectsOf('t') }))
    tell('holds')
    await systemClock.sleep(600_000)
  },
}
