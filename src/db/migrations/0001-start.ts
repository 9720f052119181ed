// The first tables: tenants, apps and their versions, keys, end users, conversations, runs.

import { type CreateTableBuilder, sql, type Transaction } from 'kysely'
import type { Migration } from './spec.ts'

export const start: Migration = {
  number: 1,
  name: 'start',
  async up(transaction) {
    await tenants(transaction)
    await apps(transaction)
    await keys(transaction)
    await conversations(transaction)
    await runs(transaction)
  },
}

const tenants = async (db: Transaction<unknown>): Promise<void> => {
  await db.schema
    .createTable('tenants')
    .addColumn('tenant_id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
}

/** A table whose rows belong to a tenant: the key is (tenant_id, id). */
const owned = <Name extends string>(db: Transaction<unknown>, name: Name) =>
  db.schema
    .createTable(name)
    .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.tenant_id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${name}_key`, ['tenant_id', 'id'])

/** `column` names a row of `table` of the same tenant and goes with it. */
const belongsTo = <Name extends string, Columns extends string>(
  builder: CreateTableBuilder<Name, Columns>,
  column: NoInfer<Columns>,
  table: string,
) =>
  builder.addForeignKeyConstraint(
    `${column}_of_tenant`,
    ['tenant_id' as Columns, column],
    table,
    ['tenant_id', 'id'],
    (key) => key.onDelete('cascade'),
  )

const index = async (db: Transaction<unknown>, table: string, columns: readonly string[]): Promise<void> => {
  const name = `${table}_by_${columns.slice(1).join('_')}`
  await db.schema
    .createIndex(name)
    .on(table)
    .columns([...columns])
    .execute()
}

const apps = async (db: Transaction<unknown>): Promise<void> => {
  await owned(db, 'apps')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('icon_type', 'text')
    .addColumn('icon', 'text')
    .addColumn('icon_background', 'text')
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('published_version_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'apps', ['tenant_id', 'created_at', 'id'])

  const versions = owned(db, 'app_versions')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addUniqueConstraint('app_versions_number', ['tenant_id', 'app_id', 'number'])
  await belongsTo(versions, 'app_id', 'apps').execute()
}

const keys = async (db: Transaction<unknown>): Promise<void> => {
  const table = owned(db, 'api_keys')
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('app_id', 'text')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    // The one index a tenant does not lead: a request shows its key before anyone knows whose it is.
    .addUniqueConstraint('api_keys_hash', ['hash'])
    .addCheckConstraint('api_keys_app', sql`(scope = 'app') = (app_id is not null)`)
  await belongsTo(table, 'app_id', 'apps').execute()
  await index(db, 'api_keys', ['tenant_id', 'app_id', 'created_at'])
}

const conversations = async (db: Transaction<unknown>): Promise<void> => {
  const users = owned(db, 'end_users')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('external_id', 'text', (column) => column.notNull())
    .addColumn('is_anonymous', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('end_users_external', ['tenant_id', 'app_id', 'origin', 'external_id'])
  await belongsTo(users, 'app_id', 'apps').execute()

  const talks = owned(db, 'conversations')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('end_user_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('introduction', 'text', (column) => column.notNull())
    .addColumn('inputs_json', 'text', (column) => column.notNull())
    .addColumn('variables_json', 'text', (column) => column.notNull())
    .addColumn('dialogue_count', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
  await belongsTo(talks, 'app_id', 'apps').execute()
  await index(db, 'conversations', ['tenant_id', 'app_id', 'end_user_id', 'updated_at'])
  await index(db, 'conversations', ['tenant_id', 'app_id', 'updated_at'])

  const messages = owned(db, 'messages')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('conversation_id', 'text')
    .addColumn('end_user_id', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('query', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('inputs_json', 'text', (column) => column.notNull())
    .addColumn('files_json', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('prompt_tokens', 'integer', (column) => column.notNull())
    .addColumn('completion_tokens', 'integer', (column) => column.notNull())
    .addColumn('elapsed_ms', 'double precision', (column) => column.notNull())
    .addColumn('metadata_json', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
  await belongsTo(belongsTo(messages, 'app_id', 'apps'), 'conversation_id', 'conversations').execute()
  await index(db, 'messages', ['tenant_id', 'conversation_id', 'created_at', 'id'])
  await index(db, 'messages', ['tenant_id', 'app_id', 'created_at'])

  const feedbacks = owned(db, 'feedbacks')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('end_user_id', 'text', (column) => column.notNull())
    .addColumn('rating', 'text', (column) => column.notNull())
    .addColumn('content', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('feedbacks_once', ['tenant_id', 'message_id', 'end_user_id'])
  await belongsTo(belongsTo(feedbacks, 'app_id', 'apps'), 'message_id', 'messages').execute()
  await index(db, 'feedbacks', ['tenant_id', 'app_id', 'created_at'])
}

const runs = async (db: Transaction<unknown>): Promise<void> => {
  const table = owned(db, 'runs')
    .addColumn('app_id', 'text', (column) => column.notNull())
    .addColumn('version_id', 'text')
    .addColumn('end_user_id', 'text')
    .addColumn('conversation_id', 'text')
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('inputs_json', 'text', (column) => column.notNull())
    .addColumn('outputs_json', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('error_code', 'text')
    .addColumn('steps', 'integer', (column) => column.notNull())
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('exceptions', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('elapsed_ms', 'double precision')
  await belongsTo(table, 'app_id', 'apps').execute()
  await index(db, 'runs', ['tenant_id', 'app_id', 'created_at', 'id'])
  // Partial: only the few runs that are under way, for the sweep at start.
  await db.schema
    .createIndex('runs_under_way')
    .on('runs')
    .columns(['tenant_id', 'owner'])
    .where(sql.ref('status'), 'in', [sql.lit('scheduled'), sql.lit('running')])
    .execute()

  const nodes = owned(db, 'node_executions')
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('node_type', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('predecessor_id', 'text')
    .addColumn('frame_json', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('inputs_json', 'text', (column) => column.notNull())
    .addColumn('outputs_json', 'text', (column) => column.notNull())
    .addColumn('process_data_json', 'text', (column) => column.notNull())
    .addColumn('metadata_json', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('error_type', 'text')
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('retries', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('elapsed_ms', 'double precision')
  await belongsTo(nodes, 'run_id', 'runs').execute()
  await index(db, 'node_executions', ['tenant_id', 'run_id', 'position'])
}
