// What the bodies of the management API are put together from: ids with prefixes, ISO times, lists read by cursors.

import { z } from 'zod'
import { plainText } from '../plain-text.ts'

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** `app_…`: the prefix and a UUID, in lower case. */
export const prefixedId = <Prefix extends string>(prefix: Prefix) =>
  z.templateLiteral([`${prefix}_`, z.string().regex(new RegExp(UUID))]).meta({
    description: `Id: \`${prefix}_\` and a UUID.`,
    examples: [`${prefix}_019a2f0e-0000-7000-8000-000000000001`],
  })

/** Ids in addresses are any text here: what names nothing is answered as missing, not as malformed. */
export const pathIds = <const Name extends string>(...names: readonly Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.string()])) as Record<Name, z.ZodString>)

/** A point in time, ISO 8601 in UTC with milliseconds. */
export const time = () => z.iso.datetime().meta({ description: 'ISO 8601, UTC.' })

/** Plain data of an app: inputs, outputs. Integers beyond 2^53 and floats such as `1.0` keep their digits. */
export const dataMap = () => z.record(z.string(), z.unknown())

const LIMIT = 100
const RANGE = { error: `must be a whole number from 1 to ${LIMIT}` }

/** Where to go on in a list, and how far. */
export const cursorQuery = {
  cursor: plainText().max(500).optional().meta({ description: '`nextCursor` of the page before.' }),
  limit: z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
      z.int(RANGE).min(1, RANGE).max(LIMIT, RANGE).default(20),
    )
    .meta({ description: `1 to ${LIMIT}. Default 20.` }),
}

/** One page. `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/** In queries: one value or several, as `status=failed&status=stopped`. */
export const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).max(20))
