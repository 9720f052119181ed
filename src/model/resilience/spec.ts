// Contract of calls that survive their vendors: retries, keys, breakers, fallbacks. Types only.
//
// Glossary
//   account    one key of a provider; a provider has several where the operator gives several keys
//   attempt    one try at one account of one target
//   commit     the moment from which no other target may answer: the first content of a stream, the whole of a plain answer
//   breaker    keeps calls from a target that fails: closed (calls pass), open (none), half-open (few probes)

import type { ModelProvider } from '../spec.ts'

/** Decides what a failure leads to. `caller`: the request itself is at fault; never tried again, never held against a target.
 *  auth: another key · quota: another key, or later · service: the same again, then another target · business: another target */
export type ErrorClass = 'auth' | 'quota' | 'caller' | 'service' | 'business' | 'aborted'

export interface Account {
  /** `openai`, or `openai#2` where there are several keys. */
  readonly id: string
  readonly provider: ModelProvider
}

export interface Target {
  /** `provider/model` */
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly accounts: readonly Account[]
}

export interface Attempt {
  readonly target: string
  readonly account: string
  readonly elapsedMs: number
  /** Absent: it answered. */
  readonly errorClass?: ErrorClass
  readonly error?: string
  readonly code?: string
}

export interface Survived<T> {
  readonly value: T
  readonly target: Target
  readonly account: Account
  /** In order; the last one answered. */
  readonly attempts: readonly Attempt[]
  /** To be called once when the answer is over: what it took feeds latency and health. */
  readonly over: (end: CallEnd) => void
}

export interface CallEnd {
  readonly outcome: 'complete' | 'cut' | 'aborted'
  /** Milliseconds from the attempt's start to its first content. */
  readonly firstTokenMs?: number
  readonly completionTokens?: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface TargetHealth {
  readonly target: string
  readonly state: BreakerState
  /** Milliseconds until the next probe; 0 unless open. */
  readonly opensInMs: number
  readonly pending: number
  /** Of the rolling window. */
  readonly calls: number
  readonly failures: number
  readonly firstTokenMs: number | undefined
  readonly tokenMs: number | undefined
  readonly lastError: string | undefined
  /** When it was last heard of, ms since the epoch. */
  readonly lastAnswerAt: number | undefined
  readonly accounts: readonly { readonly id: string; readonly usable: boolean; readonly reason: string | undefined }[]
}

export interface Resilience {
  /** Tries the targets in order until one commits.
   *  @param attempt resolves at the commit point; a throw before it may lead to another attempt
   *  @throws the primary target's error with `details.attempts`, `model/credentials-exhausted` when every key was refused */
  call<T>(
    targets: readonly Target[],
    attempt: (target: Target, account: Account, signal: AbortSignal) => Promise<T>,
    options: CallOptions,
  ): Promise<Survived<T>>
  health(target: string): TargetHealth | undefined
  /** Every target that was ever asked or is watched. */
  all(): readonly TargetHealth[]
  /** Asks every known target that was silent for so long whether it is alive. Never rejects. */
  heartbeat(silentMs: number, signal: AbortSignal): Promise<void>
  close(): void
}

export interface CallOptions {
  readonly signal: AbortSignal
  /** Whole time for all attempts. Milliseconds. */
  readonly totalMs?: number
}
