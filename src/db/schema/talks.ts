// What callers of apps leave behind: end users, their conversations, messages and files.
// The rules of all tables: schema.ts beside this folder.

import type { Id } from './id.ts'

export interface TalkTables {
  end_users: EndUserRow
  conversations: ConversationRow
  messages: MessageRow
  feedbacks: FeedbackRow
  uploads: UploadRow
  message_files: MessageFileRow
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
  /** Null: no price is known. */
  cost_nano_usd: number | null
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
