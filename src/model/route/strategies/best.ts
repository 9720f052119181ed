// Performance first: quality, then latency. Targets of unknown quality come last.

import { latencyCosts } from './latency.ts'
import type { Strategy } from './spec.ts'

export const orderByQuality: Strategy = (candidates, { facts }) => {
  const latencies = latencyCosts(candidates, facts.expectedTokens)
  const ordered = candidates.toSorted(
    (a, b) => (b.state.quality ?? -1) - (a.state.quality ?? -1) || (latencies.get(a) ?? 0) - (latencies.get(b) ?? 0),
  )
  const [first] = ordered
  const quality = first?.state.quality
  return {
    candidates: ordered,
    reason: `performance: ${first?.id}, ${quality === undefined ? 'no quality is known' : `quality ${quality}`}`,
  }
}
