// Every strategy by its name in definitions.

import type { StrategyName } from '../definition.ts'
import { orderByAffinity } from './affinity.ts'
import { orderByQuality } from './best.ts'
import { orderByCost } from './cheapest.ts'
import { orderByLatency } from './latency.ts'
import { createRoundRobin } from './round-robin.ts'
import type { Strategy } from './spec.ts'

const inOrder: Strategy = (candidates) => ({ candidates, reason: `in-order: ${candidates[0]?.id} comes first` })

const STRATEGIES: Readonly<Record<StrategyName, () => Strategy>> = {
  'round-robin': createRoundRobin,
  latency: () => orderByLatency,
  cost: () => orderByCost,
  performance: () => orderByQuality,
  affinity: () => orderByAffinity,
  'in-order': () => inOrder,
}

/** With memory of its own where it has any. */
export const createStrategy = (name: StrategyName): Strategy => STRATEGIES[name]()
