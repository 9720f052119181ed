// The answers nearest at hand: in this process's memory, the least recently used going first.
//
// M1  At most so many entries and bytes; an entry larger than a tenth of all bytes is not kept.
// M2  What is asked for less than so many times an hour is dropped by the sweep, once it has been there for an hour.

import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../base/seams.ts'
import { answerOf } from '../cacheable.ts'
import { groupKeys, matches } from '../filter.ts'
import { ownerOf } from '../scope.ts'
import type { CacheEntry, EntryFilter, ListedEntry, MemoryTier } from '../spec.ts'

export interface MemoryOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly maxEntries: number
  readonly maxBytes: number
  /** 0 keeps entries however rarely they are asked for. */
  readonly minHitsPerHour: number
}

interface Kept {
  readonly entry: CacheEntry
  readonly expiresAt: number
  hits: number
  /** Hits since then. */
  countedAt: number
  countedHits: number
}

const HOUR_MS = 3_600_000

export const createMemoryTier = ({ clock, maxEntries, maxBytes, minHitsPerHour }: MemoryOptions): MemoryTier => {
  // The library wants positive bounds; a tier without room keeps nothing below.
  const cache = new LRUCache<string, Kept>({
    max: Math.max(1, maxEntries),
    maxSize: Math.max(1, maxBytes),
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 10)),
    sizeCalculation: ({ entry }) => Math.max(1, entry.sizeBytes),
  })
  const of = (owner: string, filter: EntryFilter): readonly Kept[] =>
    [...cache.values()].filter(({ entry }) => ownerOf(entry.scope) === owner && matches(entry, filter))

  return {
    find(key) {
      const kept = cache.get(key)
      if (!kept) return undefined
      if (kept.expiresAt < clock.now()) {
        cache.delete(key)
        return undefined
      }
      kept.hits++
      kept.countedHits++
      return kept.entry
    },
    put(entry, forMs) {
      if (maxEntries === 0 || maxBytes === 0) return
      const now = clock.now()
      const hits = cache.peek(entry.key)?.hits ?? 0
      cache.set(entry.key, { entry, expiresAt: now + forMs, hits, countedAt: now, countedHits: 0 })
    },
    drop(keys) {
      for (const key of keys) cache.delete(key)
    },
    sweep() {
      const now = clock.now()
      for (const [key, kept] of [...cache.entries()]) {
        const forMs = now - kept.countedAt
        // Whole hours: a sweep is never on time.
        const rare = kept.countedHits < minHitsPerHour * Math.floor(forMs / HOUR_MS)
        if (kept.expiresAt < now || rare) cache.delete(key)
        else if (forMs >= HOUR_MS) {
          kept.countedAt = now
          kept.countedHits = 0
        }
      }
    },
    keys(before) {
      const old = [...cache.values()].filter(({ entry }) => entry.createdAt < before)
      return groupKeys(old.map(({ entry }) => [ownerOf(entry.scope), entry.key]))
    },
    sizes(owner, filter = {}) {
      if (owner === undefined) return { entries: cache.size, bytes: cache.calculatedSize }
      let entries = 0
      let bytes = 0
      for (const { entry } of of(owner, filter)) {
        entries++
        bytes += entry.sizeBytes
      }
      return { entries, bytes }
    },
    list: (owner, filter) =>
      of(owner, filter)
        .map(toListed)
        .sort((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? 1 : -1)),
    clear: () => cache.clear(),
  }
}

const toListed = ({ entry, hits, expiresAt }: Kept): ListedEntry => ({
  key: entry.key,
  scope: entry.scope,
  target: entry.target,
  question: entry.question,
  answer: answerOf(entry.parts),
  hits,
  sizeBytes: entry.sizeBytes,
  createdAt: entry.createdAt,
  expiresAt,
})
