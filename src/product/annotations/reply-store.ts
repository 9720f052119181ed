// How each app replies with annotations, and the jobs that turn that on and off.
//
// J1  At most one job of an app is not over: a new one ends those before it.
// J2  Only the job that is under way turns the reply on, so what came after it is never undone.

import { nextRevision } from '../../db/revision.ts'
import type { AnnotationJobRow, AnnotationSettingsRow } from '../../db/schema/apps.ts'
import type { Queries } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { AnnotationJobId, AppId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import type { AnnotationJob, ReplySettings } from './spec.ts'

/** The settings as of a revision, which every change of the app's annotations moves on. */
export interface StoredReplySettings extends ReplySettings {
  readonly revision: number
}

export interface UnfinishedJob extends Pick<AnnotationJob, 'id' | 'action'> {
  readonly tenantId: TenantId
  readonly appId: AppId
}

const UNDER_WAY = ['waiting', 'processing'] as const
const REPLACED = 'A later call took its place.'
/** How long the outcome of a job can be asked for: a week. */
const KEPT_MS = 7 * 24 * 3_600_000

export type ReplyStore = ReturnType<typeof createReplyStore>

export const createReplyStore = ({ db, clock, ids }: StoreSeams) => {
  const beginJob = async (
    transaction: Queries,
    caller: Caller,
    appId: AppId,
    action: AnnotationJob['action'],
  ): Promise<AnnotationJob> => {
    const now = clock.now()
    await transaction
      .updateTable('annotation_jobs')
      .set({ status: 'error', error: REPLACED, updated_at: now })
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
      .where('status', 'in', UNDER_WAY)
      .execute()
    await transaction
      .deleteFrom('annotation_jobs')
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
      .where('updated_at', '<', now - KEPT_MS)
      .execute()
    const row: AnnotationJobRow = {
      tenant_id: caller.tenantId,
      id: ids.next('job'),
      app_id: appId,
      action,
      status: 'waiting',
      error: null,
      created_at: now,
      updated_at: now,
    }
    await transaction.insertInto('annotation_jobs').values(row).execute()
    return toJob(row)
  }

  return {
    async settings(caller: Caller, appId: AppId): Promise<StoredReplySettings | undefined> {
      const row = await db.kysely
        .selectFrom('annotation_settings')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .executeTakeFirst()
      return row && toSettings(row)
    },

    /** Writes the settings and a waiting job that is to turn the reply on. A reply that is on with the same model stays on.
     *  @throws DbError `db/constraint` when the app does not exist */
    async enable(caller: Caller, appId: AppId, settings: Omit<ReplySettings, 'enabled'>): Promise<AnnotationJob> {
      const now = clock.now()
      const { scoreThreshold, embeddingProvider, embeddingModel } = settings
      const fields = {
        score_threshold: scoreThreshold,
        embedding_provider: embeddingProvider,
        embedding_model: embeddingModel,
      }
      return db.transaction(async (transaction) => {
        await transaction
          .insertInto('annotation_settings')
          .values({ tenant_id: caller.tenantId, app_id: appId, enabled: 0, ...fields, updated_at: now })
          .onConflict((conflict) =>
            conflict.columns(['tenant_id', 'app_id']).doUpdateSet((eb) => ({
              ...fields,
              enabled: eb
                .case()
                .when(
                  eb.and([
                    eb('annotation_settings.embedding_provider', '=', embeddingProvider),
                    eb('annotation_settings.embedding_model', '=', embeddingModel),
                  ]),
                )
                .then(eb.ref('annotation_settings.enabled'))
                .else(0)
                .end(),
              updated_at: nextRevision(eb.ref('annotation_settings.updated_at'), now),
            })),
          )
          .execute()
        return beginJob(transaction, caller, appId, 'enable')
      })
    },

    /** Turns the reply off and writes a waiting job that is to say so. */
    async disable(caller: Caller, appId: AppId): Promise<AnnotationJob> {
      return db.transaction(async (transaction) => {
        await transaction
          .updateTable('annotation_settings')
          .set((eb) => ({ enabled: 0, updated_at: nextRevision(eb.ref('updated_at'), clock.now()) }))
          .where('tenant_id', '=', caller.tenantId)
          .where('app_id', '=', appId)
          .execute()
        return beginJob(transaction, caller, appId, 'disable')
      })
    },

    async job(caller: Caller, appId: AppId, id: AnnotationJobId): Promise<AnnotationJob | undefined> {
      const row = await db.kysely
        .selectFrom('annotation_jobs')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toJob(row)
    },

    /** False when the job is over already. */
    async process(caller: Caller, id: AnnotationJobId): Promise<boolean> {
      const { numUpdatedRows } = await db.kysely
        .updateTable('annotation_jobs')
        .set({ status: 'processing', updated_at: clock.now() })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('status', 'in', UNDER_WAY)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    /** Ends the job and, if that was its purpose, turns the reply on; unless the job is over already. */
    async complete(caller: Caller, appId: AppId, job: Pick<AnnotationJob, 'id' | 'action'>): Promise<boolean> {
      return db.transaction(async (transaction) => {
        const now = clock.now()
        // The settings before the jobs, as `enable` takes them: in the other order two could wait for each other.
        await transaction
          .updateTable('annotation_settings')
          .set((eb) => ({ updated_at: eb.ref('updated_at') }))
          .where('tenant_id', '=', caller.tenantId)
          .where('app_id', '=', appId)
          .execute()
        const { numUpdatedRows } = await transaction
          .updateTable('annotation_jobs')
          .set({ status: 'completed', updated_at: now })
          .where('tenant_id', '=', caller.tenantId)
          .where('id', '=', job.id)
          .where('status', 'in', UNDER_WAY)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) return false
        if (job.action === 'disable') return true
        await transaction
          .updateTable('annotation_settings')
          .set((eb) => ({ enabled: 1, updated_at: nextRevision(eb.ref('updated_at'), now) }))
          .where('tenant_id', '=', caller.tenantId)
          .where('app_id', '=', appId)
          .execute()
        return true
      })
    },

    /** Ends the job as failed, unless it is over already. */
    async fail(caller: Caller, id: AnnotationJobId, error: string): Promise<boolean> {
      const { numUpdatedRows } = await db.kysely
        .updateTable('annotation_jobs')
        .set({ status: 'error', error, updated_at: clock.now() })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('status', 'in', UNDER_WAY)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    /** Jobs of all tenants that are not over, oldest first. */
    async unfinished(): Promise<readonly UnfinishedJob[]> {
      const rows = await db.kysely
        .selectFrom('annotation_jobs')
        .select(['tenant_id', 'app_id', 'id', 'action'])
        .where('status', 'in', UNDER_WAY)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ tenantId: row.tenant_id, appId: row.app_id, id: row.id, action: row.action }))
    },
  }
}

const toSettings = (row: AnnotationSettingsRow): StoredReplySettings => ({
  enabled: row.enabled === 1,
  scoreThreshold: row.score_threshold,
  embeddingProvider: row.embedding_provider,
  embeddingModel: row.embedding_model,
  revision: row.updated_at,
})

const toJob = (row: AnnotationJobRow): AnnotationJob => ({
  id: row.id,
  action: row.action,
  status: row.status,
  error: row.error,
})
