// Starts runs of stored apps, follows each to its end, and knows which are going on.
//
// S1  A run is written down before its first event is seen, and its end before its last.
// S2  A run belongs to nobody's connection: readers come and go.
// S3  Whatever goes wrong, a run that was started ends with `run-end`.

import { messageOf, PlatformError } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import type { FlowEvent } from '../../flow/events.ts'
import type { Caller } from '../caller.ts'
import type { Conversation } from '../conversations/store.ts'
import { type RunId, toWireId } from '../ids.ts'
import { RunError } from './errors.ts'
import { RunJournal } from './journal.ts'
import { LiveRun, type RunFacts } from './live-run.ts'
import { createRunNumbers } from './run-numbers.ts'
import type { Runs, RunsParts, StartRun } from './spec.ts'
import type { FinalRunState } from './store.ts'
import { afterTurn, beginTurn, finishTurn, originOf, type Turn, withEarlierInputs } from './turn.ts'

export const createRuns = (parts: RunsParts): Runs => {
  const live = new Map<string, { readonly run: LiveRun; readonly over: Promise<void> }>()
  /** Being written down: not live yet, but no longer to be forgotten. */
  const starting = new Set<Promise<LiveRun>>()
  const numbers = createRunNumbers(parts.metrics)
  let closing = false

  const begin = async (caller: Caller, request: StartRun): Promise<LiveRun> => {
    const { run, follow } = await startRun(parts, caller, request)
    const { taskId } = run.facts
    const over = follow().then((status) => {
      live.delete(taskId)
      numbers.ended(request.app.file.mode, status)
      numbers.goingOn(live.size)
    })
    live.set(taskId, { run, over })
    numbers.goingOn(live.size)
    return run
  }
  return {
    async start(caller, request) {
      if (closing) throw new RunError('run/shutting-down', { retryable: true })
      if (live.size + starting.size >= parts.maxRuns) {
        throw new RunError('run/too-many', { retryable: true, details: { limit: parts.maxRuns } })
      }
      const started = begin(caller, request)
      starting.add(started)
      try {
        return await started
      } finally {
        starting.delete(started)
      }
    },

    find(caller, taskId) {
      const run = live.get(taskId)?.run
      return run?.facts.tenantId === caller.tenantId ? run : undefined
    },

    get: (caller, appId, id) => parts.stores.runs.get(caller, appId, id),

    async close() {
      closing = true
      await Promise.allSettled(starting)
      const all = [...live.values()]
      for (const { run } of all) run.stop('The server is shutting down.')
      await Promise.all(all.map(({ over }) => over))
    },
  }
}

const startRun = async (parts: RunsParts, caller: Caller, request: StartRun) => {
  const { clock, db, ids, stores } = parts
  const { app, plan, versionId, file } = request.app
  if (!plan) throw new RunError('run/wrong-mode', { details: { mode: file.mode } })
  const given = await withEarlierInputs(parts, caller, request)
  const checked = parts.checkInputs(file, given)
  if (!checked.ok) {
    const message = checked.issues.map((issue) => issue.message).join(' ')
    const param = `inputs.${checked.issues[0]?.path ?? ''}`
    throw new RunError('run/invalid-inputs', { details: { message, param, issues: checked.issues } })
  }
  const createdAt = clock.now()
  const endUser = await stores.endUsers.ensure(caller, {
    appId: app.id,
    origin: originOf(request),
    externalId: request.user,
  })
  const turn =
    file.mode === 'advanced-chat' ? await beginTurn(parts, caller, request, endUser, checked.value) : undefined
  const runId = ids.next('run')
  const facts: RunFacts = {
    runId,
    taskId: toWireId(ids.next('task')),
    tenantId: caller.tenantId,
    appId: app.id,
    versionId,
    endUserId: endUser.id,
    user: request.user,
    conversationId: turn?.conversation?.id ?? null,
    messageId: turn?.messageId ?? null,
    createdAt,
    system: systemVariables(request, { runId, versionId, createdAt, conversation: turn?.conversation ?? undefined }),
  }
  await db.write([
    stores.runs.start(caller, {
      id: runId,
      appId: app.id,
      versionId,
      endUserId: endUser.id,
      conversationId: turn?.conversation?.id ?? null,
      messageId: turn?.messageId ?? null,
      traceId: request.traceId ?? null,
      taskId: facts.taskId,
      mode: file.mode,
      source: request.source,
      inputs: checked.value,
      startedAt: createdAt,
    }),
  ])
  const run = new LiveRun(facts)
  const events = parts.execute({
    file,
    plan,
    inputs: checked.value,
    system: facts.system,
    conversation: turn?.conversation?.variables ?? {},
    history: turn?.history ?? [],
    user: request.user,
    tenantId: caller.tenantId,
    signal: run.signal,
  })
  return { run, follow: () => follow(parts, caller, request, run, events, turn) }
}

const systemVariables = (
  request: StartRun,
  about: { runId: RunId; versionId: string; createdAt: number; conversation: Conversation | undefined },
): ValueObject => ({
  user_id: request.user,
  app_id: toWireId(request.app.app.id),
  workflow_id: toWireId(about.versionId as `ver_${string}`),
  workflow_run_id: toWireId(about.runId),
  timestamp: Math.floor(about.createdAt / 1000),
  files: [...(request.files ?? [])],
  ...(about.conversation && {
    query: request.query ?? '',
    conversation_id: toWireId(about.conversation.id),
    dialogue_count: about.conversation.dialogueCount,
  }),
})

type RunEndEvent = Extract<FlowEvent, { type: 'run-end' }>

/** Follows the run to its end: writes down, publishes. Never rejects.
 *  @returns how it ended */
const follow = async (
  parts: RunsParts,
  caller: Caller,
  request: StartRun,
  run: LiveRun,
  events: AsyncIterable<FlowEvent>,
  turn: Turn | undefined,
): Promise<RunEndEvent['status']> => {
  const journal = new RunJournal({ db: parts.db, nodes: parts.stores.nodes, log: parts.log }, caller, run.facts.runId)
  let answer = ''
  let published: RunEndEvent | undefined
  const finish = async (end: RunEndEvent) => {
    const statements = [parts.stores.runs.finish(caller, run.facts.runId, endOf(end))]
    if (turn)
      statements.push(
        ...finishTurn(parts, caller, request, {
          turn,
          end: { ...end, notices: [], citations: [], preempted: false },
          answer,
          thoughts: [],
          runId: run.facts.runId,
        }),
      )
    await journal.finish(statements)
    published = end
    run.publish(end)
  }
  try {
    for await (const event of events) {
      if (event.type === 'run-end') await finish(event)
      else {
        if (event.type === 'text-delta') answer += event.text
        const held = journal.note(event)
        if (held !== undefined) await held
        run.publish(event)
      }
    }
  } catch (error) {
    parts.log.error('run-broken', { runId: run.facts.runId, reason: messageOf(error) })
    const end = brokenEnd(error, parts.clock.now(), run.facts.createdAt, turn)
    if (!published) await finish(end).catch(() => run.publish(end))
  } finally {
    run.end()
  }
  if (turn && published) await afterTurn(parts, caller, { turn, answer })
  return published?.status ?? 'failed'
}

const endOf = (end: RunEndEvent) => ({
  status: end.status as FinalRunState,
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

const brokenEnd = (error: unknown, now: number, createdAt: number, turn: Turn | undefined): RunEndEvent => ({
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
