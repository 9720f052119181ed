// Tenants: whose data it is.

import type { TenantRow } from '../../db/schema/people.ts'
import type { Queries } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface Tenant {
  readonly id: TenantId
  readonly name: string
  readonly createdAt: number
}

export type TenantStore = ReturnType<typeof createTenantStore>

export const createTenantStore = ({ db, clock }: StoreSeams) => ({
  /** Makes the caller's tenant when it does not exist yet. @param query a transaction to be part of */
  async ensure(caller: Caller, name: string, query: Queries = db.kysely): Promise<void> {
    await query
      .insertInto('tenants')
      .values({ tenant_id: caller.tenantId, name, created_at: clock.now() })
      .onConflict((conflict) => conflict.column('tenant_id').doNothing())
      .execute()
  },

  async get(caller: Caller): Promise<Tenant | undefined> {
    const row = await db.kysely
      .selectFrom('tenants')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .executeTakeFirst()
    return row && toTenant(row)
  },

  async rename(caller: Caller, name: string): Promise<Tenant | undefined> {
    const row = await db.kysely
      .updateTable('tenants')
      .set({ name })
      .where('tenant_id', '=', caller.tenantId)
      .returningAll()
      .executeTakeFirst()
    return row && toTenant(row)
  },
})

const toTenant = (row: TenantRow): Tenant => ({ id: row.tenant_id, name: row.name, createdAt: row.created_at })

/** Makes everyone else who locks the tenant wait until the transaction ends: a write that changes nothing. */
export const lockTenant = async (transaction: Queries, caller: Caller): Promise<void> => {
  await transaction
    .updateTable('tenants')
    .set((eb) => ({ name: eb.ref('name') }))
    .where('tenant_id', '=', caller.tenantId)
    .execute()
}
