// Counts what models are asked: for runs until they end, for calls beside runs as they are over.
//
// U1  The counts of a run are written in the batch that ends it, one row a model: with the same ids however often that is tried.
// U2  Calls beside runs wait for nothing and nobody waits for them: at most one batch is under way, what comes meanwhile is
//     added up, and only so many different sums wait.

import { messageOf } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Clock, Ids, Log } from '../../base/seams.ts'
import type { Database, Statement } from '../../db/spec.ts'
import type { ModelCall, NoteCall } from '../../model/metered.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, RunId, UsageId } from '../ids.ts'
import { createUsageNumbers } from './numbers.ts'
import type { NewUsage, UsageStore } from './store.ts'

export interface UsageRecorderParts {
  readonly db: Pick<Database, 'write'>
  readonly store: Pick<UsageStore, 'add'>
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Log
  readonly metrics: Metrics
}

/** Whose call it was. */
export interface UsageOwner {
  readonly appId: AppId
  readonly endUserId: EndUserId | null
}

export interface RunUsage {
  readonly note: NoteCall
  /** For `db.write`: what was counted. Nothing for runs that asked no model. What is noted later is written by itself. */
  end(): readonly Statement[]
}

export interface UsageRecorder {
  /** @param run its `createdAt` is the time its calls are booked at */
  ofRun(caller: Caller, run: UsageOwner & { readonly runId: RunId; readonly createdAt: number }): RunUsage
  /** Counts calls beside runs, in the background. */
  beside(caller: Caller, owner: UsageOwner): NoteCall
  /** Writes what waits. Never rejects. */
  close(): Promise<void>
}

interface Sum {
  readonly id: UsageId
  readonly provider: string
  readonly model: string
  calls: number
  promptTokens: number
  completionTokens: number
}

interface Waiting {
  readonly caller: Caller
  readonly owner: UsageOwner & { readonly runId: RunId | null; readonly createdAt: number }
  readonly sum: Sum
}

/** Different sums that wait while a batch is written. */
const MOST_WAITING = 10_000
/** Rows of one batch. */
const BATCH = 500

export const createUsageRecorder = ({ db, store, clock, ids, log, metrics }: UsageRecorderParts): UsageRecorder => {
  const numbers = createUsageNumbers(metrics)
  const waiting = new Map<string, Waiting>()
  let writing: Promise<void> | undefined

  const newSum = ({ provider, model }: ModelCall): Sum => ({
    id: ids.next('usage'),
    provider,
    model,
    calls: 0,
    promptTokens: 0,
    completionTokens: 0,
  })

  /** Batch by batch, until nothing waits. */
  const writeAll = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, BATCH)
      for (const [key] of batch) waiting.delete(key)
      const statements = batch.map(([, { caller, owner, sum }]) => store.add(caller, { ...owner, ...sum }))
      await db.write(statements).catch((error: unknown) => {
        log.error('usage-lost', { rows: batch.length, reason: messageOf(error) })
      })
    }
  }

  const enqueue = (caller: Caller, owner: Waiting['owner'], call: ModelCall): void => {
    const { appId, endUserId, runId } = owner
    const key = JSON.stringify([caller.tenantId, appId, endUserId, runId, call.provider, call.model])
    let entry = waiting.get(key)
    if (!entry) {
      if (waiting.size >= MOST_WAITING) return log.error('usage-lost', { rows: 1, reason: 'too many sums wait' })
      waiting.set(key, (entry = { caller, owner, sum: newSum(call) }))
    }
    addCall(entry.sum, call)
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
  }

  return {
    ofRun(caller, { appId, endUserId, runId, createdAt }) {
      const owner = { appId, endUserId, runId, createdAt }
      const sums = new Map<string, Sum>()
      let rows: readonly Statement[] | undefined
      return {
        note(call) {
          numbers.called(call)
          // A stopped run does not wait until its model's call has noticed.
          if (rows) return enqueue(caller, owner, call)
          const key = JSON.stringify([call.provider, call.model])
          const sum = sums.get(key) ?? newSum(call)
          sums.set(key, sum)
          addCall(sum, call)
        },
        end: () =>
          (rows ??= [...sums.values()].map((sum) => store.add(caller, { ...owner, ...sum } satisfies NewUsage))),
      }
    },

    beside:
      (caller, { appId, endUserId }) =>
      (call) => {
        numbers.called(call)
        enqueue(caller, { appId, endUserId, runId: null, createdAt: clock.now() }, call)
      },

    async close() {
      await writing
    },
  }
}

const addCall = (sum: Sum, call: ModelCall): void => {
  sum.calls++
  sum.promptTokens += call.promptTokens
  sum.completionTokens += call.completionTokens
}
