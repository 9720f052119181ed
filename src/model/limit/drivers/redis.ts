// Limits and budgets in Redis, shared by the processes of an installation: one script a claim, one a settlement.
//
// R1  What is taken is written before the call begins. A process that dies leaves its calls under way until their lease ends,
//     and its reservations spent as they were estimated: money is never given out twice.
// R2  While Redis is away, calls with a budget are refused, and limits of speed count in this process alone. The log hears once
//     that Redis is away and once that it is back.
// R3  A settlement that does not get through leaves what was estimated.

import { Redis } from 'ioredis'
import { messageOf } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import { watchRemoteStore } from '../../../base/remote-store.ts'
import type { Clock, Ids, Log } from '../../../base/seams.ts'
import type { Meter, Purse } from '../allowances.ts'
import type { Claim, Ledger, Refusal } from '../ledger.ts'
import { waitForPurse } from './memory.ts'
import { RENEW, SETTLE, TAKE } from './redis-scripts.ts'

export interface RedisLedgerOptions {
  /** `redis://` or `rediss://`, with credentials and the number of the database where needed. */
  readonly url: string
  /** In front of every key. */
  readonly prefix: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly metrics?: Metrics
  /** Counts speed while Redis is away. */
  readonly fallback: Ledger
  /** How long a call counts as under way after its process was last heard. Milliseconds, default 60,000. */
  readonly leaseMs?: number
  /** Longest wait for one answer. Milliseconds, default 250. */
  readonly limitMs?: number
}

interface ScriptedRedis {
  takeClaim(keys: number, ...values: readonly (string | number)[]): Promise<readonly (string | number)[]>
  settleClaim(keys: number, ...values: readonly (string | number)[]): Promise<unknown>
  renewLeases(keys: number, ...values: readonly (string | number)[]): Promise<unknown>
}

const LONGEST_RECONNECT_MS = 2_000
const CONNECT_MS = 5_000
/** Leases in one renewal. */
const RENEWED_AT_ONCE = 500
/** Stands in `lease` of a claim that the fallback holds. */
const ELSEWHERE = ''

