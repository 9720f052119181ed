// Calls of the Service API for speech.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { body, optionalText, optionalUser } from './parts.ts'

const tag = 'Audio'

export const audioToText = defineOperation({
  method: 'POST',
  path: '/v1/audio-to-text',
  id: 'audioToText',
  summary: 'Writes down what a recording says',
  tag,
  bodyType: 'multipart/form-data',
  body: z.object({
    file: z.string().meta({ format: 'binary', description: 'mp3, m4a, wav, amr or mpga; up to 30 MB.' }),
    user: optionalUser,
  }),
  answers: { 200: { description: 'The words.', schema: z.object({ text: z.string() }) } },
  errors: [400, 403, 429],
})

export const textToAudio = defineOperation({
  method: 'POST',
  path: '/v1/text-to-audio',
  id: 'textToAudio',
  summary: 'Reads a message or a text aloud',
  tag,
  body: body({
    message_id: optionalText.meta({ description: 'A message of the same user; wins over `text`.' }),
    text: optionalText,
    user: optionalUser,
    voice: optionalText.meta({ description: "Absent: the app's, else the model's own." }),
    streaming: z.unknown().optional().meta({ description: 'Has no effect: audio is sent as it comes.' }),
  }),
  answers: { 200: { description: 'The sound, as it comes.', contentType: 'audio/mpeg' } },
  errors: [400, 403, 404, 429],
})
