// The rate against an independent account of it: a bucket that leaks, in whole numbers.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterTaking, waitMs } from './gcra.ts'

/** Holds what was taken and not yet given back; one unit leaks every `unitMs`. */
class LeakyBucket {
  #level = 0n
  #at = 0n
  readonly #unitMs: bigint
  readonly #room: bigint

  constructor(unitMs: number, burst: number) {
    this.#unitMs = BigInt(unitMs)
    this.#room = BigInt(burst) * this.#unitMs
  }

  /** @returns ms to wait, 0 when it was taken, -1 when it never fits */
  take(at: number, cost: number): number {
    const now = BigInt(at)
    const leaked = this.#level - (now - this.#at)
    this.#level = leaked > 0n ? leaked : 0n
    this.#at = now
    const needed = BigInt(cost) * this.#unitMs
    if (needed > this.#room) return -1
    if (this.#level + needed > this.#room) return Number(this.#level + needed - this.#room)
    this.#level += needed
    return 0
  }
}

const schedule = fc.array(fc.record({ pauseMs: fc.nat(400), cost: fc.integer({ min: 1, max: 12 }) }), {
  maxLength: 200,
})

describe('the rate', () => {
  it('lets through what a leaky bucket holds, and names the exact wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 10 }), schedule, (unit, burst, calls) => {
        const bucket = new LeakyBucket(unit, burst)
        let tat = 0
        let now = 0
        for (const { pauseMs, cost } of calls) {
          now += pauseMs
          const wait = waitMs(tat, now, cost * unit, burst * unit)
          expect(Number.isFinite(wait) ? wait : -1).toBe(bucket.take(now, cost))
          if (wait === 0) tat = afterTaking(tat, now, cost * unit)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('lets the same through as soon as the wait is over, and not a moment sooner', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7_919 }),
        fc.integer({ min: 1, max: 500 }),
        fc.nat(1_000),
        (amount, burst, early) => {
          // Periods that no power of two divides: the sums of fractions must not add up to an error.
          const unit = 60_000 / amount
          const now = 123_456.789
          let tat = 0
          for (let i = 0; i < burst; i++) {
            expect(waitMs(tat, now, unit, burst * unit)).toBe(0)
            tat = afterTaking(tat, now, unit)
          }
          const wait = waitMs(tat, now, unit, burst * unit)
          expect(wait).toBeCloseTo(unit, 5)
          expect(waitMs(tat, now + wait, unit, burst * unit)).toBe(0)
          const sooner = wait * (early / 1_001)
          expect(waitMs(tat, now + sooner, unit, burst * unit)).toBeCloseTo(wait - sooner, 5)
        },
      ),
      { numRuns: 100 },
    )
  })
})
