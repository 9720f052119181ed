// Speech of models: writing it down and reading aloud.

import { z } from 'zod'
import { must } from '../dify/parts.ts'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { model, openBody } from './parts.ts'

const tag = 'Speech'

const recording = z.object({
  file: z.string().meta({ format: 'binary', description: 'flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm.' }),
  model,
  response_format: z.enum(['json', 'text']).optional().meta({ description: 'Default `json`.' }),
})

const written = {
  200: { description: 'The words.', schema: z.object({ text: z.string() }) },
} as const
const errors = [404, 429, 502, 503, 504] as const

export const createTranscription = defineOperation({
  method: 'POST',
  path: '/v1/audio/transcriptions',
  id: 'createTranscription',
  summary: 'Writes down what a recording says',
  tag,
  bodyType: 'multipart/form-data',
  body: recording.extend({
    language: plainText().max(20).optional().meta({ description: 'ISO 639-1; absent: heard from the sound.' }),
  }),
  answers: written,
  errors,
})

export const createTranslation = defineOperation({
  method: 'POST',
  path: '/v1/audio/translations',
  id: 'createTranslation',
  summary: 'Writes down in English what a recording says',
  tag,
  bodyType: 'multipart/form-data',
  body: recording,
  answers: written,
  errors,
})

/** Characters. Source: platform.openai.com/docs/api-reference/audio/createSpeech; longer texts are read in pieces. */
const LONGEST_SPEECH = 100_000

export const createSpeech = defineOperation({
  method: 'POST',
  path: '/v1/audio/speech',
  id: 'createSpeech',
  summary: 'Reads a text aloud',
  tag,
  body: openBody({
    model,
    input: z
      .string(must('a text'))
      .min(1, 'must not be empty')
      .max(LONGEST_SPEECH, `must have at most ${LONGEST_SPEECH} characters`),
    voice: plainText(must('a text')).max(200).nullish().meta({ description: "Absent: the model's own." }),
    response_format: z.enum(['mp3'], 'must be mp3').nullish(),
  }),
  answers: { 200: { description: 'The sound, as it comes.', contentType: 'audio/mpeg' } },
  errors,
})
