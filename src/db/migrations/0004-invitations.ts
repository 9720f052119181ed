// Invitations to a tenant that nobody has accepted yet.

import { owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const invitations: Migration = {
  number: 4,
  name: 'invitations',
  async up(transaction) {
    await owned(transaction, 'invitations')
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('token_hash', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      // A new invitation of an address takes the place of the old one.
      .addUniqueConstraint('invitations_email', ['tenant_id', 'email'])
      .execute()
  },
}
