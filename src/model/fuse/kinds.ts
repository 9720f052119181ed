// What kind of answer the members gave: it decides how they are fused. Texts are never averaged.

import { toLabel } from '../label.ts'
import type { ChatRequest } from '../spec.ts'
import { type Candidate, compare, countOf, groupBy } from './candidate.ts'
import { readNumber } from './mean.ts'
import { readList } from './ranking.ts'
import type { Fusion } from './spec.ts'

/** Characters of a label or a short exact answer. */
const LONGEST_LABEL = 64

export const fusionFor = (
  candidates: readonly Candidate[],
  request: Pick<ChatRequest, 'json' | 'responseSchema'>,
  hasArbiter: boolean,
): Exclude<Fusion, 'auto'> => {
  if (request.responseSchema || request.json) return 'field-vote'
  if (candidates.every(({ text }) => readNumber(text) !== undefined)) return hasMajority(candidates) ? 'vote' : 'mean'
  if (candidates.every(({ text }) => isLabel(text))) return 'vote'
  if (candidates.every(({ text }) => readList(text) !== undefined)) return 'ranking'
  return hasArbiter ? 'synthesis' : 'best-of'
}

const isLabel = (text: string): boolean => {
  const trimmed = text.trim()
  return trimmed.length <= LONGEST_LABEL && !trimmed.includes('\n')
}

/** More than half of the weight says the very same: a count, a year, not a measure. */
const hasMajority = (candidates: readonly Candidate[]): boolean => {
  const counts = candidates.map((candidate) => countOf(candidate, 2))
  const groups = groupBy(
    candidates.map(({ text }) => toLabel(text)),
    counts,
  )
  const total = counts.reduce((sum, count) => sum + count, 0)
  return compare((groups[0]?.count ?? 0) * 2, total) > 0
}
