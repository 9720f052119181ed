// The rules of a schema for numbers and texts: whether a found value keeps them, and a neutral value that does.

import type { ValueObject } from '../../../base/value.ts'
import { numberIn } from '../../schema-reading.ts'
import { matchingText } from './pattern-text.ts'

/** A schema may demand longer texts; nobody wants to read them. Characters. */
const MAX_NEUTRAL_LENGTH = 10_000

/** 0, or the nearest to it that the schema allows. */
export const neutralNumber = (schema: ValueObject, whole: boolean): number => {
  const step = numberIn(schema, 'multipleOf') ?? (whole ? 1 : undefined)
  const low = lowerBound(schema)
  const high = upperBound(schema)
  const open = step ?? 0.5
  const candidates = [0, low, low + open, high, high - open, (low + high) / 2]
  if (step !== undefined)
    candidates.push(Math.ceil(low / step) * step, (Math.floor(low / step) + 1) * step, Math.floor(high / step) * step)
  const fits = (value: number) =>
    Number.isFinite(value) && (!whole || Number.isInteger(value)) && fitsNumber(value, schema)
  return candidates.find(fits) ?? 0
}

const bound = (schema: ValueObject, name: string, exclusive: string): number | undefined =>
  numberIn(schema, name) ?? numberIn(schema, exclusive)
const lowerBound = (schema: ValueObject): number =>
  bound(schema, 'minimum', 'exclusiveMinimum') ?? Number.NEGATIVE_INFINITY
const upperBound = (schema: ValueObject): number =>
  bound(schema, 'maximum', 'exclusiveMaximum') ?? Number.POSITIVE_INFINITY

export const fitsNumber = (value: number, schema: ValueObject): boolean => {
  const step = numberIn(schema, 'multipleOf')
  return (
    value >= (numberIn(schema, 'minimum') ?? value) &&
    value <= (numberIn(schema, 'maximum') ?? value) &&
    value > (numberIn(schema, 'exclusiveMinimum') ?? Number.NEGATIVE_INFINITY) &&
    value < (numberIn(schema, 'exclusiveMaximum') ?? Number.POSITIVE_INFINITY) &&
    (step === undefined || Number.isInteger(value / step))
  )
}

const FORMATS: Readonly<Record<string, { readonly rule: RegExp; readonly neutral: string }>> = {
  date: { rule: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)$/, neutral: '1970-01-01' },
  'date-time': { rule: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, neutral: '1970-01-01T00:00:00Z' },
  time: { rule: /^\d\d:\d\d:\d\dZ$/, neutral: '00:00:00Z' },
  duration: { rule: /^P\d+[DWMY]$/, neutral: 'P0D' },
  email: { rule: /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/, neutral: 'nobody@example.com' },
  hostname: { rule: /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i, neutral: 'example.com' },
  ipv4: { rule: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/, neutral: '0.0.0.0' },
  ipv6: { rule: /^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}$/i, neutral: '::' },
  uri: { rule: /^https?:\/\/[\w.-]+(?:[/?#][\w./?#&=%+~-]*)?$/, neutral: 'https://example.com/' },
  uuid: { rule: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i, neutral: '00000000-0000-0000-0000-000000000000' },
}

export const fitsText = (text: string, schema: ValueObject): boolean => {
  const length = Array.from(text).length
  if (length < (numberIn(schema, 'minLength') ?? 0) || length > (numberIn(schema, 'maxLength') ?? length)) return false
  if (
    typeof schema.format === 'string' &&
    Object.hasOwn(FORMATS, schema.format) &&
    !FORMATS[schema.format]?.rule.test(text)
  )
    return false
  return typeof schema.pattern !== 'string' || matches(schema.pattern, text)
}

/** Patterns come from strangers, and some take exponential time on long texts. */
const MAX_MATCHED_LENGTH = 64
const matches = (pattern: string, text: string): boolean => {
  if (text.length > MAX_MATCHED_LENGTH) return false
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    // A pattern that is none matches nothing.
    return false
  }
}

/** The empty text, or a short one that the schema allows. */
export const neutralText = (schema: ValueObject): string => {
  const format =
    typeof schema.format === 'string' && Object.hasOwn(FORMATS, schema.format) ? FORMATS[schema.format] : undefined
  const least = numberIn(schema, 'minLength') ?? 0
  const pattern = typeof schema.pattern === 'string' ? matchingText(schema.pattern, least) : undefined
  return format?.neutral ?? pattern ?? '-'.repeat(Math.min(least, MAX_NEUTRAL_LENGTH))
}
