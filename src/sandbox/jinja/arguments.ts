// Reading single arguments: as integers, texts, counts.

import { overflowError, typeError, undefinedError } from './error.ts'
import { typeNameOf } from './iterate.ts'
import { asInt } from './numbers.ts'
import { Markup, type PyValue, Undefined } from './values.ts'

/** An index or count as a plain number. Integers beyond 2^53 are cut to it: no text or list is that long. */
export const indexOf = (value: PyValue): number => {
  const int = asInt(value)
  if (int === undefined) throw typeError(`'${typeNameOf(value)}' object cannot be interpreted as an integer`)
  if (typeof int === 'number') return int
  return int > 0n ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER
}

/** As `indexOf`, for filters that calculate with the value: there, an undefined one fails as such. */
export const amountOf = (value: PyValue): number => {
  if (value instanceof Undefined) throw undefinedError(value.reason)
  return indexOf(value)
}

/** A size that must fit a machine word. */
export const sizeOf = (value: PyValue): number => {
  const size = indexOf(value)
  if (Math.abs(size) === Number.MAX_SAFE_INTEGER) throw overflowError('the number is too large for a size')
  return size
}

export const textOf = (value: PyValue, name: string): string => {
  if (typeof value === 'string') return value
  if (value instanceof Markup) return value.text
  throw typeError(`${name}: expected a text, got ${typeNameOf(value)}`)
}

export const isText = (value: PyValue): value is string | Markup => typeof value === 'string' || value instanceof Markup
export const plainText = (value: string | Markup): string => (typeof value === 'string' ? value : value.text)
