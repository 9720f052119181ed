// What models were asked: calls and tokens by tenant, app, model and user.

import { addIndex, owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const usage: Migration = {
  number: 3,
  name: 'usage',
  async up(transaction) {
    // Apps, runs and users are named without foreign keys: the counts outlive them.
    await owned(transaction, 'model_usage')
      .addColumn('run_id', 'text')
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('end_user_id', 'text')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('calls', 'bigint', (column) => column.notNull())
      .addColumn('prompt_tokens', 'bigint', (column) => column.notNull())
      .addColumn('completion_tokens', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await addIndex(transaction, 'model_usage', ['tenant_id', 'created_at'])
    await addIndex(transaction, 'model_usage', ['tenant_id', 'app_id', 'created_at'])
  },
}
