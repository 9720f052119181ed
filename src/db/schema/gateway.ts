// What calls of models used and may spend, and what the gateway keeps: answers, routers, whom panels believe.
// The rules of all tables: schema.ts beside this folder.

import type { Id } from './id.ts'

export interface GatewayTables {
  model_usage: ModelUsageRow
  limits: LimitRow
  budgets: BudgetRow
  budget_spend: BudgetSpendRow
  panel_feedback: PanelFeedbackRow
  routers: RouterRow
  cache_entries: CacheEntryRow
  cache_categories: CacheCategoryRow
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
