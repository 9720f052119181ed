// Paused runs: they go on with an answer, are stopped, or are brought back for their readers.
//
// N1  Whoever claims a paused run, to go on or to end it, is alone: all others leave it be.
// N2  A run that was claimed ends like any other, whatever goes wrong. When its process is killed it waits again, and goes on at the
//     next start; a run that takes its process along each time is given up.

import { messageOf, PlatformError } from '../../base/errors.ts'
import type { RunnableApp } from '../apps/apps.ts'
import type { Caller } from '../caller.ts'
import type { Form } from '../forms/spec.ts'
import type { RunId } from '../ids.ts'
import { RunError } from './errors.ts'
import type { FlowEnd, RunEvent } from './events.ts'
import { recordOf, waitsNoMore } from './follow.ts'
import { LiveRun, type RunFacts } from './live-run.ts'
import type { LiveRuns } from './live-runs.ts'
import type { RunPause } from './pause-store.ts'
import { type PausedState, stateFromText } from './paused-state.ts'
import { pausedEvent, shownForm } from './pausing.ts'
import { type Prepared, prepareFeatures } from './pipeline.ts'
import { recordedEvents } from './recorded-events.ts'
import type { RunsParts, StartRun } from './spec.ts'
import { Told, type ToldState } from './told.ts'
import { finishTurn } from './turn.ts'

export interface Launch {
  readonly run: LiveRun
  readonly prepared: Prepared
  readonly told: ToldState
}

export interface PausedRuns {
  /** Lets the run go on when one of its forms is answered. @returns undefined when it does not */
  goOn(caller: Caller, id: RunId): Promise<LiveRun | undefined>
  /** A run that waits and is known from its records, for readers. */
  revive(caller: Caller, id: RunId): Promise<LiveRun | undefined>
  /** Ends the run. @returns false when it does not wait any more, or `may` refuses */
  stop(caller: Caller, id: RunId, about: { readonly reason: string; may?(facts: RunFacts): boolean }): Promise<boolean>
}

interface PausedRunsParts {
  readonly parts: RunsParts
  readonly live: LiveRuns
  /** Resolves when nothing of the run's earlier part is under way here. */
  readonly settled: (run: LiveRun) => Promise<unknown>
  readonly launch: (caller: Caller, launch: Launch) => void
}

