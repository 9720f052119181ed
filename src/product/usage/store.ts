// What models were asked, as counts: written once, summed up with the runs by app, model, user or day.

import { dayNumber } from '../../db/day.ts'
import type { ModelUsageRow } from '../../db/schema.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, RunId, UsageId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface NewUsage {
  readonly id: UsageId
  /** Null for calls beside runs. */
  readonly runId: RunId | null
  readonly appId: AppId
  readonly endUserId: EndUserId | null
  readonly provider: string
  readonly model: string
  readonly calls: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

export interface UsageRange {
  /** Milliseconds since the epoch, both inclusive. */
  readonly from: number
  readonly to: number
  readonly appId?: AppId
}

export interface UsageCounts {
  readonly runs: number
  readonly failedRuns: number
  /** Of models. */
  readonly calls: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/** Ids, or whole days since the epoch. The name is the app's, or the caller's own for the user; null when it is gone. */
export interface UsageSum extends UsageCounts {
  readonly key: string | number | null
  readonly name: string | null
}

export interface ModelSum extends UsageCounts {
  readonly provider: string
  readonly model: string
}

export type UsageStore = ReturnType<typeof createUsageStore>

const KEYS = { app: 'app_id', user: 'end_user_id', day: 'day' } as const

export const createUsageStore = ({ db }: Pick<StoreSeams, 'db'>) => {
  const added = prepareStatement<ModelUsageRow>((value) =>
    db.kysely
      .insertInto('model_usage')
      .values({
        tenant_id: value('tenant_id'),
        id: value('id'),
        run_id: value('run_id'),
        app_id: value('app_id'),
        end_user_id: value('end_user_id'),
        provider: value('provider'),
        model: value('model'),
        calls: value('calls'),
        prompt_tokens: value('prompt_tokens'),
        completion_tokens: value('completion_tokens'),
        created_at: value('created_at'),
      })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doNothing()),
  )

  /** Every run as one, every use of a model as its counts. */
  const booked = (caller: Caller, { from, to, appId }: UsageRange) => {
    let runs = db.kysely
      .selectFrom('runs')
      .select((eb) => [
        'app_id',
        'end_user_id',
        dayNumber(eb.ref('created_at')).as('day'),
        eb.lit<number>(1).as('runs'),
        eb.case().when('status', '=', 'failed').then(eb.lit<number>(1)).else(eb.lit<number>(0)).end().as('failed'),
        eb.lit<number>(0).as('calls'),
        eb.lit<number>(0).as('prompt'),
        eb.lit<number>(0).as('completion'),
      ])
      .where('tenant_id', '=', caller.tenantId)
      .where('created_at', '>=', from)
      .where('created_at', '<=', to)
    let used = db.kysely
      .selectFrom('model_usage')
      .select((eb) => [
        'app_id',
        'end_user_id',
        dayNumber(eb.ref('created_at')).as('day'),
        eb.lit<number>(0).as('runs'),
        eb.lit<number>(0).as('failed'),
        'calls',
        'prompt_tokens as prompt',
        'completion_tokens as completion',
      ])
      .where('tenant_id', '=', caller.tenantId)
      .where('created_at', '>=', from)
      .where('created_at', '<=', to)
    if (appId !== undefined) {
      runs = runs.where('app_id', '=', appId)
      used = used.where('app_id', '=', appId)
    }
    return db.kysely
      .selectFrom(runs.unionAll(used).as('booked'))
      .select((eb) => [
        eb.fn.sum<number | null>('runs').as('runs'),
        eb.fn.sum<number | null>('failed').as('failed'),
        eb.fn.sum<number | null>('calls').as('calls'),
        eb.fn.sum<number | null>('prompt').as('prompt'),
        eb.fn.sum<number | null>('completion').as('completion'),
      ])
  }

  const namesOf = async (caller: Caller, groupBy: 'app' | 'user' | 'day', ids: readonly string[]) => {
    if (groupBy === 'day' || ids.length === 0) return new Map<unknown, string>()
    const rows =
      groupBy === 'app'
        ? await db.kysely
            .selectFrom('apps')
            .select(['id', 'name'])
            .where('tenant_id', '=', caller.tenantId)
            .where('deleted_at', 'is', null)
            .where('id', 'in', ids as readonly AppId[])
            .execute()
        : await db.kysely
            .selectFrom('end_users')
            .select(['id', 'external_id as name'])
            .where('tenant_id', '=', caller.tenantId)
            .where('id', 'in', ids as readonly EndUserId[])
            .execute()
    return new Map<unknown, string>(rows.map((row) => [row.id, row.name]))
  }

