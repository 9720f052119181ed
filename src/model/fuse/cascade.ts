// One member after the other, the cheap ones first, until an answer can be believed. With a quorum of two or more an answer is
// believed when so many members say the same; listing one target several times makes that self-consistency
// (Wang and others, 2023).

import { equalValues } from '../../base/value.ts'
import { readJsonAnswer } from '../json-answer.ts'
import { toLabel } from '../label.ts'
import type { ChatResult, ChatStreamPart } from '../spec.ts'
import { countOf } from './candidate.ts'
import { doubtOf } from './confidence.ts'
import { similarity } from './medoid.ts'
import type { MemberCall } from './member-call.ts'
import { noQuorum, passing, repeating } from './output.ts'
import type { Session } from './session.ts'

interface Given {
  readonly call: MemberCall
  readonly result: ChatResult
  readonly isSure: boolean
}

export const cascade = async (session: Session): Promise<AsyncIterable<ChatStreamPart>> => {
  const { panel, request, turns, fits } = session
  const given: Given[] = []
  const mayStream = panel.quorum === 1 && !request.json && !request.responseSchema
  for (const [i, call] of turns.entries()) {
    // Nobody comes after the last one: whatever it says goes out, as it comes.
    if (mayStream && i === turns.length - 1) {
      const parts = await call.live()
      session.signal.throwIfAborted()
      if (!parts) break
      call.agreed = true
      return passing(session, parts)
    }
    const result = await call.whole()
    session.signal.throwIfAborted()
    if (!result) continue
    const isSure = doubtOf(result, request, fits) === undefined
    given.push({ call, result, isSure })
    const agreeing = isSure ? given.filter((other) => other.isSure && saysTheSame(other.result, result)) : []
    if (agreeing.length >= panel.quorum) return settle(session, given, result)
  }
  const best = mostBelievable(given)
  if (!best) throw noQuorum(session)
  return settle(session, given, best.result)
}

const settle = (session: Session, given: readonly Given[], result: ChatResult) => {
  for (const { call, result: other } of given) call.agreed = other === result || saysTheSame(other, result)
  return repeating(session, result)
}

/** Texts this alike say the same. */
const SAME = 0.6

const saysTheSame = (a: ChatResult, b: ChatResult): boolean => {
  if (a === b) return true
  if (a.toolCalls.length > 0 || b.toolCalls.length > 0) return false
  if (toLabel(a.text) === toLabel(b.text)) return true
  const [left, right] = [readJsonAnswer(a.text), readJsonAnswer(b.text)]
  if (left !== undefined || right !== undefined) {
    return left !== undefined && right !== undefined && equalValues(left, right)
  }
  return similarity(a.text, b.text) >= SAME
}

/** Of the sure answers, else of all, the one most others agree with; then that of the member asked last, the best model. */
const mostBelievable = (given: readonly Given[]): Given | undefined => {
  const sure = given.filter(({ isSure }) => isSure)
  const among = sure.length > 0 ? sure : given
  const weightOf = (one: Given): number =>
    among
      .filter((other) => saysTheSame(other.result, one.result))
      .reduce((sum, { call }) => sum + countOf(call.member, 2), 0)
  return among.reduce<Given | undefined>(
    (best, one) => (!best || weightOf(one) >= weightOf(best) ? one : best),
    undefined,
  )
}
