// Apps and their versions. A version never changes; publishing moves one pointer.

import { createHash } from 'node:crypto'
import type { AppRow, AppVersionRow, Schema } from '../../db/schema.ts'
import type { Database } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'

export interface AppIcon {
  readonly type: string | null
  readonly value: string | null
  readonly background: string | null
}

export interface App {
  readonly id: AppId
  readonly name: string
  readonly mode: string
  readonly icon: AppIcon
  readonly description: string
  readonly publishedVersionId: VersionId | null
  readonly createdAt: number
  readonly updatedAt: number
}

export interface NewApp {
  readonly name: string
  readonly mode: string
  readonly icon?: Partial<AppIcon>
  readonly description?: string
}

export interface NewVersion {
  readonly name?: string
  readonly note?: string
  /** The app file's canonical text. */
  readonly document: string
}

export interface VersionSummary {
  readonly id: VersionId
  readonly appId: AppId
  /** From 1, without gaps within the app. */
  readonly number: number
  readonly name: string
  readonly note: string
  /** SHA-256 of the document, hex. */
  readonly hash: string
  readonly createdAt: number
  readonly createdBy: string
}

export interface Version extends VersionSummary {
  readonly document: string
}

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

const SUMMARY = [
  'id',
  'app_id',
  'number',
  'name',
  'note',
  'hash',
  'created_at',
  'created_by',
] as const satisfies readonly (keyof Schema['app_versions'])[]

export const hashDocument = (document: string): string => createHash('sha256').update(document).digest('hex')

export type AppStore = ReturnType<typeof createAppStore>

