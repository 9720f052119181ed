// Contract of the caches in front of chat models. Types only.
//
// Glossary
//   scope        whose answers these are: a tenant, perhaps one of its apps or users. Always part of the key
//   exact        the same request again
//   semantic     another wording of the same question, everything else being equal
//   audit        a would-be hit that was answered afresh, to learn whether the hit would have been right

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
