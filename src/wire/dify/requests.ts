// Bodies of the Service API's calls. Unknown fields are ignored, as Dify's server does.

import { z } from 'zod'
import { formatNumber, isNumber } from '../../base/number.ts'
import { isObject, type Value, type ValueObject } from '../../base/value.ts'

type Problem = { readonly input?: unknown }

/** What a field must be, in words that follow its name. */
const must = (kind: string) => ({
  error: ({ input }: Problem) => (input === undefined || input === null ? 'is required' : `must be ${kind}`),
})

const text = () => z.string(must('a text'))
const valueMap = z.custom<ValueObject>((value) => isObject(value), must('an object'))

/** Characters. Source: the width of the column in Dify's public schema. */
const LONGEST_USER = 255

/** Some clients send numbers for names. */
const user = z.unknown().transform((value, context): string => {
  const name = isNumber(value) ? formatNumber(value) : typeof value === 'boolean' ? String(value) : value
  const problem = problemOfUser(name)
  if (problem === undefined) return name as string
  context.addIssue({ code: 'custom', message: problem })
  return z.NEVER
})

const problemOfUser = (name: unknown): string | undefined => {
  if (name === undefined || name === null) return 'is required'
  if (typeof name !== 'string') return 'must be a text'
  if (name.trim() === '') return 'must not be empty'
  if (name.includes('\0')) return 'must not contain NUL characters'
  return name.length > LONGEST_USER ? `must have at most ${LONGEST_USER} characters` : undefined
}

const optionalText = text()
  .nullish()
  .transform((value) => value ?? undefined)

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

/** A body without a place of its own in messages. */
const body = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape, { error: 'The body must be an object.' })

export const runWorkflowBody = body({
  inputs: valueMap,
  user,
  response_mode: responseMode,
  files,
})

export const sendChatBody = body({
  query: text()
    .transform((query) => query.replaceAll('\0', ''))
    .refine((query) => query !== '', 'must not be empty'),
  inputs: valueMap,
  user,
  response_mode: responseMode,
  files,
  conversation_id: optionalText.transform((id) => id?.trim() ?? ''),
  workflow_id: optionalText,
})

export const stopBody = body({ user })

/** A file as callers write it inside `inputs`. */
export const asFileReference = (value: Value): FileReference | undefined => fileReference.safeParse(value).data
