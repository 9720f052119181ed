// Uploaded files over the management API: of the whole tenant, whoever uploaded them.

import type { FastifyInstance } from 'fastify'
import { type FileId, parseId } from '../../product/ids.ts'
import { UploadError } from '../../product/uploads/errors.ts'
import type { Uploads } from '../../product/uploads/spec.ts'
import type { Upload } from '../../product/uploads/store.ts'
import { createFile, deleteFile, getFile, getFileContent, listFiles } from '../../wire/management/files.ts'
import { memberCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { sendContent } from '../file-content.ts'
import { acceptForms } from '../multipart.ts'
import { receiveOne } from '../receive-upload.ts'
import { addRoute } from '../route.ts'

export const fileRoutes =
  ({ uploads }: { readonly uploads: Uploads }) =>
  async (server: FastifyInstance) => {
    addRoute(server, listFiles, async ({ query: { cursor, limit }, request }) => {
      const { caller } = memberCallerOf(request)
      const after = cursor === undefined ? undefined : readCursor(cursor)
      const { items, hasMore } = await uploads.list(caller, { limit, ...(after && { after }) })
      const last = items.at(-1)
      return { items: items.map(toFile), nextCursor: hasMore && last ? toCursor(last) : null }
    })

    server.register(uploadRoute(uploads))
    addRoute(server, getFile, async ({ params, request }) =>
      toFile(await uploads.get(memberCallerOf(request).caller, readId(params.file_id))),
    )

    addRoute(server, getFileContent, async ({ params, query, request, reply }) => {
      const content = await uploads.content(memberCallerOf(request).caller, readId(params.file_id))
      return sendContent({ request, reply }, content, query.download)
    })

    addRoute(server, deleteFile, ({ params, request }) =>
      uploads.delete(memberCallerOf(request).caller, readId(params.file_id)),
    )
  }

const uploadRoute = (uploads: Uploads) => async (server: FastifyInstance) => {
  acceptForms(server)
  addRoute(server, createFile, async ({ request }) => {
    const { caller } = memberCallerOf(request)
    const { file } = await receiveOne(uploads, request, caller)
    try {
      return toFile(await uploads.assign(caller, 'member', file))
    } catch (error) {
      await uploads.discard(caller, file)
      throw error
    }
  })
}

const readId = (text: string): FileId => {
  const id = parseId('file', text)
  if (!id) throw new UploadError('upload/not-found')
  return id
}

const toCursor = ({ createdAt, id }: Pick<Upload, 'createdAt' | 'id'>): string =>
  Buffer.from(`${createdAt} ${id}`).toString('base64url')

const readCursor = (cursor: string): Pick<Upload, 'createdAt' | 'id'> => {
  const [, time, text] = /^(\d{1,15}) (\S+)$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  const id = parseId('file', text ?? '')
  if (time === undefined || !id) throw invalidParam('cursor', 'is not one of ours')
  return { createdAt: Number(time), id }
}

const toFile = (upload: Upload) => ({
  id: upload.id,
  filename: upload.filename,
  extension: upload.extension,
  mimeType: upload.mimeType,
  sizeBytes: upload.sizeBytes,
  appId: upload.appId,
  endUserId: upload.endUserId,
  uploadedBy: upload.accountId,
  createdAt: new Date(upload.createdAt).toISOString(),
})
