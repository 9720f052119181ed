// Answers of models that are kept, and what was learned about answering similar questions with them.

import { addIndex, owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const caches: Migration = {
  number: 8,
  name: 'caches',
  async up(transaction) {
    await owned(transaction, 'cache_entries')
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('variant', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text')
      .addColumn('question', 'text', (column) => column.notNull())
      .addColumn('vector', 'text')
      .addColumn('vector_model', 'text')
      .addColumn('parts_json', 'text', (column) => column.notNull())
      .addColumn('size_bytes', 'bigint', (column) => column.notNull())
      .addColumn('hits', 'bigint', (column) => column.notNull())
      .addColumn('counted_hits', 'bigint', (column) => column.notNull())
      .addColumn('counted_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await addIndex(transaction, 'cache_entries', ['tenant_id', 'created_at', 'id'])
    await addIndex(transaction, 'cache_entries', ['tenant_id', 'fingerprint', 'created_at'])
    await addIndex(transaction, 'cache_entries', ['tenant_id', 'last_used_at'])
    await owned(transaction, 'cache_categories')
      .addColumn('state_json', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
