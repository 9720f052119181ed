// Kept answers in Redis, shared by the processes of an installation, in front of the database that knows them all.
//
// R1  Nothing waits longer than the limit, and nothing is asked while Redis is away: then this tier is a miss.
// R2  The log hears once that Redis is away and once that it is back.
// R3  A key holds the row as JSON and expires by itself. Its name holds the owner.

import { Redis } from 'ioredis'
import { messageOf } from '../../../base/errors.ts'
import { type Clock, type Log, nextTurn } from '../../../base/seams.ts'
import type { CacheEntryRow } from '../../../db/schema/gateway.ts'
import { ownerOf } from '../scope.ts'
import type { EntryTier } from '../spec.ts'
import { fromRow, toRow } from './entry-statements.ts'

export interface RedisTierOptions {
  /** `redis://` or `rediss://`, with credentials and the number of the database where needed. */
  readonly url: string
  /** In front of every key. */
  readonly prefix: string
  readonly clock: Pick<Clock, 'after' | 'now'>
  readonly log: Log
  /** Longest wait for one answer. Milliseconds, default 50. */
  readonly limitMs?: number
}

/** Larger answers would take longer on their way than the database does. UTF-16 units of the JSON text. */
const LARGEST = 1024 * 1024
const LONGEST_RECONNECT_MS = 2_000
const CONNECT_MS = 5_000
/** Keys of one deletion. */
const PAGE = 500

/** Connects in the background. */
export const createRedisTier = ({ url, prefix, clock, log, limitMs = 50 }: RedisTierOptions): EntryTier => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(100 * times, LONGEST_RECONNECT_MS),
  })
  const connection = watchConnection(redis, log)
  const nameOf = (owner: string, key: string): string => `${prefix}cache:${owner}:${key}`

  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    if (!connection.isReady()) throw new Error('Redis is away')
    const answer = question()
    let cancel: (() => void) | undefined
    let over = false
    const late = new Promise<never>((_, reject) => {
      // After a pause of this process the timer comes before what has arrived meanwhile; that may still be read.
      const giveUp = () => over || reject(new Error(`Redis did not answer within ${limitMs} ms`))
      cancel = clock.after(limitMs, () => void nextTurn().then(giveUp))
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      over = true
      cancel?.()
      // What still comes of it is nobody's business.
      answer.catch(() => {})
    }
  }

  return {
    name: 'redis',
    async get(scope, key) {
      const text = await ask(() => redis.get(nameOf(ownerOf(scope), key)))
      return text === null ? undefined : fromRow(JSON.parse(text) as CacheEntryRow)
    },
    async set(entry, forMs) {
      const text = JSON.stringify(toRow(entry, { now: clock.now(), forMs }))
      if (text.length > LARGEST || forMs < 1) return
      await ask(() => redis.set(nameOf(ownerOf(entry.scope), entry.key), text, 'PX', Math.ceil(forMs)))
    },
    async delete(owner, keys) {
      for (let i = 0; i < keys.length; i += PAGE) {
        const names = keys.slice(i, i + PAGE).map((key) => nameOf(owner, key))
        await ask(() => redis.del(...names))
      }
    },
    async close() {
      connection.close()
    },
  }
}

const watchConnection = (redis: Redis, log: Log) => {
  let ready = false
  let away = false
  let closed = false
  const lose = (error: unknown): void => {
    ready = false
    if (away || closed) return
    away = true
    log.warn('cache-tier-lost', { tier: 'redis', reason: messageOf(error) })
  }
  redis.on('ready', () => {
    ready = true
    if (away) log.info('cache-tier-back', { tier: 'redis' })
    away = false
  })
  redis.on('error', lose)
  redis.on('close', () => lose(new Error('the connection ended')))
  // A failure is also told as an event.
  redis.connect().catch(() => {})
  return {
    isReady: () => ready,
    close() {
      closed = true
      ready = false
      redis.disconnect()
    },
  }
}
