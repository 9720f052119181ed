// What fusions work on: the answers of members with what they count, and what came out of them.

import type { PanelMember } from './spec.ts'

export interface Candidate extends Pick<PanelMember, 'target' | 'weight' | 'accuracy'> {
  readonly text: string
}

export interface Fused {
  readonly text: string
  /** By candidate: whether its answer agrees with the text. */
  readonly agreed: readonly boolean[]
}

/** A fusion of one kind of answer; undefined where the answers are not of the kind. Order of candidates decides ties only. */
export type Fuse = (candidates: readonly Candidate[]) => Fused | undefined

/** Nobody counts less than this, in log-odds: a member that is mostly wrong is ignored, not believed backwards. */
const LEAST_LOG_ODDS = 0.01

/** What a member's word counts. By accuracy it is the log-odds of being right, shifted by the choices a wrong member has:
 *  the best weights of a vote of independent members (Nitzan and Paroush, 1982).
 *  @param choices different answers there can be, ≥ 2 */
export const countOf = ({ weight, accuracy }: Pick<PanelMember, 'weight' | 'accuracy'>, choices: number): number =>
  accuracy === undefined
    ? weight
    : Math.max(LEAST_LOG_ODDS, Math.log(accuracy / (1 - accuracy)) + Math.log(choices - 1))

/** Groups of candidates that say the same, heaviest first. A tie goes to the group with the member that counts most, then
 *  to the smaller key: the order of members decides nothing. */
export interface Group {
  readonly key: string
  readonly indices: readonly number[]
  readonly count: number
  /** The greatest count of one member. */
  readonly strongest: number
}

export const groupBy = (keys: readonly (string | undefined)[], counts: readonly number[]): readonly Group[] => {
  const groups = new Map<string, number[]>()
  keys.forEach((key, i) => {
    if (key === undefined) return
    const known = groups.get(key)
    if (known) known.push(i)
    else groups.set(key, [i])
  })
  return [...groups]
    .map(([key, indices]) => {
      // Sums in order of size: floating point must not make the order of members matter.
      const each = indices.map((i) => counts[i] ?? 0).sort((a, b) => a - b)
      return { key, indices, count: each.reduce((sum, count) => sum + count, 0), strongest: each.at(-1) ?? 0 }
    })
    .sort((a, b) => compare(b.count, a.count) || compare(b.strongest, a.strongest) || (a.key < b.key ? -1 : 1))
}

/** Sums of the same numbers in another order differ by less. */
const RELATIVE_ERROR = 1e-9

/** Order of sums: those that differ by rounding alone are equal. */
export const compare = (a: number, b: number): number =>
  Math.abs(a - b) <= RELATIVE_ERROR * Math.max(Math.abs(a), Math.abs(b)) ? 0 : a - b

/** Of these candidates the one whose words are taken: who counts most, then the smaller text. */
export const spokesman = (
  indices: readonly number[],
  candidates: readonly Candidate[],
  counts: readonly number[],
): number =>
  indices.reduce((best, i) => {
    const order = compare(counts[i] ?? 0, counts[best] ?? 0)
    const isBetter = order > 0 || (order === 0 && (candidates[i]?.text ?? '') < (candidates[best]?.text ?? ''))
    return isBetter ? i : best
  }, indices[0] ?? 0)