export const createRedisLedger = (options: RedisLedgerOptions): Ledger => {
  const { url, prefix, clock, ids, log, fallback, leaseMs = 60_000, limitMs = 250 } = options
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(100 * times, LONGEST_RECONNECT_MS),
    scripts: { takeClaim: { lua: TAKE }, settleClaim: { lua: SETTLE }, renewLeases: { lua: RENEW } },
  })
  const away = options.metrics?.gauge('heddle_limit_store_away', '1 while the store of the limits does not answer')
  away?.set(0)
  const store = watchRemoteStore(redis as Parameters<typeof watchRemoteStore>[0], {
    clock,
    limitMs,
    lost: (reason) => {
      away?.set(1)
      log.warn('limit-store-lost', { store: 'redis', reason: messageOf(reason) })
    },
    back: () => {
      away?.set(0)
      log.info('limit-store-back', { store: 'redis' })
    },
  })
  // The client adds the scripts' names as methods, of which its types know nothing.
  const scripted = redis as unknown as ScriptedRedis
  /** One name for the process, a number for the call: shorter than an id each. */
  const owner = ids.next('lease')
  let count = 0
  const held = new Map<string, readonly Meter[]>()
  let cancelRenewal: (() => void) | undefined
  let closed = false
  /** Settlements on their way. */
  const pending = new Set<Promise<unknown>>()

  const keysOf = ({ meters, purses, windows }: Claim): string[] => [
    ...meters.flatMap(({ key }) => [`${prefix}limit:${key}`, `${prefix}limit:${key}:calls`]),
    ...purses.map(({ key }, i) => purseKey(key, windows[i] as number)),
  ]
  const purseKey = (key: string, from: number): string => `${prefix}budget:${key}:${from}`

  const renew = (): void => {
    const keys: string[] = []
    const leases: string[] = []
    const send = () => {
      if (keys.length === 0 || !store.isReady()) return
      // Failing, it is tried again at the next turn; a lease lasts for several.
      scripted.renewLeases(keys.length, ...keys, leaseMs, ...leases).catch(() => {})
      keys.length = 0
      leases.length = 0
    }
    for (const [lease, meters] of held) {
      for (const { key } of meters) {
        keys.push(`${prefix}limit:${key}:calls`)
        leases.push(lease)
      }
      if (keys.length >= RENEWED_AT_ONCE) send()
    }
    send()
    plan()
  }
  const plan = (): void => {
    cancelRenewal = closed || held.size === 0 ? undefined : clock.after(leaseMs / 3, renew)
  }

  const takeElsewhere = (claim: Claim): Refusal | undefined => {
    if (claim.purses.length > 0 && claim.reserveNanoUsd > 0) return { reason: 'unavailable', retryAfterMs: undefined }
    claim.lease = ELSEWHERE
    return fallback.take(claim) as Refusal | undefined
  }
  const take = async (claim: Claim): Promise<Refusal | undefined> => {
    const { meters, purses, windows, tokens, reserveNanoUsd } = claim
    const at = clock.now()
    for (let i = 0; i < purses.length; i++) {
      const purse = purses[i] as Purse
      purse.turn(at)
      windows[i] = purse.span.from
    }
    const lease = `${owner}:${++count}`
    const keys = keysOf(claim)
    const values = [
      ...[meters.length, purses.length, lease, leaseMs, tokens, reserveNanoUsd],
      ...meters.flatMap(numbersOf),
      ...purses.flatMap(({ rule, span }) => [rule.limitNanoUsd, Number.isFinite(span.to) ? span.to : 0]),
    ]
    const giveBack = (answer: readonly (string | number)[]) => {
      if (answer[0] === 'ok') void settle({ ...claim, lease }, 0, 0)
    }
    let answer: readonly (string | number)[]
    try {
      answer = await store.ask(() => scripted.takeClaim(keys.length, ...keys, ...values), giveBack)
    } catch {
      return takeElsewhere(claim)
    }
    if (answer[0] !== 'ok') return toRefusal(claim, answer, at)
    claim.lease = lease
    for (let i = 0; i < meters.length; i++) (meters[i] as Meter).running++
    for (let i = 0; i < purses.length; i++) noteSpent(purses[i] as Purse, Number(answer[i + 1]), 1)
    if (meters.some(({ concurrent }) => Number.isFinite(concurrent))) {
      held.set(
        lease,
        meters.filter(({ concurrent }) => Number.isFinite(concurrent)),
      )
      if (!cancelRenewal) plan()
    }
    return undefined
  }
  const settle = async (claim: Claim, tokens: number, costNanoUsd: number): Promise<void> => {
    const { meters, purses, lease } = claim
    if (lease === undefined || !store.isReady()) return
    const delta = String(costNanoUsd - claim.reserveNanoUsd)
    const keys = keysOf(claim)
    const values = [
      ...[meters.length, purses.length, lease],
      ...meters.map(({ tokenMs }) => (tokens - claim.tokens) * tokenMs),
      ...purses.map(() => delta),
    ]
    // R3: nobody waits for it, and what comes of a failure is on the safe side.
    const sent = scripted.settleClaim(keys.length, ...keys, ...values).catch(() => {})
    pending.add(sent)
    await sent
    pending.delete(sent)
  }

  return {
    shared: true,
    take: (claim) => (store.isReady() ? take(claim) : takeElsewhere(claim)),
    settle(claim, tokens, costNanoUsd) {
      if (claim.lease === ELSEWHERE) return fallback.settle(claim, tokens, costNanoUsd)
      if (claim.lease !== undefined) held.delete(claim.lease)
      for (const meter of claim.meters) meter.running--
      const delta = costNanoUsd - claim.reserveNanoUsd
      for (const purse of claim.purses) noteSpent(purse, purse.spentNanoUsd + delta, -1)
      void settle(claim, tokens, costNanoUsd)
    },
    async spent(purse) {
      purse.turn(clock.now())
      const text = await store.ask(() => redis.get(purseKey(purse.key, purse.span.from)))
      purse.spentNanoUsd = Number(text ?? 0)
      return purse.spentNanoUsd
    },
    async close() {
      closed = true
      cancelRenewal?.()
      await store.ask(() => Promise.all(pending)).catch(() => {})
      store.close()
      await fallback.close()
    },
  }
}

const numbersOf = (meter: Meter): number[] => [
  meter.requestMs,
  meter.requestBurstMs,
  meter.tokenMs,
  meter.tokenBurstMs,
  Number.isFinite(meter.concurrent) ? meter.concurrent : -1,
]

/** What this process knows of it, for the numbers that operators watch. */
const noteSpent = (purse: Purse, spentNanoUsd: number, change: 1 | -1): void => {
  purse.spentNanoUsd = Math.max(0, spentNanoUsd)
  purse.open += change
}

const toRefusal = (
  { meters, purses, reserveNanoUsd }: Claim,
  [reason, place, text]: readonly (string | number)[],
  at: number,
): Refusal => {
  if (reason === 'budget') {
    const purse = purses[Number(place) - 1] as Purse
    return { reason, purse, retryAfterMs: waitForPurse(purse, reserveNanoUsd, at) }
  }
  const meter = meters[Number(place) - 1] as Meter
  const wait = Number(text)
  const retryAfterMs = reason === 'concurrency' ? undefined : wait < 0 ? Number.POSITIVE_INFINITY : wait
  return { reason: reason as Refusal['reason'], meter, retryAfterMs }
}
