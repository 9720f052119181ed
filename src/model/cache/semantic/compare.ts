// Whether two answers say the same: by their characters, by their words, or as data. Another wording of the same answer counts
// as another answer; who wants to know better hands in a judge.

import type { ChatStreamPart } from '../../spec.ts'
import { answerOf } from '../cacheable.ts'
import { canonicalJson } from '../canonical.ts'

/** Decides whether `kept` answers `question` as well as `fresh` does. */
export type AnswerJudge = (
  about: { readonly question: string; readonly kept: string; readonly fresh: string },
  signal: AbortSignal,
) => Promise<boolean>

export const sameAnswer = (kept: readonly ChatStreamPart[], fresh: readonly ChatStreamPart[]): boolean => {
  if (canonicalJson(mediaOf(kept)) !== canonicalJson(mediaOf(fresh))) return false
  const [a, b] = [answerOf(kept), answerOf(fresh)]
  if (a === b) return true
  const [left, right] = [dataOf(a), dataOf(b)]
  if (left !== undefined || right !== undefined) return left === right
  return normalise(a) === normalise(b)
}

const mediaOf = (parts: readonly ChatStreamPart[]) => parts.filter((part) => part.type === 'media')

const normalise = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** Canonical text of a JSON object or list, also inside a fence. */
const dataOf = (text: string): string | undefined => {
  const bare = /^\s*```(?:json)?\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text
  if (!/^\s*[[{]/.test(bare)) return undefined
  try {
    return canonicalJson(JSON.parse(bare))
  } catch {
    return undefined
  }
}
