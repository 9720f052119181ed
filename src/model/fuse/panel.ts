// Panels: several models are asked, one answer comes out.
//
// P1  Whoever is not needed any more is cancelled, also when the caller leaves.
// P2  At most `parallel` members are asked at the same time.
// P3  A panel never asks a panel.
// P4  The `finish` that goes out carries the usage of all members that answered and of the arbiter.
// P5  An arbiter that fails costs quality, never the answer: then agreement decides.

import type { Clock, Log, Random } from '../../base/seams.ts'
import type { ChatRequest } from '../spec.ts'
import { Arbiter } from './arbiter.ts'
import { askAll } from './ask-all.ts'
import { cascade } from './cascade.ts'
import { FuseError } from './errors.ts'
import type { SchemaCheck } from './field-vote.ts'
import { MemberCall, type MemberSeams } from './member-call.ts'
import { isOfPanel, memberRequest } from './member-request.ts'
import { closing } from './output.ts'
import { race } from './race.ts'
import { type CompileSchema, createSchemaChecks } from './schema-checks.ts'
import type { Session } from './session.ts'
import type { Ask, AskPanel, Panel, PanelAnswer } from './spec.ts'

export interface AskPanelParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly compileSchema: CompileSchema
}

export const createAskPanel = (parts: AskPanelParts): AskPanel => {
  const checkOf = createSchemaChecks(parts.compileSchema)
  return async (panel, request, ask, signal): Promise<PanelAnswer> => {
    if (isOfPanel(request)) throw new FuseError('fuse/nested', { details: { panel: panel.name } })
    const own = new AbortController()
    const all = AbortSignal.any([signal, own.signal])
    const session = openSession(parts, { panel, request, ask, signal: all }, checkOf(request))
    const leave = (): void => own.abort()
    try {
      const answer = await MODES[panel.mode](session)
      return { parts: closing(answer, leave), members: () => session.calls.map(({ report }) => report) }
    } catch (error) {
      leave()
      signal.throwIfAborted()
      const code = error instanceof FuseError ? error.code : undefined
      parts.log.debug('panel-failed', {
        panel: panel.name,
        code,
        members: session.calls.map(({ report }) => report.status),
      })
      throw error
    }
  }
}

const MODES = { all: askAll, race, cascade } as const

const openSession = (
  { clock, random }: AskPanelParts,
  { panel, request, ask, signal }: { panel: Panel; request: ChatRequest; ask: Ask; signal: AbortSignal },
  fits: SchemaCheck | undefined,
): Session => {
  const seams: MemberSeams = { clock, ask, signal }
  const hasTools = panel.mode !== 'all'
  const calls = panel.members.map(
    (member) => new MemberCall(seams, member, memberRequest(panel, member, request, hasTools)),
  )
  const turns =
    panel.mode === 'cascade'
      ? calls
      : calls
          .map((call) => ({ call, chance: random.next() }))
          .sort((a, b) => b.call.member.weight - a.call.member.weight || a.chance - b.chance)
          .map(({ call }) => call)
  const arbiter = panel.arbiter === undefined ? undefined : new Arbiter(seams, panel, panel.arbiter)
  return { panel, request, calls, turns, arbiter, fits, signal }
}
