// Contract of the caches in front of chat models. Types only.
//
// Glossary
//   scope        whose answers these are: a tenant, perhaps one of its apps or users. Always part of the key
//   exact        the same request again
//   semantic     another wording of the same question, everything else being equal
//   audit        a would-be hit that was answered afresh, to learn whether the hit would have been right
//   owner        what a scope begins with, up to its first `/`: the tenant
//   key          of one question with everything that can change its answer
//   fingerprint  the same without the text of the last turn: questions of one fingerprint differ in nothing else
//   category     questions whose similarity means the same: one scope, target, system prompt and script
//   tier         a place that keeps entries: memory, Redis, the database

import type { ChatRequest, ChatStreamPart } from '../spec.ts'

export interface CacheMode {
  readonly read: boolean
  readonly write: boolean
  /** Older answers are no hit. Milliseconds. */
  readonly maxAgeMs?: number
  /** `simple`: similarity alone; `bounded`: only while the share of wrong hits is held. Default `off`. */
  readonly semantic?: 'off' | 'simple' | 'bounded'
}

export interface CacheQuestion {
  /** Never empty. */
  readonly scope: string
  /** The target the answer is asked of, and everything besides the request that could change it (version of a router, stages). */
  readonly target: string
  readonly variant: string
  /** With all overrides applied. */
  readonly request: ChatRequest
  readonly mode: CacheMode
}

export interface FreshAnswer {
  /** The target that answered; an answer of another than asked is not kept. */
  readonly target: string
  readonly parts: AsyncIterable<ChatStreamPart>
}

export type CacheStatus = 'off' | 'miss' | 'hit' | 'semantic-hit' | 'joined'

export interface CacheAnswer {
  readonly status: CacheStatus
  /** For people and the header `x-heddle-cache`: `exact; age=12`, `semantic; similarity=0.93; age=40`, `miss; not-cacheable=tools`. */
  readonly explanation: string
  readonly target: string
  /** Hits carry the usage of the answer that was kept; the caller knows from `status` that nothing was spent. */
  readonly parts: AsyncIterable<ChatStreamPart>
}

export interface ChatCache {
  /** Answers from what is kept, or by `fresh`, which is called at most once for all equal questions asked at the same time.
   *  Only complete answers with a normal end are kept: no tool calls, no cut or filtered ones. The abort of one of several who
   *  wait for an answer does not end it for the others; when all have gone, the signal given to `fresh` aborts. */
  through(
    question: CacheQuestion,
    fresh: (signal: AbortSignal) => Promise<FreshAnswer>,
    signal?: AbortSignal,
  ): Promise<CacheAnswer>
  close(): Promise<void>
}

