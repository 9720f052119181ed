// Counts what models are asked: for runs until they end, for calls beside runs as they are over.
//
// U1  The counts of a run are written in the batch that ends it, one row a model: with the same ids however often that is tried.
// U2  Calls beside runs wait for nothing and nobody waits for them: at most one batch is under way, what comes meanwhile is
//     added up, and only so many different sums wait.

import { messageOf } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Clock, Ids, Log } from '../../base/seams.ts'
import type { Database, Statement } from '../../db/spec.ts'
import type { DatedPriceBook } from '../../model/limit/prices.ts'
import type { ModelCall, NoteCall } from '../../model/metered.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, KeyId, RunId, UsageId } from '../ids.ts'
import { createUsageNumbers } from './numbers.ts'
import type { NewUsage, UsageStore } from './store.ts'

export interface UsageRecorderParts {
  readonly db: Pick<Database, 'write'>
  readonly store: Pick<UsageStore, 'add'>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly ids: Ids
  readonly log: Log
  readonly metrics: Metrics
  /** Absent: nothing is known to cost anything. */
  readonly prices?: Pick<DatedPriceBook, 'costNanoUsd' | 'listOf'>
}

/** Whose call it was, and by which way it came. */
export interface UsageOwner {
  /** Null for calls of the gateway. */
  readonly appId: AppId | null
  readonly endUserId: EndUserId | null
  /** The gateway's caller's own name for its user. */
  readonly externalUser?: string | null
  readonly keyId?: KeyId | null
  /** By which API or in which kind the gateway was asked. */
  readonly door?: string | null
  readonly router?: string | null
  /** How the cache answered. */
  readonly cache?: string | null
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

/** Calls of one kind, at one price. */
interface Sum {
  readonly id: UsageId
  readonly provider: string
  readonly model: string
  readonly priceVersion: string | null
  readonly estimated: boolean
  calls: number
  promptTokens: number
  completionTokens: number
  cachedTokens: number
  reasoningTokens: number
  /** Null: no price is known. */
  costNanoUsd: number | null
}

/** What a call cost, and by which list. */
interface Cost {
  readonly nanoUsd: number | undefined
  readonly priceVersion: string | null
}

interface Waiting {
  readonly caller: Caller
  readonly owner: UsageOwner & { readonly runId: RunId | null; readonly createdAt: number }
  readonly sum: Sum
}

/** Different sums that wait while a batch is written. */
const MOST_WAITING = 10_000
/** Between two batches: each is a commit, and thousands of calls a second share one row. Milliseconds. */
const PAUSE_MS = 100
/** Only closing wakes it early. */
const nothing = (): void => {}
/** Rows of one batch. */
const BATCH = 500

export const createUsageRecorder = (parts: UsageRecorderParts): UsageRecorder => {
  const { db, store, clock, ids, log, metrics, prices } = parts
  const numbers = createUsageNumbers(metrics)
  const waiting = new Map<string, Waiting>()
  let writing: Promise<void> | undefined
  const closing = new AbortController()

  const costOf = (call: ModelCall): Cost => {
    const target = `${call.provider}/${call.model}`
    const now = clock.now()
    const priceVersion = prices?.listOf(target, now)?.version ?? null
    if (call.costNanoUsd !== undefined) return { nanoUsd: call.costNanoUsd, priceVersion }
    const tokens = { totalTokens: call.promptTokens + call.completionTokens, estimated: call.estimated ?? false }
    return { nanoUsd: prices?.costNanoUsd(target, { ...call, ...tokens }, now), priceVersion }
  }

  const newSum = ({ provider, model, estimated = false }: ModelCall, { nanoUsd, priceVersion }: Cost): Sum => ({
    id: ids.next('usage'),
    provider,
    model,
    priceVersion,
    estimated,
    calls: 0,
    promptTokens: 0,
    completionTokens: 0,
    cachedTokens: 0,
    reasoningTokens: 0,
    costNanoUsd: nanoUsd === undefined ? null : 0,
  })

  /** Batch by batch, until nothing waits. The first one goes at once; under load a batch gathers what comes meanwhile. */
  const writeAll = async (): Promise<void> => {
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, BATCH)
      for (const [key] of batch) waiting.delete(key)
      const statements = batch.map(([, { caller, owner, sum }]) => store.add(caller, { ...owner, ...sum }))
      await db.write(statements).catch((error: unknown) => {
        log.error('usage-lost', { rows: batch.length, reason: messageOf(error) })
      })
      if (waiting.size > 0) await clock.sleep(PAUSE_MS, closing.signal).catch(nothing)
    }
  }

  const enqueue = (caller: Caller, owner: Waiting['owner'], [call, cost]: Counted): void => {
    const { createdAt: _, ...whose } = owner
    const key = JSON.stringify([caller.tenantId, whose, keyOf(call, cost)])
    let entry = waiting.get(key)
    if (!entry) {
      if (waiting.size >= MOST_WAITING) return log.error('usage-lost', { rows: 1, reason: 'too many sums wait' })
      waiting.set(key, (entry = { caller, owner, sum: newSum(call, cost) }))
    }
    addCall(entry.sum, call, cost)
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
          const cost = costOf(call)
          numbers.called(call, cost.nanoUsd)
          // A stopped run does not wait until its model's call has noticed.
          if (rows) return enqueue(caller, owner, [call, cost])
          const key = keyOf(call, cost)
          const sum = sums.get(key) ?? newSum(call, cost)
          sums.set(key, sum)
          addCall(sum, call, cost)
        },
        end: () =>
          (rows ??= [...sums.values()].map((sum) => store.add(caller, { ...owner, ...sum } satisfies NewUsage))),
      }
    },

    beside:
      (caller, { ...owner }) =>
      (call) => {
        const cost = costOf(call)
        numbers.called(call, cost.nanoUsd)
        enqueue(caller, { ...owner, runId: null, createdAt: clock.now() }, [call, cost])
      },

    async close() {
      closing.abort()
      await writing
    },
  }
}

type Counted = readonly [ModelCall, Cost]

const keyOf = ({ provider, model, estimated = false }: ModelCall, { nanoUsd, priceVersion }: Cost): string =>
  JSON.stringify([provider, model, estimated, priceVersion, nanoUsd === undefined])

const addCall = (sum: Sum, call: ModelCall, { nanoUsd }: Cost): void => {
  sum.calls++
  sum.promptTokens += call.promptTokens
  sum.completionTokens += call.completionTokens
  sum.cachedTokens += call.cachedTokens ?? 0
  sum.reasoningTokens += call.reasoningTokens ?? 0
  if (sum.costNanoUsd !== null) sum.costNanoUsd += nanoUsd ?? 0
}
