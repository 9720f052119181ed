// The panels of the configuration as a tenant sees them: with its weights, and with what its feedback taught about the members.
//
// P1  Finding a panel never waits: what was learned is kept at hand, and read again in the background when it is old.
// P2  Nothing is learned for one tenant from the feedback of another.
// P3  A call is judged once.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import type { MemberReport, Panel } from '../../model/fuse/spec.ts'
import type { Caller } from '../caller.ts'
import type { TenantId } from '../ids.ts'
import { accuracies } from './accuracy.ts'
import { PanelError } from './errors.ts'
import type { FeedbackCount, PanelStore } from './store.ts'

/** A panel as the configuration has it. */
export interface DefinedPanel extends Omit<Panel, 'name'> {
  /** Whether feedback changes what members count. */
  readonly learn: boolean
  /** By tenant, then by target; win over those of the members. */
  readonly tenantWeights: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface PanelView {
  readonly panel: Panel
  readonly learns: boolean
  /** By target. */
  readonly feedback: readonly FeedbackCount[]
}

export type Feedback =
  | { readonly type: 'call'; readonly callId: string; readonly correct: boolean }
  | { readonly type: 'member'; readonly member: string; readonly correct: boolean }

export interface Panels {
  /** As this tenant has it. Never waits. */
  find(caller: Caller, name: string): Panel | undefined
  /** For feedback by call: who said what, once a call of a panel is over. */
  noteCall(
    caller: Caller,
    call: { readonly id: string; readonly panel: string; readonly members: readonly MemberReport[] },
  ): void
  list(caller: Caller): Promise<readonly PanelView[]>
  /** @throws PanelError `panel/not-found`, `panel/unknown-member`, `panel/unknown-call` */
  feedback(caller: Caller, name: string, feedback: Feedback): Promise<PanelView>
}

export interface PanelParts {
  readonly definitions: Readonly<Record<string, DefinedPanel>>
  readonly store: PanelStore
  readonly clock: Clock
  readonly log: Log
}

/** Feedback given in other processes is seen after so long. Milliseconds. */
const FRESH_MS = 30_000
/** Tenants whose counts are at hand, and calls that can still be judged, the latest ones. */
const MOST_TENANTS = 10_000
const MOST_CALLS = 10_000

interface Learned {
  readonly counts: ReadonlyMap<string, FeedbackCount>
  readonly readAt: number
}

interface NotedCall {
  readonly panel: string
  readonly members: readonly { readonly target: string; readonly agreed: boolean }[]
}

export const createPanels = ({ definitions, store, clock, log }: PanelParts): Panels => {
  const learned = new Map<TenantId, Learned>()
  const reading = new Set<TenantId>()
  const calls = new Map<string, NotedCall>()

  const read = async (caller: Caller): Promise<Learned> => {
    const counts = await store.list(caller)
    const fresh = { counts: new Map(counts.map((count) => [keyOf(count), count])), readAt: clock.elapsed() }
    if (learned.size >= MOST_TENANTS) learned.clear()
    learned.set(caller.tenantId, fresh)
    return fresh
  }

  /** What is at hand; asks for newer in the background. */
  const atHand = (caller: Caller): Learned | undefined => {
    const known = learned.get(caller.tenantId)
    const isOld = !known || clock.elapsed() - known.readAt > FRESH_MS
    if (isOld && !reading.has(caller.tenantId)) {
      reading.add(caller.tenantId)
      void read(caller)
        .catch((error: unknown) => log.warn('panel-feedback-unread', { reason: messageOf(error) }))
        .finally(() => reading.delete(caller.tenantId))
    }
    return known
  }

  const panelOf = (caller: Caller, name: string, counts: Learned['counts'] | undefined): Panel | undefined => {
    const defined = Object.hasOwn(definitions, name) ? definitions[name] : undefined
    if (!defined) return undefined
    const { learn, tenantWeights, ...panel } = defined
    const own = tenantWeights[caller.tenantId] ?? {}
    const members = panel.members.map((member) => ({ ...member, weight: own[member.target] ?? member.weight }))
    const known =
      learn && counts ? accuracies(members, (member) => counts.get(keyOf({ panel: name, member }))) : undefined
    return {
      ...panel,
      name,
      members: known ? members.map((member, i) => ({ ...member, accuracy: known[i] ?? 0.5 })) : members,
    }
  }

  const viewOf = (caller: Caller, name: string, { counts }: Learned): PanelView => {
    const panel = panelOf(caller, name, counts)
    if (!panel) throw new PanelError('panel/not-found', { details: { panel: name } })
    const targets = [...new Set(panel.members.map(({ target }) => target))]
    const feedback = targets.map(
      (member) => counts.get(keyOf({ panel: name, member })) ?? { panel: name, member, correct: 0, wrong: 0 },
    )
    return { panel, learns: definitions[name]?.learn ?? false, feedback }
  }

  const judged = (caller: Caller, name: string, feedback: Feedback): readonly FeedbackCount[] => {
    const defined = Object.hasOwn(definitions, name) ? definitions[name] : undefined
    if (!defined) throw new PanelError('panel/not-found', { details: { panel: name } })
    if (feedback.type === 'member') {
      const { member, correct } = feedback
      if (!defined.members.some(({ target }) => target === member)) {
        throw new PanelError('panel/unknown-member', { details: { panel: name, member } })
      }
      return [toCount(name, member, correct)]
    }
    const key = callKey(caller, feedback.callId)
    const call = calls.get(key)
    if (call?.panel !== name) throw new PanelError('panel/unknown-call', { details: { panel: name } })
    calls.delete(key)
    // Where the answer was wrong, those who said something else may have been right or wrong: nobody knows.
    const known = feedback.correct ? call.members : call.members.filter(({ agreed }) => agreed)
    return known.map(({ target, agreed }) => toCount(name, target, feedback.correct && agreed))
  }

  return {
    find(caller, name) {
      if (!Object.hasOwn(definitions, name)) return undefined
      const learns = definitions[name]?.learn === true
      return panelOf(caller, name, learns ? atHand(caller)?.counts : undefined)
    },
    noteCall(caller, { id, panel, members }) {
      const told = members.flatMap(({ target, status, agreed }) =>
        status === 'answered' && agreed !== undefined ? [{ target, agreed }] : [],
      )
      if (told.length === 0) return
      const [oldest] = calls.keys()
      if (calls.size >= MOST_CALLS && oldest !== undefined) calls.delete(oldest)
      calls.set(callKey(caller, id), { panel, members: told })
    },
    async list(caller) {
      const fresh = await read(caller)
      return Object.keys(definitions).map((name) => viewOf(caller, name, fresh))
    },
    async feedback(caller, name, feedback) {
      await store.add(caller, judged(caller, name, feedback))
      return viewOf(caller, name, await read(caller))
    },
  }
}

const keyOf = ({ panel, member }: Pick<FeedbackCount, 'panel' | 'member'>): string => JSON.stringify([panel, member])
const callKey = ({ tenantId }: Caller, id: string): string => `${tenantId} ${id}`
const toCount = (panel: string, member: string, correct: boolean): FeedbackCount => ({
  panel,
  member,
  correct: correct ? 1 : 0,
  wrong: correct ? 0 : 1,
})
