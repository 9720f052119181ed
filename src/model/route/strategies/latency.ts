// Lowest latency: of two targets drawn by chance the one whose answer is expected sooner. Two instead of all, since everyone who
// looks at the same averages would run to the same target at once.
// Source: power of two choices over peak EWMA (Mitzenmacher 2001; Finagle). The averages themselves come with the target's state.

import type { Candidate } from '../candidates.ts'
import type { Strategy } from './spec.ts'

/** Where nobody has answered yet, calls under way decide. Milliseconds. */
const NOTHING_KNOWN_MS = 1

/** Expected milliseconds until the answer is whole, times the calls that share the target. A new target is as good as the
 *  middle of the pool: with nothing it would draw every call, with much it would get none. */
export const latencyCosts = (
  candidates: readonly Candidate[],
  expectedTokens: number,
): ReadonlyMap<Candidate, number> => {
  const first = median(candidates.map(({ state }) => state.firstTokenMs)) ?? NOTHING_KNOWN_MS
  const each = median(candidates.map(({ state }) => state.tokenMs)) ?? 0
  return new Map(
    candidates.map((candidate) => {
      const { firstTokenMs = first, tokenMs = each, pending } = candidate.state
      return [candidate, (firstTokenMs + tokenMs * expectedTokens) * (pending + 1)]
    }),
  )
}

const median = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const middle = known.length >> 1
  const high = known[middle]
  const low = known.length % 2 === 0 ? known[middle - 1] : high
  return high === undefined || low === undefined ? undefined : (low + high) / 2
}

export const orderByLatency: Strategy = (candidates, { facts, random }) => {
  const costs = latencyCosts(candidates, facts.expectedTokens)
  const costOf = (one: Candidate): number => costs.get(one) ?? 0
  const sorted = candidates.toSorted((a, b) => costOf(a) - costOf(b))
  const drawn = drawTwo(candidates, random)
  const [winner, loser] = drawn.sort((a, b) => costOf(a) - costOf(b))
  if (!winner) return { candidates: sorted, reason: 'latency' }
  const beaten = loser ? ` before ${loser.id}, ${show(costOf(loser))}` : ''
  return {
    candidates: [winner, ...sorted.filter((one) => one !== winner)],
    reason: `latency: ${winner.id}, ${show(costOf(winner))}${beaten}`,
  }
}

const drawTwo = (candidates: readonly Candidate[], random: () => number): Candidate[] => {
  if (candidates.length < 2) return [...candidates]
  const first = Math.floor(random() * candidates.length)
  const next = Math.floor(random() * (candidates.length - 1))
  const second = next >= first ? next + 1 : next
  // Of equal ones the first drawn wins: by the order of the definition the last would never be chosen.
  return [first, second].flatMap((i) => candidates[i] ?? [])
}

const show = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
