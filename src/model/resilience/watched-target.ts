// One target as its calls have shown it: breaker, latency, calls under way, and which of its keys are refused.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Random } from '../../base/seams.ts'
import { Breaker } from './breaker.ts'
import { retryAfterOf } from './classify.ts'
import { PeakAverage } from './latency.ts'
import type { Account, CallEnd, ErrorClass, Target, TargetHealth } from './spec.ts'

/** A refused key is asked again after this. Milliseconds. */
const REFUSED_MS = 60_000
/** A key that was slowed down without a word for how long. Milliseconds. */
const SLOWED_MS = 1_000
/** Longest a vendor can keep one of its keys resting. Milliseconds. */
const LONGEST_REST_MS = 120_000

interface AccountState {
  restsUntil: number
  reason: string | undefined
}

export class WatchedTarget {
  readonly id: string
  readonly target: Target
  readonly breaker: Breaker
  pending = 0
  readonly #clock: Clock
  readonly #firstToken = new PeakAverage()
  readonly #token = new PeakAverage()
  readonly #accounts = new Map<string, AccountState>()
  #turn = 0
  #lastError: string | undefined
  #lastAnswerAt: number | undefined
  #lastHeard = Number.NEGATIVE_INFINITY

  constructor(target: Target, parts: { readonly clock: Clock; readonly random: Random }) {
    this.id = target.id
    this.target = target
    this.#clock = parts.clock
    this.breaker = new Breaker(parts.random)
    for (const { id } of target.accounts) this.#accounts.set(id, { restsUntil: 0, reason: undefined })
  }

  /** The next usable account in turn that is not among `tried`; then any that rests; undefined when all were tried. */
  nextAccount(accounts: readonly Account[], tried: ReadonlySet<string> | undefined): Account | undefined {
    const only = accounts[0]
    if (accounts.length === 1 && only) return tried?.has(only.id) ? undefined : only
    const now = this.#clock.elapsed()
    this.#turn = (this.#turn + 1) % Math.max(1, accounts.length)
    let resting: Account | undefined
    for (let i = 0; i < accounts.length; i++) {
      const account = accounts[(this.#turn + i) % accounts.length] as Account
      if (tried?.has(account.id)) continue
      if ((this.#accounts.get(account.id)?.restsUntil ?? 0) <= now) return account
      resting ??= account
    }
    return resting
  }

  failed(account: Account, error: unknown, errorClass: ErrorClass): void {
    const now = this.#clock.elapsed()
    if (errorClass !== 'aborted' && errorClass !== 'caller') this.#lastError = messageOf(error)
    const state = this.#accounts.get(account.id) ?? { restsUntil: 0, reason: undefined }
    this.#accounts.set(account.id, state)
    switch (errorClass) {
      case 'service':
        this.breaker.failed(now, retryAfterOf(error))
        return
      case 'auth':
        state.restsUntil = now + REFUSED_MS
        state.reason = messageOf(error)
        break
      case 'quota':
        state.restsUntil = now + Math.min(retryAfterOf(error) ?? SLOWED_MS, LONGEST_REST_MS)
        state.reason = messageOf(error)
        break
      case 'caller':
      case 'business':
        // The vendor is alive: it could say what is wrong.
        this.breaker.succeeded(now)
        return
      case 'aborted':
        break
    }
    this.breaker.forget()
  }

  committed(account: Account): void {
    this.#lastAnswerAt = this.#clock.now()
    this.#lastHeard = this.#clock.elapsed()
    const state = this.#accounts.get(account.id)
    if (state?.reason !== undefined) {
      state.restsUntil = 0
      state.reason = undefined
    }
  }

  over(end: CallEnd, elapsedMs: number): void {
    const now = this.#clock.elapsed()
    if (end.outcome === 'cut') return this.breaker.failed(now)
    if (end.outcome === 'aborted') return this.breaker.forget()
    this.breaker.succeeded(now)
    const firstTokenMs = end.firstTokenMs ?? elapsedMs
    this.#firstToken.add(firstTokenMs, now)
    if (end.completionTokens !== undefined && end.completionTokens > 1 && elapsedMs > firstTokenMs) {
      this.#token.add((elapsedMs - firstTokenMs) / (end.completionTokens - 1), now)
    }
  }

  /** A heartbeat came back, or did not. */
  pinged(error: unknown): void {
    const now = this.#clock.elapsed()
    if (error === undefined) {
      this.#lastHeard = now
      this.#lastAnswerAt = this.#clock.now()
      this.breaker.revive(now)
      return
    }
    this.#lastError = messageOf(error)
    this.breaker.failed(now)
  }

  silentForMs(): number {
    return this.#clock.elapsed() - this.#lastHeard
  }

  /** Milliseconds until some account may be asked; 0 when one may now. */
  restMs(accounts: readonly Account[]): number {
    const now = this.#clock.elapsed()
    const rests = accounts.map(({ id }) => (this.#accounts.get(id)?.restsUntil ?? 0) - now)
    return Math.max(0, Math.min(...rests))
  }

  health(): TargetHealth {
    const now = this.#clock.elapsed()
    const { calls, failures } = this.breaker.window(now)
    return {
      target: this.id,
      state: this.breaker.state(now),
      opensInMs: Math.ceil(this.breaker.opensInMs(now)),
      pending: this.pending,
      calls,
      failures,
      firstTokenMs: this.#firstToken.value,
      tokenMs: this.#token.value,
      lastError: this.#lastError,
      lastAnswerAt: this.#lastAnswerAt,
      accounts: [...this.#accounts].map(([id, { restsUntil, reason }]) => {
        const usable = restsUntil <= now
        return { id, usable, reason: usable ? undefined : reason }
      }),
    }
  }
}
