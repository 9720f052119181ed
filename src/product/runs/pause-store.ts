// What paused runs go on from, one row a run. It stays while the run goes on, and goes when the run ends.
//
// Q1  A paused run is owned by nobody; whoever claims it owns it. Of several who try, one succeeds.
// Q2  A run whose owner is gone after it was claimed waits again, where it had paused: its row is there still.

import type { RunPauseRow, RunRow } from '../../db/schema/runs.ts'
import type { Queries, Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, RunId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface RunPause {
  readonly runId: RunId
  readonly appId: AppId
  readonly taskId: string
  /** As `paused-state.ts` writes it. */
  readonly state: string
  /** Number of the run's next event. */
  readonly nextEvent: number
  /** Milliseconds since the epoch. */
  readonly pausedAt: number
}

/** What the run used before it paused. */
export interface RunSoFar {
  readonly steps: number
  readonly tokens: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Null: no price is known. */
  readonly costNanoUsd: number | null
  readonly exceptions: number
  readonly elapsedMs: number
}

export type PauseStore = ReturnType<typeof createPauseStore>

export const createPauseStore = ({ db }: Pick<StoreSeams, 'db'>) => {
  const saved = prepareStatement<RunPauseRow>((value) =>
    db.kysely
      .insertInto('run_pauses')
      .values({
        tenant_id: value('tenant_id'),
        id: value('id'),
        app_id: value('app_id'),
        task_id: value('task_id'),
        state_json: value('state_json'),
        next_event: value('next_event'),
        paused_at: value('paused_at'),
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          state_json: eb.ref('excluded.state_json'),
          next_event: eb.ref('excluded.next_event'),
          paused_at: eb.ref('excluded.paused_at'),
        })),
      ),
  )
  const paused = prepareStatement<
    Pick<
      RunRow,
      | 'tenant_id'
      | 'id'
      | 'steps'
      | 'tokens'
      | 'prompt_tokens'
      | 'completion_tokens'
      | 'cost_nano_usd'
      | 'exceptions'
      | 'elapsed_ms'
    >
  >((value) =>
    db.kysely
      .updateTable('runs')
      .set({
        status: 'paused',
        steps: value('steps'),
        tokens: value('tokens'),
        prompt_tokens: value('prompt_tokens'),
        completion_tokens: value('completion_tokens'),
        cost_nano_usd: value('cost_nano_usd'),
        exceptions: value('exceptions'),
        elapsed_ms: value('elapsed_ms'),
      })
      .where('tenant_id', '=', value('tenant_id'))
      .where('id', '=', value('id'))
      .where('status', '=', 'running'),
  )

  const removed = prepareStatement<Pick<RunPauseRow, 'tenant_id' | 'id'>>((value) =>
    db.kysely.deleteFrom('run_pauses').where('tenant_id', '=', value('tenant_id')).where('id', '=', value('id')),
  )
  return {
    /** For `db.write`: the run waits, and has no process meanwhile. */
    pause: (caller: Caller, id: RunId, so: RunSoFar) =>
      paused({
        tenant_id: caller.tenantId,
        id,
        steps: so.steps,
        tokens: so.tokens,
        prompt_tokens: so.promptTokens,
        completion_tokens: so.completionTokens,
        cost_nano_usd: so.costNanoUsd,
        exceptions: so.exceptions,
        elapsed_ms: so.elapsedMs,
      }),

    /** Makes a paused run one that this instance executes. @returns false when somebody was quicker, or it is over */
    async claim(caller: Caller, id: RunId): Promise<boolean> {
      const result = await db.kysely
        .updateTable('runs')
        .set({ status: 'running', owner: db.instance.id })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('status', '=', 'paused')
        .executeTakeFirst()
      return Number(result.numUpdatedRows) === 1
    },

    /** For `db.write`: replaces what an earlier pause of the run left. */
    save: (caller: Caller, pause: RunPause): Statement =>
      saved({
        tenant_id: caller.tenantId,
        id: pause.runId,
        app_id: pause.appId,
        task_id: pause.taskId,
        state_json: pause.state,
        next_event: pause.nextEvent,
        paused_at: pause.pausedAt,
      }),

    /** For `db.write`. */
    remove: (caller: Caller, runId: RunId): Statement => removed({ tenant_id: caller.tenantId, id: runId }),

    async get(caller: Caller, runId: RunId): Promise<RunPause | undefined> {
      const row = await db.kysely
        .selectFrom('run_pauses')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', runId)
        .executeTakeFirst()
      return row && toPause(row)
    },

    /** The run that callers stop under this name. */
    async byTask(caller: Caller, taskId: string): Promise<RunId | undefined> {
      const row = await db.kysely
        .selectFrom('run_pauses')
        .select('id')
        .where('tenant_id', '=', caller.tenantId)
        .where('task_id', '=', taskId)
        .executeTakeFirst()
      return row?.id
    },
  }
}

/** Within a transaction: Q2, for all runs that this instance owned. What their nodes did since the pause is done again. */
export const waitAgain = async (
  transaction: Queries,
  { tenantId, owner }: { readonly tenantId: TenantId; readonly owner: string },
): Promise<void> => {
  const claimed = transaction
    .selectFrom('runs')
    .innerJoin('run_pauses', (join) =>
      join.onRef('run_pauses.tenant_id', '=', 'runs.tenant_id').onRef('run_pauses.id', '=', 'runs.id'),
    )
    .select('runs.id')
    .where('runs.tenant_id', '=', tenantId)
    .where('runs.owner', '=', owner)
    .where('runs.status', '=', 'running')
  await transaction
    .deleteFrom('node_executions')
    .where('tenant_id', '=', tenantId)
    .where('run_id', 'in', claimed)
    .where('started_at', '>', (eb) =>
      eb
        .selectFrom('run_pauses')
        .select('paused_at')
        .where('run_pauses.tenant_id', '=', tenantId)
        .whereRef('run_pauses.id', '=', 'node_executions.run_id'),
    )
    .execute()
  await transaction
    .updateTable('runs')
    // Counted where the pause knows how many there were: see `interruptionsOf`.
    .set((eb) => ({ status: 'paused', exceptions: eb('exceptions', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('owner', '=', owner)
    .where('status', '=', 'running')
    .where('id', 'in', transaction.selectFrom('run_pauses').select('id').where('tenant_id', '=', tenantId))
    .execute()
}

const toPause = (row: RunPauseRow): RunPause => ({
  runId: row.id,
  appId: row.app_id,
  taskId: row.task_id,
  state: row.state_json,
  nextEvent: row.next_event,
  pausedAt: row.paused_at,
})
