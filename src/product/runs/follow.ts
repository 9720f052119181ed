// Follows a run to its end: writes down what is to stay, publishes what readers see, and closes it whatever goes wrong.
//
// F1  The end of a run, or its pause, is written down before it is published, and published exactly once.
// F2  What a reader needs to word the end stands in the end: notices, sources, how the answer came about.

import { nanoUsdOf } from '../../base/cost.ts'
import { messageOf, PlatformError } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Statement } from '../../db/spec.ts'
import type { FlowEvent } from '../../flow/events.ts'
import type { Caller } from '../caller.ts'
import type { RunId } from '../ids.ts'
import type { RunUsage } from '../usage/recorder.ts'
import type { FlowEnd, RunEnd } from './events.ts'
import { RunJournal } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import { type FlowPause, preparePause } from './pausing.ts'
import type { PipelineEvent } from './pipeline.ts'
import type { RunsParts, StartRun } from './spec.ts'
import type { FinalRunState } from './store.ts'
import { Told, type ToldState } from './told.ts'
import { afterTurn, finishTurn, type Turn } from './turn.ts'

export interface Followed {
  readonly run: LiveRun
  readonly request: StartRun
  /** Checked start inputs. */
  readonly inputs: ValueObject
  readonly events: AsyncIterable<PipelineEvent>
  /** Absent in workflows. */
  readonly turn: Turn | undefined
  readonly usage: RunUsage
  /** Whether the app shows where its answers come from. */
  readonly citations: boolean
  /** What it told before it paused. */
  readonly told?: ToldState
}

/** Never rejects. @returns how the run ended, or that it waits */
export const follow = async (
  parts: RunsParts,
  caller: Caller,
  followed: Followed,
): Promise<FinalRunState | 'paused'> => {
  const { run, events } = followed
  const journal = new RunJournal({ db: parts.db, nodes: parts.stores.nodes, log: parts.log }, caller, run.facts.runId)
  const told = new Told(followed.citations, followed.told)
  let published: FinalRunState | 'paused' | undefined
  const finish = async (flowEnd: FlowEnd) => {
    const end = told.complete(flowEnd)
    const statements = [parts.stores.runs.finish(caller, run.facts.runId, recordOf(end))]
    if (followed.turn) statements.push(...turnEnd(parts, caller, followed, told, end))
    if (followed.request.app.plan?.pauses) statements.push(...waitsNoMore(parts, caller, run.facts.runId))
    statements.push(...followed.usage.end())
    await journal.finish(statements)
    published = end.status
    run.publish(end)
  }
  const pause = async (flowPause: FlowPause) => {
    const { statements, events: said } = await preparePause(parts, caller, { ...followed, journal, told }, flowPause)
    await journal.finish([...statements, ...followed.usage.end()])
    published = 'paused'
    for (const event of said) run.publish(event)
  }
  try {
    for await (const event of events) {
      told.note(event)
      if (event.type === 'run-end') await finish(event)
      else if (event.type === 'run-pause') await pause(event)
      else if (event.type !== 'preempt') {
        const held = isFlowEvent(event) ? journal.note(event) : undefined
        if (held !== undefined) await held
        run.publish(event)
      }
    }
    if (!published) throw new Error('the run ended without its last event')
  } catch (error) {
    parts.log.error('run-broken', { runId: run.facts.runId, reason: messageOf(error) })
    if (!published) {
      const end = brokenEnd(error, parts.clock.now(), run.facts.createdAt, followed.turn)
      await finish(end).catch(() => run.publish(told.complete(end)))
    }
  } finally {
    if (published === 'paused') run.park()
    else run.end()
  }
  if (published === 'paused') return published
  const { turn, request } = followed
  if (turn && published) await afterTurn(parts, caller, { turn, answer: told.answer })
  if (turn?.conversation && request.autoName === true && published !== 'failed') {
    parts.naming?.afterFirstTurn(caller, turn.conversation, turn.query, request.app.file.modelConfig?.model)
  }
  return published ?? 'failed'
}

/** For `db.write`, with the end of a run that may have paused. */
export const waitsNoMore = ({ stores }: RunsParts, caller: Caller, runId: RunId): Statement[] => [
  stores.pauses.remove(caller, runId),
  stores.forms.closeOf(caller, runId),
]

const turnEnd = (parts: RunsParts, caller: Caller, { turn, request, run }: Followed, told: Told, end: RunEnd) =>
  turn
    ? finishTurn(parts, caller, request, {
        turn,
        end,
        answer: told.answer,
        thoughts: told.thoughts,
        runId: run.facts.runId,
      })
    : []

const isFlowEvent = (event: PipelineEvent): event is FlowEvent =>
  event.type === 'node-start' || event.type === 'node-retry' || event.type === 'node-end'

export const recordOf = (end: RunEnd) => ({
  status: end.status,
  outputs: end.outputs,
  error: end.failure?.message ?? null,
  errorCode: end.failure?.code ?? null,
  steps: end.steps,
  tokens: end.usage.totalTokens,
  promptTokens: end.usage.promptTokens,
  completionTokens: end.usage.completionTokens,
  costNanoUsd: nanoUsdOf(end.usage.cost),
  exceptions: end.exceptions,
  finishedAt: end.at,
  elapsedMs: end.elapsedMs,
})

const brokenEnd = (error: unknown, now: number, createdAt: number, turn: Turn | undefined): FlowEnd => ({
  type: 'run-end',
  status: 'failed',
  outputs: {},
  failure: {
    type: 'InternalError',
    message: 'The run broke off because of an internal error.',
    code: error instanceof PlatformError ? error.code : 'run/broken',
  },
  exceptions: 1,
  steps: 0,
  usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0 },
  at: now,
  elapsedMs: now - createdAt,
  // What it made of the variables is lost; what they were is kept.
  conversation: turn?.conversation?.variables ?? {},
})
