// The tables as types: what the query builder knows. The migrations make them; the golden dump shows them.
//
// S1  Every table has `tenant_id`; it leads the primary key and every index, and foreign keys include it, so that a row
//     cannot point at another tenant's.
// S2  Times are ms since the epoch, durations ms (fractions allowed), flags 0 or 1, `*_json` is JSON text.

/** `<prefix>_<UUID>`. The prefix keeps ids of different tables apart in the types. */
type Id<Prefix extends string> = `${Prefix}_${string}`

export interface Schema {
  tenants: TenantRow
  apps: AppRow
  app_versions: AppVersionRow
  api_keys: ApiKeyRow
  end_users: EndUserRow
  conversations: ConversationRow
  messages: MessageRow
  feedbacks: FeedbackRow
  runs: RunRow
  node_executions: NodeExecutionRow
}

export interface TenantRow {
  tenant_id: Id<'tenant'>
  name: string
  created_at: number
}

export interface AppRow {
  tenant_id: Id<'tenant'>
  id: Id<'app'>
  name: string
  mode: string
  icon_type: string | null
  icon: string | null
  icon_background: string | null
  description: string
  /** The version that calls run; null until the first publication. */
  published_version_id: Id<'ver'> | null
  created_at: number
  updated_at: number
}

export interface AppVersionRow {
  tenant_id: Id<'tenant'>
  id: Id<'ver'>
  app_id: Id<'app'>
  /** From 1, without gaps within the app. */
  number: number
  name: string
  note: string
  /** The app file's canonical text. */
  document: string
  /** SHA-256 of `document`, hex. */
  hash: string
  created_at: number
  created_by: string
}

export interface ApiKeyRow {
  tenant_id: Id<'tenant'>
  id: Id<'key'>
  scope: 'app' | 'dataset' | 'gateway' | 'tenant'
  app_id: Id<'app'> | null
  name: string
  /** The first characters of the secret, to recognise it by. */
  prefix: string
  /** SHA-256 of the secret, hex. The secret is random, so a slow hash would add nothing. */
  hash: string
  created_at: number
  created_by: string
  last_used_at: number | null
  revoked_at: number | null
}

export interface EndUserRow {
  tenant_id: Id<'tenant'>
  id: Id<'user'>
  app_id: Id<'app'>
  /** Where the user comes from; equal names of different origins are different users. */
  origin: 'service-api' | 'web-app' | 'console'
  external_id: string
  is_anonymous: number
  created_at: number
  updated_at: number
}

export interface ConversationRow {
  tenant_id: Id<'tenant'>
  id: Id<'conv'>
  app_id: Id<'app'>
  end_user_id: Id<'user'>
  name: string
  introduction: string
  inputs_json: string
  variables_json: string
  dialogue_count: number
  created_at: number
  updated_at: number
}

export interface MessageRow {
  tenant_id: Id<'tenant'>
  id: Id<'msg'>
  app_id: Id<'app'>
  /** Null for completion apps, which have no conversations. */
  conversation_id: Id<'conv'> | null
  end_user_id: Id<'user'>
  run_id: Id<'run'> | null
  query: string
  answer: string
  inputs_json: string
  files_json: string
  status: 'normal' | 'error' | 'stopped'
  error: string | null
  prompt_tokens: number
  completion_tokens: number
  elapsed_ms: number
  metadata_json: string
  created_at: number
  updated_at: number
}

export interface FeedbackRow {
  tenant_id: Id<'tenant'>
  id: Id<'feedback'>
  app_id: Id<'app'>
  message_id: Id<'msg'>
  end_user_id: Id<'user'>
  rating: 'like' | 'dislike'
  content: string | null
  created_at: number
  updated_at: number
}

export interface RunRow {
  tenant_id: Id<'tenant'>
  id: Id<'run'>
  app_id: Id<'app'>
  version_id: Id<'ver'> | null
  end_user_id: Id<'user'> | null
  conversation_id: Id<'conv'> | null
  task_id: string
  /** The instance that executes the run. */
  owner: string
  mode: string
  source: string
  status: 'scheduled' | 'running' | 'succeeded' | 'partial-succeeded' | 'failed' | 'stopped'
  inputs_json: string
  outputs_json: string
  error: string | null
  error_code: string | null
  steps: number
  tokens: number
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
  status: 'running' | 'succeeded' | 'failed' | 'exception' | 'stopped'
  inputs_json: string
  outputs_json: string
  process_data_json: string
  metadata_json: string
  error: string | null
  error_type: string | null
  tokens: number
  retries: number
  started_at: number
  finished_at: number | null
  elapsed_ms: number | null
}
