// Turns by weight, spread evenly: of weights 3 and 1 comes a a b a, not a a a b. Source: the smooth weighted round robin of nginx.
//
// R1  Over any time with the same candidates, each gets its share to within one turn.
// R2  One turn is held for each target that was ever a candidate: no more than the pool has.

import type { Strategy } from './spec.ts'

/** With turns of its own. */
export const createRoundRobin = (): Strategy => {
  const turns = new Map<string, number>()
  return (candidates, { advance }) => {
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0)
    const due = new Map(candidates.map(({ id, weight }) => [id, (turns.get(id) ?? 0) + weight]))
    const dueOf = ({ id }: { readonly id: string }): number => due.get(id) ?? 0
    const ordered = candidates.toSorted((a, b) => dueOf(b) - dueOf(a))
    const [first] = ordered
    if (advance && first) {
      for (const [id, turn] of due) turns.set(id, id === first.id ? turn - total : turn)
    }
    const share = first ? Math.round((first.weight / total) * 100) : 0
    return { candidates: ordered, reason: `round-robin: it is the turn of ${first?.id}, ${share} % of calls` }
  }
}
