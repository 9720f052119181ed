// Starts runs of stored apps and knows which are going on.
//
// S1  A run is written down before its first event is seen, and its end before its last.
// S2  A run belongs to nobody's connection: readers come and go.
// S3  Whatever goes wrong, a run that was started ends with `run-end`, however often it pauses.
// S4  A run that waits for people takes no room.

import { messageOf } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Caller } from '../caller.ts'
import { type RunId, toWireId } from '../ids.ts'
import { RunError } from './errors.ts'
import { checkFiles } from './features/message-files.ts'
import { follow } from './follow.ts'
import { createPausedRuns, type Launch } from './going-on.ts'
import { LiveRun, type RunFacts } from './live-run.ts'
import { LiveRuns } from './live-runs.ts'
import { type Prepared, prepareFeatures, runPipeline } from './pipeline.ts'
import { createRunNumbers } from './run-numbers.ts'
import type { Runs, RunsParts, StartRun } from './spec.ts'
import { beginTurn, openTurn, originOf, type Turn, withEarlierInputs } from './turn.ts'

export const createRuns = (parts: RunsParts): Runs => {
  const live = new LiveRuns({ clock: parts.clock, keepMs: parts.replayMs })
  const under = new Map<LiveRun, Promise<void>>()
  /** Being written down: not live yet, but no longer to be forgotten. */
  const starting = new Set<Promise<LiveRun>>()
  const resuming = new Set<Promise<unknown>>()
  let closing = false
  const numbers = createRunNumbers(parts.metrics)

  const requireRoom = (): void => {
    if (live.goingOn + starting.size < parts.maxRuns) return
    throw new RunError('run/too-many', { retryable: true, details: { limit: parts.maxRuns } })
  }

  const launch = (
    caller: Caller,
    { run, prepared, told }: Pick<Launch, 'run' | 'prepared'> & Partial<Launch>,
  ): void => {
    numbers.goingOn(live.goingOn)
    const { request, inputs, turn, usage } = prepared
    const events = runPipeline(parts, run, prepared)
    const citations = prepared.features.retrieverResource.enabled
    const followed = { run, request, inputs, events, turn, usage, citations, ...(told && { told }) }
    const over = follow(parts, caller, followed).then((status) => {
      under.delete(run)
      if (status === 'paused') live.park(run)
      else live.release(run)
      numbers.goingOn(live.goingOn)
      if (status !== 'paused') return numbers.ended(run.facts.mode, status)
      // A form may have been answered before the pause was written.
      void goOn(caller, run.facts.runId).catch((error: unknown) =>
        parts.log.error('run-not-resumed', { runId: run.facts.runId, reason: messageOf(error) }),
      )
    })
    under.set(run, over)
  }

  const begin = async (caller: Caller, request: StartRun): Promise<LiveRun> => {
    const { run, prepared } = await startRun(parts, caller, request)
    live.add(run)
    launch(caller, { run, prepared })
    return run
  }

  const paused = createPausedRuns({ parts, live, launch, settled: async (run) => under.get(run) })

  const goOn = (caller: Caller, id: RunId): Promise<LiveRun | undefined> => {
    if (closing) return Promise.resolve(undefined)
    const going = paused.goOn(caller, id)
    resuming.add(going)
    const done = () => void resuming.delete(going)
    going.then(done, done)
    return going
  }

  return {
    async start(caller, request) {
      if (closing) throw new RunError('run/shutting-down', { retryable: true })
      requireRoom()
      const started = begin(caller, request)
      starting.add(started)
      try {
        return await started
      } finally {
        starting.delete(started)
      }
    },

    find: (caller, taskId) => live.find(caller, taskId),
    findRun: (caller, id) => live.findRun(caller, id),
    get: (caller, appId, id) => parts.stores.runs.get(caller, appId, id),

    goOn,
    revive: paused.revive,
    requireRoom,

    async stop(caller, { taskId, runId, reason, may }) {
      const run = runId ? live.findRun(caller, runId) : live.find(caller, taskId ?? '')
      if (run && !run.parked) {
        const stops = !run.ended && (may?.(run.facts) ?? true)
        if (stops) run.stop(reason)
        return stops
      }
      const id = run?.facts.runId ?? runId ?? (await parts.stores.pauses.byTask(caller, taskId ?? ''))
      return id !== undefined && paused.stop(caller, id, { reason, ...(may && { may }) })
    },

    async close() {
      closing = true
      await Promise.allSettled([...starting, ...resuming])
      for (const run of under.keys()) run.stop('The server is shutting down.')
      await Promise.all(under.values())
      live.close()
    },
  }
}

