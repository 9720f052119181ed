// Calls of the Service API for files: uploading one, and reading those that messages have.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { optionalUser, pathIds, queryText, seconds, uuid } from './parts.ts'

const tag = 'Files'

const binary = () => z.string().meta({ format: 'binary' })

const uploadedFile = z
  .object({
    id: uuid().meta({ description: 'For `upload_file_id` of a file in `files` or `inputs`, by the same `user`.' }),
    reference: z.null(),
    name: z.string(),
    size: z.int().meta({ description: 'Bytes.' }),
    extension: z.string().nullable().meta({ description: 'Without its dot.' }),
    mime_type: z.string().nullable(),
    created_by: uuid().nullable(),
    created_at: seconds(),
    preview_url: z.null(),
    source_url: z.string().meta({ description: 'Path of the preview, which works once a message has the file.' }),
    original_url: z.null(),
    user_id: z.null(),
    tenant_id: uuid(),
    conversation_id: z.null(),
    file_key: z.null(),
  })
  .meta({ id: 'UploadedFile' })

export const uploadFile = defineOperation({
  method: 'POST',
  path: '/v1/files/upload',
  id: 'uploadFile',
  summary: 'Keeps one file for later messages and runs of the same user',
  tag,
  bodyType: 'multipart/form-data',
  body: z.object({ file: binary(), user: optionalUser }),
  answers: { 201: { description: 'The file.', schema: uploadedFile } },
  errors: [400, 403],
})

const flag = z
  .string()
  .transform((text) => /^(?:true|1)$/i.test(text))
  .optional()
  .meta({ type: 'boolean', default: false })

export const previewFile = defineOperation({
  method: 'GET',
  path: '/v1/files/{file_id}/preview',
  id: 'previewFile',
  summary: 'The bytes of a file that a message of the app has',
  tag,
  params: pathIds('file_id'),
  query: z.object({ as_attachment: flag, user: queryText().meta({ description: 'Ignored.' }) }),
  answers: {
    200: {
      description: 'The bytes, under the stored MIME type. Types that a browser would run come as an attachment.',
      contentType: 'application/octet-stream',
    },
    206: { description: 'The range asked for, of sounds and films.', contentType: 'application/octet-stream' },
  },
  errors: [403, 404, 416],
})