  return {
    /** For `db.write`. The same id again changes nothing. */
    add: (caller: Caller, usage: NewUsage): Statement =>
      added({
        tenant_id: caller.tenantId,
        id: usage.id,
        run_id: usage.runId,
        app_id: usage.appId,
        end_user_id: usage.endUserId,
        provider: usage.provider,
        model: usage.model,
        calls: usage.calls,
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        created_at: usage.createdAt,
      }),

    async total(caller: Caller, range: UsageRange): Promise<UsageCounts> {
      return toCounts(await booked(caller, range).executeTakeFirst())
    },

    /** Days newest first; apps and users by tokens, then by runs. */
    async sums(
      caller: Caller,
      range: UsageRange,
      { groupBy, limit }: { readonly groupBy: 'app' | 'user' | 'day'; readonly limit: number },
    ): Promise<readonly UsageSum[]> {
      const key = KEYS[groupBy]
      const sums = booked(caller, range).select(`booked.${key} as key`).groupBy(`booked.${key}`)
      const ordered =
        groupBy === 'day'
          ? sums.orderBy('key', 'desc')
          : sums
              .orderBy((eb) => eb(eb.fn.sum('prompt'), '+', eb.fn.sum('completion')), 'desc')
              .orderBy((eb) => eb.fn.sum('runs'), 'desc')
              .orderBy('key')
      const rows = await ordered.limit(limit).execute()
      const ids = rows.map((row) => row.key).filter((key) => typeof key === 'string')
      const names = await namesOf(caller, groupBy, ids)
      return rows.map((row) => ({ ...toCounts(row), key: row.key, name: names.get(row.key) ?? null }))
    },

    /** By tokens, then by calls. A run counts for each model that it asked. */
    async sumsOfModels(caller: Caller, { from, to, appId }: UsageRange, limit: number): Promise<readonly ModelSum[]> {
      let query = db.kysely
        .selectFrom('model_usage')
        .leftJoin('runs', (join) =>
          join
            .on('runs.tenant_id', '=', caller.tenantId)
            .onRef('runs.id', '=', 'model_usage.run_id')
            .on('runs.status', '=', 'failed'),
        )
        .where('model_usage.tenant_id', '=', caller.tenantId)
        .where('model_usage.created_at', '>=', from)
        .where('model_usage.created_at', '<=', to)
      if (appId !== undefined) query = query.where('model_usage.app_id', '=', appId)
      const rows = await query
        .select((eb) => [
          'model_usage.provider',
          'model_usage.model',
          eb.fn.count<number>('model_usage.run_id').distinct().as('runs'),
          eb.fn.count<number>('runs.id').distinct().as('failed'),
          eb.fn.sum<number>('model_usage.calls').as('calls'),
          eb.fn.sum<number>('model_usage.prompt_tokens').as('prompt'),
          eb.fn.sum<number>('model_usage.completion_tokens').as('completion'),
        ])
        .groupBy(['model_usage.provider', 'model_usage.model'])
        .orderBy(
          (eb) => eb(eb.fn.sum('model_usage.prompt_tokens'), '+', eb.fn.sum('model_usage.completion_tokens')),
          'desc',
        )
        .orderBy((eb) => eb.fn.sum('model_usage.calls'), 'desc')
        .orderBy('model_usage.provider')
        .orderBy('model_usage.model')
        .limit(limit)
        .execute()
      return rows.map((row) => ({ ...toCounts(row), provider: row.provider, model: row.model }))
    },
  }
}

/** Sums over no rows are null. */
const toCounts = (
  row: { readonly [Name in 'runs' | 'failed' | 'calls' | 'prompt' | 'completion']: number | null } | undefined,
): UsageCounts => ({
  runs: row?.runs ?? 0,
  failedRuns: row?.failed ?? 0,
  calls: row?.calls ?? 0,
  promptTokens: row?.prompt ?? 0,
  completionTokens: row?.completion ?? 0,
})
