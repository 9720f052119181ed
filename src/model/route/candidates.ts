// Which targets of a pool can serve a request, as they are now. Who cannot is left out, with the reason.

import type { RouteFacts, RouteWorld, TargetState } from './spec.ts'

export interface WeightedTarget {
  readonly id: string
  readonly weight: number
}

export interface Candidate extends WeightedTarget {
  readonly state: TargetState
}

export interface Sifted {
  readonly healthy: readonly Candidate[]
  readonly unhealthy: readonly Candidate[]
}

/** @param reasons takes one for each target that is left out */
export const siftTargets = (
  pool: readonly WeightedTarget[],
  { facts, world, reasons }: { readonly facts: RouteFacts; readonly world: RouteWorld; readonly reasons: string[] },
): Sifted => {
  const healthy: Candidate[] = []
  const unhealthy: Candidate[] = []
  for (const { id, weight } of pool) {
    const state = world.target(id)
    const misfit = state ? whyNot(state, facts) : 'it is not configured'
    if (!state || misfit !== undefined) reasons.push(`left out ${id}: ${misfit}`)
    else (state.healthy ? healthy : unhealthy).push({ id, weight, state })
  }
  return { healthy, unhealthy }
}

/** What is unknown of a target is not held against it. */
const whyNot = ({ features, contextTokens }: TargetState, facts: RouteFacts): string | undefined => {
  if (features) {
    for (const feature of facts.needs) if (!features.has(feature)) return `it has no ${feature}`
  }
  // The estimate is only asked for where there is something to compare it with.
  if (contextTokens !== undefined && facts.promptTokens > contextTokens) {
    return `about ${facts.promptTokens} tokens do not fit its ${contextTokens}`
  }
  return undefined
}
