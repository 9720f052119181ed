// A run that comes to wait for people: its forms, what it goes on from, and what its readers are told.
//
// P1  Forms, state and the run's status are written together, before anybody is told.
// P2  What was answered before the pause was written counts as soon as it is.

import { randomBytes } from 'node:crypto'
import { nanoUsdOf } from '../../base/cost.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Statement } from '../../db/spec.ts'
import type { FlowEvent, NodePause } from '../../flow/events.ts'
import type { FormRequest } from '../../nodes/human-input/form.ts'
import type { Caller } from '../caller.ts'
import type { Form } from '../forms/spec.ts'
import { RunError } from './errors.ts'
import type { RunEvent, RunPaused, ShownForm } from './events.ts'
import type { RunJournal } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import { stateToText } from './paused-state.ts'
import type { RunsParts, StartRun } from './spec.ts'
import type { Told } from './told.ts'
import { pauseTurn, type Turn } from './turn.ts'

export type FlowPause = Extract<FlowEvent, { type: 'run-pause' }>

export interface Pausing {
  readonly run: LiveRun
  readonly journal: RunJournal
  readonly request: StartRun
  /** Checked start inputs. */
  readonly inputs: ValueObject
  readonly turn: Turn | undefined
  readonly told: Told
}

export interface Pause {
  readonly statements: readonly Statement[]
  /** For readers, once the statements are written. */
  readonly events: readonly RunEvent[]
}

/** Bytes of what a run goes on from, as text. Source: a document of this size is written and read in well under a second. */
const LARGEST_STATE_BYTES = 64 * 1024 * 1024
const TOKEN_BYTES = 24

/** @throws RunError `run/pause-too-large` */
export const preparePause = async (
  parts: RunsParts,
  caller: Caller,
  pausing: Pausing,
  pause: FlowPause,
): Promise<Pause> => {
  const { run, request, turn, told } = pausing
  const { facts } = run
  const known = await parts.stores.forms.ofRuns(caller, [facts.runId])
  const opened = pause.pauses.flatMap((node) => (node.fresh ? [newForm(parts, run, node, pause.at)] : []))
  const waiting = pause.pauses.flatMap(
    ({ executionId }) => [...known, ...opened].find((form) => form.executionId === executionId) ?? [],
  )
  const events: RunEvent[] = [
    ...opened.map((form) => ({ type: 'form-open', form: shownForm(form) }) as const),
    pausedEvent(pause, waiting, told),
  ]
  const plain = stateToText({
    facts,
    inputs: pausing.inputs,
    request: {
      ...(request.query !== undefined && { query: request.query }),
      ...(request.autoName !== undefined && { autoName: request.autoName }),
    },
    ...(turn && { turn }),
    told: told.state,
    so: {
      steps: pause.steps,
      exceptions: pause.exceptions,
      usage: pause.usage,
      conversation: pause.conversation,
    },
    journal: pause.journal,
    waiting: pause.pauses.map(({ executionId }) => executionId),
  })
  if (plain.length > LARGEST_STATE_BYTES) {
    throw new RunError('run/pause-too-large', { details: { limitBytes: LARGEST_STATE_BYTES } })
  }
  const { sealer, stores } = parts
  const state = sealer.seal(plain, caller.tenantId)
  const statements = [
    stores.pauses.pause(caller, facts.runId, numbersOf(pause)),
    stores.pauses.save(caller, {
      runId: facts.runId,
      appId: facts.appId,
      taskId: facts.taskId,
      state,
      nextEvent: run.next + events.length,
      pausedAt: pause.at,
    }),
    ...opened.map((form) => stores.forms.add(caller, form)),
    ...pause.pauses.flatMap((node) => (node.fresh ? [pausing.journal.waiting(node, pause.at)] : [])),
    ...(turn ? pauseTurn(parts, caller, request, { turn, told, runId: facts.runId, ...pause }) : []),
  ]
  return { statements, events }
}

const numbersOf = ({ steps, usage, exceptions, elapsedMs }: FlowPause) => ({
  steps,
  tokens: usage.totalTokens,
  promptTokens: usage.promptTokens,
  completionTokens: usage.completionTokens,
  costNanoUsd: nanoUsdOf(usage.cost),
  exceptions,
  elapsedMs,
})

const newForm = ({ ids }: RunsParts, { facts }: LiveRun, node: NodePause, at: number): Form => {
  // Nodes pause only to ask people: the kind that does wrote it.
  const request = node.reason as unknown as FormRequest
  return {
    id: ids.next('form'),
    appId: facts.appId,
    runId: facts.runId,
    executionId: node.executionId,
    nodeId: node.nodeId,
    nodeTitle: node.title,
    token: request.web ? randomBytes(TOKEN_BYTES).toString('base64url') : null,
    request,
    status: 'open',
    answer: null,
    answeredBy: null,
    answeredAt: null,
    expiresAt: at + request.timeoutMs,
    createdAt: at,
  }
}

export const shownForm = ({ id, nodeId, nodeTitle, request, token, expiresAt }: Form): ShownForm => ({
  id,
  nodeId,
  nodeTitle,
  request,
  token,
  expiresAt,
})

type Standing = Pick<FlowPause, 'exceptions' | 'steps' | 'usage' | 'at' | 'elapsedMs'>

export const pausedEvent = (pause: Standing, waiting: readonly Form[], told: Told): RunPaused => ({
  type: 'run-pause',
  nodeIds: waiting.map(({ nodeId }) => nodeId),
  forms: waiting.map(shownForm),
  exceptions: pause.exceptions,
  steps: pause.steps,
  usage: pause.usage,
  at: pause.at,
  elapsedMs: pause.elapsedMs,
  notices: [...told.notices],
  citations: told.citations,
})
