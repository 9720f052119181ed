// The Service API's calls for speech. Sound goes to the client as it comes from the vendor, at the client's pace; a client that
// leaves ends the vendor's call.

import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Audio } from '../../product/audio/audio.ts'
import { fromWireId } from '../../product/ids.ts'
import { MessageError } from '../../product/messages/errors.ts'
import { audioToText, textToAudio } from '../../wire/dify/audio.ts'
import { appCallerOf } from '../authenticate.ts'
import { acceptForms } from '../multipart.ts'
import { receiveRecording } from '../receive-recording.ts'
import { addRoute } from '../route.ts'
import { unlessGone } from '../unless-gone.ts'

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
    const { recording } = await receiveRecording(request, { names: PART_NAMES, maxBytes: audio.maxBytes })
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
