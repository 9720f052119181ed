// The people an app serves, as its callers name them. Nobody authenticates the names; they only keep data apart.

import type { EndUserRow } from '../../db/schema/talks.ts'
import { prepareQuery } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

/** Equal names of different origins are different users. */
export type EndUserOrigin = EndUserRow['origin']

export interface EndUser {
  readonly id: EndUserId
  readonly appId: AppId
  readonly origin: EndUserOrigin
  readonly externalId: string
  /** The shared user of calls that name none. */
  readonly isAnonymous: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

export interface EndUserName {
  readonly appId: AppId
  readonly origin: EndUserOrigin
  readonly externalId: string
  readonly isAnonymous?: boolean
}

/** Users asked for at once. */
const MAX_LISTED = 200

export type EndUserStore = ReturnType<typeof createEndUserStore>

export const createEndUserStore = ({ db, clock, ids }: StoreSeams) => {
  const found = prepareQuery<{ tenant: TenantId; app: AppId; origin: EndUserOrigin; name: string }, EndUserRow>(
    db.kysely,
    (value) =>
      db.kysely
        .selectFrom('end_users')
        .selectAll()
        .where('tenant_id', '=', value('tenant'))
        .where('app_id', '=', value('app'))
        .where('origin', '=', value('origin'))
        .where('external_id', '=', value('name')),
  )
  const find = async (caller: Caller, name: Omit<EndUserName, 'isAnonymous'>): Promise<EndUser | undefined> => {
    const { appId, origin, externalId } = name
    const row = await found({ tenant: caller.tenantId, app: appId, origin, name: externalId })
    return row && toEndUser(row)
  }
  return {
    find,

    /** The user of this name, made at first sight.
     *  @throws DbError `db/constraint` when the app does not exist */
    async ensure(caller: Caller, name: EndUserName): Promise<EndUser> {
      const known = await find(caller, name)
      if (known) return known
      const now = clock.now()
      const row = await db.kysely
        .insertInto('end_users')
        .values({
          tenant_id: caller.tenantId,
          id: ids.next('user'),
          app_id: name.appId,
          origin: name.origin,
          external_id: name.externalId,
          is_anonymous: name.isAnonymous ? 1 : 0,
          created_at: now,
          updated_at: now,
        })
        // Somebody else may have been quicker; an update, unlike "do nothing", returns that row.
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'app_id', 'origin', 'external_id']).doUpdateSet({ updated_at: now }),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
      return toEndUser(row)
    },

    /** The app's users of these ids, in any order. @param userIds 0 to 200 */
    async list(caller: Caller, appId: AppId, userIds: readonly EndUserId[]): Promise<readonly EndUser[]> {
      if (userIds.length === 0) return []
      const rows = await db.kysely
        .selectFrom('end_users')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .where('id', 'in', userIds.slice(0, MAX_LISTED))
        .execute()
      return rows.map(toEndUser)
    },

    async get(caller: Caller, id: EndUserId): Promise<EndUser | undefined> {
      const row = await db.kysely
        .selectFrom('end_users')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toEndUser(row)
    },
  }
}

const toEndUser = (row: EndUserRow): EndUser => ({
  id: row.id,
  appId: row.app_id,
  origin: row.origin,
  externalId: row.external_id,
  isAnonymous: row.is_anonymous === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
