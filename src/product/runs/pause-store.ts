// What paused runs go on from, one row a run. It stays while the run goes on, and goes when the run ends.

import type { RunPauseRow } from '../../db/schema.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, RunId } from '../ids.ts'
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
  const removed = prepareStatement<Pick<RunPauseRow, 'tenant_id' | 'id'>>((value) =>
    db.kysely.deleteFrom('run_pauses').where('tenant_id', '=', value('tenant_id')).where('id', '=', value('id')),
  )
  return {
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

const toPause = (row: RunPauseRow): RunPause => ({
  runId: row.id,
  appId: row.app_id,
  taskId: row.task_id,
  state: row.state_json,
  nextEvent: row.next_event,
  pausedAt: row.paused_at,
})
