// Numbers from texts, as Python's int() and float() read them: surrounding space, single underscores, any script's digits.

import { integer } from '../../base/number.ts'
import { valueError } from './error.ts'
import { trim } from './text.ts'

/** Python's guard against quadratic conversions. */
export const MAX_INT_DIGITS = 4300

const UNICODE_DIGIT = /\p{Nd}/gu

/** Decimal digits of other scripts as ASCII. Each script's ten digits are consecutive code points. */
const asciiDigits = (text: string): string =>
  /^[\x00-\x7f]*$/.test(text)
    ? text
    : text.replace(UNICODE_DIGIT, (digit) => {
        const code = digit.codePointAt(0) as number
        let zero = code
        while (
          code - zero < 9 &&
          /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1)) &&
          zero % 16 !== 0 &&
          zero % 16 !== 6
        )
          zero--
        return String(code - zero)
      })

const PREFIXES: ReadonlyMap<number, string> = new Map([
  [2, 'b'],
  [8, 'o'],
  [16, 'x'],
])

/** `int(text, base)`, base 0 or 2…36.
 *  @throws ValueError */
export const parseInteger = (text: string, base = 10): number | bigint => {
  const bad = () => valueError(`invalid literal for int() with base ${base}: ${text.slice(0, 60)}`)
  const match = /^([+-]?)(0[bBoOxX]_?)?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(asciiDigits(trim(text)))
  if (!match) throw bad()
  const [, sign = '', rawPrefix = ''] = match
  let digits = (match[3] ?? '').replaceAll('_', '').toLowerCase()
  const prefix = rawPrefix.slice(1, 2).toLowerCase()
  let radix = base
  if (base === 0) {
    radix = prefix === 'b' ? 2 : prefix === 'o' ? 8 : prefix === 'x' ? 16 : 10
    if (prefix === '' && /^0+[1-9]/.test(digits)) throw bad()
  } else if (prefix !== '' && PREFIXES.get(base) !== prefix) {
    // `0b1` is also a number in base 16: the letters are digits there.
    if (rawPrefix.endsWith('_')) throw bad()
    digits = `0${prefix}${digits}`
  }
  for (const digit of digits) if (Number.parseInt(digit, 36) >= radix) throw bad()
  if (digits.length > MAX_INT_DIGITS && ![2, 4, 8, 16, 32].includes(radix)) {
    throw valueError(`more than ${MAX_INT_DIGITS} digits in an integer`)
  }
  const size = parseDigits(digits, radix)
  return integer(sign === '-' ? -size : size)
}

const parseDigits = (digits: string, radix: number): bigint => {
  if (radix === 10) return BigInt(digits)
  if (digits.length > MAX_INT_DIGITS) throw valueError(`more than ${MAX_INT_DIGITS} digits in an integer`)
  let value = 0n
  for (const digit of digits) value = value * BigInt(radix) + BigInt(Number.parseInt(digit, 36))
  return value
}

/** `float(text)`.
 *  @throws ValueError */
export const parseFloatText = (text: string): number => {
  const body = asciiDigits(trim(text))
  if (/^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/.test(body)) {
    return Number(body.replaceAll('_', ''))
  }
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(body)
  if (!word) throw valueError(`could not convert string to float: ${text.slice(0, 60)}`)
  if (word[2]?.toLowerCase() === 'nan') return Number.NaN
  return word[1] === '-' ? -Infinity : Infinity
}
