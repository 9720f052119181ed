// The first valid answer wins. Free text goes out as it comes; what must have a form is looked at as a whole first.

import type { ChatStreamPart } from '../spec.ts'
import { doubtOf } from './confidence.ts'
import type { MemberCall } from './member-call.ts'
import { noQuorum, passing, repeating } from './output.ts'
import { askInTurn } from './pool.ts'
import type { Session } from './session.ts'

export const race = async (session: Session): Promise<AsyncIterable<ChatStreamPart>> => {
  const { request, panel, turns } = session
  const isWhole = request.json === true || request.responseSchema !== undefined
  let winner: AsyncIterable<ChatStreamPart> | undefined
  await askInTurn(turns, panel.parallel, async (call) => {
    const parts = isWhole ? await wholeOf(session, call) : await call.live()
    if (!parts) return false
    if (winner) call.cancel()
    else {
      winner = isWhole ? parts : passing(session, parts)
      call.agreed = true
    }
    return true
  })
  session.signal.throwIfAborted()
  if (!winner) throw noQuorum(session)
  return winner
}

const wholeOf = async (session: Session, call: MemberCall): Promise<AsyncIterable<ChatStreamPart> | undefined> => {
  const result = await call.whole()
  if (!result || doubtOf(result, session.request, session.fits) !== undefined) return undefined
  return repeating(session, result)
}
