// Keeps an app as it stands while a transaction changes it, and names its content by hash.

import { createHash } from 'node:crypto'
import type { Database } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

export interface LockedApp {
  readonly draft: string | null
  readonly publishedVersionId: VersionId | null
  /** Of the draft, or of the published version when there is none; null when there is neither. */
  readonly contentHash: string | null
}

/** SHA-256, hex. */
export const hashDocument = (document: string): string => createHash('sha256').update(document).digest('hex')

/** The app, kept from changing until the transaction ends: the update takes the row's lock in every database. */
export const lockApp = async (transaction: Transaction, caller: Caller, id: AppId): Promise<LockedApp | undefined> => {
  const row = await transaction
    .updateTable('apps')
    .set((eb) => ({ updated_at: eb.ref('updated_at') }))
    .where('tenant_id', '=', caller.tenantId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returning(['published_version_id', 'draft_document'])
    .executeTakeFirst()
  if (!row) return undefined
  const { published_version_id: published, draft_document: draft } = row
  if (draft !== null) return { draft, publishedVersionId: published, contentHash: hashDocument(draft) }
  const version =
    published === null
      ? undefined
      : await transaction
          .selectFrom('app_versions')
          .select('hash')
          .where('tenant_id', '=', caller.tenantId)
          .where('id', '=', published)
          .executeTakeFirst()
  return { draft, publishedVersionId: published, contentHash: version?.hash ?? null }
}
