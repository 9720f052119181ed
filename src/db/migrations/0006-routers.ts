// Routers that tenants made over the API; those of the configuration stay in its files.

import { owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const routers: Migration = {
  number: 6,
  name: 'routers',
  async up(transaction) {
    await owned(transaction, 'routers')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_by', 'text', (column) => column.notNull())
      // Last, so that who looks for changes reads past none of it.
      .addColumn('definition_json', 'text', (column) => column.notNull())
      .addUniqueConstraint('routers_name', ['tenant_id', 'name'])
      .execute()
  },
}
