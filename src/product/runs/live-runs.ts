// The runs of this process: those that go on, and for a while those that ended, so that a reader whose connection broke
// gets the rest.
//
// V1  Runs that wait for people are kept within the same bounds of runs; those that wait longest go first, and their readers are told
//     that this is all for now.
// V2  Ended runs are kept for a set time and within bounds of runs and events, whichever is reached first; oldest go first.

import type { Clock } from '../../base/seams.ts'
import type { Caller } from '../caller.ts'
import type { RunId } from '../ids.ts'
import type { LiveRun } from './live-run.ts'

export interface LiveRunsOptions {
  readonly clock: Pick<Clock, 'elapsed' | 'after'>
  /** Milliseconds an ended run can still be read. */
  readonly keepMs: number
}

const KEPT_RUNS = 1_000
const KEPT_EVENTS = 200_000

interface Ended {
  readonly run: LiveRun
  readonly at: number
}

export class LiveRuns {
  readonly #options: LiveRunsOptions
  readonly #byTask = new Map<string, LiveRun>()
  readonly #byRun = new Map<RunId, LiveRun>()
  /** In the order of their ends. */
  readonly #ended: Ended[] = []
  #endedEvents = 0
  /** In the order in which they began to wait. */
  readonly #parked = new Set<LiveRun>()
  #goingOn = 0
  #cancelSweep: (() => void) | undefined

  constructor(options: LiveRunsOptions) {
    this.#options = options
  }

  get goingOn(): number {
    return this.#goingOn
  }

  add(run: LiveRun): void {
    this.#byTask.set(run.facts.taskId, run)
    this.#byRun.set(run.facts.runId, run)
    this.#goingOn++
  }

  /** The run waits for people. */
  park(run: LiveRun): void {
    this.#goingOn--
    this.keepParked(run)
  }

  /** Keeps a run that is known from its records, for its readers. */
  keepParked(run: LiveRun): void {
    this.#byTask.set(run.facts.taskId, run)
    this.#byRun.set(run.facts.runId, run)
    this.#parked.add(run)
    for (const oldest of this.#parked) {
      if (this.#parked.size <= KEPT_RUNS) break
      this.drop(oldest)
    }
  }

  /** Forgets a run that waits; its readers leave. */
  drop(run: LiveRun): void {
    if (!this.#parked.delete(run)) return
    this.#forget(run)
    run.end()
  }

  /** A run that waited goes on. */
  wake(run: LiveRun): void {
    this.#parked.delete(run)
    run.goOn()
    this.add(run)
  }

  /** To be called once, when the run is over. */
  release(run: LiveRun): void {
    this.#goingOn--
    this.#ended.push({ run, at: this.#options.clock.elapsed() })
    this.#endedEvents += run.kept
    while (this.#ended.length > KEPT_RUNS || this.#endedEvents > KEPT_EVENTS) this.#forgetOldest()
    this.#sweepLater()
  }

  /** By task id; also a run that ended a short while ago. */
  find(caller: Caller, taskId: string): LiveRun | undefined {
    return ownOf(caller, this.#byTask.get(taskId))
  }

  findRun(caller: Caller, id: RunId): LiveRun | undefined {
    return ownOf(caller, this.#byRun.get(id))
  }

  close(): void {
    this.#cancelSweep?.()
    while (this.#ended.length > 0) this.#forgetOldest()
    for (const run of this.#parked) this.drop(run)
  }

  #sweepLater(): void {
    const [oldest] = this.#ended
    if (!oldest || this.#cancelSweep) return
    const { clock, keepMs } = this.#options
    this.#cancelSweep = clock.after(Math.max(0, oldest.at + keepMs - clock.elapsed()), () => {
      this.#cancelSweep = undefined
      const now = clock.elapsed()
      for (let first = this.#ended[0]; first && now - first.at >= keepMs; first = this.#ended[0]) this.#forgetOldest()
      this.#sweepLater()
    })
  }

  #forgetOldest(): void {
    const entry = this.#ended.shift()
    if (!entry) return
    this.#endedEvents -= entry.run.kept
    this.#forget(entry.run)
  }

  /** Another object may stand for the same run by now. */
  #forget(run: LiveRun): void {
    if (this.#byTask.get(run.facts.taskId) === run) this.#byTask.delete(run.facts.taskId)
    if (this.#byRun.get(run.facts.runId) === run) this.#byRun.delete(run.facts.runId)
  }
}

const ownOf = (caller: Caller, run: LiveRun | undefined): LiveRun | undefined =>
  run?.facts.tenantId === caller.tenantId ? run : undefined
