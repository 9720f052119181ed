// Token counts in the three forms a node reports: its `usage` output, its metadata and the run's total.
// Field names: the usage objects in Dify app outputs. Prices are zero where none is known.

import { priceTexts } from '../../base/cost.ts'
import { float } from '../../base/number.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Usage } from '../../flow/events.ts'
import type { ModelUsage } from '../../model/spec.ts'

export const NO_USAGE: ModelUsage = { promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: true }

export interface UsageReport {
  readonly output: ValueObject
  readonly metadata: ValueObject
  readonly usage: Usage
}

/** @param latencyMs from the call to its end */
export const reportUsage = (usage: ModelUsage, latencyMs: number): UsageReport => {
  const { promptTokens, completionTokens, totalTokens, cost } = usage
  const prices = priceTexts(cost)
  return {
    output: {
      prompt_tokens: promptTokens,
      prompt_unit_price: prices.promptUnitPrice,
      prompt_price_unit: prices.priceUnit,
      prompt_price: prices.promptPrice,
      completion_tokens: completionTokens,
      completion_unit_price: prices.completionUnitPrice,
      completion_price_unit: prices.priceUnit,
      completion_price: prices.completionPrice,
      total_tokens: totalTokens,
      total_price: prices.totalPrice,
      currency: 'USD',
      latency: float(Math.round(latencyMs) / 1000),
    },
    metadata: { total_tokens: totalTokens, total_price: prices.totalPrice, currency: 'USD' },
    usage: { promptTokens, completionTokens, totalTokens, ...(cost && { cost }) },
  }
}
