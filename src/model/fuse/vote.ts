// The weighted vote over labels and short answers.

import { toLabel } from '../label.ts'
import { type Candidate, countOf, type Fused, groupBy, spokesman } from './candidate.ts'

/** @param choices answers there can be, where somebody knows; else as many as there are members
 *  @returns the words of one of the members: of those who said what most counts for, the one that counts most */
export const vote = (candidates: readonly Candidate[], choices = candidates.length): Fused | undefined => {
  if (candidates.length === 0) return undefined
  const counts = candidates.map((candidate) => countOf(candidate, Math.max(2, choices)))
  const labels = candidates.map(({ text }) => toLabel(text))
  const [first] = groupBy(labels, counts)
  if (!first) return undefined
  const speaker = spokesman(first.indices, candidates, counts)
  return { text: candidates[speaker]?.text ?? '', agreed: labels.map((label) => label === first.key) }
}

/** Larger than the error of any sum of weights here, smaller than any weight that matters. */
const ROUNDING = 1e-9

/** Whether those who have not answered yet cannot change the winner any more.
 *  @param waiting the members that are still to answer */
export const isSettled = (
  answered: readonly Candidate[],
  waiting: readonly Pick<Candidate, 'weight' | 'accuracy'>[],
  choices: number,
): boolean => {
  const counts = answered.map((candidate) => countOf(candidate, Math.max(2, choices)))
  const [first, second] = groupBy(
    answered.map(({ text }) => toLabel(text)),
    counts,
  )
  if (!first) return false
  const open = waiting.reduce((sum, member) => sum + countOf(member, Math.max(2, choices)), 0)
  // Sums of weights differ in their last digits by the order they were added in: a lead that small is a tie.
  return first.count - (second?.count ?? 0) > open + ROUNDING
}
