// All members are asked; their answers become one by the fusion that fits their kind.

import { isList, own } from '../../base/value.ts'
import type { ChatRequest, ChatStreamPart } from '../spec.ts'
import { bestOf } from './best-of.ts'
import type { Candidate, Fused } from './candidate.ts'
import { fieldVote } from './field-vote.ts'
import { fusionFor } from './kinds.ts'
import { mean } from './mean.ts'
import { medoid } from './medoid.ts'
import type { MemberCall } from './member-call.ts'
import { noQuorum, saying } from './output.ts'
import { askInTurn } from './pool.ts'
import { ranking } from './ranking.ts'
import type { Session } from './session.ts'
import type { Fusion } from './spec.ts'
import { synthesise } from './synthesis.ts'
import { isSettled, vote } from './vote.ts'

export const askAll = async (session: Session): Promise<AsyncIterable<ChatStreamPart>> => {
  const { panel, turns, calls, request } = session
  const choices = choicesIn(request) ?? panel.members.length
  await askInTurn(turns, panel.parallel, async (call) => {
    await call.whole()
    return isHopeless(session) || (panel.fusion === 'vote' && isDecided(session, choices))
  })
  session.signal.throwIfAborted()
  const answered = calls.filter(({ result }) => result !== undefined)
  if (answered.length < panel.quorum) throw noQuorum(session)
  const candidates = answered.map(candidateOf)
  const fusion = panel.fusion === 'auto' ? fusionFor(candidates, request, session.arbiter !== undefined) : panel.fusion
  if (fusion === 'synthesis') {
    const parts = await synthesise(session, candidates)
    if (parts) return parts
  }
  const fused = (await FUSIONS[fusion](candidates, session, choices)) ?? medoid(candidates)
  fused?.agreed.forEach((agreed, i) => {
    const call = answered[i]
    if (call) call.agreed = agreed
  })
  session.signal.throwIfAborted()
  return saying(session, fused?.text ?? '')
}

type FuseAnswers = (
  candidates: readonly Candidate[],
  session: Session,
  choices: number,
) => Fused | undefined | Promise<Fused | undefined>

/** Undefined: the answers are not of the kind, and agreement alone decides. */
const FUSIONS: Readonly<Record<Exclude<Fusion, 'auto'>, FuseAnswers>> = {
  vote: (candidates, _, choices) => vote(candidates, choices),
  'field-vote': (candidates, { fits }) => fieldVote(candidates, fits),
  mean: (candidates) => mean(candidates),
  ranking: (candidates) => ranking(candidates),
  'best-of': (candidates, { request, arbiter }) => bestOf(candidates, request, arbiter),
  // Only where the arbiter gave nothing.
  synthesis: (candidates) => medoid(candidates),
}

const candidateOf = ({ member, result }: MemberCall): Candidate => ({
  target: member.target,
  weight: member.weight,
  ...(member.accuracy !== undefined && { accuracy: member.accuracy }),
  text: result?.text ?? '',
})

const isHopeless = ({ panel, calls }: Session): boolean =>
  calls.filter((call) => call.result !== undefined || !call.isOver).length < panel.quorum

const isDecided = ({ panel, calls }: Session, choices: number): boolean => {
  const answered = calls.filter(({ result }) => result !== undefined)
  if (answered.length < panel.quorum) return false
  const waiting = calls.filter((call) => !call.isOver).map(({ member }) => member)
  return waiting.length > 0 && isSettled(answered.map(candidateOf), waiting, choices)
}

/** How many labels the schema allows, where it lists them. */
const choicesIn = ({ responseSchema }: ChatRequest): number | undefined => {
  const labels = responseSchema && own(responseSchema.schema, 'enum')
  return isList(labels) && labels.length > 1 ? labels.length : undefined
}
