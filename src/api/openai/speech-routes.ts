// Speech: recordings to words, and words to sound. Sound goes to the caller as it comes from the vendor, at the caller's pace; a
// caller that leaves ends the vendor's call.

import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Recording } from '../../product/audio/audio.ts'
import { AudioError } from '../../product/audio/errors.ts'
import { createSpeech, createTranscription, createTranslation } from '../../wire/gateway/audio.ts'
import { LONGEST_MODEL } from '../../wire/gateway/parts.ts'
import { gatewayCallerOf } from '../authenticate.ts'
import { headerText } from '../doors/header-text.ts'
import { invalidParam } from '../errors.ts'
import { acceptForms } from '../multipart.ts'
import { receiveRecording } from '../receive-recording.ts'
import { addRoute, type Call } from '../route.ts'
import { unlessGone } from '../unless-gone.ts'
import { tellDropped } from './dropped-fields.ts'
import type { GatewayRouteParts } from './route-parts.ts'

export const speechRoutes = (parts: GatewayRouteParts) => async (server: FastifyInstance) => {
  const { gateway } = parts
  server.register(recordingRoutes(parts))
  addRoute(server, createSpeech, async ({ body, request, reply }) => {
    const { model, input, voice } = body
    tellDropped(createSpeech, Object.keys(body), { request, reply, model })
    const call = { model, text: input, voice: voice ?? undefined }
    return unlessGone(reply, async (signal) => {
      const { target, mimeType, chunks } = await gateway.speak(gatewayCallerOf(request), call, signal)
      reply
        .header('content-type', mimeType)
        .header('cache-control', 'no-store')
        .header('x-heddle-target', headerText(target))
      return Readable.from(chunks, { objectMode: false })
    })
  })
}

/** Forms only, in a scope of their own. */
const recordingRoutes =
  ({ gateway, audio }: GatewayRouteParts) =>
  async (server: FastifyInstance) => {
    acceptForms(server)
    const write = async (
      operation: typeof createTranscription | typeof createTranslation,
      call: Call<typeof operation>,
    ) => {
      const { request, reply } = call
      const { recording, fields } = await receiveRecording(request, { names: PART_NAMES, maxBytes: audio.maxBytes })
      const { model, asText, language } = readFields(fields)
      tellDropped(operation, fields.keys(), { request, reply, model })
      const asked = {
        model,
        audio: withType(recording),
        language: operation === createTranscription ? language : undefined,
        translate: operation === createTranslation,
      }
      return unlessGone(reply, async (signal) => {
        const { target, text } = await gateway.transcribe(gatewayCallerOf(request), asked, signal)
        reply.header('x-heddle-target', headerText(target))
        if (!asText) return { text }
        reply.type('text/plain; charset=utf-8').serializer(String)
        return text
      })
    }
    addRoute(server, createTranscription, (call) => write(createTranscription, call))
    addRoute(server, createTranslation, (call) => write(createTranslation, call))
  }

const PART_NAMES: ReadonlySet<string> = new Set(['file'])

const readFields = (fields: ReadonlyMap<string, string>) => {
  const model = fields.get('model') ?? ''
  if (model === '') throw invalidParam('model', 'is required')
  if (model.length > LONGEST_MODEL) throw invalidParam('model', `must have at most ${LONGEST_MODEL} characters`)
  const format = fields.get('response_format') ?? 'json'
  // Times of words are nothing that every vendor tells.
  if (format !== 'json' && format !== 'text') throw invalidParam('response_format', 'must be json or text')
  if (fields.get('stream') === 'true') throw invalidParam('stream', 'cannot be true: the words come in one piece')
  const language = fields.get('language')
  if (language !== undefined && language.length > 20) throw invalidParam('language', 'must be a code of ISO 639-1')
  return { model, asText: format === 'text', language: language || undefined }
}

/** By the ending of a name, where the caller does not know better. */
const TYPES: Readonly<Record<string, string>> = {
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  mp4: 'audio/mp4',
  mpeg: 'audio/mpeg',
  mpga: 'audio/mpeg',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  webm: 'audio/webm',
}

/** @throws AudioError `audio/no-file`, `audio/unsupported-type` */
const withType = (recording: Recording): Recording => {
  if (recording.bytes.byteLength === 0) throw new AudioError('audio/no-file')
  const { mimeType, filename } = recording
  if (/^(?:audio|video)\//.test(mimeType)) return recording
  const ending = filename.split('.').at(-1)?.toLowerCase() ?? ''
  const known = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined
  const says = mimeType !== '' && mimeType !== 'application/octet-stream'
  if (says || !known) throw new AudioError('audio/unsupported-type', { details: { type: mimeType || ending } })
  return { ...recording, mimeType: known }
}
