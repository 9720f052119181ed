// The Service API's calls for files.

import type { FastifyInstance } from 'fastify'
import { fromWireId, toWireId } from '../../product/ids.ts'
import { UploadError } from '../../product/uploads/errors.ts'
import type { Uploads } from '../../product/uploads/spec.ts'
import type { Upload } from '../../product/uploads/store.ts'
import { previewFile, uploadFile } from '../../wire/dify/files.ts'
import { optionalUser } from '../../wire/dify/parts.ts'
import { appCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { sendContent } from '../file-content.ts'
import { acceptForms } from '../multipart.ts'
import { receiveOne } from '../receive-upload.ts'
import { addRoute } from '../route.ts'

export const fileRoutes =
  ({ uploads }: FileRouteParts) =>
  async (server: FastifyInstance) => {
    server.register(uploadRoute(uploads))
    addRoute(server, previewFile, async ({ params, query, request, reply }) => {
      const { caller, appId } = appCallerOf(request)
      const id = fromWireId('file', params.file_id)
      if (!id) throw new UploadError('upload/not-found')
      return sendContent({ request, reply }, await uploads.preview(caller, appId, id), query.as_attachment ?? false)
    })
  }

interface FileRouteParts {
  readonly uploads: Uploads
}

const uploadRoute = (uploads: Uploads) => async (server: FastifyInstance) => {
  acceptForms(server)
  addRoute(server, uploadFile, async ({ request }) => {
    const { caller, appId } = appCallerOf(request)
    const { file, fields } = await receiveOne(uploads, request, caller)
    try {
      const user = readUser(fields.get('user'))
      return toWire(caller.tenantId, await uploads.assign(caller, { appId, user }, file))
    } catch (error) {
      await uploads.discard(caller, file)
      throw error
    }
  })
}

const readUser = (text: string | undefined): string | undefined => {
  const read = optionalUser.safeParse(text)
  if (read.success) return read.data
  throw invalidParam('user', read.error.issues[0]?.message ?? 'is not valid')
}

const toWire = (tenantId: `tenant_${string}`, upload: Upload) => {
  const id = toWireId(upload.id)
  return {
    id,
    reference: null,
    name: upload.filename,
    size: upload.sizeBytes,
    extension: upload.extension || null,
    mime_type: upload.mimeType,
    created_by: upload.endUserId && toWireId(upload.endUserId),
    created_at: Math.floor(upload.createdAt / 1_000),
    preview_url: null,
    source_url: `/v1/files/${id}/preview`,
    original_url: null,
    user_id: null,
    tenant_id: toWireId(tenantId),
    conversation_id: null,
    file_key: null,
  }
}
