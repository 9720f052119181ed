// Contract of limits and money: who may call how much. Types only.
//
// Glossary
//   subject   whose allowance counts: a tenant, one of its apps, keys or users; a call has several, and all must allow it
//   limit     speed: requests, tokens in a time, or calls at once
//   budget    money in a window; reserved before a call, settled after it
//   nano-dollar   10⁻⁹ US dollars, the unit of all sums; whole numbers

import type { ModelUsage } from '../spec.ts'

export type SubjectKind = 'tenant' | 'app' | 'key' | 'user'

export interface Subject {
  readonly kind: SubjectKind
  /** Unique over all tenants: ids of tenants' parts begin with the tenant's. */
  readonly id: string
}

export type Priority = 'interactive' | 'normal' | 'batch'

export interface LimitedCall {
  /** From the widest to the narrowest. */
  readonly subjects: readonly Subject[]
  /** In the order they are tried; the dearest is reserved. */
  readonly targets: readonly string[]
  readonly promptTokens: number
  /** Undefined: the caller set no limit. */
  readonly maxCompletionTokens: number | undefined
  readonly priority: Priority
  /** On the clock's `elapsed`; a call that cannot begin before is refused at once. */
  readonly deadline?: number
}

/** A place among the calls under way. Exactly one of the two is called, once; a second call does nothing. */
export interface Admission {
  /** The call is over, and this was used.
   *  @param usage undefined: unknown, the reservation counts as spent */
  settle(target: string, usage: ModelUsage | undefined): Settlement
  /** Nothing was used: the call was never made, or failed before it said anything. */
  release(): void
}

export interface Settlement {
  /** Undefined: no price is known. */
  readonly costNanoUsd: number | undefined
  readonly estimated: boolean
}

export interface Limiter {
  /** At once where nothing waits and no process has to be asked; a promise otherwise.
   *  @throws LimitError `limit/rate-exceeded`, `limit/concurrency-exceeded`, `limit/budget-exceeded`, `limit/queue-full`,
   *  `limit/deadline`; retryable with `details.retryAfterMs` where waiting helps. Rejects with the signal's reason. */
  admit(call: LimitedCall, signal?: AbortSignal): Admission | Promise<Admission>
  close(): Promise<void>
}

export interface PriceBook {
  /** What a call costs at this time; undefined when no price is known. */
  costNanoUsd(target: string, usage: ModelUsage, at: number): number | undefined
  /** US dollars for a million plain tokens. */
  pricesOf(target: string, at: number): { readonly prompt: number; readonly completion: number } | undefined
}
