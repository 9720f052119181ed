// The tables as types: what the query builder knows. The migrations make them; the golden dump shows them.
//
// S1  Every table has `tenant_id`; it leads the primary key and every index, and foreign keys include it, so that a row
//     cannot point at another tenant's. The one exception is `accounts`: a person signs in before a tenant is chosen, and may
//     be a member of several.
// S2  Times are ms since the epoch, durations ms (fractions allowed), flags 0 or 1, `*_json` is JSON text.

/** `<prefix>_<UUID>`. The prefix keeps ids of different tables apart in the types. */
type Id<Prefix extends string> = `${Prefix}_${string}`

export interface Schema {
  tenants: TenantRow
  accounts: AccountRow
  members: MemberRow
  invitations: InvitationRow
  sign_ins: SignInRow
  settings: SettingRow
  apps: AppRow
  app_versions: AppVersionRow
  api_keys: ApiKeyRow
  end_users: EndUserRow
  conversations: ConversationRow
  messages: MessageRow
  feedbacks: FeedbackRow
  uploads: UploadRow
  message_files: MessageFileRow
  annotations: AnnotationRow
  annotation_settings: AnnotationSettingsRow
  annotation_jobs: AnnotationJobRow
  runs: RunRow
  node_executions: NodeExecutionRow
  run_pauses: RunPauseRow
  forms: FormRow
  model_usage: ModelUsageRow
  limits: LimitRow
  budgets: BudgetRow
  budget_spend: BudgetSpendRow
  panel_feedback: PanelFeedbackRow
  routers: RouterRow
  cache_entries: CacheEntryRow
  cache_categories: CacheCategoryRow
}

export interface TenantRow {
  tenant_id: Id<'tenant'>
  name: string
  created_at: number
}

export interface AccountRow {
  id: Id<'acct'>
  /** In lower case; unique. */
  email: string
  name: string
  /** Argon2id, in its own encoding. */
  password_hash: string
  created_at: number
  updated_at: number
}

export interface MemberRow {
  tenant_id: Id<'tenant'>
  account_id: Id<'acct'>
  role: 'owner' | 'admin' | 'editor' | 'operator' | 'viewer'
  created_at: number
  created_by: string
}

/** Of an address to a tenant, until somebody accepts it. Names no account: whether the address has one is not asked. */
export interface InvitationRow {
  tenant_id: Id<'tenant'>
  id: Id<'inv'>
  /** In lower case; unique within the tenant. */
  email: string
  role: MemberRow['role']
  /** SHA-256 of the token, hex. */
  token_hash: string
  created_at: number
  created_by: string
  expires_at: number
}

/** One sign-in of a person: a family of refresh tokens of which only the newest is valid. */
export interface SignInRow {
  tenant_id: Id<'tenant'>
  id: Id<'signin'>
  account_id: Id<'acct'>
  /** SHA-256 of the newest refresh token, hex. */
  refresh_hash: string
  user_agent: string
  created_at: number
  last_used_at: number
  expires_at: number
  revoked_at: number | null
}

