// What tokens cost, in whole numbers, and sums of it.
//
// C1  Sums do not depend on their order, so that parallel calls give one result however they end.

import { formatPerMillion, formatUsd } from './money.ts'

/** Amounts in nano-dollars (10⁻⁹ USD). Unit prices in pico-dollars (10⁻¹²) a token: of the list that held; 0 where nothing was
 *  paid, or where several lists held. */
export interface TokenCost {
  readonly promptNanoUsd: number
  readonly completionNanoUsd: number
  readonly promptPicoUsd: number
  readonly completionPicoUsd: number
}

/** Undefined: no price is known. It adds nothing. */
export const addCosts = (a: TokenCost | undefined, b: TokenCost | undefined): TokenCost | undefined => {
  if (!a || !b) return a ?? b
  return {
    promptNanoUsd: a.promptNanoUsd + b.promptNanoUsd,
    completionNanoUsd: a.completionNanoUsd + b.completionNanoUsd,
    promptPicoUsd: a.promptPicoUsd === b.promptPicoUsd ? a.promptPicoUsd : 0,
    completionPicoUsd: a.completionPicoUsd === b.completionPicoUsd ? a.completionPicoUsd : 0,
  }
}

/** All of it. Null: no price is known. */
export const nanoUsdOf = (cost: TokenCost | undefined): number | null =>
  cost ? cost.promptNanoUsd + cost.completionNanoUsd : null

/** Dollars as texts; unit prices in dollars for a million tokens. All `0` where no price is known. */
export const priceTexts = (cost: TokenCost | undefined) => ({
  promptUnitPrice: formatPerMillion(cost?.promptPicoUsd ?? 0),
  promptPrice: formatUsd(cost?.promptNanoUsd ?? 0),
  completionUnitPrice: formatPerMillion(cost?.completionPicoUsd ?? 0),
  completionPrice: formatUsd(cost?.completionNanoUsd ?? 0),
  /** By which a unit price is multiplied to be that of one token. */
  priceUnit: cost ? '0.000001' : '0',
  totalPrice: formatUsd(nanoUsdOf(cost) ?? 0),
})
