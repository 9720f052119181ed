// The generic cell rate algorithm (ITU-T I.371, Annex A): one point in time for each allowance, and no window whose edges let
// through twice as much.
//
//   tat' = max(now, tat) + cost · T      refused when tat' − now > burst · T
//
// `tat` is when all that was taken will have been given back; T the time that gives one unit back.

/** Time that sums of fractions may be off by. Milliseconds. */
const TOLERANCE_MS = 1e-6

/** Milliseconds until the same would pass; 0: it passes now. `Infinity`: it is more than ever fits.
 *  @param tatMs, nowMs on one clock   @param costMs cost · T   @param burstMs burst · T */
export const waitMs = (tatMs: number, nowMs: number, costMs: number, burstMs: number): number => {
  const over = (tatMs > nowMs ? tatMs - nowMs : 0) + costMs - burstMs
  if (over <= TOLERANCE_MS) return 0
  return costMs - burstMs > TOLERANCE_MS ? Number.POSITIVE_INFINITY : over
}

/** When all is given back after this was taken. Milliseconds on the clock of `nowMs`. */
export const afterTaking = (tatMs: number, nowMs: number, costMs: number): number => Math.max(tatMs, nowMs) + costMs
