// Limits and budgets that tenants set, what budgets have spent, and usage with its cost.

import { sql, type Transaction } from 'kysely'
import { addIndex, owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const limits: Migration = {
  number: 7,
  name: 'limits',
  async up(transaction) {
    for (const table of ['limits', 'budgets']) {
      await owned(transaction, table)
        .addColumn('rule_json', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_by', 'text', (column) => column.notNull())
        .execute()
    }
    await owned(transaction, 'budget_spend')
      .addColumn('window_from', 'bigint', (column) => column.notNull())
      .addColumn('window_to', 'bigint')
      .addColumn('spent_nano_usd', 'bigint', (column) => column.notNull())
      .execute()
    await costs(transaction)
  },
}

/** Made anew, since SQLite cannot let go of `not null`: calls of the gateway belong to no app. */
const costs = async (transaction: Transaction<unknown>): Promise<void> => {
  await owned(transaction, 'model_usage_with_costs')
    .addColumn('run_id', 'text')
    .addColumn('app_id', 'text')
    .addColumn('end_user_id', 'text')
    .addColumn('external_user', 'text')
    .addColumn('key_id', 'text')
    .addColumn('door', 'text')
    .addColumn('router', 'text')
    .addColumn('cache', 'text')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('calls', 'bigint', (column) => column.notNull())
    .addColumn('prompt_tokens', 'bigint', (column) => column.notNull())
    .addColumn('completion_tokens', 'bigint', (column) => column.notNull())
    .addColumn('cached_tokens', 'bigint', (column) => column.notNull())
    .addColumn('reasoning_tokens', 'bigint', (column) => column.notNull())
    .addColumn('cost_nano_usd', 'bigint')
    .addColumn('price_version', 'text')
    .addColumn('estimated', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await sql`insert into model_usage_with_costs
    (tenant_id, id, run_id, app_id, end_user_id, provider, model, calls, prompt_tokens, completion_tokens,
     cached_tokens, reasoning_tokens, estimated, created_at)
    select tenant_id, id, run_id, app_id, end_user_id, provider, model, calls, prompt_tokens, completion_tokens,
     0, 0, 0, created_at from model_usage`.execute(transaction)
  await transaction.schema.dropTable('model_usage').execute()
  await transaction.schema.alterTable('model_usage_with_costs').renameTo('model_usage').execute()
  await addIndex(transaction, 'model_usage', ['tenant_id', 'created_at'])
  await addIndex(transaction, 'model_usage', ['tenant_id', 'app_id', 'created_at'])
}
