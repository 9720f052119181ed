// Sessions in Redis, shared by the processes of an installation.
//
// R1  Nothing waits longer than the limit. Redis that is too slow counts as away: the connection is made anew, and nothing
//     is asked of it until it answers again. What was asked in vain is dropped, never sent again later.
// R2  The log hears once that Redis is away and once that it is back.
// R3  A key is a hash: `r` the revision, `h` the texts as a JSON list, question and answer in turns. The script compares and
//     writes in one step, so that an older revision or a late writer never wins over a newer one or a deletion.

import { Redis } from 'ioredis'
import { messageOf } from '../../../base/errors.ts'
import { type Clock, type Log, nextTurn } from '../../../base/seams.ts'
import type { ChatMessage } from '../../../model/spec.ts'
import { DELETED, DELETED_MS } from '../deletion.ts'
import type { Session, SessionTier } from '../spec.ts'

export interface RedisTierOptions {
  /** `redis://` or `rediss://`, with credentials and the number of the database where needed. */
  readonly url: string
  /** In front of every key. */
  readonly prefix: string
  /** Milliseconds since the last write. */
  readonly ttlMs: number
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  /** Longest wait for one answer. Milliseconds, default 50. */
  readonly limitMs?: number
}

/** Larger sessions would take longer on their way than the records do. UTF-16 units of the JSON text. */
const LARGEST = 1024 * 1024
const LONGEST_RECONNECT_MS = 2_000
const CONNECT_MS = 5_000

const SET = `
local known = redis.call('HGET', KEYS[1], 'r')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'r', ARGV[1], 'h', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`

/** Connects in the background. */
export const createRedisTier = (options: RedisTierOptions): SessionTier => {
  const { url, prefix, ttlMs, clock, log, limitMs = 50 } = options
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(100 * times, LONGEST_RECONNECT_MS),
    scripts: { rememberSession: { lua: SET, numberOfKeys: 1 } },
  })
  const connection = watchConnection(redis, log)

  /** The answer, or a refusal within the limit. */
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    if (!connection.isReady()) throw new Error('Redis is away')
    const answer = question()
    let over = false
    let cancel: (() => void) | undefined
    const late = new Promise<never>((_, reject) => {
      // After a pause of this process the timer comes before what has arrived meanwhile; that may still be read.
      const giveUp = () => {
        if (over) return
        const error = new Error(`Redis did not answer within ${limitMs} ms`)
        connection.lose(error)
        reject(error)
      }
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
  const remember = (key: string, session: Session, text: string, forMs: number): Promise<unknown> =>
    // The client adds the script's name as a method, of which its types know nothing.
    ask(() => (redis as unknown as ScriptedRedis).rememberSession(prefix + key, session.revision, text, forMs))

  return {
    name: 'redis',
    async get(key) {
      const [revision, text] = await ask(() => redis.hmget(prefix + key, 'r', 'h'))
      return fromFields(revision, text)
    },
    async set(key, session) {
      const text = JSON.stringify(session.history.map(({ content }) => content))
      if (text.length <= LARGEST) await remember(key, session, text, ttlMs)
    },
    async delete(key) {
      await remember(key, DELETED, '', DELETED_MS)
    },
    async close() {
      connection.close()
    },
  }
}

interface ScriptedRedis {
  rememberSession(key: string, revision: number, text: string, forMs: number): Promise<unknown>
}

const watchConnection = (redis: Redis, log: Log) => {
  let ready = false
  let away = false
  let closed = false
  const lose = (error: unknown): void => {
    ready = false
    if (away || closed) return
    away = true
    log.warn('session-store-lost', { store: 'redis', reason: messageOf(error) })
  }
  redis.on('ready', () => {
    ready = true
    if (away) log.info('session-store-back', { store: 'redis' })
    away = false
  })
  redis.on('error', lose)
  redis.on('close', () => lose(new Error('the connection ended')))
  // A failure is also told as an event.
  redis.connect().catch(() => {})
  return {
    isReady: () => ready,
    lose(error: unknown) {
      lose(error)
      redis.disconnect(true)
    },
    close() {
      closed = true
      ready = false
      redis.disconnect()
    },
  }
}

/** Undefined for whatever we did not write. */
const fromFields = (revision: string | null | undefined, text: string | null | undefined): Session | undefined => {
  if (!revision || !text || !/^\d{1,15}$/.test(revision)) return undefined
  const texts = parseTexts(text)
  if (!texts || texts.length % 2 === 1) return undefined
  const history = texts.map((content, i): ChatMessage => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }))
  return { revision: Number(revision), history: Object.freeze(history) }
}

const parseTexts = (text: string): readonly string[] | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
