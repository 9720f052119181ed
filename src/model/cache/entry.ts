// An answer and its question as an entry, and an entry as an answer again.

import type { ChatStreamPart } from '../spec.ts'
import { sizeOfPart } from './cacheable.ts'
import { neighbourhoodOf } from './key.ts'
import type { CacheEntry, CacheQuestion, CacheVector } from './spec.ts'

/** What an entry takes besides its parts: keys, names, the objects around them. */
const OVERHEAD_BYTES = 1_024

export interface Answered {
  readonly question: CacheQuestion
  readonly key: string
  readonly parts: readonly ChatStreamPart[]
  readonly vector: CacheVector | undefined
  readonly createdAt: number
}

export const toEntry = ({ question, key, parts, vector, createdAt }: Answered): CacheEntry => {
  const neighbourhood = neighbourhoodOf(question)
  const text = neighbourhood?.text ?? ''
  const sizeBytes =
    OVERHEAD_BYTES +
    2 * text.length +
    4 * (vector?.values.length ?? 0) +
    parts.reduce((sum, part) => sum + sizeOfPart(part), 0)
  return Object.freeze({
    key,
    scope: question.scope,
    target: question.target,
    variant: question.variant,
    fingerprint: neighbourhood?.fingerprint,
    question: text,
    parts: Object.freeze([...parts]),
    createdAt,
    sizeBytes,
    ...(vector && { vector }),
  })
}

/** The parts as they came, piece by piece. Rejects with the signal's reason. */
export async function* replay(
  parts: readonly ChatStreamPart[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ChatStreamPart, undefined> {
  for (const part of parts) {
    signal?.throwIfAborted()
    yield part
  }
}
