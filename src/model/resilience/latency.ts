// How fast a target answers: moving averages that believe bad news at once and good news slowly.
// Source: Finagle's peak EWMA; two averages since answers differ in length.

const DECAY_MS = 10_000

/** Jumps up to a slower sample, decays towards faster ones with exp(−Δt/τ). */
export class PeakAverage {
  #value: number | undefined
  #at = 0

  get value(): number | undefined {
    return this.#value
  }

  /** @param sample ms, ≥ 0   @param now on a clock that never jumps, ms */
  add(sample: number, now: number): void {
    if (this.#value === undefined || sample > this.#value) this.#value = sample
    else {
      const weight = Math.exp(-(now - this.#at) / DECAY_MS)
      this.#value = this.#value * weight + sample * (1 - weight)
    }
    this.#at = now
  }
}
