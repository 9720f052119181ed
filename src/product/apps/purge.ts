// Removes what deleted apps leave behind, in the background and a little at a time: other work goes between two steps.
//
// G1  Runs of a deleted app are stopped first, and their rows removed when they are over: nothing is written after its rows went.
// G2  A purge that was cut off, by an end of the process or a failing database, is taken up at the next start.

import { messageOf } from '../../base/errors.ts'
import { type Log, nextTurn } from '../../base/seams.ts'
import { type Caller, systemCaller } from '../caller.ts'
import type { AppId } from '../ids.ts'
import { PURGED, type PurgedTable, type PurgeStore } from './purge-store.ts'

export interface PurgeParts {
  readonly store: PurgeStore
  /** Stops the run when it is going on in this process or waits for people, and waits until its end is written. */
  readonly stopTask: (caller: Caller, taskId: string) => Promise<void>
  /** Removes the bytes of a file, if they are there. */
  readonly removeFile: (caller: Caller, id: string) => Promise<unknown>
  /** Removes answers of models that were kept for the app. */
  readonly forgetAnswers: (caller: Caller, appId: AppId) => Promise<unknown>
  readonly log: Log
}

export interface Purge {
  /** Never rejects; needs no await. */
  start(caller: Caller, appId: AppId): Promise<void>
  /** Takes up what earlier processes left. Never rejects. */
  resume(): Promise<void>
  /** Ends after the step that is under way. */
  close(): Promise<void>
}

/** Rows of one step. */
const STEP = 500
const RUNS_STOPPED = 10_000
const RESUMED = 1_000

export const createPurge = ({ store, stopTask, removeFile, forgetAnswers, log }: PurgeParts): Purge => {
  const going = new Set<Promise<void>>()
  let closing = false

  /** @returns false when the purge has to be taken up again */
  const repeat = async (step: () => Promise<number>): Promise<boolean> => {
    while (!closing) {
      if ((await step()) === 0) return true
      await nextTurn()
    }
    return false
  }

  /** Bytes go before the rows that know of them: a purge that is cut off between finds the rows again. */
  const removeSome = async (caller: Caller, appId: AppId, table: PurgedTable): Promise<number> => {
    const ids = await store.some(caller, appId, table, STEP)
    if (ids.length === 0) return 0
    const files = table === 'uploads' ? ids : table === 'messages' ? await store.filesOfMessages(caller, ids) : []
    for (const id of files) await removeFile(caller, id)
    return store.removeRows(caller, table, ids)
  }

  const purge = async (caller: Caller, appId: AppId): Promise<void> => {
    const running = await store.tasksUnderWay(caller, appId, RUNS_STOPPED)
    await Promise.all(running.map((taskId) => stopTask(caller, taskId)))
    // No run is left that could have another answer kept.
    await forgetAnswers(caller, appId)
    if (!(await repeat(() => store.removeRuns(caller, appId, STEP)))) return
    for (const table of PURGED) {
      if (!(await repeat(() => removeSome(caller, appId, table)))) return
    }
    if (await store.remove(caller, appId)) log.info('app-purged', { appId })
  }

  const start = (caller: Caller, appId: AppId): Promise<void> => {
    const work = purge(caller, appId)
      .catch((error: unknown) => log.warn('app-purge-failed', { appId, reason: messageOf(error) }))
      .finally(() => going.delete(work))
    going.add(work)
    return work
  }

  return {
    start,
    async resume() {
      try {
        for (const { tenantId, appId } of await store.deleted(RESUMED)) {
          if (!closing) await start(systemCaller(tenantId), appId)
        }
      } catch (error) {
        log.warn('app-purge-failed', { reason: messageOf(error) })
      }
    },
    async close() {
      closing = true
      await Promise.all(going)
    },
  }
}
