// Sessions in this process's memory.
//
// M1  At most so many entries and bytes; the least recently used goes first. A session larger than a tenth of all is not kept.
// M2  An entry lives so long after its last use. A timer removes what nobody asks for, so that an idle process is small.
// M3  What was deleted stays as an empty mark for a minute, newer than every session: writers that come late change nothing.

import type { Clock } from '../../base/seams.ts'
import { DELETED, DELETED_MS } from './deletion.ts'
import type { Session, SessionTier } from './spec.ts'

export interface MemoryTierOptions {
  readonly clock: Pick<Clock, 'elapsed' | 'after'>
  /** Milliseconds since the last use. */
  readonly ttlMs: number
  readonly maxEntries: number
  /** Bytes of all sessions, by estimate. */
  readonly maxBytes: number
}

interface Entry {
  readonly session: Session
  readonly bytes: number
  readonly expiresAt: number
}

export const createMemoryTier = (options: MemoryTierOptions): SessionTier => {
  const { clock, ttlMs, maxEntries, maxBytes } = options
  /** Least recently used first. */
  const entries = new Map<string, Entry>()
  let bytes = 0
  let cancelSweep: (() => void) | undefined

  const drop = (key: string): void => {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    bytes -= entry.bytes
  }
  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (!entry || entry.expiresAt > clock.elapsed()) return entry
    drop(key)
    return undefined
  }
  const put = (key: string, session: Session, size: number, forMs: number): void => {
    drop(key)
    entries.set(key, { session, bytes: size, expiresAt: clock.elapsed() + forMs })
    bytes += size
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && bytes <= maxBytes) break
      drop(oldest)
    }
    cancelSweep ??= clock.after(Math.min(ttlMs, DELETED_MS), sweep)
  }
  const sweep = (): void => {
    const now = clock.elapsed()
    for (const [key, entry] of entries) if (entry.expiresAt <= now) drop(key)
    cancelSweep = entries.size > 0 ? clock.after(Math.min(ttlMs, DELETED_MS), sweep) : undefined
  }

  return {
    name: 'memory',
    async get(key) {
      const entry = find(key)
      if (!entry || entry.session === DELETED) return undefined
      put(key, entry.session, entry.bytes, ttlMs)
      return entry.session
    },
    async set(key, session) {
      const known = find(key)
      if (known && known.session.revision > session.revision) return
      const size = bytesOf(key, session)
      if (size > maxBytes / 10) drop(key)
      else put(key, session, size, ttlMs)
    },
    async delete(key) {
      put(key, DELETED, bytesOf(key, DELETED), DELETED_MS)
    },
    async close() {
      cancelSweep?.()
      entries.clear()
      bytes = 0
    },
  }
}

/** What the strings take at most, and the objects around them. */
const bytesOf = (key: string, { history }: Session): number =>
  history.reduce((sum, { content }) => sum + 2 * content.length + 96, 2 * key.length + 256)
