// Kept answers over their tiers: memory, Redis where there is one, the store.
//
// X1  Nothing here throws: a tier that fails costs a look into the next one, and a miss in the end.
// X2  The store is asked only for keys that its filter may have. The filter is made anew in the background; until it is there
//     every key may be. What other processes kept since then is not found here: a miss, never a wrong answer.
// X3  Writes are never waited for. Only so many, and so many bytes, are under way; what is not written is a miss later.
// X4  What was removed elsewhere leaves this process's memory with the next sweep.

import { messageOf } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Clock, Log } from '../../base/seams.ts'
import { Bloom } from './bloom.ts'
import { ownerOf } from './scope.ts'
import type { CacheEntry, EntryFilter, EntryStore, EntryTier, MemoryTier, Sizes } from './spec.ts'

export interface ExactParts {
  readonly memory: MemoryTier
  /** Between memory and store, nearest first. */
  readonly between: readonly EntryTier[]
  readonly store: EntryStore | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly metrics: Metrics
  /** How long entries are kept, the time in which they are served stale included. Milliseconds. */
  readonly keepMs: number
}

const WRITES_UNDER_WAY = 256
const BYTES_UNDER_WAY = 32 * 1024 * 1024
/** Keys whose hits wait for the next sweep. */
const MOST_TOUCHED = 100_000
const LEAST_CAPACITY = 16_384
/** Sweeps after which the filter is made anew, to forget what was removed and learn what others kept. */
const SWEEPS_PER_FILTER = 10
/** A write of another process, or of this one, may still be on its way. */
const GRACE_MS = 60_000
const PAGE = 1_000
/** Of one invalidation: a hundred million entries. */
const MOST_PAGES = 100_000

export class ExactTiers {
  readonly #parts: ExactParts
  readonly #failures
  readonly #lost
  readonly #touched = new Map<string, Map<string, number>>()
  readonly #looking = new Map<string, Promise<CacheEntry | undefined>>()
  readonly #underWay = new Set<Promise<void>>()
  #touchedKeys = 0
  #bytesUnderWay = 0
  #bloom: Bloom | undefined
  /** Keys kept while a filter is being made. */
  #meanwhile: string[] | undefined
  #sweeps = 0
  /** Grows with every invalidation: what was being read meanwhile is not remembered. */
  #epoch = 0

