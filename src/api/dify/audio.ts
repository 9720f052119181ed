// The Service API's calls for speech. Sound goes to the client as it comes from the vendor, at the client's pace; a client that
// leaves ends the vendor's call.

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Audio, Recording } from '../../product/audio/audio.ts'
import { AudioError } from '../../product/audio/errors.ts'
import { fromWireId } from '../../product/ids.ts'
import { MessageError } from '../../product/messages/errors.ts'
import { audioToText, textToAudio } from '../../wire/dify/audio.ts'
import { appCallerOf } from '../authenticate.ts'
import { acceptForms, type FormFile, readForm } from '../multipart.ts'
import { addRoute } from '../route.ts'

/** The second is what older clients call it. */
const PART_NAMES: ReadonlySet<string> = new Set(['file', 'audio_file'])

interface AudioRouteParts {
  readonly audio: Audio
}

export const audioRoutes =
  ({ audio }: AudioRouteParts) =>
  async (server: FastifyInstance) => {
    server.register(recordingRoute(audio))
    addRoute(server, textToAudio, async ({ body, request, reply }) => {
      const { caller, appId } = appCallerOf(request)
      const messageId = body.message_id ? fromWireId('msg', body.message_id) : undefined
      if (body.message_id && !messageId) throw new MessageError('message/not-found')
      const { user, text, voice } = body
      return unlessGone(reply, async (signal) => {
        const speech = await audio.speak(caller, { appId, messageId, user, text, voice }, signal)
        // The first bytes decide: until then a failure can still be told with its status.
        const chunks = speech.chunks[Symbol.asyncIterator]()
        const first = await chunks.next()
        reply.header('content-type', speech.mimeType).header('cache-control', 'no-store')
        return Readable.from(rest(first, chunks), { objectMode: false })
      })
    })
  }

const recordingRoute = (audio: Audio) => async (server: FastifyInstance) => {
  acceptForms(server)
  addRoute(server, audioToText, async ({ request, reply }) => {
    const { caller, appId } = appCallerOf(request)
    await audio.admitRecordings(caller, appId)
    const recording = await receiveRecording(request, audio.maxBytes)
    return unlessGone(reply, (signal) => audio.transcribe(caller, appId, recording, signal))
  })
}

async function* rest(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let next = first; !next.done; next = await chunks.next()) yield next.value
  } finally {
    await chunks.return?.()
  }
}

/** Ends the work when the client leaves before it has its answer; then nobody is told how the work ended. */
const unlessGone = async <T>(
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> => {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('The client has left.', 'AbortError'))
  })
  try {
    return await work(controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) throw error
    reply.hijack()
    return undefined
  }
}

const receiveRecording = async (request: FastifyRequest, maxBytes: number): Promise<Recording> => {
  let recording: Recording | undefined
  await readForm(request, async (file) => {
    if (!recording && PART_NAMES.has(file.name)) recording = await collect(file, maxBytes)
  })
  if (!recording) throw new AudioError('audio/no-file')
  return recording
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
