// Files that messages came with or brought. A file that no message of an app has is nobody's to see through that app.

import type { Ids } from '../../base/seams.ts'
import type { MessageFileRow } from '../../db/schema/talks.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { FileValue } from '../../flow/file.ts'
import type { Caller } from '../caller.ts'
import { type AppId, type FileId, type MessageFileId, type MessageId, parseId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface MessageFile {
  readonly id: MessageFileId
  readonly appId: AppId
  readonly messageId: MessageId
  /** The stored bytes; null for files that are only an address. */
  readonly fileId: FileId | null
  readonly type: MessageFileRow['type']
  readonly transferMethod: MessageFileRow['transfer_method']
  readonly url: string | null
  readonly belongsTo: MessageFileRow['belongs_to']
  readonly filename: string
  readonly mimeType: string | null
  readonly sizeBytes: number | null
  readonly createdAt: number
}

const COLUMNS = [
  'tenant_id',
  'id',
  'app_id',
  'message_id',
  'file_id',
  'type',
  'transfer_method',
  'url',
  'belongs_to',
  'filename',
  'mime_type',
  'size_bytes',
  'created_at',
] as const satisfies readonly (keyof MessageFileRow)[]

/** Messages asked for at once. */
const MAX_MESSAGES = 100

export type MessageFileStore = ReturnType<typeof createMessageFileStore>

export const createMessageFileStore = ({ db }: StoreSeams) => {
  const saved = prepareStatement<MessageFileRow>((value) =>
    db.kysely
      .insertInto('message_files')
      .columns([...COLUMNS])
      .expression(
        db.kysely
          .selectFrom('messages')
          .select((eb) => COLUMNS.map((name) => eb.val(value(name)).as(name)))
          .where('tenant_id', '=', value('tenant_id'))
          .where('id', '=', value('message_id')),
      )
      .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doNothing()),
  )
  return {
    /** For `db.write`, after its message. Changes nothing when the file is there already, or the message is gone: it may have
     *  been removed with its conversation while its run went on. */
    save: (caller: Caller, file: MessageFile): Statement =>
      saved({
        tenant_id: caller.tenantId,
        id: file.id,
        app_id: file.appId,
        message_id: file.messageId,
        file_id: file.fileId,
        type: file.type,
        transfer_method: file.transferMethod,
        url: file.url,
        belongs_to: file.belongsTo,
        filename: file.filename,
        mime_type: file.mimeType,
        size_bytes: file.sizeBytes,
        created_at: file.createdAt,
      }),

    /** Files of these messages of the app, in the order in which they came. @param messageIds 0 to 100 */
    async list(caller: Caller, appId: AppId, messageIds: readonly MessageId[]): Promise<readonly MessageFile[]> {
      if (messageIds.length === 0) return []
      const rows = await db.kysely
        .selectFrom('message_files')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .where('message_id', 'in', messageIds.slice(0, MAX_MESSAGES))
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(toMessageFile)
    },

    /** A message's file with these bytes: one of the app when there is any, else another app's. */
    async find(caller: Caller, appId: AppId, fileId: FileId): Promise<MessageFile | undefined> {
      const row = await db.kysely
        .selectFrom('message_files')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('file_id', '=', fileId)
        .orderBy((eb) => eb.case().when('app_id', '=', appId).then(eb.lit(0)).else(eb.lit(1)).end())
        .limit(1)
        .executeTakeFirst()
      return row && toMessageFile(row)
    },
  }
}

const toMessageFile = (row: MessageFileRow): MessageFile => ({
  id: row.id,
  appId: row.app_id,
  messageId: row.message_id,
  fileId: row.file_id,
  type: row.type,
  transferMethod: row.transfer_method,
  url: row.url,
  belongsTo: row.belongs_to,
  filename: row.filename,
  mimeType: row.mime_type,
  sizeBytes: row.size_bytes,
  createdAt: row.created_at,
})

/** What is to be saved for the files of a question (`user`) or an answer (`assistant`), in their order. */
export const messageFileRows = (
  files: readonly FileValue[],
  about: Pick<MessageFile, 'appId' | 'messageId' | 'belongsTo' | 'createdAt'>,
  ids: Ids,
): readonly MessageFile[] =>
  files.map(({ fields }) => ({
    ...about,
    id: ids.next('mfile'),
    fileId: parseId('file', fields.relatedId ?? '') ?? null,
    type: fields.type,
    // Files of data sources are bytes of ours, like those of tools.
    transferMethod: fields.transferMethod === 'datasource_file' ? 'tool_file' : fields.transferMethod,
    url: fields.remoteUrl ?? fields.url,
    filename: fields.filename ?? '',
    mimeType: fields.mimeType,
    sizeBytes: fields.size < 0 ? null : fields.size,
  }))
