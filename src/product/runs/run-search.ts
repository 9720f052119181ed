// Runs of all apps of a tenant, as members look for them. Runs of deleted apps are gone with them.

import { containsText } from '../../db/like.ts'
import type { Caller } from '../caller.ts'
import type { AppId, ConversationId, RunId } from '../ids.ts'
import { fromJsonColumn, type Page, type StoreSeams, toPage } from '../store-seams.ts'
import { RUN_SUMMARY, type Run, type RunState, type RunSummary, toRunSummary } from './store.ts'

/** What a list shows of whose run it was. */
export interface RunNames {
  readonly appName: string
  /** The caller's own name for the end user. */
  readonly user: string | null
}

export type FoundRun = RunSummary & RunNames

export interface RunQuery {
  readonly limit: number
  /** The last run of the page before. */
  readonly after?: Pick<Run, 'id' | 'createdAt'>
  readonly appId?: AppId
  readonly statuses?: readonly RunState[]
  readonly sources?: readonly string[]
  /** The caller's own name for the end user. */
  readonly user?: string
  readonly conversationId?: ConversationId
  readonly traceId?: string
  /** Text in inputs or outputs, whatever the case. */
  readonly keyword?: string
  /** Milliseconds since the epoch, both inclusive. */
  readonly from?: number
  readonly to?: number
}

export type RunSearch = ReturnType<typeof createRunSearch>

export const createRunSearch = ({ db }: Pick<StoreSeams, 'db'>) => {
  const runs = (caller: Caller) =>
    db.kysely
      .selectFrom('runs')
      .innerJoin('apps', (join) => join.on('apps.tenant_id', '=', caller.tenantId).onRef('apps.id', '=', 'runs.app_id'))
      .leftJoin('end_users', (join) =>
        join.on('end_users.tenant_id', '=', caller.tenantId).onRef('end_users.id', '=', 'runs.end_user_id'),
      )
      .where('runs.tenant_id', '=', caller.tenantId)
      .where('apps.deleted_at', 'is', null)

  return {
    /** Newest first. */
    async list(caller: Caller, wanted: RunQuery): Promise<Page<FoundRun>> {
      const { after, appId, conversationId, from, keyword, limit, sources, statuses, to, traceId, user } = wanted
      let query = runs(caller)
      if (appId !== undefined) query = query.where('runs.app_id', '=', appId)
      if (statuses) query = query.where('runs.status', 'in', statuses)
      if (sources) query = query.where('runs.source', 'in', sources)
      if (user !== undefined) query = query.where('end_users.external_id', '=', user)
      if (conversationId !== undefined) query = query.where('runs.conversation_id', '=', conversationId)
      if (traceId !== undefined) query = query.where('runs.trace_id', '=', traceId)
      if (from !== undefined) query = query.where('runs.created_at', '>=', from)
      if (to !== undefined) query = query.where('runs.created_at', '<=', to)
      if (keyword !== undefined && keyword !== '') {
        query = query.where((eb) =>
          eb.or([
            containsText(eb.ref('runs.inputs_json'), keyword),
            containsText(eb.ref('runs.outputs_json'), keyword),
          ]),
        )
      }
      if (after) {
        query = query.where((eb) =>
          eb.or([
            eb('runs.created_at', '<', after.createdAt),
            eb.and([eb('runs.created_at', '=', after.createdAt), eb('runs.id', '<', after.id)]),
          ]),
        )
      }
      const rows = await query
        .select(RUN_SUMMARY.map((column) => `runs.${column}` as const))
        .select(['apps.name as app_name', 'end_users.external_id'])
        .orderBy('runs.created_at', 'desc')
        .orderBy('runs.id', 'desc')
        .limit(limit + 1)
        .execute()
      return toPage(rows, limit, (row) => ({ ...toRunSummary(row), appName: row.app_name, user: row.external_id }))
    },

    async get(caller: Caller, id: RunId): Promise<(Run & RunNames) | undefined> {
      const row = await runs(caller)
        .where('runs.id', '=', id)
        .selectAll('runs')
        .select(['apps.name as app_name', 'end_users.external_id'])
        .executeTakeFirst()
      if (!row) return undefined
      return {
        ...toRunSummary(row),
        inputs: fromJsonColumn(row.inputs_json),
        outputs: fromJsonColumn(row.outputs_json),
        appName: row.app_name,
        user: row.external_id,
      }
    },
  }
}
