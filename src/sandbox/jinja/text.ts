// Texts as Python sees them: sequences of code points. Texts without surrogates, nearly all, take the short way.

export { codePointOrder as compareText } from './text-order.ts'

const SURROGATE = /[\ud800-\udfff]/

export const hasSurrogates = (text: string): boolean => SURROGATE.test(text)

export const textLength = (text: string): number => {
  if (!SURROGATE.test(text)) return text.length
  let length = 0
  for (const _ of text) length++
  return length
}

/** Code points as texts of their own. */
export const codePoints = (text: string): string[] => (SURROGATE.test(text) ? Array.from(text) : text.split(''))

/** Code points `start` (inclusive) to `end` (exclusive), both within 0 … length. */
export const sliceText = (text: string, start: number, end?: number): string =>
  SURROGATE.test(text)
    ? Array.from(text).slice(start, end).join('')
    : text.slice(start, Math.max(start, end ?? text.length))

/** Offset in code points of the UTF-16 offset `at`. */
export const toCodePointOffset = (text: string, at: number): number =>
  at <= 0 || !SURROGATE.test(text) ? at : textLength(text.slice(0, at))

/** The characters of Python's `str.isspace`, which `strip`, `split` and `\s` share. As the inside of a character class. */
export const SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const SPACE = new RegExp(`[${SPACE_CLASS}]`)
const SPACES = new RegExp(`[${SPACE_CLASS}]+`)

export const isSpace = (char: string): boolean => (char < '\x7f' ? /[\t-\r\x1c-\x20]/.test(char) : SPACE.test(char))

export const trimStart = (text: string, isTrimmed: (char: string) => boolean = isSpace): string => {
  let start = 0
  while (start < text.length && isTrimmed(text[start] as string)) start++
  return start === 0 ? text : text.slice(start)
}

export const trimEnd = (text: string, isTrimmed: (char: string) => boolean = isSpace): string => {
  let end = text.length
  while (end > 0 && isTrimmed(text[end - 1] as string)) end--
  return end === text.length ? text : text.slice(0, end)
}

export const trim = (text: string): string => trimEnd(trimStart(text))

/** `str.split()` without a separator: no empty parts. */
export const words = (text: string): string[] => {
  const trimmed = trim(text)
  return trimmed === '' ? [] : trimmed.split(SPACES)
}

/** `str.splitlines(keepends)`. */
export const splitLines = (text: string, keepEnds = false): string[] => {
  const lines: string[] = []
  const end = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g
  let start = 0
  for (let match = end.exec(text); match; match = end.exec(text)) {
    lines.push(text.slice(start, keepEnds ? end.lastIndex : match.index))
    start = end.lastIndex
  }
  if (start < text.length) lines.push(text.slice(start))
  return lines
}
