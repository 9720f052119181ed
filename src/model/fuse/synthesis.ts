// Many answers as the material of one: a judge analyses them, then the arbiter writes, with the caller's tools, as a stream.

import { stringifyJson } from '../../base/json.ts'
import { readJsonAnswer } from '../json-answer.ts'
import type { ChatStreamPart } from '../spec.ts'
import type { Candidate } from './candidate.ts'
import { byCentrality } from './medoid.ts'
import { distinctTexts } from './normalise.ts'
import { passing } from './output.ts'
import { judgeRequest, synthesisRequest } from './prompts.ts'
import type { Session } from './session.ts'

/** Undefined where there is nobody to write, nothing to join, or the arbiter said nothing. */
export const synthesise = async (
  session: Session,
  candidates: readonly Candidate[],
): Promise<AsyncIterable<ChatStreamPart> | undefined> => {
  const { arbiter, request } = session
  // By agreement, so that the order of members says nothing and models that believe the first one believe the best.
  const texts = byCentrality(candidates).map((i) => candidates[i]?.text ?? '')
  const distinct = distinctTexts(texts)
  const needsTools = (request.tools?.length ?? 0) > 0 && request.toolChoice !== 'none'
  if (!arbiter || (distinct.length < 2 && !needsTools)) return undefined
  const judged = distinct.length < 2 ? undefined : await arbiter.whole(judgeRequest(request, distinct))
  session.signal.throwIfAborted()
  const analysis = judged && readJsonAnswer(judged.text)
  // An analysis without the form is an analysis still.
  const written = analysis === undefined ? judged?.text : stringifyJson(analysis)
  const parts = await arbiter.live(synthesisRequest(request, distinct, written))
  session.signal.throwIfAborted()
  return parts && passing(session, parts)
}