export const createAppStore = ({ db, clock, ids }: StoreSeams) => ({
  /** With a first version, that version is published at once. */
  async create(caller: Caller, fields: NewApp, first?: NewVersion): Promise<App> {
    const now = clock.now()
    const version = first && versionRow(caller, ids.next('ver'), first, now)
    const row: AppRow = {
      tenant_id: caller.tenantId,
      id: ids.next('app'),
      name: fields.name,
      mode: fields.mode,
      icon_type: fields.icon?.type ?? null,
      icon: fields.icon?.value ?? null,
      icon_background: fields.icon?.background ?? null,
      description: fields.description ?? '',
      published_version_id: version?.id ?? null,
      draft_document: null,
      draft_updated_at: null,
      api_enabled: 1,
      deleted_at: null,
      created_at: now,
      updated_at: now,
    }
    await db.transaction(async (transaction) => {
      await transaction.insertInto('apps').values(row).execute()
      if (version) {
        await transaction
          .insertInto('app_versions')
          .values({ ...version, app_id: row.id, number: 1 })
          .execute()
      }
    })
    return toApp(row)
  },

  async get(caller: Caller, id: AppId): Promise<App | undefined> {
    const row = await db.kysely
      .selectFrom('apps')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toApp(row)
  },

  /** Newest first. @param page.after the last app of the page before */
  async list(caller: Caller, page: { readonly limit: number; readonly after?: App }): Promise<Page<App>> {
    const { after, limit } = page
    let query = db.kysely.selectFrom('apps').selectAll().where('tenant_id', '=', caller.tenantId)
    if (after) {
      query = query.where((eb) =>
        eb.or([
          eb('created_at', '<', after.createdAt),
          eb.and([eb('created_at', '=', after.createdAt), eb('id', '<', after.id)]),
        ]),
      )
    }
    const rows = await query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return toPage(rows, limit, toApp)
  },

  async update(caller: Caller, id: AppId, fields: Partial<Omit<NewApp, 'mode'>>): Promise<App | undefined> {
    const row = await db.kysely
      .updateTable('apps')
      .set({
        ...(fields.name !== undefined && { name: fields.name }),
        ...(fields.description !== undefined && { description: fields.description }),
        ...(fields.icon?.type !== undefined && { icon_type: fields.icon.type }),
        ...(fields.icon?.value !== undefined && { icon: fields.icon.value }),
        ...(fields.icon?.background !== undefined && { icon_background: fields.icon.background }),
        updated_at: clock.now(),
      })
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    return row && toApp(row)
  },

  /** Removes the app with everything that belongs to it: versions, keys, users, conversations and runs. */
  async delete(caller: Caller, id: AppId): Promise<boolean> {
    const result = await db.kysely
      .deleteFrom('apps')
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  },

  /** Adds the next version without publishing it; undefined when the app does not exist. */
  addVersion: (caller: Caller, appId: AppId, fields: NewVersion): Promise<Version | undefined> =>
    db.transaction(async (transaction) => {
      const app = await appForUpdate(transaction, caller, appId)
      if (!app) return undefined
      const last = await transaction
        .selectFrom('app_versions')
        .select((eb) => eb.fn.max('number').as('number'))
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .executeTakeFirst()
      const row: AppVersionRow = {
        ...versionRow(caller, ids.next('ver'), fields, clock.now()),
        app_id: appId,
        number: (last?.number ?? 0) + 1,
      }
      await transaction.insertInto('app_versions').values(row).execute()
      return toVersion(row)
    }),

  async getVersion(caller: Caller, id: VersionId): Promise<Version | undefined> {
    const row = await db.kysely
      .selectFrom('app_versions')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toVersion(row)
  },

  /** The version that calls run; undefined when nothing is published. */
  async getPublished(caller: Caller, appId: AppId): Promise<Version | undefined> {
    const row = await db.kysely
      .selectFrom('app_versions')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', (eb) =>
        eb
          .selectFrom('apps')
          .select('apps.published_version_id')
          .where('apps.tenant_id', '=', caller.tenantId)
          .where('apps.id', '=', appId),
      )
      .executeTakeFirst()
    return row && toVersion(row)
  },

  /** Newest first. @param page.before only versions with a smaller number */
  async listVersions(
    caller: Caller,
    appId: AppId,
    page: { readonly limit: number; readonly before?: number },
  ): Promise<Page<VersionSummary>> {
    const rows = await db.kysely
      .selectFrom('app_versions')
      .select(SUMMARY)
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
      .where('number', '<', page.before ?? Number.MAX_SAFE_INTEGER)
      .orderBy('number', 'desc')
      .limit(page.limit + 1)
      .execute()
    return toPage(rows, page.limit, toSummary)
  },

  /** Makes the version the one that calls run; false when the app has no such version. */
  publish: (caller: Caller, appId: AppId, versionId: VersionId): Promise<boolean> =>
    db.transaction(async (transaction) => {
      const version = await transaction
        .selectFrom('app_versions')
        .select('id')
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .where('id', '=', versionId)
        .executeTakeFirst()
      if (!version) return false
      await transaction
        .updateTable('apps')
        .set({ published_version_id: versionId, updated_at: clock.now() })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', appId)
        .execute()
      return true
    }),
})

const appForUpdate = (transaction: Transaction, caller: Caller, id: AppId) =>
  transaction
    .selectFrom('apps')
    .select('id')
    .where('tenant_id', '=', caller.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()

const versionRow = (
  caller: Caller,
  id: VersionId,
  fields: NewVersion,
  now: number,
): Omit<AppVersionRow, 'app_id' | 'number'> => ({
  tenant_id: caller.tenantId,
  id,
  name: fields.name ?? '',
  note: fields.note ?? '',
  document: fields.document,
  hash: hashDocument(fields.document),
  created_at: now,
  created_by: caller.actor.id,
})

const toApp = (row: AppRow): App => ({
  id: row.id,
  name: row.name,
  mode: row.mode,
  icon: { type: row.icon_type, value: row.icon, background: row.icon_background },
  description: row.description,
  publishedVersionId: row.published_version_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const toSummary = (row: Omit<AppVersionRow, 'tenant_id' | 'document'>): VersionSummary => ({
  id: row.id,
  appId: row.app_id,
  number: row.number,
  name: row.name,
  note: row.note,
  hash: row.hash,
  createdAt: row.created_at,
  createdBy: row.created_by,
})

const toVersion = (row: AppVersionRow): Version => ({ ...toSummary(row), document: row.document })
