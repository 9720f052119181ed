// What operators watch of models: calls and tokens. Models are named by app files, so only so many get a series of their own.

import type { Metrics } from '../../base/metrics.ts'
import type { ModelCall } from '../../model/metered.ts'

export interface UsageNumbers {
  /** @param costNanoUsd undefined: no price is known */
  called(call: ModelCall, costNanoUsd: number | undefined): void
}

/** Pairs of provider and model; those that come later are counted together as `other`. */
const MOST_MODELS = 200
const OTHER = { provider: 'other', model: 'other' }

export const createUsageNumbers = (metrics: Metrics): UsageNumbers => {
  const calls = metrics.counter('heddle_model_calls_total', 'Calls of models that were answered', ['provider', 'model'])
  const tokens = metrics.counter('heddle_model_tokens_total', 'Tokens that models read and wrote', [
    'provider',
    'model',
    'type',
  ])
  const cost = metrics.counter('heddle_model_cost_usd_total', 'What calls of models cost, where a price is known', [
    'provider',
    'model',
  ])
  const known = new Set<string>()
  const namesOf = ({ provider, model }: ModelCall) => {
    const key = JSON.stringify([provider, model])
    if (known.size < MOST_MODELS) known.add(key)
    return known.has(key) ? { provider, model } : OTHER
  }
  return {
    called(call, costNanoUsd) {
      const names = namesOf(call)
      calls.add(names)
      tokens.add({ ...names, type: 'prompt' }, call.promptTokens)
      tokens.add({ ...names, type: 'completion' }, call.completionTokens)
      if (call.cachedTokens) tokens.add({ ...names, type: 'cached' }, call.cachedTokens)
      if (call.reasoningTokens) tokens.add({ ...names, type: 'reasoning' }, call.reasoningTokens)
      if (costNanoUsd) cost.add(names, costNanoUsd / 1e9)
    },
  }
}
