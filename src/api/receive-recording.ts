// A form with a recording → its bytes and the form's fields. Recordings go to a vendor in one piece, so they are held whole.

import type { FastifyRequest } from 'fastify'
import type { Recording } from '../product/audio/audio.ts'
import { AudioError } from '../product/audio/errors.ts'
import { type FormFile, readForm } from './multipart.ts'

/** The first file in a part with one of these names.
 *  @throws AudioError `audio/no-file`, `audio/too-large` */
export const receiveRecording = async (
  request: FastifyRequest,
  { names, maxBytes }: { readonly names: ReadonlySet<string>; readonly maxBytes: number },
): Promise<{ readonly recording: Recording; readonly fields: ReadonlyMap<string, string> }> => {
  let recording: Recording | undefined
  const fields = await readForm(request, async (file) => {
    if (!recording && names.has(file.name)) recording = await collect(file, maxBytes)
  })
  if (!recording) throw new AudioError('audio/no-file')
  return { recording, fields }
}

const collect = async ({ content, filename, mimeType }: FormFile, maxBytes: number): Promise<Recording> => {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of content) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) throw new AudioError('audio/too-large', { details: { limitBytes: maxBytes } })
    chunks.push(chunk)
  }
  // Vendors tell formats by the name's ending.
  return { bytes: Buffer.concat(chunks), filename: filename || 'audio.mp3', mimeType: mimeType ?? '' }
}
