// Follows a run to its end: writes down what is to stay, publishes what readers see, and closes it whatever goes wrong.
//
// F1  The end of a run is written down before it is published, and published exactly once.
// F2  What a reader needs to word the end stands in the end: notices, sources, how the answer came about.

import { messageOf, PlatformError } from '../../base/errors.ts'
import { isList, isObject, type ValueObject } from '../../base/value.ts'
import type { FlowEvent } from '../../flow/events.ts'
import type { Caller } from '../caller.ts'
import type { RunUsage } from '../usage/recorder.ts'
import type { AgentThought, AnnotationHit, FlowEnd, Notice, RunEnd } from './events.ts'
import { RunJournal } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import type { PipelineEvent } from './pipeline.ts'
import type { RunsParts, StartRun } from './spec.ts'
import type { FinalRunState } from './store.ts'
import { afterTurn, finishTurn, type Turn } from './turn.ts'

export interface Followed {
  readonly run: LiveRun
  readonly request: StartRun
  readonly events: AsyncIterable<PipelineEvent>
  /** Absent in workflows. */
  readonly turn: Turn | undefined
  readonly usage: RunUsage
  /** Whether the app shows where its answers come from. */
  readonly citations: boolean
}

/** Never rejects. @returns how the run ended */
export const follow = async (parts: RunsParts, caller: Caller, followed: Followed): Promise<FinalRunState> => {
  const { run, events } = followed
  const journal = new RunJournal({ db: parts.db, nodes: parts.stores.nodes, log: parts.log }, caller, run.facts.runId)
  const told = new Told(followed.citations)
  let published: FinalRunState | undefined
  const finish = async (flowEnd: FlowEnd) => {
    const end = told.complete(flowEnd)
    const statements = [parts.stores.runs.finish(caller, run.facts.runId, recordOf(end))]
    if (followed.turn) statements.push(...turnEnd(parts, caller, followed, told, end))
    statements.push(...followed.usage.end())
    await journal.finish(statements)
    published = end.status
    run.publish(end)
  }
  try {
    for await (const event of events) {
      told.note(event)
      if (event.type === 'run-end') await finish(event)
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
    run.end()
  }
  const { turn, request } = followed
  if (turn && published) await afterTurn(parts, caller, { turn, answer: told.answer })
  if (turn?.conversation && request.autoName === true && published !== 'failed') {
    parts.naming?.afterFirstTurn(caller, turn.conversation, turn.query, request.app.file.modelConfig?.model)
  }
  return published ?? 'failed'
}

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

/** What the events of a run have told so far. */
class Told {
  answer = ''
  readonly #thoughts = new Map<string, AgentThought>()
  readonly #notices: Notice[] = []
  readonly #citations: ValueObject[] = []
  readonly #showsCitations: boolean
  #preempted = false
  #annotation: AnnotationHit | undefined

  constructor(showsCitations: boolean) {
    this.#showsCitations = showsCitations
  }

  get thoughts(): readonly AgentThought[] {
    return [...this.#thoughts.values()]
  }

  note(event: PipelineEvent): void {
    switch (event.type) {
      case 'text-delta':
        this.answer += event.text
        return
      case 'answer-replace':
        this.answer = event.text
        return
      case 'agent-thought':
        this.#thoughts.set(event.thought.id, event.thought)
        return
      case 'notice':
        this.#notices.push({
          code: event.code,
          message: event.message,
          ...(event.nodeId !== undefined && { nodeId: event.nodeId }),
        })
        return
      case 'node-end':
        if (this.#showsCitations) this.#citations.push(...citationsIn(event.metadata))
        return
      case 'preempt':
        this.#preempted = true
        this.#annotation = event.annotation
        return
      default:
    }
  }

  complete(end: FlowEnd): RunEnd {
    return {
      ...end,
      notices: this.#notices,
      // Several nodes count from one each; the answer's sources are one list.
      citations: this.#citations.map((citation, i) => ({ ...citation, position: i + 1 })),
      ...(this.#annotation && { annotation: this.#annotation }),
      preempted: this.#preempted,
    }
  }
}

const citationsIn = ({ retriever_resources: list }: ValueObject): ValueObject[] =>
  isList(list) ? list.filter(isObject) : []

const recordOf = (end: RunEnd) => ({
  status: end.status,
  outputs: end.outputs,
  error: end.failure?.message ?? null,
  errorCode: end.failure?.code ?? null,
  steps: end.steps,
  tokens: end.usage.totalTokens,
  promptTokens: end.usage.promptTokens,
  completionTokens: end.usage.completionTokens,
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
