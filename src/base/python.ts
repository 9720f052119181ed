// Python's text forms of plain values, which app files show to their users: `True`, `[1, 'a']`, `{'k': None}`.

import { formatNumber, isNumber } from './number.ts'
import { isList, Opaque, own, type Value } from './value.ts'

/** Python's `str(value)`. */
export const toPythonText = (value: Value): string => (typeof value === 'string' ? value : toPythonLiteral(value))

/** Python's `repr(value)`. */
export const toPythonLiteral = (value: Value): string => {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quotePython(value)
  if (isNumber(value)) return formatNumber(value)
  if (isList(value)) return `[${value.map(toPythonLiteral).join(', ')}]`
  const plain = value instanceof Opaque ? value.toObject() : value
  const pairs = Object.keys(plain).map((key) => `${quotePython(key)}: ${toPythonLiteral(own(plain, key) as Value)}`)
  return `{${pairs.join(', ')}}`
}

const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }
// What Python's str.isprintable refuses: controls, format characters, surrogates, private use, unassigned, separators but the space.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

/** Python's `repr` of a string: single quotes unless only double quotes avoid escaping. */
export const quotePython = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let body = ''
  for (const char of text) {
    if (char === quote) body += `\\${char}`
    else if (NAMED[char] !== undefined) body += NAMED[char]
    else if (UNPRINTABLE.test(char)) body += escapeCodePoint(char.codePointAt(0) as number)
    else body += char
  }
  return quote + body + quote
}

const escapeCodePoint = (code: number): string => {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
