// Bodies of the Service API's calls. Unknown fields are ignored, as Dify's server does.

import { z } from 'zod'
import type { Value } from '../../base/value.ts'
import { body, must, optionalText, user, valueMap } from './parts.ts'

const fileReference = z.object(
  {
    type: z.enum(['image', 'document', 'audio', 'video', 'custom'], must('image, document, audio, video or custom')),
    transfer_method: z.enum(['remote_url', 'local_file'], must('remote_url or local_file')),
    url: optionalText,
    remote_url: optionalText,
    upload_file_id: optionalText,
  },
  must('an object'),
)
export type FileReference = z.output<typeof fileReference>

const responseMode = z
  .enum(['streaming', 'blocking'], must('streaming or blocking'))
  .nullish()
  .transform((mode) => mode ?? 'blocking')
const files = z
  .array(fileReference, must('a list of files'))
  .nullish()
  .transform((list) => list ?? [])

/** What a caller's trace is called; other values count as absent. Source: Dify's public server source. */
export const TRACE_ID = /^[A-Za-z0-9_-]{1,128}$/
const traceId = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' && TRACE_ID.test(value) ? value : undefined))

/** What a model is told: NUL characters are dropped, as Dify's server does. */
const query = () => z.string(must('a text')).transform((words) => words.replaceAll('\0', ''))

export const runWorkflowBody = body({
  inputs: valueMap,
  user,
  response_mode: responseMode,
  files,
  trace_id: traceId,
})

export const sendCompletionBody = body({
  inputs: valueMap,
  user,
  response_mode: responseMode,
  files,
  trace_id: traceId,
  /** Older clients; newer apps have an input of this name. */
  query: query()
    .nullish()
    .transform((words) => words ?? ''),
})

export const sendChatBody = body({
  query: query().refine((words) => words !== '', 'must not be empty'),
  inputs: valueMap,
  user,
  response_mode: responseMode,
  files,
  conversation_id: optionalText.transform((id) => id?.trim() ?? ''),
  workflow_id: optionalText,
  trace_id: traceId,
  auto_generate_name: z
    .boolean(must('true or false'))
    .nullish()
    .transform((value) => value ?? true),
})

export const stopBody = body({ user })

/** A file as callers write it inside `inputs`. */
export const asFileReference = (value: Value): FileReference | undefined => fileReference.safeParse(value).data
