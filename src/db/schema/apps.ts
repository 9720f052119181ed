// Apps, their versions, the keys they are called with, and the answers written for them by hand.
// The rules of all tables: schema.ts beside this folder.

import type { Id } from './id.ts'

export interface AppTables {
  apps: AppRow
  app_versions: AppVersionRow
  api_keys: ApiKeyRow
  annotations: AnnotationRow
  annotation_settings: AnnotationSettingsRow
  annotation_jobs: AnnotationJobRow
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
