// Runs, the executions of their nodes, what paused ones wait for.
// The rules of all tables: schema.ts beside this folder.

import type { Id } from './id.ts'

export interface RunTables {
  runs: RunRow
  node_executions: NodeExecutionRow
  run_pauses: RunPauseRow
  forms: FormRow
}

export interface RunRow {
  tenant_id: Id<'tenant'>
  id: Id<'run'>
  app_id: Id<'app'>
  version_id: Id<'ver'> | null
  end_user_id: Id<'user'> | null
  conversation_id: Id<'conv'> | null
  message_id: Id<'msg'> | null
  /** The caller's own id of the trace this run belongs to. */
  trace_id: string | null
  task_id: string
  /** The instance that executes the run. */
  owner: string
  mode: string
  source: string
  /** `paused` runs wait for people and have no process. */
  status: 'scheduled' | 'running' | 'paused' | 'succeeded' | 'partial-succeeded' | 'failed' | 'stopped'
  inputs_json: string
  outputs_json: string
  error: string | null
  error_code: string | null
  steps: number
  /** All tokens; the next two are its parts. */
  tokens: number
  prompt_tokens: number
  completion_tokens: number
  /** Null: no price is known. */
  cost_nano_usd: number | null
  exceptions: number
  created_at: number
  started_at: number | null
  finished_at: number | null
  elapsed_ms: number | null
}

export interface NodeExecutionRow {
  tenant_id: Id<'tenant'>
  id: string
  run_id: Id<'run'>
  node_id: string
  node_type: string
  title: string
  /** Start order within the run, from 1. */
  position: number
  predecessor_id: string | null
  /** Where inside iterations and loops. */
  frame_json: string
  status: 'running' | 'paused' | 'succeeded' | 'failed' | 'exception' | 'stopped'
  inputs_json: string
  outputs_json: string
  process_data_json: string
  metadata_json: string
  error: string | null
  error_type: string | null
  tokens: number
  /** Null: no price is known. */
  cost_nano_usd: number | null
  retries: number
  started_at: number
  finished_at: number | null
  elapsed_ms: number | null
}

/** What a paused run goes on from. */
export interface RunPauseRow {
  tenant_id: Id<'tenant'>
  /** The run's. */
  id: Id<'run'>
  app_id: Id<'app'>
  /** The run's, by which callers stop it. */
  task_id: string
  state_json: string
  /** Number of the run's next event. */
  next_event: number
  paused_at: number
}

/** A question to people that a run waits for. */
export interface FormRow {
  tenant_id: Id<'tenant'>
  id: Id<'form'>
  app_id: Id<'app'>
  run_id: Id<'run'>
  /** Of the node that asks. */
  execution_id: string
  node_id: string
  node_title: string
  /** Random; whoever has it may answer over the Service API. Null when only members may. */
  token: string | null
  request_json: string
  /** `closed`: the run ended before anybody answered. */
  status: 'open' | 'submitted' | 'expired' | 'closed'
  answer_json: string | null
  /** Of the end user or account. */
  answered_by: string | null
  answered_at: number | null
  expires_at: number
  created_at: number
}
