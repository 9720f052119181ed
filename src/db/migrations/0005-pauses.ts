// Runs that wait for people: what they go on from, and the forms people answer.

import { addIndex, belongsTo, owned } from './columns.ts'
import type { Migration } from './spec.ts'

export const pauses: Migration = {
  number: 5,
  name: 'pauses',
  async up(transaction) {
    const paused = owned(transaction, 'run_pauses')
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('task_id', 'text', (column) => column.notNull())
      .addColumn('state_json', 'text', (column) => column.notNull())
      .addColumn('next_event', 'bigint', (column) => column.notNull())
      .addColumn('paused_at', 'bigint', (column) => column.notNull())
    await belongsTo(paused, 'id', 'runs').execute()
    await addIndex(transaction, 'run_pauses', ['tenant_id', 'task_id'])

    const forms = owned(transaction, 'forms')
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('execution_id', 'text', (column) => column.notNull())
      .addColumn('node_id', 'text', (column) => column.notNull())
      .addColumn('node_title', 'text', (column) => column.notNull())
      .addColumn('token', 'text')
      .addColumn('request_json', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('answer_json', 'text')
      .addColumn('answered_by', 'text')
      .addColumn('answered_at', 'bigint')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('forms_token', ['tenant_id', 'token'])
    await belongsTo(forms, 'run_id', 'runs').execute()
    await addIndex(transaction, 'forms', ['tenant_id', 'run_id'])
    await addIndex(transaction, 'forms', ['tenant_id', 'status', 'expires_at'])
  },
}
