// What models were asked, as counts: written once, summed up with the runs by app, model, user or day.

import { dayNumber } from '../../db/day.ts'
import type { ModelUsageRow } from '../../db/schema/gateway.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import { ESTIMATED_COST, NO_NUMBER, NO_TEXT, UNPRICED_CALLS } from '../../db/usage-columns.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, KeyId, RunId, UsageId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface NewUsage {
  readonly id: UsageId
  /** Null for calls beside runs. */
  readonly runId: RunId | null
  /** Null for calls of the gateway. */
  readonly appId: AppId | null
  readonly endUserId: EndUserId | null
  /** The gateway's caller's own name for its user. */
  readonly externalUser?: string | null
  readonly keyId?: KeyId | null
  readonly door?: string | null
  readonly router?: string | null
  readonly cache?: string | null
  readonly provider: string
  readonly model: string
  readonly calls: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly cachedTokens: number
  readonly reasoningTokens: number
  /** Null: no price is known. */
  readonly costNanoUsd: number | null
  readonly priceVersion: string | null
  readonly estimated: boolean
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
  readonly cachedTokens: number
  readonly reasoningTokens: number
  /** Of the calls whose price is known; null when it is known of none. */
  readonly costNanoUsd: number | null
  /** Of these: by estimated tokens. */
  readonly estimatedCostNanoUsd: number
  /** Calls whose price is not known. */
  readonly unpricedCalls: number
}

/** Ids, or whole days since the epoch. The name is the app's, or the caller's own for the user; null when it is gone. */
export interface UsageSum extends UsageCounts {
  readonly key: string | number | null
  readonly name: string | null
}

interface Named {
  readonly id: string
  readonly name: string
}

export interface ModelSum extends UsageCounts {
  readonly provider: string
  readonly model: string
}

export type UsageStore = ReturnType<typeof createUsageStore>

const KEYS = { app: 'app_id', user: 'user', key: 'key_id', router: 'router', day: 'day' } as const

export type UsageKeys = keyof typeof KEYS