export interface SettingRow {
  tenant_id: Id<'tenant'>
  /** Name of the setting. */
  id: string
  value_json: string
  updated_at: number
  updated_by: string
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
  /** The app file being worked on, canonical; null when it is the published one. */
  draft_document: string | null
  draft_updated_at: number | null
  /** 0: calls with the app's keys are refused. */
  api_enabled: number
  /** Set when the app is to be removed: it is gone for everyone, its rows follow. */
  deleted_at: number | null
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
  /** Grows with everything that a remembered session would get wrong: finished turns, changed variables. */
  revision: number
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
  status: 'normal' | 'error' | 'stopped' | 'paused'
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

/** A file that a caller uploaded; the bytes are in the file store under the same id. */
export interface UploadRow {
  tenant_id: Id<'tenant'>
  id: Id<'file'>
  /** Null for uploads of members. */
  app_id: Id<'app'> | null
  end_user_id: Id<'user'> | null
  account_id: string | null
  filename: string
  /** Without the dot, in lower case; empty when there is none. */
  extension: string
  mime_type: string
  size_bytes: number
  created_at: number
}

/** A file that a message came with or brought. */
export interface MessageFileRow {
  tenant_id: Id<'tenant'>
  id: Id<'mfile'>
  app_id: Id<'app'>
  message_id: Id<'msg'>
  /** The stored bytes; null for files that are only an address. */
  file_id: Id<'file'> | null
  type: 'image' | 'document' | 'audio' | 'video' | 'custom'
  transfer_method: 'remote_url' | 'local_file' | 'tool_file'
  url: string | null
  belongs_to: 'user' | 'assistant'
  filename: string
  mime_type: string | null
  size_bytes: number | null
  created_at: number
}

export interface AnnotationRow {
  tenant_id: Id<'tenant'>
  id: Id<'ann'>
  app_id: Id<'app'>
  question: string
  answer: string
  hit_count: number
  /** Of the question: Float32 values, little endian, base64. Null until the reply feature has embedded it. */
  vector: string | null
  /** `provider/model` that made the vector. */
  vector_model: string | null
  created_by: string
  created_at: number
  updated_at: number
}

export interface AnnotationSettingsRow {
  tenant_id: Id<'tenant'>
  /** The app's id: one row an app. */
  app_id: Id<'app'>
  enabled: number
  /** Cosine similarity from which a stored answer is given, 0 to 1. */
  score_threshold: number
  embedding_provider: string
  embedding_model: string
  updated_at: number
}

export interface AnnotationJobRow {
  tenant_id: Id<'tenant'>
  id: Id<'job'>
  app_id: Id<'app'>
  action: 'enable' | 'disable'
  status: 'waiting' | 'processing' | 'completed' | 'error'
  error: string | null
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

/** Calls of one model within one run, or beside runs: titles, suggestions, vectors of annotations, the gateway. The counts are
 *  the tenant's, so no foreign key ties them to app, run, key or user: they stay when these are removed. */
export interface ModelUsageRow {
  tenant_id: Id<'tenant'>
  id: Id<'usage'>
  /** Null for calls beside runs. */
  run_id: Id<'run'> | null
  /** Null for calls of the gateway. */
  app_id: Id<'app'> | null
  end_user_id: Id<'user'> | null
  /** The gateway's caller's own name for its user. */
  external_user: string | null
  key_id: Id<'key'> | null
  /** By which API or in which kind the gateway was asked; null for the models of apps. */
  door: string | null
  router: string | null
  /** How the cache answered; null when none was asked. */
  cache: string | null
  /** Of the model that answered, as the operator named it. */
  provider: string
  model: string
  calls: number
  prompt_tokens: number
  completion_tokens: number
  /** Of the prompt: read from the vendor's cache. */
  cached_tokens: number
  /** Of the completion: thinking. */
  reasoning_tokens: number
  /** Null: no price is known. */
  cost_nano_usd: number | null
  /** Of the price list that the cost was computed with. */
  price_version: string | null
  /** 1: the tokens are by estimate. */
  estimated: number
  /** When the run was created, so that a run and its tokens fall on one day; beside runs, when the call was over. */
  created_at: number
}

export interface LimitRow {
  tenant_id: Id<'tenant'>
  /** Its name. */
  id: string
  rule_json: string
  updated_at: number
  updated_by: string
}

export interface BudgetRow {
  tenant_id: Id<'tenant'>
  /** Its name. */
  id: string
  rule_json: string
  updated_at: number
  updated_by: string
}

/** What was spent of a budget by one subject in one window, with what is reserved. */
export interface BudgetSpendRow {
  tenant_id: Id<'tenant'>
  /** Budget, subject and begin of the window. */
  id: string
  window_from: number
  /** Null: all time. */
  window_to: number | null
  spent_nano_usd: number
}

/** An answer of a model that is kept for equal and similar questions. */
export interface CacheEntryRow {
  tenant_id: Id<'tenant'>
  /** SHA-256 of everything that can change the answer, hex. */
  id: string
  /** The tenant's id, or that of one of its apps or users below it. */
  scope: string
  target: string
  variant: string
  /** SHA-256 of everything but the text of the last turn, hex. */
  fingerprint: string | null
  question: string
  /** Of the question: Float32 values, little endian, base64. */
  vector: string | null
  /** `provider/model` that made the vector. */
  vector_model: string | null
  parts_json: string
  size_bytes: number
  hits: number
  /** Hits since `counted_at`. */
  counted_hits: number
  counted_at: number
  last_used_at: number
  created_at: number
  expires_at: number
}

/** What was learned about similar questions of one kind. */
export interface CacheCategoryRow {
  tenant_id: Id<'tenant'>
  id: string
  state_json: string
  updated_at: number
}

/** A router that a tenant made over the API. */
export interface RouterRow {
  tenant_id: Id<'tenant'>
  id: Id<'router'>
  /** Unique within the tenant. */
  name: string
  /** From 1, one more with every change. */
  version: number
  created_at: number
  created_by: string
  updated_at: number
  updated_by: string
  definition_json: string
}

/** How often a member of a panel was right, as people said. */
export interface PanelFeedbackRow {
  tenant_id: Id<'tenant'>
  /** Panel and member. */
  id: string
  panel: string
  /** The target. */
  member: string
  correct: number
  wrong: number
  updated_at: number
}