/** One answer that is kept. */
export interface CacheEntry {
  readonly key: string
  readonly scope: string
  readonly target: string
  readonly variant: string
  /** Undefined where the request does not end with a text of the user. */
  readonly fingerprint: string | undefined
  /** The text of the user's last turn; empty without one. */
  readonly question: string
  /** As they came, borders included; the last one is the finish. */
  readonly parts: readonly ChatStreamPart[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** By estimate. */
  readonly sizeBytes: number
  /** Of `question`; only where the semantic tier was asked. */
  readonly vector?: CacheVector
}

export interface CacheVector {
  /** `provider/model` that made it. */
  readonly model: string
  /** Length 1. */
  readonly values: Float32Array
}

/** What all places that keep entries do. Whatever they throw costs a miss. */
export interface EntryTier {
  readonly name: string
  get(scope: string, key: string): Promise<CacheEntry | undefined>
  /** @param forMs how long, from now */
  set(entry: CacheEntry, forMs: number): Promise<void>
  delete(owner: string, keys: readonly string[]): Promise<void>
  close(): Promise<void>
}

export interface Neighbour {
  readonly key: string
  readonly question: string
  readonly values: Float32Array
}

export interface EntryFilter {
  /** Exactly this scope, or everything below it. */
  readonly scope?: string
  readonly target?: string
  /** Created before. Milliseconds since the epoch. */
  readonly before?: number
  /** Part of the question, in any case. */
  readonly text?: string
}

export interface ListedEntry {
  readonly key: string
  readonly scope: string
  readonly target: string
  readonly question: string
  readonly answer: string
  readonly hits: number
  readonly sizeBytes: number
  readonly createdAt: number
  readonly expiresAt: number
}

export interface Sizes {
  readonly entries: number
  readonly bytes: number
}

/** The tier that knows everything that is kept. */
export interface EntryStore extends EntryTier {
  /** Of all owners, in pages. */
  keys(): AsyncIterable<readonly string[]>
  /** Of one fingerprint with a vector of that model, newest first. */
  neighbours(
    scope: string,
    fingerprint: string,
    options: { readonly model: string; readonly limit: number },
  ): Promise<readonly Neighbour[]>
  /** Newest first. */
  list(
    owner: string,
    filter: EntryFilter,
    page: { readonly limit: number; readonly after?: { readonly createdAt: number; readonly key: string } },
  ): Promise<readonly ListedEntry[]>
  sizes(owner: string, filter?: EntryFilter): Promise<Sizes>
  matching(owner: string, filter: EntryFilter, limit: number): Promise<readonly string[]>
  /** Those of `keys` that are kept. */
  present(owner: string, keys: readonly string[]): Promise<ReadonlySet<string>>
  /** Adds hits to entries. */
  touch(owner: string, hits: ReadonlyMap<string, number>): Promise<void>
  /** Removes what is over, what is asked for too rarely, and the oldest beyond the bounds. @returns the keys by owner */
  sweep(): Promise<ReadonlyMap<string, readonly string[]>>
  loadCategory(scope: string, id: string): Promise<string | undefined>
  saveCategory(scope: string, id: string, state: string): Promise<void>
}

/** The tier nearest at hand. */
export interface MemoryTier {
  /** The entry, which counts as a hit; it may be older than the caller wants. */
  find(key: string): CacheEntry | undefined
  put(entry: CacheEntry, forMs: number): void
  drop(keys: readonly string[]): void
  /** Drops what is over or asked for too rarely. */
  sweep(): void
  /** Of entries created before that time, by owner. */
  keys(before: number): ReadonlyMap<string, readonly string[]>
  sizes(owner?: string, filter?: EntryFilter): Sizes
  /** Newest first. */
  list(owner: string, filter: EntryFilter): readonly ListedEntry[]
  clear(): void
}

/** Of one owner, since this process started. */
export interface CacheCounts {
  readonly hits: number
  readonly semanticHits: number
  readonly joined: number
  readonly misses: number
  /** Asked with a mode or a request that the caches have no part in. */
  readonly passed: number
}

export interface CategoryReport {
  readonly id: string
  readonly scope: string
  readonly target: string
  /** `learning`: too few labels; `abstaining`: would break a bound; `disabled`: answers have changed. */
  readonly state: 'learning' | 'serving' | 'abstaining' | 'disabled'
  readonly labels: number
  /** Would-be hits whose answer was compared with a fresh one, and how many of them were wrong. */
  readonly compared: number
  readonly wrong: number
  /** The running bound of wrong ÷ hits; 1 while nothing is known. */
  readonly wrongShare: number
  /** The lowest similarity that is served at the moment for an entry of which nothing is known; null: none. */
  readonly servesFrom: number | null
  readonly served: number
  readonly audits: number
}

export interface CacheReport {
  readonly counts: CacheCounts
  readonly memory: Sizes
  /** Undefined without a store. */
  readonly stored: Sizes | undefined
  readonly categories: readonly CategoryReport[]
}

/** What operators do with the caches. Everything is one owner's. */
export interface CacheControl {
  report(owner: string): Promise<CacheReport>
  /** @returns how many are or would be removed */
  invalidate(owner: string, filter: EntryFilter, options: { readonly dryRun: boolean }): Promise<Sizes>
  /** Without a store: what is in memory. */
  list: EntryStore['list']
}
