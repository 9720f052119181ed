// What each node of a run did, one row per execution.

import type { ValueObject } from '../../base/value.ts'
import type { NodeExecutionRow } from '../../db/schema/runs.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { RunId, TenantId } from '../ids.ts'
import { fromJsonColumn, type StoreSeams, toJsonColumn } from '../store-seams.ts'

export interface NodeExecution {
  /** The execution's own id, unique within the tenant. */
  readonly id: string
  readonly runId: RunId
  readonly nodeId: string
  readonly nodeType: string
  readonly title: string
  /** Start order within the run, from 1. */
  readonly index: number
  readonly predecessorId: string | null
  /** Where inside iterations and loops; empty at the root. */
  readonly frame: ValueObject
  readonly status: NodeExecutionRow['status']
  readonly inputs: ValueObject
  readonly outputs: ValueObject
  readonly processData: ValueObject
  readonly metadata: ValueObject
  readonly error: string | null
  readonly errorType: string | null
  readonly tokens: number
  /** Null: no price is known. */
  readonly costNanoUsd: number | null
  readonly retries: number
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly elapsedMs: number | null
}

export type NodeExecutionStore = ReturnType<typeof createNodeExecutionStore>

export const createNodeExecutionStore = ({ db }: Pick<StoreSeams, 'db'>) => {
  const saved = prepareStatement<NodeExecutionRow>((value) =>
    db.kysely
      .insertInto('node_executions')
      .values({
        tenant_id: value('tenant_id'),
        id: value('id'),
        run_id: value('run_id'),
        node_id: value('node_id'),
        node_type: value('node_type'),
        title: value('title'),
        position: value('position'),
        predecessor_id: value('predecessor_id'),
        frame_json: value('frame_json'),
        status: value('status'),
        inputs_json: value('inputs_json'),
        outputs_json: value('outputs_json'),
        process_data_json: value('process_data_json'),
        metadata_json: value('metadata_json'),
        error: value('error'),
        error_type: value('error_type'),
        tokens: value('tokens'),
        cost_nano_usd: value('cost_nano_usd'),
        retries: value('retries'),
        started_at: value('started_at'),
        finished_at: value('finished_at'),
        elapsed_ms: value('elapsed_ms'),
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          status: eb.ref('excluded.status'),
          inputs_json: eb.ref('excluded.inputs_json'),
          outputs_json: eb.ref('excluded.outputs_json'),
          process_data_json: eb.ref('excluded.process_data_json'),
          metadata_json: eb.ref('excluded.metadata_json'),
          error: eb.ref('excluded.error'),
          error_type: eb.ref('excluded.error_type'),
          tokens: eb.ref('excluded.tokens'),
          cost_nano_usd: eb.ref('excluded.cost_nano_usd'),
          retries: eb.ref('excluded.retries'),
          finished_at: eb.ref('excluded.finished_at'),
          elapsed_ms: eb.ref('excluded.elapsed_ms'),
        })),
      ),
  )
  const stopped = prepareStatement<{ tenant: TenantId; run: RunId; at: number }>((value) =>
    db.kysely
      .updateTable('node_executions')
      .set({ status: 'stopped', finished_at: value('at') })
      .where('tenant_id', '=', value('tenant'))
      .where('run_id', '=', value('run'))
      .where('status', '=', 'paused'),
  )
  return {
    /** For `db.write`: nodes of the run that wait will not go on. */
    stopWaiting: (caller: Caller, runId: RunId, at: number): Statement =>
      stopped({ tenant: caller.tenantId, run: runId, at }),

    /** For `db.write`: adds the execution, or replaces its progress when it is there already. */
    save: (caller: Caller, node: NodeExecution): Statement =>
      saved({
        tenant_id: caller.tenantId,
        id: node.id,
        run_id: node.runId,
        node_id: node.nodeId,
        node_type: node.nodeType,
        title: node.title,
        position: node.index,
        predecessor_id: node.predecessorId,
        frame_json: toJsonColumn(node.frame),
        status: node.status,
        inputs_json: toJsonColumn(node.inputs),
        outputs_json: toJsonColumn(node.outputs),
        process_data_json: toJsonColumn(node.processData),
        metadata_json: toJsonColumn(node.metadata),
        error: node.error,
        error_type: node.errorType,
        tokens: node.tokens,
        cost_nano_usd: node.costNanoUsd,
        retries: node.retries,
        started_at: node.startedAt,
        finished_at: node.finishedAt,
        elapsed_ms: node.elapsedMs,
      }),

    /** In start order. */
    async list(caller: Caller, runId: RunId, limit = Number.MAX_SAFE_INTEGER): Promise<readonly NodeExecution[]> {
      const rows = await db.kysely
        .selectFrom('node_executions')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('run_id', '=', runId)
        .orderBy('position')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toNodeExecution)
    },
  }
}

const toNodeExecution = (row: NodeExecutionRow): NodeExecution => ({
  id: row.id,
  runId: row.run_id,
  nodeId: row.node_id,
  nodeType: row.node_type,
  title: row.title,
  index: row.position,
  predecessorId: row.predecessor_id,
  frame: fromJsonColumn(row.frame_json),
  status: row.status,
  inputs: fromJsonColumn(row.inputs_json),
  outputs: fromJsonColumn(row.outputs_json),
  processData: fromJsonColumn(row.process_data_json),
  metadata: fromJsonColumn(row.metadata_json),
  error: row.error,
  errorType: row.error_type,
  tokens: row.tokens,
  costNanoUsd: row.cost_nano_usd,
  retries: row.retries,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  elapsedMs: row.elapsed_ms,
})
