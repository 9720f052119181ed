// Writing and reading tenants, for the suites of the database.

import type { Database, Statement } from '../../src/db/spec.ts'
import { prepareStatement } from '../../src/db/statement.ts'

export type TenantId = `tenant_${string}`

/** Statements as this database writes them. */
export const statementsOf = (db: Database) => {
  const added = prepareStatement<{ id: TenantId; name: string; at: number }>((value) =>
    db.kysely.insertInto('tenants').values({ tenant_id: value('id'), name: value('name'), created_at: value('at') }),
  )
  const renamed = prepareStatement<{ id: TenantId; name: string }>((value) =>
    db.kysely
      .updateTable('tenants')
      .set({ name: value('name') })
      .where('tenant_id', '=', value('id')),
  )
  return {
    // The cast: which ids are written makes no difference here, so they are short.
    tenant: (id: string, name = 'n', at = 1): Statement => added({ id: id as TenantId, name, at }),
    rename: (id: string, name: string): Statement => renamed({ id: id as TenantId, name }),
  }
}

export const tenantIds = async (db: Database): Promise<string[]> => {
  const rows = await db.kysely.selectFrom('tenants').select('tenant_id').execute()
  return rows.map((row) => row.tenant_id as string).sort()
}
export const nameOf = async (db: Database, id: string): Promise<string | undefined> =>
  (
    await db.kysely
      .selectFrom('tenants')
      .select('name')
      .where('tenant_id', '=', id as TenantId)
      .executeTakeFirst()
  )?.name
