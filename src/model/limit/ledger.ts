// Contract of the books behind the limits: what is taken is taken as a whole or not at all. Types and the claim.

import type { Meter, Purse } from './allowances.ts'

/** What one call asks for. */
export interface Claim {
  readonly meters: readonly Meter[]
  readonly purses: readonly Purse[]
  /** Begin of each purse's window when the money was taken; written by the ledger. Milliseconds since the epoch. */
  readonly windows: number[]
  /** At most, prompt and completion. */
  readonly tokens: number
  /** At most. Nano-dollars; 0 without purses. */
  readonly reserveNanoUsd: number
  /** For the ledger: where else the claim is written down. */
  lease: string | undefined
}

export interface Refusal {
  readonly reason: 'requests' | 'tokens' | 'concurrency' | 'budget' | 'unavailable'
  readonly meter?: Meter
  readonly purse?: Purse
  /** Until the same would pass, were nobody else there; `Infinity`: never, undefined: nobody knows. */
  readonly retryAfterMs: number | undefined
}

export interface Ledger {
  /** True: others count here too, so that places come free unseen. */
  readonly shared: boolean
  /** Takes all that is claimed, or nothing. */
  take(claim: Claim): Refusal | undefined | Promise<Refusal | undefined>
  /** The call is over: the difference to what was taken is given back, or taken as well. At most once a claim. */
  settle(claim: Claim, tokens: number, costNanoUsd: number): void
  /** Of a purse in its present window: spent, with what is reserved. */
  spent(purse: Purse): number | Promise<number>
  close(): Promise<void>
}
