// A form with one file → its bytes, kept. Whose they are is said by the rest of the form.

import type { FastifyRequest } from 'fastify'
import type { Caller } from '../product/caller.ts'
import { UploadError } from '../product/uploads/errors.ts'
import type { ReceivedFile, Uploads } from '../product/uploads/spec.ts'
import { readForm } from './multipart.ts'

/** The one file of a form, in a part named `file`. A form that turns out wrong leaves nothing behind. */
export const receiveOne = async (
  uploads: Uploads,
  request: FastifyRequest,
  caller: Caller,
): Promise<{ readonly file: ReceivedFile; readonly fields: ReadonlyMap<string, string> }> => {
  let received: ReceivedFile | undefined
  let seen = 0
  try {
    const fields = await readForm(request, async ({ name, filename, mimeType, content }) => {
      seen++
      if (seen > 1) throw new UploadError('upload/too-many-files')
      if (name === 'file') received = await uploads.receive(caller, { filename, mimeType, content })
    })
    if (!received) throw new UploadError('upload/no-file')
    return { file: received, fields }
  } catch (error) {
    if (received) await uploads.discard(caller, received)
    throw error
  }
}
