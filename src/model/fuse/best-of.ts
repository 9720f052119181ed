// The choice of one answer by an arbiter. Models prefer what they read first, so each pair is judged in both orders, and only
// a verdict that both give counts.

import type { ChatRequest } from '../spec.ts'
import type { Arbiter } from './arbiter.ts'
import type { Candidate, Fused } from './candidate.ts'
import { byCentrality, chosen, medoid } from './medoid.ts'
import { distinctTexts } from './normalise.ts'
import { compareRequest } from './prompts.ts'

/** Answers that are compared; the others agree least with the rest. */
const MOST_COMPARED = 6

/** @param arbiter undefined: the answer that most agrees with the others */
export const bestOf = async (
  candidates: readonly Candidate[],
  request: ChatRequest,
  arbiter: Arbiter | undefined,
): Promise<Fused | undefined> => {
  if (!arbiter) return medoid(candidates)
  const texts = byCentrality(candidates).map((i) => candidates[i]?.text ?? '')
  const [first, ...others] = distinctTexts(texts).slice(0, MOST_COMPARED)
  if (first === undefined) return undefined
  let best = first
  for (const text of others) {
    // Without a clear verdict the one that agrees more with the others stays.
    if (await isBetter(text, best, request, arbiter)) best = text
  }
  return chosen(best, candidates)
}

const isBetter = async (text: string, than: string, request: ChatRequest, arbiter: Arbiter): Promise<boolean> => {
  const [ahead, behind] = await Promise.all([
    arbiter.whole(compareRequest(request, text, than)),
    arbiter.whole(compareRequest(request, than, text)),
  ])
  return verdictOf(ahead?.text) === 'A' && verdictOf(behind?.text) === 'B'
}

/** The last letter that stands for itself: models that think aloud come to their verdict at the end. */
const verdictOf = (text: string | undefined): string | undefined =>
  text?.match(/(?<![\p{L}\p{N}])[AB=](?![\p{L}\p{N}])/gu)?.at(-1)
