// The rows of uploads: who uploaded what. The bytes are in the file store, under the same id.

import type { UploadRow } from '../../db/schema/talks.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, FileId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'

export interface Upload {
  readonly id: FileId
  /** Null for uploads of members. */
  readonly appId: AppId | null
  readonly endUserId: EndUserId | null
  /** The member, or the key, that uploaded it; null for uploads of end users. */
  readonly accountId: string | null
  readonly filename: string
  /** Without the dot, in lower case; empty when there is none. */
  readonly extension: string
  readonly mimeType: string
  readonly sizeBytes: number
  readonly createdAt: number
}

export type UploadStore = ReturnType<typeof createUploadStore>

export const createUploadStore = ({ db, clock }: StoreSeams) => ({
  /** @throws DbError `db/constraint` when the app does not exist */
  async add(caller: Caller, upload: Omit<Upload, 'createdAt'>): Promise<Upload> {
    const row = await db.kysely
      .insertInto('uploads')
      .values({
        tenant_id: caller.tenantId,
        id: upload.id,
        app_id: upload.appId,
        end_user_id: upload.endUserId,
        account_id: upload.accountId,
        filename: upload.filename,
        extension: upload.extension,
        mime_type: upload.mimeType,
        size_bytes: upload.sizeBytes,
        created_at: clock.now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return toUpload(row)
  },

  async get(caller: Caller, id: FileId): Promise<Upload | undefined> {
    const row = await db.kysely
      .selectFrom('uploads')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toUpload(row)
  },

  /** Newest first. */
  async list(
    caller: Caller,
    list: { readonly limit: number; readonly after?: Pick<Upload, 'id' | 'createdAt'> },
  ): Promise<Page<Upload>> {
    let query = db.kysely.selectFrom('uploads').selectAll().where('tenant_id', '=', caller.tenantId)
    const { after } = list
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
      .limit(list.limit + 1)
      .execute()
    return toPage(rows, list.limit, toUpload)
  },

  /** @returns false when there was no such upload */
  async delete(caller: Caller, id: FileId): Promise<boolean> {
    const result = await db.kysely
      .deleteFrom('uploads')
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  },
})

const toUpload = (row: UploadRow): Upload => ({
  id: row.id,
  appId: row.app_id,
  endUserId: row.end_user_id,
  accountId: row.account_id,
  filename: row.filename,
  extension: row.extension,
  mimeType: row.mime_type,
  sizeBytes: row.size_bytes,
  createdAt: row.created_at,
})
