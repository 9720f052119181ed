// Rows of apps: what they are called, which version calls run, and the draft being worked on. version-store.ts has the versions.
//
// A1  A deleted app is gone for every function here from the moment it is marked; purge-store.ts removes what is left.
// A2  A draft is only replaced by somebody who knew what it replaces: its hash, or that of the published version.

import { containsText } from '../../db/like.ts'
import type { AppRow } from '../../db/schema/apps.ts'
import type { Schema } from '../../db/schema.ts'
import { prepareQuery } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, TenantId, VersionId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'
import { lockApp } from './app-lock.ts'
import { type NewVersion, versionRow } from './version-store.ts'

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
  /** False: calls with the app's keys are refused. */
  readonly apiEnabled: boolean
  readonly publishedVersionId: VersionId | null
  /** When the draft was saved last; null when there is none. */
  readonly draftUpdatedAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

export interface NewApp {
  readonly name: string
  readonly mode: string
  readonly icon?: Partial<AppIcon>
  readonly description?: string
}

export interface AppChanges extends Partial<Omit<NewApp, 'mode'>> {
  readonly apiEnabled?: boolean
}

/** What a new app begins with: nothing, a draft, or a version that is published at once. */
export type FirstContent = NewVersion | { readonly draft: string }

export interface AppPage {
  readonly limit: number
  /** The last app of the page before. */
  readonly after?: Pick<App, 'id' | 'createdAt'>
  readonly modes?: readonly string[]
  /** Text in the name, whatever the case. */
  readonly search?: string
}

export interface StoredDraft {
  /** The app file's canonical text. */
  readonly document: string
  readonly updatedAt: number
}

export interface DraftChange {
  /** Null drops the draft. */
  readonly document: string | null
  /** Hash of the draft, or of the published version when there is none, that this replaces; null when there is neither. */
  readonly baseHash: string | null
}

/** Without the draft, which may be megabytes. */
const COLUMNS = [
  'id',
  'name',
  'mode',
  'icon_type',
  'icon',
  'icon_background',
  'description',
  'published_version_id',
  'draft_updated_at',
  'api_enabled',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Schema['apps'])[]

type StoredApp = Pick<AppRow, (typeof COLUMNS)[number]>

export type AppStore = ReturnType<typeof createAppStore>

export const createAppStore = ({ db, clock, ids }: StoreSeams) => {
  const found = prepareQuery<{ tenant: TenantId; id: AppId }, StoredApp>(db.kysely, (value) =>
    db.kysely
      .selectFrom('apps')
      .select(COLUMNS)
      .where('tenant_id', '=', value('tenant'))
      .where('id', '=', value('id'))
      .where('deleted_at', 'is', null),
  )
  return {
    /** With a first version, that version is published at once. */
    async create(caller: Caller, fields: NewApp, first?: FirstContent): Promise<App> {
      const now = clock.now()
      const version = first && 'document' in first ? versionRow(caller, ids.next('ver'), first, now) : undefined
      const draft = first && 'draft' in first ? first.draft : null
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
        draft_document: draft,
        draft_updated_at: draft === null ? null : now,
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
      const row = await found({ tenant: caller.tenantId, id })
      return row && toApp(row)
    },

    /** Newest first. */
    async list(caller: Caller, page: AppPage): Promise<Page<App>> {
      const { after, limit, modes, search } = page
      let query = db.kysely
        .selectFrom('apps')
        .select(COLUMNS)
        .where('tenant_id', '=', caller.tenantId)
        .where('deleted_at', 'is', null)
      if (modes) query = query.where('mode', 'in', modes)
      if (search !== undefined && search !== '') query = query.where((eb) => containsText(eb.ref('name'), search))
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

    async update(caller: Caller, id: AppId, fields: AppChanges): Promise<App | undefined> {
      const row = await db.kysely
        .updateTable('apps')
        .set({
          ...(fields.name !== undefined && { name: fields.name }),
          ...(fields.description !== undefined && { description: fields.description }),
          ...(fields.icon?.type !== undefined && { icon_type: fields.icon.type }),
          ...(fields.icon?.value !== undefined && { icon: fields.icon.value }),
          ...(fields.icon?.background !== undefined && { icon_background: fields.icon.background }),
          ...(fields.apiEnabled !== undefined && { api_enabled: fields.apiEnabled ? 1 : 0 }),
          updated_at: clock.now(),
        })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .returning(COLUMNS)
        .executeTakeFirst()
      return row && toApp(row)
    },

    /** The app is gone and its keys are revoked, at one moment. False when there is no such app. */
    markDeleted: (caller: Caller, id: AppId): Promise<boolean> =>
      db.transaction(async (transaction) => {
        const now = clock.now()
        const marked = await transaction
          .updateTable('apps')
          .set({ deleted_at: now, updated_at: now })
          .where('tenant_id', '=', caller.tenantId)
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .executeTakeFirst()
        if (marked.numUpdatedRows === 0n) return false
        await transaction
          .updateTable('api_keys')
          .set({ revoked_at: now })
          .where('tenant_id', '=', caller.tenantId)
          .where('app_id', '=', id)
          .where('revoked_at', 'is', null)
          .execute()
        return true
      }),

    async getDraft(caller: Caller, id: AppId): Promise<StoredDraft | undefined> {
      const row = await db.kysely
        .selectFrom('apps')
        .select(['draft_document', 'draft_updated_at'])
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      if (row?.draft_document == null) return undefined
      return { document: row.draft_document, updatedAt: row.draft_updated_at ?? 0 }
    },

    /** @returns the app; `changed` when somebody else changed what this replaces; undefined when there is no such app */
    saveDraft: (caller: Caller, id: AppId, change: DraftChange): Promise<App | 'changed' | undefined> =>
      db.transaction(async (transaction) => {
        const locked = await lockApp(transaction, caller, id)
        if (!locked) return undefined
        if (locked.contentHash !== change.baseHash) return 'changed'
        const now = clock.now()
        const row = await transaction
          .updateTable('apps')
          .set({
            draft_document: change.document,
            draft_updated_at: change.document === null ? null : now,
            updated_at: now,
          })
          .where('tenant_id', '=', caller.tenantId)
          .where('id', '=', id)
          .returning(COLUMNS)
          .executeTakeFirstOrThrow()
        return toApp(row)
      }),
  }
}

const toApp = (row: StoredApp): App => ({
  id: row.id,
  name: row.name,
  mode: row.mode,
  icon: { type: row.icon_type, value: row.icon, background: row.icon_background },
  description: row.description,
  apiEnabled: row.api_enabled !== 0,
  publishedVersionId: row.published_version_id,
  draftUpdatedAt: row.draft_updated_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