const SUMS = [
  'runs',
  'failed',
  'calls',
  'prompt',
  'completion',
  'cached',
  'reasoning',
  'cost',
  'estimated',
  'unpriced',
] as const

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
        external_user: value('external_user'),
        key_id: value('key_id'),
        door: value('door'),
        router: value('router'),
        cache: value('cache'),
        cached_tokens: value('cached_tokens'),
        reasoning_tokens: value('reasoning_tokens'),
        cost_nano_usd: value('cost_nano_usd'),
        price_version: value('price_version'),
        estimated: value('estimated'),
        created_at: value('created_at'),
      })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doNothing()),
  )

  /** Every run as one, every use of a model as its counts. */
  const booked = (caller: Caller, { from, to, appId }: UsageRange) => {
    let runs = db.kysely
      .selectFrom('runs')
      .select((eb) => {
        const zero = eb.lit<number>(0)
        return [
          'app_id',
          eb.ref('end_user_id').$castTo<string | null>().as('user'),
          NO_TEXT.as('key_id'),
          NO_TEXT.as('router'),
          dayNumber(eb.ref('created_at')).as('day'),
          eb.lit<number>(1).as('runs'),
          eb.case().when('status', '=', 'failed').then(eb.lit<number>(1)).else(zero).end().as('failed'),
          zero.as('calls'),
          zero.as('prompt'),
          zero.as('completion'),
          zero.as('cached'),
          zero.as('reasoning'),
          NO_NUMBER.as('cost'),
          zero.as('estimated'),
          zero.as('unpriced'),
        ]
      })
      .where('tenant_id', '=', caller.tenantId)
      .where('created_at', '>=', from)
      .where('created_at', '<=', to)
    let used = db.kysely
      .selectFrom('model_usage')
      .select((eb) => [
        eb.ref('app_id').$castTo<AppId>().as('app_id'),
        eb.fn.coalesce('end_user_id', 'external_user').$castTo<string | null>().as('user'),
        eb.ref('key_id').$castTo<string | null>().as('key_id'),
        'router',
        dayNumber(eb.ref('created_at')).as('day'),
        eb.lit<number>(0).as('runs'),
        eb.lit<number>(0).as('failed'),
        'calls',
        'prompt_tokens as prompt',
        'completion_tokens as completion',
        'cached_tokens as cached',
        'reasoning_tokens as reasoning',
        'cost_nano_usd as cost',
        ESTIMATED_COST.as('estimated'),
        UNPRICED_CALLS.as('unpriced'),
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
      .select((eb) => SUMS.map((name) => eb.fn.sum<number | null>(name).as(name)))
  }

  const namesOf = async (caller: Caller, groupBy: UsageKeys, ids: readonly string[]) => {
    if (ids.length === 0) return new Map<unknown, string>()
    const rows = await NAMES[groupBy]?.(caller, ids)
    return new Map<unknown, string>((rows ?? []).map((row) => [row.id, row.name]))
  }
  /** Days and routers have no other name. */
  const NAMES: Partial<Record<UsageKeys, (caller: Caller, ids: readonly string[]) => Promise<Named[]>>> = {
    app: (caller, ids) =>
      db.kysely
        .selectFrom('apps')
        .select(['id', 'name'])
        .where('tenant_id', '=', caller.tenantId)
        .where('deleted_at', 'is', null)
        .where('id', 'in', ids as readonly AppId[])
        .execute(),
    key: (caller, ids) =>
      db.kysely
        .selectFrom('api_keys')
        .select(['id', 'name'])
        .where('tenant_id', '=', caller.tenantId)
        .where('id', 'in', ids as readonly KeyId[])
        .execute(),
    async user(caller, ids) {
      const rows = await db.kysely
        .selectFrom('end_users')
        .select(['id', 'external_id as name'])
        .where('tenant_id', '=', caller.tenantId)
        .where('id', 'in', ids as readonly EndUserId[])
        .execute()
      const known = new Set<string>(rows.map(({ id }) => id))
      // Users of the gateway have no row: their name is all there is.
      return [...rows, ...ids.filter((id) => !id.startsWith('user_') && !known.has(id)).map((id) => ({ id, name: id }))]
    },
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
        external_user: usage.externalUser ?? null,
        key_id: usage.keyId ?? null,
        door: usage.door ?? null,
        router: usage.router ?? null,
        cache: usage.cache ?? null,
        cached_tokens: usage.cachedTokens,
        reasoning_tokens: usage.reasoningTokens,
        cost_nano_usd: usage.costNanoUsd,
        price_version: usage.priceVersion,
        estimated: usage.estimated ? 1 : 0,
        created_at: usage.createdAt,
      }),

    async total(caller: Caller, range: UsageRange): Promise<UsageCounts> {
      return toCounts(await booked(caller, range).executeTakeFirst())
    },

    /** Days newest first; apps and users by tokens, then by runs. */
    async sums(
      caller: Caller,
      range: UsageRange,
      { groupBy, limit }: { readonly groupBy: UsageKeys; readonly limit: number },
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
          eb.fn.sum<number>('model_usage.cached_tokens').as('cached'),
          eb.fn.sum<number>('model_usage.reasoning_tokens').as('reasoning'),
          eb.fn.sum<number | null>('model_usage.cost_nano_usd').as('cost'),
          eb.fn.sum<number>(ESTIMATED_COST).as('estimated'),
          eb.fn.sum<number>(UNPRICED_CALLS).as('unpriced'),
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
const toCounts = (row: { readonly [Name in (typeof SUMS)[number]]: number | null } | undefined): UsageCounts => ({
  runs: row?.runs ?? 0,
  failedRuns: row?.failed ?? 0,
  calls: row?.calls ?? 0,
  promptTokens: row?.prompt ?? 0,
  completionTokens: row?.completion ?? 0,
  cachedTokens: row?.cached ?? 0,
  reasoningTokens: row?.reasoning ?? 0,
  costNanoUsd: row?.cost ?? null,
  estimatedCostNanoUsd: row?.estimated ?? 0,
  unpricedCalls: row?.unpriced ?? 0,
})
