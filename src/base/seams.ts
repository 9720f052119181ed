// Time, chance, names, the network and the log, handed in by constructor so that a run repeats event for event.

import { randomBytes } from 'node:crypto'

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds on a clock that never jumps, with fractions; only differences mean something. */
  elapsed(): number
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Runs `task` once after `ms`. The returned function cancels. Does not keep the process alive. */
  after(ms: number, task: () => void): () => void
}

export interface Random {
  /** A number in [0, 1). */
  next(): number
}

export interface Ids {
  /** `<prefix>_<UUIDv7>` (RFC 9562): sortable by time, unique across nodes. */
  next<Prefix extends string>(prefix: Prefix): `${Prefix}_${string}`
}

export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}
export type LogFields = Readonly<Record<string, unknown>>

/** What a request may ask beyond the standard. Plain `fetch` ignores these fields; the guarded client honours them. */
export interface GuardedRequestInit extends RequestInit {
  /** False accepts any TLS certificate. Default true. */
  readonly verifyTls?: boolean
  /** Longest wait for a connection, name resolution included. Milliseconds; default the client's. */
  readonly connectTimeoutMs?: number
  /** Longest silence while waiting for headers or between two pieces of the body. Milliseconds; default the client's. */
  readonly readTimeoutMs?: number
  /** Largest body after decompression. Bytes; default the client's. */
  readonly maxResponseBytes?: number
}

/** The standard `fetch`, or the guarded client in its place. */
export type Fetch = (input: string | URL | Request, init?: GuardedRequestInit) => Promise<Response>

export interface Seams {
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly log: Log
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
  after: (ms, task) => {
    const timer = setTimeout(task, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Lets other work of the process go first. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const systemRandom: Random = { next: () => Math.random() }

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Random bytes drawn in large pieces: one system call serves hundreds of ids. */
const pooledRandomBytes = (): ((size: number) => Uint8Array) => {
  let pool = new Uint8Array(0)
  let used = 0
  return (size) => {
    if (used + size > pool.length) {
      pool = randomBytes(4096)
      used = 0
    }
    used += size
    return pool.subarray(used - size, used)
  }
}

/** Ids from a clock and a source of random bytes. Within one millisecond a counter keeps them in order (RFC 9562 §6.2, method 1). */
export const createIds = (
  clock: Pick<Clock, 'now'>,
  bytes: (size: number) => Uint8Array = pooledRandomBytes(),
): Ids => {
  let last = 0
  let counter = 0
  /** The first digits, which hundreds of ids share. */
  let time = ''
  let written = -1
  return {
    next(prefix) {
      const now = clock.now()
      if (now > last) {
        last = now
        counter = ((bytes(1)[0] as number) & 0x7f) << 4
      } else if (++counter > 0xfff) {
        last++
        counter = 0
      }
      const tail = bytes(8)
      if (last !== written) {
        written = last
        const digits = last.toString(16).padStart(12, '0')
        time = `${digits.slice(0, 8)}-${digits.slice(8)}`
      }
      const count = (0x7000 | counter).toString(16)
      const variant = HEX[((tail[0] as number) & 0x3f) | 0x80] as string
      return `${prefix}_${time}-${count}-${variant}${hex(tail, 1, 2)}-${hex(tail, 2, 8)}`
    },
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const hex = (bytes: Uint8Array, from: number, to: number): string => {
  let text = ''
  for (let i = from; i < to; i++) text += HEX[bytes[i] as number]
  return text
}

export const systemSeams = (log: Log = silentLog): Seams => ({
  clock: systemClock,
  ids: createIds(systemClock),
  random: systemRandom,
  log,
})