const startRun = async (
  parts: RunsParts,
  caller: Caller,
  request: StartRun,
): Promise<{ readonly run: LiveRun; readonly prepared: Prepared }> => {
  const { clock, db, ids, stores } = parts
  const { app, versionId, file } = request.app
  const features = prepareFeatures(request)
  const files = file.mode === 'workflow' ? (request.files ?? []) : admitFiles(features, request)
  const inputs = await readInputs(parts, caller, request)
  const createdAt = clock.now()
  const endUser = await stores.endUsers.ensure(caller, {
    appId: app.id,
    origin: originOf(request),
    externalId: request.user,
  })
  const admitted: StartRun = { ...request, files }
  const turn = file.mode === 'workflow' ? undefined : await beginTurn(parts, caller, admitted, endUser, inputs)
  const runId = ids.next('run')
  const facts: RunFacts = {
    runId,
    taskId: toWireId(ids.next('task')),
    mode: file.mode,
    source: request.source,
    tenantId: caller.tenantId,
    appId: app.id,
    versionId,
    endUserId: endUser.id,
    user: request.user,
    conversationId: turn?.conversation?.id ?? null,
    messageId: turn?.messageId ?? null,
    createdAt,
    system: systemVariables(admitted, { runId, versionId, createdAt, turn }),
  }
  await db.write([
    stores.runs.start(caller, {
      id: runId,
      appId: app.id,
      versionId,
      endUserId: endUser.id,
      conversationId: facts.conversationId,
      messageId: facts.messageId,
      traceId: request.traceId ?? null,
      taskId: facts.taskId,
      mode: file.mode,
      source: request.source,
      inputs,
      startedAt: createdAt,
    }),
    ...(turn ? openTurn(parts, caller, turn, admitted, runId) : []),
  ])
  const usage = parts.usage.ofRun(caller, facts)
  return { run: new LiveRun(facts), prepared: { caller, request: admitted, inputs, turn, usage, ...features } }
}

/** @throws RunError `run/invalid-inputs` */
const readInputs = async (parts: RunsParts, caller: Caller, request: StartRun): Promise<ValueObject> => {
  const given = await withEarlierInputs(parts, caller, request)
  const checked = parts.checkInputs(request.app.file, given)
  if (checked.ok) return checked.value
  const message = checked.issues.map((issue) => issue.message).join(' ')
  const param = `inputs.${checked.issues[0]?.path ?? ''}`
  throw new RunError('run/invalid-inputs', { details: { message, param, issues: checked.issues } })
}

/** @throws RunError `run/invalid-inputs` */
const admitFiles = ({ features }: Pick<Prepared, 'features'>, { files = [] }: StartRun) => {
  const checked = checkFiles(features.fileUpload, files)
  if (checked.ok) return checked.value
  const [issue] = checked.issues
  const details = { message: issue?.message ?? '', param: issue?.path ?? 'files', issues: checked.issues }
  throw new RunError('run/invalid-inputs', { details })
}

const systemVariables = (
  request: StartRun,
  about: { runId: RunId; versionId: `ver_${string}`; createdAt: number; turn: Turn | undefined },
): ValueObject => ({
  user_id: request.user,
  app_id: toWireId(request.app.app.id),
  workflow_id: toWireId(about.versionId),
  workflow_run_id: toWireId(about.runId),
  timestamp: Math.floor(about.createdAt / 1000),
  files: [...(request.files ?? [])],
  ...(about.turn?.conversation && {
    query: request.query ?? '',
    conversation_id: toWireId(about.turn.conversation.id),
    dialogue_count: about.turn.conversation.dialogueCount,
  }),
})
