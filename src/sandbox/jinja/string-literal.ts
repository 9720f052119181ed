// The escapes of Python's string literals. `\N{…}` (characters by name) is not offered.

import { JinjaError } from './error.ts'

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])
const HEX_LENGTH: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

/** @throws JinjaError TemplateSyntaxError on a broken escape */
export const decodeString = (body: string, line: number): string => {
  if (!body.includes('\\')) return body
  const fail = (reason: string) => new JinjaError('TemplateSyntaxError', reason, line)
  return body.replace(
    /\\([0-7]{1,3}|x[0-9a-fA-F]{0,2}|u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8}|[\s\S])/g,
    (whole, code: string) => {
      const simple = SIMPLE.get(code)
      if (simple !== undefined) return simple
      const letter = code.slice(0, 1)
      if (/[0-7]/.test(letter)) return String.fromCharCode(Number.parseInt(code, 8))
      if (letter === 'N') throw fail('\\N escapes are not available')
      const length = HEX_LENGTH.get(letter)
      if (length === undefined) return whole
      if (code.length !== length + 1) throw fail(`truncated \\${letter} escape`)
      const point = Number.parseInt(code.slice(1), 16)
      if (point > 0x10ffff) throw fail('illegal Unicode character')
      return String.fromCodePoint(point)
    },
  )
}
