// Forms as rows. A form is answered at most once: whoever changes it from `open` has won.

import { parseJson, stringifyJson } from '../../base/json.ts'
import type { Value } from '../../base/value.ts'
import type { FormRow } from '../../db/schema/runs.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import { fromStored, toStored } from '../../flow/stored-value.ts'
import type { FormAnswer, FormRequest } from '../../nodes/human-input/form.ts'
import type { Caller } from '../caller.ts'
import type { AppId, FormId, RunId, TenantId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'
import type { Form, FormQuery, ListedForm } from './spec.ts'

/** A form by the names that find its run. */
export interface FormPlace {
  readonly tenantId: TenantId
  readonly id: FormId
  readonly runId: RunId
}

const MAX_RUNS = 200

export type FormStore = ReturnType<typeof createFormStore>

export const createFormStore = ({ db, clock }: Pick<StoreSeams, 'db' | 'clock'>) => {
  const added = prepareStatement<Omit<FormRow, 'answer_json' | 'answered_by' | 'answered_at'>>((value) =>
    db.kysely.insertInto('forms').values({
      tenant_id: value('tenant_id'),
      id: value('id'),
      app_id: value('app_id'),
      run_id: value('run_id'),
      execution_id: value('execution_id'),
      node_id: value('node_id'),
      node_title: value('node_title'),
      token: value('token'),
      request_json: value('request_json'),
      status: value('status'),
      expires_at: value('expires_at'),
      created_at: value('created_at'),
    }),
  )
  const closed = prepareStatement<Pick<FormRow, 'tenant_id' | 'run_id'>>((value) =>
    db.kysely
      .updateTable('forms')
      .set({ status: 'closed' })
      .where('tenant_id', '=', value('tenant_id'))
      .where('run_id', '=', value('run_id'))
      .where('status', '=', 'open'),
  )
  return {
    /** For `db.write`: a form that waits. */
    add: (caller: Caller, form: Form): Statement =>
      added({
        tenant_id: caller.tenantId,
        id: form.id,
        app_id: form.appId,
        run_id: form.runId,
        execution_id: form.executionId,
        node_id: form.nodeId,
        node_title: form.nodeTitle,
        token: form.token,
        request_json: toText(form.request as unknown as Value),
        status: form.status,
        expires_at: form.expiresAt,
        created_at: form.createdAt,
      }),

    /** For `db.write`: nobody will answer any more, since the run is over. */
    closeOf: (caller: Caller, runId: RunId): Statement => closed({ tenant_id: caller.tenantId, run_id: runId }),

    /** @returns false when it was answered before, or its time is over (for a timeout: is not over yet) */
    async answer(caller: Caller, id: FormId, answer: FormAnswer, by: string | null): Promise<boolean> {
      const now = clock.now()
      const submitted = answer.type === 'submitted'
      const result = await db.kysely
        .updateTable('forms')
        .set({
          status: submitted ? 'submitted' : 'expired',
          answer_json: toText(answer as unknown as Value),
          answered_by: by,
          answered_at: now,
        })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('status', '=', 'open')
        .where('expires_at', submitted ? '>' : '<=', now)
        .executeTakeFirst()
      return Number(result.numUpdatedRows) === 1
    },

    async byToken(caller: Caller, appId: AppId, token: string): Promise<Form | undefined> {
      const row = await db.kysely
        .selectFrom('forms')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('token', '=', token)
        .where('app_id', '=', appId)
        .executeTakeFirst()
      return row && toForm(row)
    },

    async get(caller: Caller, id: FormId): Promise<Form | undefined> {
      const row = await db.kysely
        .selectFrom('forms')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toForm(row)
    },

    /** Oldest first. */
    async ofRuns(caller: Caller, runIds: readonly RunId[]): Promise<readonly Form[]> {
      if (runIds.length === 0) return []
      const rows = await db.kysely
        .selectFrom('forms')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('run_id', 'in', runIds.slice(0, MAX_RUNS))
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(toForm)
    },

    /** Newest first. */
    async list(caller: Caller, { after, appId, limit, runId, status }: FormQuery): Promise<Page<ListedForm>> {
      let query = db.kysely
        .selectFrom('forms')
        .innerJoin('apps', (join) =>
          join.on('apps.tenant_id', '=', caller.tenantId).onRef('apps.id', '=', 'forms.app_id'),
        )
        .where('forms.tenant_id', '=', caller.tenantId)
        .where('apps.deleted_at', 'is', null)
      if (appId !== undefined) query = query.where('forms.app_id', '=', appId)
      if (runId !== undefined) query = query.where('forms.run_id', '=', runId)
      if (status !== undefined) query = query.where('forms.status', '=', status)
      if (after) {
        query = query.where((eb) =>
          eb.or([
            eb('forms.created_at', '<', after.createdAt),
            eb.and([eb('forms.created_at', '=', after.createdAt), eb('forms.id', '<', after.id)]),
          ]),
        )
      }
      const rows = await query
        .selectAll('forms')
        .select('apps.name as app_name')
        .orderBy('forms.created_at', 'desc')
        .orderBy('forms.id', 'desc')
        .limit(limit + 1)
        .execute()
      return toPage(rows, limit, (row) => ({ ...toForm(row), appName: row.app_name }))
    },

    /** Open forms of all tenants whose time is over, those first that waited longest. */
    due: async (limit: number): Promise<readonly FormPlace[]> =>
      (
        await db.kysely
          .selectFrom('forms')
          .select(['tenant_id', 'id', 'run_id'])
          .where('status', '=', 'open')
          .where('expires_at', '<=', clock.now())
          .orderBy('expires_at')
          .limit(limit)
          .execute()
      ).map(toPlace),

    /** When the next open form of any tenant runs out, in ms since the epoch. */
    async nextExpiry(): Promise<number | undefined> {
      const row = await db.kysely
        .selectFrom('forms')
        .select('expires_at')
        .where('status', '=', 'open')
        .orderBy('expires_at')
        .limit(1)
        .executeTakeFirst()
      return row?.expires_at
    },

    /** Answered forms of all tenants whose runs still wait: their process ended in between. */
    unheard: async (limit: number): Promise<readonly FormPlace[]> =>
      (
        await db.kysely
          .selectFrom('forms')
          .innerJoin('runs', (join) =>
            join.onRef('runs.tenant_id', '=', 'forms.tenant_id').onRef('runs.id', '=', 'forms.run_id'),
          )
          .select(['forms.tenant_id', 'forms.id', 'forms.run_id'])
          .where('runs.status', '=', 'paused')
          .where('forms.status', 'in', ['submitted', 'expired'])
          .limit(limit)
          .execute()
      ).map(toPlace),
  }
}

const toPlace = (row: Pick<FormRow, 'tenant_id' | 'id' | 'run_id'>): FormPlace => ({
  tenantId: row.tenant_id,
  id: row.id,
  runId: row.run_id,
})

const toText = (value: Value): string => stringifyJson(toStored(value))

/** What was written by `toText` has its type still. */
const fromText = <T>(text: string): T => fromStored(parseJson(text)) as unknown as T

const toForm = (row: FormRow): Form => ({
  id: row.id,
  appId: row.app_id,
  runId: row.run_id,
  executionId: row.execution_id,
  nodeId: row.node_id,
  nodeTitle: row.node_title,
  token: row.token,
  request: fromText<FormRequest>(row.request_json),
  status: row.status,
  answer: row.answer_json === null ? null : fromText<FormAnswer>(row.answer_json),
  answeredBy: row.answered_by,
  answeredAt: row.answered_at,
  expiresAt: row.expires_at,
  createdAt: row.created_at,
})
