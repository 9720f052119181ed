// Rows of deleted apps: found, and removed a bounded number at a time.

import type { Schema } from '../../db/schema.ts'
import type { Caller } from '../caller.ts'
import type { AppId, FileId, MessageId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface DeletedApp {
  readonly tenantId: TenantId
  readonly appId: AppId
}

/** What an app's rows are removed from, in this order: rows go before what they belong to. Feedbacks and files of messages go
 *  with their messages, executions of nodes with their runs. */
export const PURGED = [
  'messages',
  'conversations',
  'annotations',
  'annotation_jobs',
  'uploads',
  'end_users',
  'api_keys',
  'app_versions',
] as const satisfies readonly (keyof Schema)[]
export type PurgedTable = (typeof PURGED)[number]
/** A run may have thousands of executions. */
const RUNS_AT_ONCE = 20

const STILL_RUNNING = ['scheduled', 'running', 'paused'] as const

export type PurgeStore = ReturnType<typeof createPurgeStore>

export const createPurgeStore = ({ db }: Pick<StoreSeams, 'db'>) => ({
  /** Deleted apps of all tenants that are not removed yet. For the start, when nobody has asked yet. */
  async deleted(limit: number): Promise<readonly DeletedApp[]> {
    const rows = await db.kysely
      .selectFrom('apps')
      .select(['tenant_id', 'id'])
      .where('deleted_at', 'is not', null)
      .limit(limit)
      .execute()
    return rows.map((row) => ({ tenantId: row.tenant_id, appId: row.id }))
  },

  /** Tasks of the app's runs that have not ended. */
  async tasksUnderWay(caller: Caller, appId: AppId, limit: number): Promise<readonly string[]> {
    const rows = await db.kysely
      .selectFrom('runs')
      .select('task_id')
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
      .where('status', 'in', STILL_RUNNING)
      .limit(limit)
      .execute()
    return rows.map((row) => row.task_id)
  },

  /** Removes some runs with at most `limit` executions of nodes. @returns how many rows; 0 when there are no runs */
  async removeRuns(caller: Caller, appId: AppId, limit: number): Promise<number> {
    const rows = await db.kysely
      .selectFrom('runs')
      .select('id')
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
      .limit(RUNS_AT_ONCE)
      .execute()
    if (rows.length === 0) return 0
    const ids = rows.map((row) => row.id)
    const nodes = await db.kysely
      .deleteFrom('node_executions')
      .where('tenant_id', '=', caller.tenantId)
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('node_executions')
          .select('node_executions.id')
          .where('node_executions.tenant_id', '=', caller.tenantId)
          .where('node_executions.run_id', 'in', ids)
          .limit(limit),
      )
      .executeTakeFirst()
    const removed = Number(nodes.numDeletedRows)
    if (removed === limit) return removed
    const runs = await db.kysely
      .deleteFrom('runs')
      .where('tenant_id', '=', caller.tenantId)
      .where('id', 'in', ids)
      .executeTakeFirst()
    return removed + Number(runs.numDeletedRows)
  },

  /** Ids of some rows of one table. */
  async some(caller: Caller, appId: AppId, table: PurgedTable, limit: number): Promise<readonly string[]> {
    const rows = await db.kysely
      .selectFrom(table)
      .select('id')
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
      .limit(limit)
      .execute()
    return rows.map((row) => row.id)
  },

  /** Files that answers brought: their bytes are nobody else's. */
  async filesOfMessages(caller: Caller, messageIds: readonly string[]): Promise<readonly FileId[]> {
    const rows = await db.kysely
      .selectFrom('message_files')
      .select('file_id')
      .where('tenant_id', '=', caller.tenantId)
      .where('message_id', 'in', messageIds as readonly MessageId[])
      .where('transfer_method', '=', 'tool_file')
      .execute()
    return rows.flatMap((row) => row.file_id ?? [])
  },

  /** @returns how many */
  async removeRows(caller: Caller, table: PurgedTable, ids: readonly string[]): Promise<number> {
    const result = await db.kysely
      .deleteFrom(table)
      .where('tenant_id', '=', caller.tenantId)
      // `some` of the same table gave them.
      .where('id', 'in', ids as never)
      .executeTakeFirst()
    return Number(result.numDeletedRows)
  },

  /** Removes the row of the deleted app and with it whatever still names it. */
  async remove(caller: Caller, appId: AppId): Promise<boolean> {
    const result = await db.kysely
      .deleteFrom('apps')
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', appId)
      .where('deleted_at', 'is not', null)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  },
})
