// Limits and budgets counted in this process.
//
// M1  `take` answers at once and leaves no trace where it refuses.
// M2  Money: 0 ≤ spent + reserved ≤ limit, unless a call took more than was estimated; then by what that call took more.

import type { Clock } from '../../../base/seams.ts'
import type { Meter, Purse } from '../allowances.ts'
import { afterTaking, waitMs } from '../gcra.ts'
import type { Claim, Ledger, Refusal } from '../ledger.ts'

/** What purses hold outlives the process there. */
export interface SpendKeeper {
  /** What was spent in this window by those who came before. Nano-dollars. */
  spentBefore(purseKey: string, windowFrom: number): number
  /** Notes a difference; never throws, waits for nothing. */
  add(purse: Purse, windowFrom: number, deltaNanoUsd: number): void
  /** Writes what waits. */
  close(): Promise<void>
}

export interface MemoryLedgerOptions {
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
  /** Absent: what was spent is forgotten with the process. */
  readonly keeper?: SpendKeeper
}

export const createMemoryLedger = ({ clock, keeper }: MemoryLedgerOptions): Ledger => {
  const turn = (purse: Purse, at: number): void => {
    if (purse.turn(at) && keeper) purse.spentNanoUsd = keeper.spentBefore(purse.key, purse.span.from)
  }
  const refusalOf = (claim: Claim, elapsedMs: number): Refusal | undefined => {
    const { purses, meters, tokens, reserveNanoUsd } = claim
    if (purses.length > 0) {
      const at = clock.now()
      for (let i = 0; i < purses.length; i++) {
        const purse = purses[i] as Purse
        turn(purse, at)
        // What costs nothing goes through an empty purse too.
        if (reserveNanoUsd > 0 && purse.spentNanoUsd + reserveNanoUsd > purse.rule.limitNanoUsd) {
          return { reason: 'budget', purse, retryAfterMs: waitForPurse(purse, reserveNanoUsd, at) }
        }
      }
    }
    let slow: Refusal | undefined
    let full: Meter | undefined
    for (let i = 0; i < meters.length; i++) {
      const meter = meters[i] as Meter
      if (meter.requestMs > 0) {
        const wait = waitMs(meter.requestTatMs, elapsedMs, meter.requestMs, meter.requestBurstMs)
        if (wait > (slow?.retryAfterMs ?? 0)) slow = { reason: 'requests', meter, retryAfterMs: wait }
      }
      if (meter.tokenMs > 0) {
        const wait = waitMs(meter.tokenTatMs, elapsedMs, tokens * meter.tokenMs, meter.tokenBurstMs)
        if (wait > (slow?.retryAfterMs ?? 0)) slow = { reason: 'tokens', meter, retryAfterMs: wait }
      }
      if (meter.running >= meter.concurrent) full ??= meter
    }
    if (slow) return slow
    return full && { reason: 'concurrency', meter: full, retryAfterMs: undefined }
  }

  return {
    shared: false,
    take(claim) {
      const elapsedMs = clock.elapsed()
      const refusal = refusalOf(claim, elapsedMs)
      if (refusal) return refusal
      const { meters, purses, windows, tokens, reserveNanoUsd } = claim
      for (let i = 0; i < meters.length; i++) {
        const meter = meters[i] as Meter
        if (meter.requestMs > 0) meter.requestTatMs = afterTaking(meter.requestTatMs, elapsedMs, meter.requestMs)
        if (meter.tokenMs > 0) meter.tokenTatMs = afterTaking(meter.tokenTatMs, elapsedMs, tokens * meter.tokenMs)
        meter.running++
      }
      for (let i = 0; i < purses.length; i++) {
        const purse = purses[i] as Purse
        windows[i] = purse.span.from
        purse.spentNanoUsd += reserveNanoUsd
        purse.open++
        keeper?.add(purse, purse.span.from, reserveNanoUsd)
      }
      return undefined
    },
    settle({ meters, purses, windows, tokens: taken, reserveNanoUsd }, tokens, costNanoUsd) {
      for (let i = 0; i < meters.length; i++) {
        const meter = meters[i] as Meter
        meter.running--
        if (meter.tokenMs > 0) meter.tokenTatMs += (tokens - taken) * meter.tokenMs
      }
      const delta = costNanoUsd - reserveNanoUsd
      for (let i = 0; i < purses.length; i++) {
        const purse = purses[i] as Purse
        const from = windows[i] as number
        purse.open--
        // What was reserved in an earlier window belongs to that one.
        if (purse.span.from === from) purse.spentNanoUsd += delta
        if (delta !== 0) keeper?.add(purse, from, delta)
      }
    },
    spent(purse) {
      turn(purse, clock.now())
      return purse.spentNanoUsd
    },
    close: async () => keeper?.close(),
  }
}

/** More than the whole budget never fits, and all time does not end. */
export const waitForPurse = (purse: Purse, reserveNanoUsd: number, at: number): number =>
  reserveNanoUsd > purse.rule.limitNanoUsd ? Number.POSITIVE_INFINITY : purse.span.to - at
