// Cost first: what the call is expected to cost, then latency. Targets without a price come last.

import type { Candidate } from '../candidates.ts'
import type { RouteFacts } from '../spec.ts'
import { latencyCosts } from './latency.ts'
import type { Strategy } from './spec.ts'

const TOKENS_OF_PRICE = 1_000_000

/** US dollars. Infinity when a price is unknown. */
const priceOf = ({ state }: Candidate, { promptTokens, expectedTokens }: RouteFacts): number =>
  state.promptPrice === undefined || state.completionPrice === undefined
    ? Number.POSITIVE_INFINITY
    : (state.promptPrice * promptTokens + state.completionPrice * expectedTokens) / TOKENS_OF_PRICE

export const orderByCost: Strategy = (candidates, { facts }) => {
  const prices = new Map(candidates.map((one) => [one, priceOf(one, facts)]))
  const latencies = latencyCosts(candidates, facts.expectedTokens)
  const ordered = candidates.toSorted(
    (a, b) => compare(prices.get(a), prices.get(b)) || compare(latencies.get(a), latencies.get(b)),
  )
  const [first] = ordered
  const price = (first && prices.get(first)) ?? Number.POSITIVE_INFINITY
  return {
    candidates: ordered,
    reason: `cost: ${first?.id}, ${Number.isFinite(price) ? `about $${price.toPrecision(3)}` : 'no price is known'}`,
  }
}

/** Two infinities are equal. */
const compare = (a = 0, b = 0): number => (a === b ? 0 : a - b)
