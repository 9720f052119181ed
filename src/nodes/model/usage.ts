// Token counts in the three forms a node reports: its `usage` output, its metadata and the run's total.
// Field names: the usage objects in Dify app outputs. Prices are zero: the platform knows no vendor's price list.

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
export const reportUsage = (usage: ModelUsage, latencyMs: number): UsageReport => ({
  output: {
    prompt_tokens: usage.promptTokens,
    prompt_unit_price: '0',
    prompt_price_unit: '0',
    prompt_price: '0',
    completion_tokens: usage.completionTokens,
    completion_unit_price: '0',
    completion_price_unit: '0',
    completion_price: '0',
    total_tokens: usage.totalTokens,
    total_price: '0',
    currency: 'USD',
    latency: float(Math.round(latencyMs) / 1000),
  },
  metadata: { total_tokens: usage.totalTokens, total_price: '0', currency: 'USD' },
  usage: {
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    totalTokens: usage.totalTokens,
  },
})
