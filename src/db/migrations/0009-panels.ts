// How often members of panels were right.

import { owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const panels: Migration = {
  number: 9,
  name: 'panels',
  async up(transaction) {
    await owned(transaction, 'panel_feedback')
      .addColumn('panel', 'text', (column) => column.notNull())
      .addColumn('member', 'text', (column) => column.notNull())
      .addColumn('correct', 'bigint', (column) => column.notNull())
      .addColumn('wrong', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
  },
}
