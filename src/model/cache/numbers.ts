// How often the caches helped: for operators as metrics, for each owner since this process started.

import type { Metrics } from '../../base/metrics.ts'
import { ownerOf } from './scope.ts'
import type { CacheCounts, CacheStatus, Sizes } from './spec.ts'

/** Owners with counts of their own. */
const MOST_OWNERS = 10_000

const FIELDS = {
  hit: 'hits',
  'semantic-hit': 'semanticHits',
  joined: 'joined',
  miss: 'misses',
  off: 'passed',
} as const satisfies Record<CacheStatus, keyof CacheCounts>

type Counting = { -readonly [Field in keyof CacheCounts]: number }

export type CacheNumbers = ReturnType<typeof createCacheNumbers>

export const createCacheNumbers = (metrics: Metrics) => {
  const requests = metrics.counter(
    'heddle_cache_requests_total',
    'Questions to models, by what the caches had for them',
    ['status'],
  )
  const audits = metrics.counter(
    'heddle_cache_audits_total',
    'Answers to similar questions that were compared with fresh ones, by what was found',
    ['result'],
  )
  const entries = metrics.gauge('heddle_cache_entries', 'Answers in the memory of this process')
  const bytes = metrics.gauge('heddle_cache_bytes', 'Bytes of the answers in the memory of this process, by estimate')
  const vectors = metrics.gauge('heddle_cache_vectors', 'Vectors of questions in the memory of this process')
  const owners = new Map<string, Counting>()

  return {
    asked(scope: string, status: CacheStatus): void {
      requests.add({ status })
      const owner = ownerOf(scope)
      let counts = owners.get(owner)
      if (!counts) {
        if (owners.size >= MOST_OWNERS) return
        owners.set(owner, (counts = { hits: 0, semanticHits: 0, joined: 0, misses: 0, passed: 0 }))
      }
      counts[FIELDS[status]]++
    },
    audited(right: boolean): void {
      audits.add({ result: right ? 'right' : 'wrong' })
    },
    held(memory: Sizes, vectorCount: number): void {
      entries.set(memory.entries)
      bytes.set(memory.bytes)
      vectors.set(vectorCount)
    },
    of: (owner: string): CacheCounts =>
      owners.get(owner) ?? { hits: 0, semanticHits: 0, joined: 0, misses: 0, passed: 0 },
  }
}
