// What an unquoted word means in YAML 1.1, as the common Python reader of app files reads it, and when a text needs quotes.
//
// `yes no on off` are booleans (single `y` and `n` are not), `0.3` is a float and `1_000` an integer, `010` is octal,
// `12:30` is 750, and an exponent needs a dot and a sign (`1e3` is a text). Sources: yaml.org/type, PyYAML's resolver.
// Dates stay texts: that reader makes date objects of them, which no app can hold.

import { float, integer } from '../../../base/number.ts'
import type { Value } from '../../../base/value.ts'

const NULL = /^(?:~|null|Null|NULL|)$/
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
const INTEGER = /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*(?::[0-5]?[0-9])*)$/
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
// Python reads no longer ones either; as texts they do no harm.
const MAX_DIGITS = 4300
// The first character of every word that is no text; most words are let through by it.
const FIRST = /^[-+.0-9~nNyYtToOfF]/

/** The value of an unquoted word. */
export const readPlainScalar = (word: string): Value => {
  if (word === '') return null
  if (!FIRST.test(word)) return word
  if (NULL.test(word)) return null
  if (TRUE.test(word)) return true
  if (FALSE.test(word)) return false
  if (word.length > MAX_DIGITS) return word
  if (INTEGER.test(word)) return readInteger(word)
  if (FLOAT.test(word)) return readFloat(word)
  return word
}

const readInteger = (word: string): Value => {
  const negative = word.startsWith('-')
  const digits = word.replace(/^[-+]/, '').replaceAll('_', '')
  const magnitude = readMagnitude(digits)
  if (magnitude === undefined) return word
  return integer(negative ? -magnitude : magnitude)
}

const readMagnitude = (digits: string): bigint | undefined => {
  if (digits.includes(':')) return digits.split(':').reduce((total, part) => total * 60n + BigInt(part), 0n)
  if (/^0[bx]/.test(digits)) return digits.length > 2 ? BigInt(digits) : undefined
  if (digits.length > 1 && digits.startsWith('0')) return BigInt(`0o${digits.slice(1)}`)
  return BigInt(digits)
}

const readFloat = (word: string): Value => {
  const sign = word.startsWith('-') ? -1 : 1
  const digits = word.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase()
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY
  if (digits === '.nan') return Number.NaN
  if (!digits.includes(':')) return float(sign * Number(digits))
  return float(sign * digits.split(':').reduce((total, part) => total * 60 + Number(part), 0))
}

// What other readers make of an unquoted word: dates, merge and default keys, and the numbers of YAML 1.2 and JavaScript.
// Single `y` and `n` stay bare: exports write the position of every node so, and no reader in use takes them for booleans.
const DATE = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d.*)?$/
const ELSEWHERE = /^(?:<<|=|[-+]?(?:0o[0-7]+|0b[01]+|0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))$/

/** True when a YAML reader takes the unquoted word for something else than a text. */
export const needsQuotes = (word: string): boolean =>
  typeof readPlainScalar(word) !== 'string' || DATE.test(word) || ELSEWHERE.test(word)