  constructor(parts: ExactParts) {
    this.#parts = parts
    this.#failures = parts.metrics.counter(
      'heddle_cache_tier_failures_total',
      'Uses of a tier of kept answers that failed',
      ['tier'],
    )
    this.#lost = parts.metrics.counter(
      'heddle_cache_lost_writes_total',
      'Answers that were not kept, since too many were being written',
    )
  }

  /** In memory only, at once. */
  near(key: string): CacheEntry | undefined {
    return this.#parts.memory.find(key)
  }

  async find(scope: string, key: string): Promise<CacheEntry | undefined> {
    const near = this.near(key)
    if (near) {
      this.#touch(scope, key)
      return near
    }
    if (!this.#mayBeFar(key)) return undefined
    let looking = this.#looking.get(key)
    if (!looking) {
      looking = this.#lookFar(scope, key).finally(() => this.#looking.delete(key))
      this.#looking.set(key, looking)
    }
    const found = await looking
    if (found) this.#touch(scope, key)
    return found
  }

  keep(entry: CacheEntry): void {
    const { memory, between, store, keepMs } = this.#parts
    memory.put(entry, keepMs)
    for (const tier of between) this.#write(tier, entry, keepMs)
    if (!store) return
    this.#bloom?.add(entry.key)
    this.#meanwhile?.push(entry.key)
    this.#write(store, entry, keepMs)
  }

  /** @throws what the store throws */
  async invalidate(owner: string, filter: EntryFilter): Promise<void> {
    const { memory, store } = this.#parts
    this.#epoch++
    await this.settled()
    if (store) {
      for (let page = 0; page < MOST_PAGES; page++) {
        const keys = await store.matching(owner, filter, PAGE)
        if (keys.length === 0) break
        await this.#remove(owner, keys)
      }
    }
    await this.#remove(
      owner,
      memory.list(owner, filter).map((entry) => entry.key),
    )
  }

  async #remove(owner: string, keys: readonly string[]): Promise<void> {
    const { memory, between, store } = this.#parts
    if (keys.length === 0) return
    memory.drop(keys)
    for (const tier of between) await tier.delete(owner, keys).catch((error: unknown) => this.#failed(tier, error))
    // Whoever removes wants to know when that failed.
    await store?.delete(owner, keys)
  }

  async sizes(owner: string, filter?: EntryFilter): Promise<Sizes> {
    return (await this.#parts.store?.sizes(owner, filter)) ?? this.#parts.memory.sizes(owner, filter)
  }

  /** Makes the filter. @returns when it is there; never rejects */
  async prepare(): Promise<void> {
    const { store } = this.#parts
    if (!store || this.#meanwhile) return
    const meanwhile: string[] = []
    this.#meanwhile = meanwhile
    try {
      let bloom = new Bloom(Math.max(LEAST_CAPACITY, 2 * (this.#bloom?.count ?? 0)))
      while (!(await fill(bloom, store))) bloom = new Bloom(4 * bloom.capacity)
      for (const key of meanwhile) bloom.add(key)
      this.#bloom = bloom
    } catch (error) {
      this.#failed(store, error)
    } finally {
      this.#meanwhile = undefined
    }
  }

  /** Writes hits, drops what is over or too rare in all tiers. Never rejects. */
  async sweep(): Promise<void> {
    const { memory, store, clock } = this.#parts
    memory.sweep()
    if (!store) return
    try {
      const touched = [...this.#touched]
      this.#touched.clear()
      this.#touchedKeys = 0
      for (const [owner, hits] of touched) await store.touch(owner, hits)
      for (const [owner, keys] of await store.sweep()) {
        for (const tier of this.#parts.between) await tier.delete(owner, keys)
        memory.drop(keys)
      }
      for (const [owner, keys] of memory.keys(clock.now() - GRACE_MS)) {
        const present = await store.present(owner, keys)
        memory.drop(keys.filter((key) => !present.has(key)))
      }
    } catch (error) {
      this.#failed(store, error)
    }
    const full = this.#bloom !== undefined && this.#bloom.count > this.#bloom.capacity
    if (full || this.#bloom === undefined || ++this.#sweeps % SWEEPS_PER_FILTER === 0) await this.prepare()
  }

  /** Resolves when what was kept until now has been written, or could not be. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async close(): Promise<void> {
    await this.settled()
    const { memory, between, store } = this.#parts
    for (const tier of [...between, ...(store ? [store] : [])]) await tier.close()
    memory.clear()
  }

  #mayBeFar(key: string): boolean {
    const { between, store } = this.#parts
    return between.length > 0 || (store !== undefined && (this.#bloom?.mayHave(key) ?? true))
  }

  async #lookFar(scope: string, key: string): Promise<CacheEntry | undefined> {
    const { memory, between, store, clock, keepMs } = this.#parts
    const epoch = this.#epoch
    const tiers = store && (this.#bloom?.mayHave(key) ?? true) ? [...between, store] : between
    for (const [i, tier] of tiers.entries()) {
      const found = await tier.get(scope, key).catch((error: unknown) => this.#failed(tier, error))
      // Its scope is part of the key; whoever could write a tier must still not answer for others.
      if (!found || found.scope !== scope || found.key !== key) continue
      const forMs = found.createdAt + keepMs - clock.now()
      if (forMs < 0 || epoch !== this.#epoch) continue
      memory.put(found, forMs)
      for (const nearer of tiers.slice(0, i)) this.#write(nearer, found, forMs)
      return found
    }
    return undefined
  }

  #touch(scope: string, key: string): void {
    if (!this.#parts.store) return
    const owner = ownerOf(scope)
    let hits = this.#touched.get(owner)
    if (!hits) this.#touched.set(owner, (hits = new Map()))
    const known = hits.get(key)
    if (known === undefined && ++this.#touchedKeys > MOST_TOUCHED) return
    hits.set(key, (known ?? 0) + 1)
  }

  #write(tier: EntryTier, entry: CacheEntry, forMs: number): void {
    if (this.#underWay.size >= WRITES_UNDER_WAY || this.#bytesUnderWay + entry.sizeBytes > BYTES_UNDER_WAY) {
      this.#lost.add()
      return
    }
    this.#bytesUnderWay += entry.sizeBytes
    const writing = tier
      .set(entry, forMs)
      .catch((error: unknown) => this.#failed(tier, error))
      .then(() => {
        this.#bytesUnderWay -= entry.sizeBytes
        this.#underWay.delete(writing)
      })
    this.#underWay.add(writing)
  }

  #failed(tier: EntryTier, error: unknown): undefined {
    this.#failures.add({ tier: tier.name })
    this.#parts.log.debug('cache-tier-failed', { tier: tier.name, reason: messageOf(error) })
    return undefined
  }
}

/** False when there are more keys than the filter is made for. */
const fill = async (bloom: Bloom, store: EntryStore): Promise<boolean> => {
  for await (const page of store.keys()) {
    for (const key of page) bloom.add(key)
    if (bloom.count > bloom.capacity) return false
  }
  return true
}
