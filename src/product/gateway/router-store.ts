// Routers that tenants made, as rows. Every process keeps a copy of them (router-book.ts); nobody reads them during a call.

import type { RouterRow } from '../../db/schema/gateway.ts'
import type { Queries } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { RouterId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { lockTenant } from '../tenants/store.ts'

export interface StoredRouter {
  readonly id: RouterId
  readonly name: string
  /** From 1, one more with every change. */
  readonly version: number
  /** As it was given: JSON data. */
  readonly definition: unknown
  readonly createdAt: number
  readonly createdBy: string
  readonly updatedAt: number
  readonly updatedBy: string
}

export interface RouterRevision {
  readonly tenantId: TenantId
  readonly id: RouterId
  readonly version: number
}

export type RouterStore = ReturnType<typeof createRouterStore>

export const createRouterStore = ({ db, clock, ids }: StoreSeams) => ({
  async find(caller: Caller, name: string): Promise<StoredRouter | undefined> {
    const row = await db.kysely
      .selectFrom('routers')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('name', '=', name)
      .executeTakeFirst()
    return row && toRouter(row)
  },

  async get(caller: Caller, id: RouterId): Promise<StoredRouter | undefined> {
    const row = await db.kysely
      .selectFrom('routers')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toRouter(row)
  },

  /** @param most routers of one tenant */
  create: (
    caller: Caller,
    { name, definition }: Pick<StoredRouter, 'name' | 'definition'>,
    most: number,
  ): Promise<StoredRouter | 'taken' | 'full'> =>
    db.transaction(async (transaction) => {
      await lockTenant(transaction, caller)
      const names = await namesOf(transaction, caller)
      if (names.has(name)) return 'taken'
      if (names.size >= most) return 'full'
      const now = clock.now()
      const by = caller.actor.id
      const row: RouterRow = {
        tenant_id: caller.tenantId,
        id: ids.next('router'),
        name,
        version: 1,
        created_at: now,
        created_by: by,
        updated_at: now,
        updated_by: by,
        definition_json: JSON.stringify(definition),
      }
      await transaction.insertInto('routers').values(row).execute()
      return toRouter(row)
    }),

  /** @param change.baseVersion undefined: whatever stands there
   *  @returns undefined when it is not there, or not at this version */
  async update(
    caller: Caller,
    name: string,
    { definition, baseVersion }: { readonly definition: unknown; readonly baseVersion: number | undefined },
  ): Promise<StoredRouter | undefined> {
    const query = db.kysely
      .updateTable('routers')
      .set((eb) => ({
        definition_json: JSON.stringify(definition),
        version: eb('version', '+', 1),
        updated_at: clock.now(),
        updated_by: caller.actor.id,
      }))
      .where('tenant_id', '=', caller.tenantId)
      .where('name', '=', name)
    const guarded = baseVersion === undefined ? query : query.where('version', '=', baseVersion)
    const row = await guarded.returningAll().executeTakeFirst()
    return row && toRouter(row)
  },

  /** @returns undefined when there is none */
  async delete(caller: Caller, name: string): Promise<RouterId | undefined> {
    const row = await db.kysely
      .deleteFrom('routers')
      .where('tenant_id', '=', caller.tenantId)
      .where('name', '=', name)
      .returning('id')
      .executeTakeFirst()
    return row?.id
  },

  /** What there is, of all tenants: for the copies that processes keep. */
  async revisions(): Promise<readonly RouterRevision[]> {
    const rows = await db.kysely.selectFrom('routers').select(['tenant_id', 'id', 'version']).execute()
    return rows.map(({ tenant_id, id, version }) => ({ tenantId: tenant_id, id, version }))
  },
})

const namesOf = async (query: Queries, caller: Caller): Promise<ReadonlySet<string>> => {
  const rows = await query.selectFrom('routers').select('name').where('tenant_id', '=', caller.tenantId).execute()
  return new Set(rows.map(({ name }) => name))
}

const toRouter = (row: RouterRow): StoredRouter => ({
  id: row.id,
  name: row.name,
  version: row.version,
  definition: JSON.parse(row.definition_json),
  createdAt: row.created_at,
  createdBy: row.created_by,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
})
