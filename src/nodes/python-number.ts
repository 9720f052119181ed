// Numbers written as text, read the way the app format reads them: Python's `int()` and `float()`.

import { float, integer } from '../base/number.ts'

// Longer texts are refused, as Python refuses them: reading them takes quadratic time.
const MAX_DIGITS = 4300
const INTEGER = /^[+-]?\d+(?:_\d+)*$/
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/
const SPECIAL: Readonly<Record<string, number>> = { inf: Infinity, infinity: Infinity, nan: Number.NaN }

/** @returns undefined when the text is no integer */
export const readInteger = (text: string): number | bigint | undefined => {
  const trimmed = text.trim()
  if (trimmed.length > MAX_DIGITS || !INTEGER.test(trimmed)) return undefined
  const digits = trimmed.replaceAll('_', '').replace('+', '')
  return digits.length < 16 ? Number(digits) + 0 : integer(BigInt(digits))
}

/** The double; undefined when the text is no number. */
export const readDouble = (text: string): number | undefined => {
  const trimmed = text.trim()
  if (trimmed.length > MAX_DIGITS) return undefined
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll('_', ''))
  const special = SPECIAL[trimmed.toLowerCase().replace(/^[+-]/, '')]
  return special !== undefined && trimmed.startsWith('-') ? -special : special
}

/** The double as a float of this platform. */
export const readFloat = (text: string) => {
  const double = readDouble(text)
  return double === undefined ? undefined : float(double)
}
