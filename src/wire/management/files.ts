// Uploaded files over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { cursorQuery, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Files'
const params = pathIds('file_id')

export const file = z
  .object({
    id: prefixedId('file'),
    filename: z.string(),
    extension: z.string().meta({ description: 'In lower case, without its dot; empty when there is none.' }),
    mimeType: z.string(),
    sizeBytes: z.number().int(),
    appId: prefixedId('app').nullable().meta({ description: 'Of uploads by end users.' }),
    endUserId: prefixedId('user').nullable(),
    uploadedBy: z.string().nullable().meta({ description: 'The member or the key; null for uploads by end users.' }),
    createdAt: time(),
  })
  .meta({ id: 'File' })

export const listFiles = defineOperation({
  method: 'GET',
  path: '/api/files',
  id: 'listFiles',
  summary: 'Lists uploaded files, newest first.',
  tag,
  query: z.object(cursorQuery),
  answers: { 200: { description: 'A page of files.', schema: pageOf(file) } },
  errors: [400, 403],
})

export const createFile = defineOperation({
  method: 'POST',
  path: '/api/files',
  id: 'createFile',
  summary: 'Uploads one file, for runs that members start.',
  tag,
  bodyType: 'multipart/form-data',
  body: z.object({ file: z.string().meta({ format: 'binary' }) }),
  answers: { 201: { description: 'The file.', schema: file } },
  errors: [400, 403],
})

export const getFile = defineOperation({
  method: 'GET',
  path: '/api/files/{file_id}',
  id: 'getFile',
  summary: 'Describes one file.',
  tag,
  params,
  answers: { 200: { description: 'The file.', schema: file } },
  errors: [403, 404],
})

export const getFileContent = defineOperation({
  method: 'GET',
  path: '/api/files/{file_id}/content',
  id: 'getFileContent',
  summary: 'Gives the bytes of a file.',
  tag,
  params,
  query: z.object({
    download: z.stringbool().default(false).meta({ type: 'boolean', description: 'As an attachment. Default false.' }),
  }),
  answers: {
    200: {
      description: 'The bytes, under the stored MIME type. Types that a browser would run come as an attachment.',
      contentType: 'application/octet-stream',
    },
    206: { description: 'The range asked for, of sounds and films.', contentType: 'application/octet-stream' },
  },
  errors: [400, 403, 404, 416],
})

export const deleteFile = defineOperation({
  method: 'DELETE',
  path: '/api/files/{file_id}',
  id: 'deleteFile',
  summary: 'Deletes a file. Messages that have it keep its name.',
  tag,
  params,
  answers: { 204: { description: 'It is gone.' } },
  errors: [403, 404],
})

export const fileOperations = [listFiles, createFile, getFile, getFileContent, deleteFile] as const
