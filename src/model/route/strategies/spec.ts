// What a strategy is: it puts candidates that can all serve the request in the order to be tried. Types only.

import type { Candidate } from '../candidates.ts'
import type { RouteFacts } from '../spec.ts'

export interface StrategyContext {
  readonly facts: RouteFacts
  /** In [0, 1). */
  random(): number
  /** False: only looked at; whose turn it is stays as it is. */
  readonly advance: boolean
}

export interface Ordered {
  readonly candidates: readonly Candidate[]
  /** Why the first is first. */
  readonly reason: string
}

/** @param candidates at least one, in the order of the definition */
export type Strategy = (candidates: readonly Candidate[], context: StrategyContext) => Ordered
