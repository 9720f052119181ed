// What the bodies, queries and answers of the Service API are put together from.

import { z } from 'zod'
import { formatNumber, isNumber } from '../../base/number.ts'
import { isObject, type ValueObject } from '../../base/value.ts'
import { hasNul, NO_NUL, plainText } from '../plain-text.ts'

type Problem = { readonly input?: unknown }

/** What a field must be, in words that follow its name. */
export const must = (kind: string) => ({
  error: ({ input }: Problem) => (input === undefined || input === null ? 'is required' : `must be ${kind}`),
})

export const text = () => plainText(must('a text'))

/** A text that may be absent or null. */
export const optionalText = text()
  .nullish()
  .transform((value) => value ?? undefined)

/** Values by name, kept as they are: integers and floats stay apart. */
export const valueMap = z
  .custom<ValueObject>((value) => isObject(value), must('an object'))
  .meta({ type: 'object', additionalProperties: true })

/** Characters. Source: the width of the column in Dify's public schema. */
const LONGEST_USER = 255

const problemOfUser = (name: unknown): string | undefined => {
  if (name === undefined || name === null) return 'is required'
  if (typeof name !== 'string') return 'must be a text'
  if (name.trim() === '') return 'must not be empty'
  if (hasNul(name)) return NO_NUL
  return name.length > LONGEST_USER ? `must have at most ${LONGEST_USER} characters` : undefined
}

const readUser = (value: unknown, context: z.core.$RefinementCtx): string => {
  // Some clients send numbers for names.
  const name = isNumber(value) ? formatNumber(value) : typeof value === 'boolean' ? String(value) : value
  const problem = problemOfUser(name)
  if (problem === undefined) return name as string
  context.addIssue({ code: 'custom', message: problem, input: value })
  return z.NEVER
}

const USER = { type: 'string', description: "The caller's own name for its end user, unique within the app." } as const

/** Who the call is for, as the caller names them. */
export const user = z.unknown().transform(readUser).meta(USER)

/** The same where it may be left out: undefined for nobody in particular. */
export const optionalUser = z
  .unknown()
  .transform((value, context) =>
    value === undefined || value === null || value === '' ? undefined : readUser(value, context),
  )
  .optional()
  .meta(USER)

/** A body without a place of its own in messages. */
export const body = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape, { error: 'The body must be an object.' })

/** Ids in addresses and queries are any text here: what names nothing is answered as missing. */
export const pathIds = <const Name extends string>(...names: readonly Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.string()])) as Record<Name, z.ZodString>)

const count = (value: unknown): unknown =>
  value === undefined || value === ''
    ? undefined
    : typeof value === 'string' && /^\d{1,9}$/.test(value)
      ? +value
      : value

/** A whole number of a query. One that is out of range is refused. */
export const queryCount = (least: number, most: number, fallback: number) => {
  const range = { error: `must be a whole number from ${least} to ${most}` }
  return z.preprocess(count, z.int(range).min(least, range).max(most, range).default(fallback))
}

/** The same, but more than there may be means as many as there may be. */
export const clampedCount = (most: number, fallback: number) => {
  const range = { error: 'must be a whole number from 1 on' }
  return z.preprocess(
    count,
    z
      .int(range)
      .min(1, range)
      .default(fallback)
      .transform((value) => Math.min(value, most)),
  )
}

/** A text of a query; empty is as good as absent. */
export const queryText = (longest = 500) =>
  text()
    .max(longest, `must have at most ${longest} characters`)
    .transform((value) => value || undefined)
    .optional()

// Answers

export const uuid = () => z.uuid()

/** Seconds since the epoch. */
export const seconds = () => z.int().meta({ description: 'Seconds since 1970-01-01.' })

/** A page that is read by a cursor. */
export const cursorPage = <Item extends z.ZodType>(item: Item) =>
  z.object({ limit: z.int(), has_more: z.boolean(), data: z.array(item) })

/** A page that is read by its number. */
export const numberedPage = <Item extends z.ZodType>(item: Item) =>
  z.object({ page: z.int(), limit: z.int(), total: z.int(), has_more: z.boolean(), data: z.array(item) })

export const success = z.object({ result: z.literal('success') }).meta({ id: 'Success' })
