// Forms with files: bounded in parts, fields and headers, read part by part and never held whole. Only routes in the scope of
// `acceptForms` take forms, and they take nothing else: a JSON body cannot pose as an upload.

import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PlatformError } from '../base/errors.ts'
import { invalidParam } from './errors.ts'
import { watchPartTypes } from './part-types.ts'

/** Bytes of one field. */
const FIELD_BYTES = 16 * 1024

const LIMITS = {
  parts: 20,
  fields: 19,
  // One, and the one too many that is refused by its name.
  files: 2,
  fieldNameSize: 100,
  fieldSize: FIELD_BYTES,
  headerPairs: 20,
  headerSize: 16 * 1024,
  // Sizes are judged by whoever takes the file.
  fileSize: Number.MAX_SAFE_INTEGER,
} as const

export interface FormFile {
  readonly name: string
  /** As sent, folders and all; empty when the part says so. */
  readonly filename: string
  /** Undefined when the part does not say. */
  readonly mimeType: string | undefined
  /** Must be read before the next part comes; what is left is skipped. */
  readonly content: AsyncIterable<Uint8Array>
}

/** For a scope of its own. */
export const acceptForms = (server: FastifyInstance): void => {
  server.removeAllContentTypeParsers()
  server.register(multipart, { throwFileSizeLimit: false, preservePath: true } as object)
}

/** Reads the whole form: hands each file over, and gives the fields, the last of each name. A request without a form has neither.
 *  @throws ApiError `api/invalid-param` for broken forms and too many parts, and what `onFile` throws */
export const readForm = async (
  request: FastifyRequest,
  onFile: (file: FormFile) => Promise<void>,
): Promise<ReadonlyMap<string, string>> => {
  const fields = new Map<string, string>()
  if (!request.isMultipart()) return fields
  const types = watchPartTypes(request.headers['content-type'] ?? '')
  const watch = (chunk: Uint8Array) => types.push(chunk)
  // Before the parser, so that a part's headers are known when the parser tells of it.
  request.raw.on('data', watch)
  let files = 0
  try {
    for await (const part of request.parts({ limits: LIMITS })) {
      if (part.type === 'field') {
        if (part.valueTruncated) throw invalidParam(part.fieldname, `has more than ${FIELD_BYTES} bytes`)
        fields.set(part.fieldname, String(part.value))
        continue
      }
      await onFile({
        name: part.fieldname,
        filename: part.filename ?? '',
        mimeType: types.hasType(files++) ? part.mimetype : undefined,
        content: readPart(part.file),
      })
      // The parser waits until the part is gone.
      if (!part.file.readableEnded) part.file.resume()
    }
    return fields
  } catch (error) {
    // Clients that only listen after they have sent everything must be able to; the server's own time limit bounds this.
    request.raw.unpipe()
    request.raw.resume()
    throw error instanceof PlatformError ? error : broken(error)
  } finally {
    request.raw.off('data', watch)
  }
}

async function* readPart(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* file
  } catch (error) {
    throw broken(error)
  }
}

const broken = (cause: unknown): PlatformError => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const many = code === 'FST_PARTS_LIMIT' || code === 'FST_FIELDS_LIMIT' || code === 'FST_FILES_LIMIT'
  return invalidParam('', many ? 'The form has too many parts.' : 'The form is cut off or malformed.')
}
