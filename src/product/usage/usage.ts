// What a tenant's apps used: runs, calls of models, tokens.

import type { Clock } from '../../base/seams.ts'
import type { Caller } from '../caller.ts'
import type { AppId } from '../ids.ts'
import type { UsageCounts, UsageKeys, UsageRange, UsageStore } from './store.ts'

export type UsageGrouping = UsageKeys | 'model'

export interface UsageQuery {
  /** Milliseconds since the epoch, both inclusive. Default: the 30 days up to `to`. */
  readonly from?: number
  /** Default: now. */
  readonly to?: number
  readonly appId?: AppId
  readonly groupBy: UsageGrouping
}

export interface UsageFigures extends UsageCounts {
  readonly totalTokens: number
}

export interface UsageGroup extends UsageFigures {
  /** Id of the app, the user or the key, `provider/model`, the router's name, or the day as `2026-01-31` in UTC. Users of the
   *  gateway go by the caller's own name. Null: without one. */
  readonly key: string | null
  /** The app's name, the caller's own name for the user, the key's or the model's; null for days and for what is gone. */
  readonly name: string | null
}

export interface UsageSummary {
  readonly from: number
  readonly to: number
  /** Of everything in the range, also of groups that are not listed. */
  readonly total: UsageFigures
  /** At most 1,000: days newest first, others by tokens. */
  readonly groups: readonly UsageGroup[]
  /** True when there are more. */
  readonly truncated: boolean
}

export interface Usage {
  summary(caller: Caller, query: UsageQuery): Promise<UsageSummary>
}

const MOST_GROUPS = 1_000
const DAY_MS = 86_400_000
const USUAL_DAYS = 30

export const createUsage = ({ store, clock }: { store: UsageStore; clock: Pick<Clock, 'now'> }): Usage => {
  const groupsOf = async (
    caller: Caller,
    range: UsageRange,
    groupBy: UsageGrouping,
  ): Promise<readonly UsageGroup[]> => {
    const limit = MOST_GROUPS + 1
    if (groupBy === 'model') {
      const sums = await store.sumsOfModels(caller, range, limit)
      return sums.map((sum) => ({ ...toFigures(sum), key: `${sum.provider}/${sum.model}`, name: sum.model }))
    }
    const sums = await store.sums(caller, range, { groupBy, limit })
    return sums.map((sum) => ({ ...toFigures(sum), key: toKey(sum.key), name: sum.name }))
  }
  return {
    async summary(caller, query) {
      const to = query.to ?? clock.now()
      const from = query.from ?? to - USUAL_DAYS * DAY_MS
      const range = { from, to, ...(query.appId !== undefined && { appId: query.appId }) }
      const total = toFigures(await store.total(caller, range))
      const groups = await groupsOf(caller, range, query.groupBy)
      return { from, to, total, groups: groups.slice(0, MOST_GROUPS), truncated: groups.length > MOST_GROUPS }
    },
  }
}

const toKey = (key: string | number | null): string | null =>
  typeof key === 'number' ? new Date(key * DAY_MS).toISOString().slice(0, 10) : key

const toFigures = (counts: UsageCounts): UsageFigures => ({
  runs: counts.runs,
  failedRuns: counts.failedRuns,
  calls: counts.calls,
  promptTokens: counts.promptTokens,
  completionTokens: counts.completionTokens,
  totalTokens: counts.promptTokens + counts.completionTokens,
  cachedTokens: counts.cachedTokens,
  reasoningTokens: counts.reasoningTokens,
  costNanoUsd: counts.costNanoUsd,
  estimatedCostNanoUsd: counts.estimatedCostNanoUsd,
  unpricedCalls: counts.unpricedCalls,
})
