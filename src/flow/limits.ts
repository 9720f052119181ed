// Bounds of a run, and what counts towards them.

import { addCosts } from '../base/cost.ts'
import type { Usage } from './events.ts'
import type { RunLimits } from './spec.ts'

/** Source of the numbers: the app format's defaults, except nesting and parallel nodes, which are ours. */
export const DEFAULT_LIMITS: RunLimits = Object.freeze({
  steps: 500,
  timeMs: 1_200_000,
  variableBytes: 204_800,
  parallelNodes: 10,
  depth: 16,
})

export const NO_USAGE: Usage = Object.freeze({ promptTokens: 0, completionTokens: 0, totalTokens: 0 })

export const addUsage = (a: Usage, b: Usage): Usage => {
  const cost = addCosts(a.cost, b.cost)
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    totalTokens: a.totalTokens + b.totalTokens,
    ...(cost && { cost }),
  }
}
