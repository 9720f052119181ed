// Results of nodes that may be reused, in memory: bounded in number and size, apart for each tenant, gone with the process.

import { createHash } from 'node:crypto'
import { stringifyJson } from '../../base/json.ts'
import type { Clock } from '../../base/seams.ts'
import type { Value } from '../../base/value.ts'
import type { ResultCache } from '../../flow/spec.ts'

export interface ResultCacheOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly maxEntries: number
  /** Bytes of all values as JSON. */
  readonly maxBytes: number
}

interface Entry {
  readonly value: Value
  readonly bytes: number
  readonly expiresAt: number
}

/** @returns the cache of one scope: what is kept for one is never found by another */
export const createResultCache = ({
  clock,
  maxEntries,
  maxBytes,
}: ResultCacheOptions): ((scope: string) => ResultCache) => {
  /** Least recently used first. */
  const entries = new Map<string, Entry>()
  let bytes = 0

  const drop = (key: string): void => {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    bytes -= entry.bytes
  }

  return (scope) => {
    const hash = (key: string) => createHash('sha256').update(scope).update('\n').update(key).digest('base64url')
    return {
      get(key) {
        const id = hash(key)
        const entry = entries.get(id)
        if (!entry) return undefined
        entries.delete(id)
        if (entry.expiresAt <= clock.now()) {
          bytes -= entry.bytes
          return undefined
        }
        entries.set(id, entry)
        return entry.value
      },
      set(key, value, ttlMs) {
        const id = hash(key)
        const size = Buffer.byteLength(stringifyJson(value))
        drop(id)
        if (size > maxBytes / 10) return
        entries.set(id, { value, bytes: size, expiresAt: clock.now() + ttlMs })
        bytes += size
        for (const oldest of entries.keys()) {
          if (entries.size <= maxEntries && bytes <= maxBytes) break
          drop(oldest)
        }
      },
    }
  }
}
