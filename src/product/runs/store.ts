// Runs of apps: what went in, what came out, how it ended.
//
// R1  A run is owned by the instance that executes it. It ends exactly once; a later end changes nothing.
// R2  A run whose instance no longer lives ended with it, or waits again where it had paused: `markInterrupted` says so.

import type { ValueObject } from '../../base/value.ts'
import { containsText } from '../../db/like.ts'
import { textLiteral } from '../../db/literal.ts'
import type { RunRow } from '../../db/schema/runs.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, ConversationId, EndUserId, MessageId, RunId, TenantId, VersionId } from '../ids.ts'
import { fromJsonColumn, type Page, type StoreSeams, toJsonColumn, toPage } from '../store-seams.ts'
import { runErrors } from './errors.ts'
import { waitAgain } from './pause-store.ts'

export type RunState = RunRow['status']
export type FinalRunState = Exclude<RunState, 'scheduled' | 'running' | 'paused'>

export interface Run {
  readonly id: RunId
  readonly appId: AppId
  /** Null for runs of a draft that was never saved. */
  readonly versionId: VersionId | null
  readonly endUserId: EndUserId | null
  readonly conversationId: ConversationId | null
  readonly messageId: MessageId | null
  /** The caller's own id of the trace this run belongs to. */
  readonly traceId: string | null
  /** The name under which the run can be stopped. */
  readonly taskId: string
  /** Mode of the app, e.g. `workflow`. */
  readonly mode: string
  /** Where the call came from, e.g. `service-api`. */
  readonly source: string
  readonly status: RunState
  readonly inputs: ValueObject
  readonly outputs: ValueObject
  readonly error: string | null
  /** Code of the error catalogue when one applies. */
  readonly errorCode: string | null
  readonly steps: number
  /** All tokens; the next two are its parts. */
  readonly tokens: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Null: no price is known. */
  readonly costNanoUsd: number | null
  /** Failed attempts of nodes, handled or not. */
  readonly exceptions: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly elapsedMs: number | null
}

