// Uploaded files: taking them in, naming them for runs, reading and deleting them.

import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/seams.ts'
import { FileError } from '../../files/errors.ts'
import type { FileStore } from '../../files/spec.ts'
import type { Caller } from '../caller.ts'
import type { MessageFileStore } from '../conversations/message-files.ts'
import { serviceUser } from '../end-users/service-user.ts'
import type { EndUserStore } from '../end-users/store.ts'
import { type FileId, fromWireId, parseId } from '../ids.ts'
import { storedFile } from '../runs/file-access.ts'
import { checkUpload } from './checks.ts'
import { UploadError } from './errors.ts'
import type { FileContent, Uploader, UploadLimits, Uploads } from './spec.ts'
import type { Upload, UploadStore } from './store.ts'

export interface UploadsParts {
  readonly files: FileStore
  readonly log: Log
  readonly limits: UploadLimits
  readonly stores: {
    readonly uploads: UploadStore
    readonly endUsers: EndUserStore
    readonly messageFiles: MessageFileStore
  }
}

export const createUploads = ({ files, log, limits, stores }: UploadsParts): Uploads => {
  const { uploads, endUsers, messageFiles } = stores

  const receive: Uploads['receive'] = async (caller, upload) => {
    const { maxBytes, ...about } = checkUpload(upload, limits)
    try {
      const { id, sizeBytes } = await files.put(caller.tenantId, upload.content, about, { maxBytes })
      return { ...about, id, sizeBytes }
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== 'file/too-large') throw error
      throw new UploadError('upload/too-large', { details: error.details, cause: error })
    }
  }

  const forget = async (caller: Caller, id: FileId): Promise<void> => {
    try {
      await files.delete(caller.tenantId, id)
    } catch (error) {
      // Bytes without a row are nobody's: they cost room and nothing else.
      log.warn('bytes-not-deleted', { fileId: id, reason: messageOf(error) })
    }
  }

  const assign: Uploads['assign'] = async (caller, by, received) => {
    const owner = await ownerOf(endUsers, caller, by)
    return uploads.add(caller, { ...received, ...owner })
  }

  const get: Uploads['get'] = async (caller, id) => {
    const upload = await uploads.get(caller, id)
    if (!upload) throw new UploadError('upload/not-found')
    return upload
  }

  const open = async (
    caller: Caller,
    id: FileId,
    about: Pick<FileContent, 'filename' | 'mimeType'>,
  ): Promise<FileContent> => {
    try {
      const { sizeBytes, read } = await files.open(caller.tenantId, id)
      return { ...about, sizeBytes, read }
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      throw new UploadError('upload/not-found', { cause: error })
    }
  }

  return {
    limits,
    receive,
    assign,
    get,
    discard: (caller, { id }) => forget(caller, id),
    async put(caller, by, upload) {
      const received = await receive(caller, upload)
      try {
        return await assign(caller, by, received)
      } catch (error) {
        await forget(caller, received.id)
        throw error
      }
    },

    async resolve(caller, by, text) {
      const id = parseId('file', text) ?? fromWireId('file', text)
      const upload = id && (await uploads.get(caller, id))
      if (!upload || !(await isOwner(endUsers, caller, by, upload))) return undefined
      return storedFile(upload, 'local_file')
    },

    list: (caller, list) => uploads.list(caller, list),

    async content(caller, id) {
      const { filename, mimeType } = await get(caller, id)
      return open(caller, id, { filename, mimeType })
    },

    async preview(caller, appId, id) {
      const file = await messageFiles.find(caller, appId, id)
      if (!file) throw new UploadError('upload/not-found')
      if (file.appId !== appId) throw new UploadError('upload/denied')
      const { filename, mimeType } = file
      return open(caller, id, { filename, mimeType: mimeType ?? 'application/octet-stream' })
    },

    async delete(caller, id) {
      if (!(await uploads.delete(caller, id))) throw new UploadError('upload/not-found')
      await forget(caller, id)
    },
  }
}

const ownerOf = async (
  endUsers: EndUserStore,
  caller: Caller,
  by: Uploader,
): Promise<Pick<Upload, 'appId' | 'endUserId' | 'accountId'>> => {
  if (by === 'member') return { appId: null, endUserId: null, accountId: caller.actor.id }
  const user = await endUsers.ensure(caller, serviceUser(by.appId, by.user))
  return { appId: by.appId, endUserId: user.id, accountId: null }
}

const isOwner = async (endUsers: EndUserStore, caller: Caller, by: Uploader, upload: Upload): Promise<boolean> => {
  if (by === 'member') return upload.accountId !== null
  if (upload.appId !== by.appId) return false
  const user = await endUsers.find(caller, serviceUser(by.appId, by.user))
  return user !== undefined && user.id === upload.endUserId
}
