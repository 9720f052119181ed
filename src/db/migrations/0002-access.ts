// People and what they may do, files and annotations; what apps, conversations and runs learned since the start.

import { sql, type Transaction } from 'kysely'
import { addIndex, belongsTo, owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const access: Migration = {
  number: 2,
  name: 'access',
  async up(transaction) {
    await newColumns(transaction)
    await people(transaction)
    await settings(transaction)
    await files(transaction)
    await annotations(transaction)
  },
}

const newColumns = async (db: Transaction<unknown>): Promise<void> => {
  const add = (table: string, column: string, type: 'text' | 'integer' | 'bigint', fallback?: number) =>
    db.schema
      .alterTable(table)
      .addColumn(column, type, (builder) =>
        fallback === undefined ? builder : builder.notNull().defaultTo(sql.lit(fallback)),
      )
      .execute()
  await add('apps', 'draft_document', 'text')
  await add('apps', 'draft_updated_at', 'bigint')
  await add('apps', 'api_enabled', 'integer', 1)
  await add('apps', 'deleted_at', 'bigint')
  await add('conversations', 'revision', 'integer', 0)
  await add('runs', 'message_id', 'text')
  await add('runs', 'trace_id', 'text')
  await add('runs', 'prompt_tokens', 'integer', 0)
  await add('runs', 'completion_tokens', 'integer', 0)
  await addIndex(db, 'runs', ['tenant_id', 'created_at', 'id'])
  await addIndex(db, 'messages', ['tenant_id', 'run_id'])
}

const people = async (db: Transaction<unknown>): Promise<void> => {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('accounts_email', ['email'])
    .execute()
  await db.schema
    .createTable('members')
    .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.tenant_id').onDelete('cascade'))
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('members_key', ['tenant_id', 'account_id'])
    .execute()
  // "Of which tenants is this person a member?" is asked before a tenant is chosen.
  await db.schema.createIndex('members_of_account').on('members').columns(['account_id']).execute()
  await owned(db, 'sign_ins')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('refresh_hash', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  await addIndex(db, 'sign_ins', ['tenant_id', 'account_id'])
}

const settings = async (db: Transaction<unknown>): Promise<void> => {
  await owned(db, 'settings')
    .addColumn('value_json', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_by', 'text', (column) => column.notNull())
    .execute()
}

const files = async (db: Transaction<unknown>): Promise<void> => {
  const uploads = owned(db, 'uploads')
    .addColumn('app_id', 'text')
    .addColumn('end_user_id', 'text')
    .addColumn('account_id', 'text')
    .addColumn('filename', 'text', (column) => column.notNull())
    .addColumn('extension', 'text', (column) => column.notNull())
    .addColumn('mime_type', 'text', (column) => column.notNull())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
  await belongsTo(uploads, 'app_id', 'apps').execute()
  await addIndex(db, 'uploads', ['tenant_id', 'created_at', 'id'])
  const messageFiles = owned(db, 'message_files')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('file_id', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('transfer_method', 'text', (column) => column.notNull())
    .addColumn('url', 'text')
    .addColumn('belongs_to', 'text', (column) => column.notNull())
    .addColumn('filename', 'text', (column) => column.notNull())
    .addColumn('mime_type', 'text')
    .addColumn('size_bytes', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
  await belongsTo(belongsTo(messageFiles, 'app_id', 'apps'), 'message_id', 'messages').execute()
  await addIndex(db, 'message_files', ['tenant_id', 'message_id'])
  await addIndex(db, 'message_files', ['tenant_id', 'file_id'])
}

const annotations = async (db: Transaction<unknown>): Promise<void> => {
  const table = owned(db, 'annotations')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('question', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('hit_count', 'integer', (column) => column.notNull())
    .addColumn('vector', 'text')
    .addColumn('vector_model', 'text')
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
  await belongsTo(table, 'app_id', 'apps').execute()
  await addIndex(db, 'annotations', ['tenant_id', 'app_id', 'created_at', 'id'])
  const settingsTable = db.schema
    .createTable('annotation_settings')
    .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.tenant_id').onDelete('cascade'))
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('score_threshold', 'double precision', (column) => column.notNull())
    .addColumn('embedding_provider', 'text', (column) => column.notNull())
    .addColumn('embedding_model', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('annotation_settings_key', ['tenant_id', 'app_id'])
  await belongsTo(settingsTable, 'app_id', 'apps').execute()
  const jobs = owned(db, 'annotation_jobs')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
  await belongsTo(jobs, 'app_id', 'apps').execute()
}