export interface NewRun {
  readonly id: RunId
  readonly appId: AppId
  readonly versionId: VersionId | null
  readonly endUserId: EndUserId | null
  readonly conversationId: ConversationId | null
  readonly messageId: MessageId | null
  readonly traceId: string | null
  readonly taskId: string
  readonly mode: string
  readonly source: string
  readonly inputs: ValueObject
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

export interface RunEnd {
  readonly status: FinalRunState
  readonly outputs: ValueObject
  readonly error: string | null
  readonly errorCode: string | null
  readonly steps: number
  readonly tokens: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Null: no price is known. */
  readonly costNanoUsd: number | null
  readonly exceptions: number
  readonly finishedAt: number
  readonly elapsedMs: number
}

export interface RunList {
  readonly appId: AppId
  /** From 1. */
  readonly page: number
  readonly limit: number
  readonly statuses?: readonly RunState[]
  /** Milliseconds since the epoch, both inclusive. */
  readonly createdAfter?: number
  readonly createdBefore?: number
  /** The user's name as callers gave it. */
  readonly endUserExternalId?: string
  /** Text in inputs or outputs. */
  readonly keyword?: string
}

/** A run in a list; inputs and outputs are read one run at a time. */
export type RunSummary = Omit<Run, 'inputs' | 'outputs'>

export const RUN_SUMMARY = [
  'id',
  'app_id',
  'version_id',
  'end_user_id',
  'conversation_id',
  'message_id',
  'trace_id',
  'task_id',
  'mode',
  'source',
  'status',
  'error',
  'error_code',
  'steps',
  'tokens',
  'prompt_tokens',
  'completion_tokens',
  'cost_nano_usd',
  'exceptions',
  'created_at',
  'started_at',
  'finished_at',
  'elapsed_ms',
] as const satisfies readonly (keyof RunRow)[]
type SummaryRow = Pick<RunRow, (typeof RUN_SUMMARY)[number]>

/** Literal, so that the partial index of these few runs is used. */
const UNDER_WAY = [textLiteral('scheduled'), textLiteral('running')]
/** A run that has not ended may end. */
const NOT_ENDED = [...UNDER_WAY, textLiteral('paused')]
const INTERRUPTED = 'run/interrupted' satisfies keyof typeof runErrors

export type RunStore = ReturnType<typeof createRunStore>

export const createRunStore = ({ db, clock }: StoreSeams) => {
  const started = prepareStatement<Omit<RunRow, 'finished_at' | 'elapsed_ms'>>((value) =>
    db.kysely.insertInto('runs').values({
      tenant_id: value('tenant_id'),
      id: value('id'),
      app_id: value('app_id'),
      version_id: value('version_id'),
      end_user_id: value('end_user_id'),
      conversation_id: value('conversation_id'),
      message_id: value('message_id'),
      trace_id: value('trace_id'),
      task_id: value('task_id'),
      owner: value('owner'),
      mode: value('mode'),
      source: value('source'),
      status: value('status'),
      inputs_json: value('inputs_json'),
      outputs_json: value('outputs_json'),
      error: value('error'),
      error_code: value('error_code'),
      steps: value('steps'),
      tokens: value('tokens'),
      prompt_tokens: value('prompt_tokens'),
      completion_tokens: value('completion_tokens'),
      cost_nano_usd: value('cost_nano_usd'),
      exceptions: value('exceptions'),
      created_at: value('created_at'),
      started_at: value('started_at'),
    }),
  )
  const finished = prepareStatement<
    Pick<
      RunRow,
      | 'tenant_id'
      | 'id'
      | 'status'
      | 'outputs_json'
      | 'error'
      | 'error_code'
      | 'steps'
      | 'tokens'
      | 'prompt_tokens'
      | 'completion_tokens'
      | 'cost_nano_usd'
      | 'exceptions'
      | 'finished_at'
      | 'elapsed_ms'
    >
  >((value) =>
    db.kysely
      .updateTable('runs')
      .set({
        status: value('status'),
        outputs_json: value('outputs_json'),
        error: value('error'),
        error_code: value('error_code'),
        steps: value('steps'),
        tokens: value('tokens'),
        prompt_tokens: value('prompt_tokens'),
        completion_tokens: value('completion_tokens'),
        cost_nano_usd: value('cost_nano_usd'),
        exceptions: value('exceptions'),
        finished_at: value('finished_at'),
        elapsed_ms: value('elapsed_ms'),
      })
      .where('tenant_id', '=', value('tenant_id'))
      .where('id', '=', value('id'))
      .where('status', 'in', NOT_ENDED),
  )
  const interrupt = (tenantId: TenantId, owner: string): Promise<number> =>
    db.transaction(async (transaction) => {
      const now = clock.now()
      await waitAgain(transaction, { tenantId, owner })
      const itsRuns = transaction
        .selectFrom('runs')
        .select('runs.id')
        .where('runs.tenant_id', '=', tenantId)
        .where('runs.owner', '=', owner)
        .where('runs.status', 'in', UNDER_WAY)
      await transaction
        .updateTable('node_executions')
        .set({ status: 'failed', error: runErrors[INTERRUPTED], finished_at: now })
        .where('tenant_id', '=', tenantId)
        .where('status', '=', 'running')
        .where('run_id', 'in', itsRuns)
        .execute()
      await transaction
        .updateTable('forms')
        .set({ status: 'closed' })
        .where('tenant_id', '=', tenantId)
        .where('status', '=', 'open')
        .where('run_id', 'in', itsRuns)
        .execute()
      // The question was written with the start of its run; its answer never came.
      await transaction
        .updateTable('messages')
        .set({ status: 'error', error: runErrors[INTERRUPTED], updated_at: now })
        .where('tenant_id', '=', tenantId)
        .where('run_id', 'in', itsRuns)
        .execute()
      const result = await transaction
        .updateTable('runs')
        .set((eb) => ({
          status: 'failed',
          error: runErrors[INTERRUPTED],
          error_code: INTERRUPTED,
          finished_at: now,
          elapsed_ms: eb(eb.val(now), '-', eb.fn.coalesce('started_at', 'created_at')),
        }))
        .where('tenant_id', '=', tenantId)
        .where('owner', '=', owner)
        .where('status', 'in', UNDER_WAY)
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    })

  return {
    /** For `db.write`: the run as it starts, owned by this instance. */
    start: (caller: Caller, run: NewRun): Statement =>
      started({
        tenant_id: caller.tenantId,
        id: run.id,
        app_id: run.appId,
        version_id: run.versionId,
        end_user_id: run.endUserId,
        conversation_id: run.conversationId,
        message_id: run.messageId,
        trace_id: run.traceId,
        task_id: run.taskId,
        owner: db.instance.id,
        mode: run.mode,
        source: run.source,
        status: 'running',
        inputs_json: toJsonColumn(run.inputs),
        outputs_json: '{}',
        error: null,
        error_code: null,
        steps: 0,
        tokens: 0,
        prompt_tokens: 0,
        completion_tokens: 0,
        cost_nano_usd: null,
        exceptions: 0,
        created_at: run.startedAt,
        started_at: run.startedAt,
      }),

    /** For `db.write`: how the run ended. Changes nothing when it has ended already. */
    finish: (caller: Caller, id: RunId, end: RunEnd): Statement =>
      finished({
        tenant_id: caller.tenantId,
        id,
        status: end.status,
        outputs_json: toJsonColumn(end.outputs),
        error: end.error,
        error_code: end.errorCode,
        steps: end.steps,
        tokens: end.tokens,
        prompt_tokens: end.promptTokens,
        completion_tokens: end.completionTokens,
        cost_nano_usd: end.costNanoUsd,
        exceptions: end.exceptions,
        finished_at: end.finishedAt,
        elapsed_ms: end.elapsedMs,
      }),

    async get(caller: Caller, appId: AppId, id: RunId): Promise<Run | undefined> {
      const row = await db.kysely
        .selectFrom('runs')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('app_id', '=', appId)
        .executeTakeFirst()
      if (!row) return undefined
      return {
        ...toRunSummary(row),
        inputs: fromJsonColumn(row.inputs_json),
        outputs: fromJsonColumn(row.outputs_json),
      }
    },

    /** Newest first. */
    async list(caller: Caller, list: RunList): Promise<Page<RunSummary> & { readonly total: number }> {
      let query = db.kysely.selectFrom('runs').where('tenant_id', '=', caller.tenantId).where('app_id', '=', list.appId)
      const { statuses, createdAfter, createdBefore, endUserExternalId, keyword } = list
      if (statuses) query = query.where('status', 'in', statuses)
      if (createdAfter !== undefined) query = query.where('created_at', '>=', createdAfter)
      if (createdBefore !== undefined) query = query.where('created_at', '<=', createdBefore)
      if (endUserExternalId !== undefined) {
        query = query.where('end_user_id', 'in', (eb) =>
          eb
            .selectFrom('end_users')
            .select('end_users.id')
            .where('end_users.tenant_id', '=', caller.tenantId)
            .where('end_users.app_id', '=', list.appId)
            .where('end_users.external_id', '=', endUserExternalId),
        )
      }
      if (keyword !== undefined && keyword !== '') {
        query = query.where((eb) =>
          eb.or([containsText(eb.ref('inputs_json'), keyword), containsText(eb.ref('outputs_json'), keyword)]),
        )
      }
      const counted = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirst()
      const rows = await query
        .select(RUN_SUMMARY)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .offset((list.page - 1) * list.limit)
        .limit(list.limit + 1)
        .execute()
      return { ...toPage(rows, list.limit, toRunSummary), total: Number(counted?.total ?? 0) }
    },

    /** Ends the runs of instances that no longer live, as failed, unless they had paused before: those wait again. Called at start, before anything runs.
     *  @returns how many runs it ended */
    async markInterrupted(): Promise<number> {
      const owners = await db.kysely
        .selectFrom('runs')
        .select(['tenant_id', 'owner'])
        .distinct()
        .where('status', 'in', UNDER_WAY)
        .execute()
      let ended = 0
      for (const { tenant_id, owner } of owners) {
        if (!(await db.instance.isAlive(owner))) ended += await interrupt(tenant_id, owner)
      }
      return ended
    },
  }
}

export const toRunSummary = (row: SummaryRow): RunSummary => ({
  id: row.id,
  appId: row.app_id,
  versionId: row.version_id,
  endUserId: row.end_user_id,
  conversationId: row.conversation_id,
  messageId: row.message_id,
  traceId: row.trace_id,
  taskId: row.task_id,
  mode: row.mode,
  source: row.source,
  status: row.status,
  error: row.error,
  errorCode: row.error_code,
  steps: row.steps,
  tokens: row.tokens,
  promptTokens: row.prompt_tokens,
  completionTokens: row.completion_tokens,
  costNanoUsd: row.cost_nano_usd,
  exceptions: row.exceptions,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  elapsedMs: row.elapsed_ms,
})
