// The answer that most agrees with the others: a choice among texts that needs no model.

import { type Candidate, compare, countOf, type Fused } from './candidate.ts'
import { piecesOf } from './normalise.ts'

/** Counts of the pieces and pairs of neighbours of a text. */
type Profile = ReadonlyMap<string, number>

const profileOf = (text: string): Profile => {
  const profile = new Map<string, number>()
  let before = ''
  for (const piece of piecesOf(text)) {
    for (const key of [piece, `${before} ${piece}`]) profile.set(key, (profile.get(key) ?? 0) + 1)
    before = piece
  }
  return profile
}

/** Dice's coefficient over pieces and their pairs, 0 to 1. */
const likeness = (a: Profile, b: Profile): number => {
  let shared = 0
  let total = 0
  for (const [key, count] of a) {
    shared += Math.min(count, b.get(key) ?? 0)
    total += count
  }
  for (const count of b.values()) total += count
  return total === 0 ? 1 : (2 * shared) / total
}

/** A text can be wrong in very many ways, so that two that agree are hardly wrong together: also members that are right less
 *  than half of the time count. */
const WAYS = 100

/** How alike two texts are, 0 to 1. */
export const similarity = (a: string, b: string): number => likeness(profileOf(a), profileOf(b))

/** By candidate: how much of all weight agrees with it, its own included. */
export const centrality = (candidates: readonly Candidate[]): readonly number[] => {
  const profiles = candidates.map(({ text }) => profileOf(text))
  const counts = candidates.map((candidate) => countOf(candidate, WAYS))
  return profiles.map((mine, i) =>
    profiles
      .map((other, k) => (k === i ? 1 : likeness(mine, other)) * (counts[k] ?? 0))
      .sort((a, b) => a - b)
      .reduce((sum, part) => sum + part, 0),
  )
}

/** Texts this alike say the same. */
const AGREES = 0.5

/** Candidates by agreement, best first; ties by weight, then by text. */
export const byCentrality = (candidates: readonly Candidate[]): readonly number[] => {
  const central = centrality(candidates)
  return candidates
    .map((candidate, i) => ({ candidate, i, count: countOf(candidate, WAYS), central: central[i] ?? 0 }))
    .sort(
      (a, b) =>
        compare(b.central, a.central) || compare(b.count, a.count) || (a.candidate.text < b.candidate.text ? -1 : 1),
    )
    .map(({ i }) => i)
}

export const medoid = (candidates: readonly Candidate[]): Fused | undefined => {
  const best = candidates[byCentrality(candidates)[0] ?? -1]
  return best && chosen(best.text, candidates)
}

/** One candidate's text, and who says about the same. */
export const chosen = (text: string, candidates: readonly Candidate[]): Fused => ({
  text,
  agreed: candidates.map((candidate) => candidate.text === text || similarity(candidate.text, text) >= AGREES),
})
