// Versions of apps. A version never changes; publishing moves one pointer of its app.

import type { AppVersionRow } from '../../db/schema/apps.ts'
import type { Schema } from '../../db/schema.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'
import { hashDocument, lockApp } from './app-lock.ts'

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

export interface VersionPage {
  readonly limit: number
  /** Only versions with a smaller number. */
  readonly before?: number
}

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

export type VersionStore = ReturnType<typeof createVersionStore>

export const createVersionStore = ({ db, clock, ids }: StoreSeams) => ({
  /** A version of any app of the tenant; whose it is, the caller compares. */
  async get(caller: Caller, id: VersionId): Promise<Version | undefined> {
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
          .where('apps.id', '=', appId)
          .where('apps.deleted_at', 'is', null),
      )
      .executeTakeFirst()
    return row && toVersion(row)
  },

  /** Newest first. */
  async list(caller: Caller, appId: AppId, page: VersionPage): Promise<Page<VersionSummary>> {
    let query = db.kysely
      .selectFrom('app_versions')
      .select(SUMMARY)
      .where('tenant_id', '=', caller.tenantId)
      .where('app_id', '=', appId)
    // Callers may name any number; the column holds 32 bits where integers have a size.
    if (page.before !== undefined) query = query.where('number', '<', Math.min(page.before, 2 ** 31 - 1))
    const rows = await query
      .orderBy('number', 'desc')
      .limit(page.limit + 1)
      .execute()
    return toPage(rows, page.limit, toSummary)
  },

  /** Makes the version the one that calls run; false when the app has no such version. */
  publish: (caller: Caller, appId: AppId, versionId: VersionId): Promise<boolean> =>
    db.transaction(async (transaction) => {
      if (!(await lockApp(transaction, caller, appId))) return false
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

  /** The draft becomes the next version, calls run it, and there is no draft any more.
   *  @param fields.baseHash of the draft that is meant
   *  @returns `changed` when the draft is another one, or gone; undefined when there is no such app */
  publishDraft: (
    caller: Caller,
    appId: AppId,
    fields: Omit<NewVersion, 'document'> & { readonly baseHash: string },
  ): Promise<Version | 'changed' | undefined> =>
    db.transaction(async (transaction) => {
      const app = await lockApp(transaction, caller, appId)
      if (!app) return undefined
      if (app.draft === null || app.contentHash !== fields.baseHash) return 'changed'
      const last = await transaction
        .selectFrom('app_versions')
        .select((eb) => eb.fn.max('number').as('number'))
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .executeTakeFirst()
      const now = clock.now()
      const row: AppVersionRow = {
        ...versionRow(caller, ids.next('ver'), { ...fields, document: app.draft }, now),
        app_id: appId,
        number: (last?.number ?? 0) + 1,
      }
      await transaction.insertInto('app_versions').values(row).execute()
      await transaction
        .updateTable('apps')
        .set({ published_version_id: row.id, draft_document: null, draft_updated_at: null, updated_at: now })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', appId)
        .execute()
      return toVersion(row)
    }),
})

export const versionRow = (
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
