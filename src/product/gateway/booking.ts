// The books of one call: what was reserved is settled or released, targets learn how it went, the record is kept. Each once.

import type { Admission } from '../../model/limit/spec.ts'
import type { Survived } from '../../model/resilience/spec.ts'
import type { ChatStreamPart, ModelUsage } from '../../model/spec.ts'

/** How an answer ended. */
export interface AnswerEnd {
  readonly outcome: 'complete' | 'cut' | 'aborted'
  /** Undefined: nobody said. */
  readonly usage: ModelUsage | undefined
  readonly error?: unknown
}

export interface Booked {
  readonly end: AnswerEnd
  readonly costNanoUsd: number | undefined
}

/** @returns called when the answer is over; a second time does nothing */
export const book = (
  admission: Admission,
  survived: Pick<Survived<unknown>, 'target' | 'over'>,
  firstTokenMs: () => number | undefined,
  told: (booked: Booked) => void,
): ((end: AnswerEnd) => void) => {
  let isOver = false
  return (end) => {
    if (isOver) return
    isOver = true
    const first = firstTokenMs()
    survived.over({
      outcome: end.outcome,
      ...(first !== undefined && { firstTokenMs: first }),
      ...(end.usage && { completionTokens: end.usage.completionTokens }),
    })
    const { costNanoUsd } = admission.settle(survived.target.id, end.usage)
    told({ end, costNanoUsd })
  }
}

/** The same parts; `over` hears how they ended. A reader that leaves has aborted.
 *  No generator, since every piece of every answer passes here. */
export const watched = (
  parts: AsyncIterable<ChatStreamPart>,
  signal: AbortSignal,
  over: (end: AnswerEnd) => void,
  estimate: (said: number) => ModelUsage,
): AsyncIterable<ChatStreamPart> => ({
  [Symbol.asyncIterator]() {
    const inner = parts[Symbol.asyncIterator]()
    let said = 0
    const usage = () => (said > 0 ? estimate(said) : undefined)
    const look = (next: IteratorResult<ChatStreamPart, unknown>): IteratorResult<ChatStreamPart, undefined> => {
      if (next.done) {
        over({ outcome: 'cut', usage: usage() })
        return { done: true, value: undefined }
      }
      const part = next.value
      if (part.type === 'finish') over({ outcome: 'complete', usage: part.usage })
      else if (part.type === 'text-delta' || part.type === 'reasoning-delta') said += part.text.length
      return { done: false, value: part }
    }
    const fail = (error: unknown): never => {
      over({ outcome: signal.aborted ? 'aborted' : 'cut', usage: usage(), error })
      throw error
    }
    return {
      next: () => inner.next().then(look, fail),
      async return() {
        over({ outcome: 'aborted', usage: usage() })
        await inner.return?.()
        return { done: true, value: undefined }
      },
    }
  },
})
