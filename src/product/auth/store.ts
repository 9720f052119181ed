// API keys as rows. Only the hash of a secret is stored; auth/keys.ts knows secrets.

import type { ApiKeyRow } from '../../db/schema/apps.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, KeyId, TenantId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'

export type KeyScope = ApiKeyRow['scope']

export interface ApiKey {
  readonly id: KeyId
  readonly scope: KeyScope
  /** Set exactly when the scope is `app`. */
  readonly appId: AppId | null
  readonly name: string
  /** The first characters of the secret, to recognise it by. */
  readonly prefix: string
  readonly createdAt: number
  readonly createdBy: string
  /** To about a minute. */
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** What a valid secret stands for. */
export interface KeyGrant {
  readonly keyId: KeyId
  readonly tenantId: TenantId
  readonly scope: KeyScope
  readonly appId: AppId | null
  /** False: the app of the key takes no calls. */
  readonly apiEnabled: boolean
}

export interface KeyPage {
  readonly limit: number
  /** The last key of the page before. */
  readonly after?: Pick<ApiKey, 'id' | 'createdAt'>
  readonly appId?: AppId
  readonly scope?: KeyScope
}

export interface NewKeyRow {
  readonly scope: KeyScope
  readonly appId: AppId | null
  readonly name: string
  readonly prefix: string
  readonly hash: string
}

export type KeyStore = ReturnType<typeof createKeyStore>

export const createKeyStore = ({ db, clock, ids }: StoreSeams) => {
  const touched = prepareStatement<{ tenant: TenantId; id: KeyId; at: number }>((value) =>
    db.kysely
      .updateTable('api_keys')
      .set({ last_used_at: value('at') })
      .where('tenant_id', '=', value('tenant'))
      .where('id', '=', value('id')),
  )
  return {
    /** @throws DbError `db/constraint` when the app does not exist */
    async create(caller: Caller, fields: NewKeyRow): Promise<ApiKey> {
      const row: ApiKeyRow = {
        tenant_id: caller.tenantId,
        id: ids.next('key'),
        scope: fields.scope,
        app_id: fields.appId,
        name: fields.name,
        prefix: fields.prefix,
        hash: fields.hash,
        created_at: clock.now(),
        created_by: caller.actor.id,
        last_used_at: null,
        revoked_at: null,
      }
      await db.kysely.insertInto('api_keys').values(row).execute()
      return toKey(row)
    },

    /** Newest first, revoked ones included. @param filter.appId only keys of this app */
    async list(caller: Caller, filter: { readonly appId?: AppId } = {}): Promise<readonly ApiKey[]> {
      let query = db.kysely.selectFrom('api_keys').selectAll().where('tenant_id', '=', caller.tenantId)
      if (filter.appId !== undefined) query = query.where('app_id', '=', filter.appId)
      const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').execute()
      return rows.map(toKey)
    },

    /** Newest first, revoked ones included; not those of deleted apps. */
    async page(caller: Caller, page: KeyPage): Promise<Page<ApiKey>> {
      const { after, appId, limit, scope } = page
      let query = db.kysely
        .selectFrom('api_keys')
        .leftJoin('apps', (join) =>
          join.on('apps.tenant_id', '=', caller.tenantId).onRef('apps.id', '=', 'api_keys.app_id'),
        )
        .selectAll('api_keys')
        .where('api_keys.tenant_id', '=', caller.tenantId)
        .where('apps.deleted_at', 'is', null)
      if (appId !== undefined) query = query.where('api_keys.app_id', '=', appId)
      if (scope !== undefined) query = query.where('api_keys.scope', '=', scope)
      if (after) {
        query = query.where((eb) =>
          eb.or([
            eb('api_keys.created_at', '<', after.createdAt),
            eb.and([eb('api_keys.created_at', '=', after.createdAt), eb('api_keys.id', '<', after.id)]),
          ]),
        )
      }
      const rows = await query
        .orderBy('api_keys.created_at', 'desc')
        .orderBy('api_keys.id', 'desc')
        .limit(limit + 1)
        .execute()
      return toPage(rows, limit, toKey)
    },

    /** False when there is no such key or it was revoked before. */
    async revoke(caller: Caller, id: KeyId): Promise<boolean> {
      const result = await db.kysely
        .updateTable('api_keys')
        .set({ revoked_at: clock.now() })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    /** Notes that the key was used now. */
    async touch(caller: Caller, id: KeyId): Promise<void> {
      await db.write([touched({ tenant: caller.tenantId, id, at: clock.now() })])
    },

    /** The one question without a tenant: a request shows a key before anyone knows whose it is. A key of a deleted app is none. */
    async findByHash(hash: string): Promise<KeyGrant | undefined> {
      const row = await db.kysely
        .selectFrom('api_keys')
        .leftJoin('apps', (join) =>
          join
            .onRef('apps.tenant_id', '=', 'api_keys.tenant_id')
            .onRef('apps.id', '=', 'api_keys.app_id')
            .on('apps.deleted_at', 'is', null),
        )
        .select(['api_keys.tenant_id', 'api_keys.id', 'api_keys.scope', 'api_keys.app_id', 'apps.api_enabled'])
        .where('api_keys.hash', '=', hash)
        .where('api_keys.revoked_at', 'is', null)
        .executeTakeFirst()
      if (!row || (row.app_id !== null && row.api_enabled === null)) return undefined
      const { tenant_id: tenantId, id: keyId, scope, app_id: appId } = row
      return { keyId, tenantId, scope, appId, apiEnabled: row.api_enabled !== 0 }
    },
  }
}

const toKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  scope: row.scope,
  appId: row.app_id,
  name: row.name,
  prefix: row.prefix,
  createdAt: row.created_at,
  createdBy: row.created_by,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
})