export const createPausedRuns = ({ parts, live, settled, launch }: PausedRunsParts): PausedRuns => {
  const { stores } = parts

  const read = async (caller: Caller, id: RunId) => {
    const pause = await stores.pauses.get(caller, id)
    return pause && { pause, state: stateFromText(parts.sealer.open(pause.state, caller.tenantId)) }
  }

  /** The run's object: that of its readers, if there is one. */
  const objectOf = async (caller: Caller, state: PausedState, told: number): Promise<LiveRun> => {
    const known = live.findRun(caller, state.facts.runId)
    if (!known) return new LiveRun(state.facts, { events: [], told })
    await settled(known)
    return known
  }

  const end = async (caller: Caller, state: PausedState, run: LiveRun, flowEnd: FlowEnd): Promise<void> => {
    const told = new Told(true, state.told)
    const done = told.complete(flowEnd)
    const { turn, facts } = state
    const about = turn && { turn, end: done, answer: told.answer, thoughts: told.thoughts, runId: facts.runId }
    await parts.db.write([
      stores.runs.finish(caller, facts.runId, recordOf(done)),
      stores.nodes.stopWaiting(caller, facts.runId, flowEnd.at),
      ...waitsNoMore(parts, caller, facts.runId),
      ...(about ? finishTurn(parts, caller, { app: { app: { id: facts.appId } } }, about) : []),
    ])
    run.publish(done)
    run.end()
    live.drop(run)
  }

  /** How often a process ended while it carried the run on from this pause. */
  const interruptionsOf = async (caller: Caller, { appId, runId }: RunPause, { so }: PausedState): Promise<number> =>
    ((await stores.runs.get(caller, appId, runId))?.exceptions ?? so.exceptions) - so.exceptions

  return {
    async goOn(caller, id) {
      const found = await read(caller, id)
      if (!found) return undefined
      const { pause, state } = found
      const answered = (await stores.forms.ofRuns(caller, [id])).filter((form) => isAwaited(state, form))
      if (answered.length === 0) return undefined
      const run = await objectOf(caller, state, pause.nextEvent)
      if (!(await stores.pauses.claim(caller, id))) return undefined
      try {
        if ((await interruptionsOf(caller, pause, state)) > MOST_INTERRUPTIONS) throw new RunError('run/interrupted')
        const app = await parts.openApp(caller, state.facts.appId, state.facts.versionId)
        const prepared = prepare(parts, caller, { state, app, answered })
        live.wake(run)
        for (const event of answered.flatMap(toEvents)) run.publish(event)
        launch(caller, { run, prepared, told: state.told })
        return run
      } catch (error) {
        parts.log.error('run-not-resumed', { runId: id, reason: messageOf(error) })
        const code = error instanceof PlatformError ? error.code : 'run/broken'
        await end(caller, state, run, endOf(parts, state, { status: 'failed', message: messageOf(error), code }))
        return undefined
      }
    },

    async revive(caller, id) {
      const found = await read(caller, id)
      if (!found) return undefined
      const { pause, state } = found
      const [record, nodes, forms] = await Promise.all([
        stores.runs.get(caller, pause.appId, id),
        stores.nodes.list(caller, id, MOST_NODES),
        stores.forms.ofRuns(caller, [id]),
      ])
      // Somebody else may have been quicker.
      const known = live.findRun(caller, id)
      if (known || record?.status !== 'paused') return known
      const waiting = forms.filter((form) => state.waiting.includes(form.executionId))
      const told = new Told(true, state.told)
      const paused = pausedEvent({ ...state.so, at: pause.pausedAt, elapsedMs: state.journal.elapsedMs }, waiting, told)
      const events = [...recordedEvents(record, nodes, forms), paused]
      const run = new LiveRun(state.facts, { events, told: pause.nextEvent })
      run.park()
      live.keepParked(run)
      return run
    },

    async stop(caller, id, { reason, may = () => true }) {
      const found = await read(caller, id)
      if (!found || !may(found.state.facts)) return false
      const { pause, state } = found
      const run = await objectOf(caller, state, pause.nextEvent)
      if (!(await stores.pauses.claim(caller, id))) return false
      await end(caller, state, run, endOf(parts, state, { status: 'stopped', message: reason, code: 'flow/stopped' }))
      return true
    },
  }
}

const MOST_INTERRUPTIONS = 3

/** A reader of a run from its records gets its beginning. */
const MOST_NODES = 2_000

const isAwaited = ({ waiting }: PausedState, form: Form): boolean =>
  form.answer !== null && waiting.includes(form.executionId)

const toEvents = (form: Form): readonly RunEvent[] =>
  form.answer ? [{ type: 'form-end', form: shownForm(form), answer: form.answer }] : []

const prepare = (
  parts: RunsParts,
  caller: Caller,
  { state, app, answered }: { state: PausedState; app: RunnableApp; answered: readonly Form[] },
): Prepared => {
  const { facts, inputs, turn, journal } = state
  const request: StartRun = {
    ...state.request,
    app,
    inputs,
    user: facts.user,
    // Written from a `StartRun`.
    source: facts.source as StartRun['source'],
  }
  const answers = Object.fromEntries(answered.map(({ executionId, answer }) => [executionId, answer as never]))
  return {
    caller,
    request,
    inputs,
    turn,
    usage: parts.usage.ofRun(caller, facts),
    ...prepareFeatures(request),
    resume: { journal, answers },
  }
}

const endOf = (
  { clock }: RunsParts,
  { so, journal }: PausedState,
  { status, message, code }: { status: 'failed' | 'stopped'; message: string; code: string },
): FlowEnd => ({
  type: 'run-end',
  ...so,
  status,
  outputs: {},
  failure: { type: '', message, code },
  at: clock.now(),
  elapsedMs: journal.elapsedMs,
})
