// Keeps calls from a target that fails. Pure but for its own counts; time is handed in.
//
// B1  Opens when at least `MIN_CALLS` calls ended in the last ten seconds and half of them failed, or after
//     `CONSECUTIVE` failures in a row. Faults of the caller are never told to it.
// B2  Stays open for 5 s, doubling to at most 2 minutes while probes fail, with jitter; longer when the vendor asked for it.
// B3  Half-open admits three calls at once; three successes close it, one failure opens it again.
// Source of the numbers: Envoy's outlier detection and Hystrix' rolling window, as compared in the field.

import type { Random } from '../../base/seams.ts'
import type { BreakerState } from './spec.ts'

const BUCKETS = 10
const BUCKET_MS = 1_000
const MIN_CALLS = 10
const FAILURE_RATIO = 0.5
const CONSECUTIVE = 5
const OPEN_MS = 5_000
const LONGEST_OPEN_MS = 120_000
const PROBES = 3

export class Breaker {
  readonly #random: Random
  readonly #calls = new Uint32Array(BUCKETS)
  readonly #failures = new Uint32Array(BUCKETS)
  #bucket = 0
  #bucketStart = 0
  #inARow = 0
  #state: BreakerState = 'closed'
  #openUntil = 0
  #openings = 0
  #probing = 0
  #proved = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** @param now on a clock that never jumps, ms */
  state(now: number): BreakerState {
    if (this.#state === 'open' && now >= this.#openUntil) {
      this.#state = 'half-open'
      this.#probing = 0
      this.#proved = 0
    }
    return this.#state
  }

  opensInMs(now: number): number {
    return this.state(now) === 'open' ? this.#openUntil - now : 0
  }

  /** Whether a call may go now; a half-open breaker counts it as a probe. */
  admits(now: number): boolean {
    const state = this.state(now)
    if (state === 'closed') return true
    if (state === 'open' || this.#probing >= PROBES) return false
    this.#probing++
    return true
  }

  succeeded(now: number): void {
    this.#count(now, false)
    this.#inARow = 0
    if (this.state(now) !== 'half-open') return
    this.#probing = Math.max(0, this.#probing - 1)
    if (++this.#proved < PROBES) return
    this.#state = 'closed'
    this.#openings = 0
    this.#calls.fill(0)
    this.#failures.fill(0)
  }

  failed(now: number, retryAfterMs = 0): void {
    this.#count(now, true)
    this.#inARow++
    const state = this.state(now)
    if (state === 'open') return
    if (state === 'half-open') return this.#open(now, retryAfterMs)
    const { calls, failures } = this.window(now)
    const often = calls >= MIN_CALLS && failures >= calls * FAILURE_RATIO
    if (often || this.#inARow >= CONSECUTIVE) this.#open(now, retryAfterMs)
  }

  /** A call that ended without telling anything about the target gives its probe back. */
  forget(): void {
    this.#probing = Math.max(0, this.#probing - 1)
  }

  /** Something else than a call found the target alive: probes may go at once. */
  revive(now: number): void {
    if (this.state(now) === 'open') this.#openUntil = now
  }

  window(now: number): { readonly calls: number; readonly failures: number } {
    this.#turn(now)
    let calls = 0
    let failures = 0
    for (let i = 0; i < BUCKETS; i++) {
      calls += this.#calls[i] as number
      failures += this.#failures[i] as number
    }
    return { calls, failures }
  }

  #open(now: number, retryAfterMs: number): void {
    const base = Math.min(OPEN_MS * 2 ** this.#openings, LONGEST_OPEN_MS)
    const ms = Math.max(base * (0.8 + 0.4 * this.#random.next()), Math.min(retryAfterMs, LONGEST_OPEN_MS))
    this.#state = 'open'
    this.#openUntil = now + ms
    this.#openings++
    this.#inARow = 0
  }

  #count(now: number, failed: boolean): void {
    this.#turn(now)
    this.#calls[this.#bucket] = (this.#calls[this.#bucket] as number) + 1
    if (failed) this.#failures[this.#bucket] = (this.#failures[this.#bucket] as number) + 1
  }

  #turn(now: number): void {
    const passed = Math.floor((now - this.#bucketStart) / BUCKET_MS)
    if (passed <= 0) return
    for (let i = 0; i < Math.min(passed, BUCKETS); i++) {
      this.#bucket = (this.#bucket + 1) % BUCKETS
      this.#calls[this.#bucket] = 0
      this.#failures[this.#bucket] = 0
    }
    this.#bucketStart += passed * BUCKET_MS
  }
}
