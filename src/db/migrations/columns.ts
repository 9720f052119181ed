// Shapes that tables of all migrations share.

import type { CreateTableBuilder, Transaction } from 'kysely'

/** A table whose rows belong to a tenant: the key is (tenant_id, id). */
export const owned = <Name extends string>(db: Transaction<unknown>, name: Name) =>
  db.schema
    .createTable(name)
    .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.tenant_id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${name}_key`, ['tenant_id', 'id'])

/** `column` names a row of `table` of the same tenant and goes with it. */
export const belongsTo = <Name extends string, Columns extends string>(
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

export const addIndex = async (db: Transaction<unknown>, table: string, columns: readonly string[]): Promise<void> => {
  const name = `${table}_by_${columns.slice(1).join('_')}`
  await db.schema
    .createIndex(name)
    .on(table)
    .columns([...columns])
    .execute()
}
