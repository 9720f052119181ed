// Wrapping of text as Python's textwrap does it: words, hyphenated parts and dashes packed greedily into lines.

import { valueError } from './error.ts'
import { codePoints, splitLines, textLength } from './text.ts'
import { joinTexts } from './text-edit.ts'
import type { Run } from './values.ts'

export interface WrapStyle {
  readonly width: number
  readonly breakLongWords: boolean
  readonly separator: string
  readonly breakOnHyphens: boolean
}

export const wordWrap = (run: Run, text: string, style: WrapStyle): string => {
  if (style.width <= 0) throw valueError(`invalid width ${style.width} (must be > 0)`)
  run.scan(text.length, 8)
  const lines = splitLines(text).map((line) => joinTexts(run, style.separator, wrapLine(line, style)))
  return joinTexts(run, '\n', lines)
}

/** textwrap's own idea of white space. */
const isBlank = (char: string): boolean => /[\t\n\v\f\r ]/.test(char)
const isLetter = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{Nl}\p{No}]/u.test(char)
const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char)
const isWordPunctuation = (char: string | undefined): boolean =>
  char !== undefined && /[\p{L}\p{N}_!"'&.,?]/u.test(char)

/** Cuts a line into what may not be broken: runs of blanks, words, parts of hyphenated words, dashes between words. */
const chunksOf = (line: string, breakOnHyphens: boolean): string[] => {
  const chars = codePoints(line)
  const chunks: string[] = []
  let at = 0
  while (at < chars.length) {
    const end = isBlank(chars[at] as string)
      ? blanksEnd(chars, at)
      : breakOnHyphens
        ? wordEnd(chars, at)
        : plainEnd(chars, at)
    chunks.push(chars.slice(at, end).join(''))
    at = end
  }
  return chunks
}

const blanksEnd = (chars: readonly string[], from: number): number => {
  let end = from
  while (end < chars.length && isBlank(chars[end] as string)) end++
  return end
}
const plainEnd = (chars: readonly string[], from: number): number => {
  let end = from
  while (end < chars.length && !isBlank(chars[end] as string)) end++
  return end
}

const dashesEnd = (chars: readonly string[], from: number): number => {
  let end = from
  while (chars[end] === '-') end++
  return end
}

const wordEnd = (chars: readonly string[], from: number): number => {
  const dashes = dashesEnd(chars, from)
  // A dash of two or more between words stands alone.
  if (dashes - from >= 2 && isWordPunctuation(chars[from - 1]) && isWord(chars[dashes])) return dashes
  for (let at = from; at < chars.length; at++) {
    if (at > from && isBlank(chars[at] as string)) return at
    if (chars[at] !== '-') continue
    if (at > from && isWordPunctuation(chars[at - 1])) {
      const end = dashesEnd(chars, at)
      if (end - at >= 2 && isWord(chars[end])) return at
    }
    if (at > from && endsHyphenated(chars, at)) return at + 1
  }
  return chars.length
}

/** Whether the word may break after the hyphen at `at`: letters on both sides. */
const endsHyphenated = (chars: readonly string[], at: number): boolean => {
  const before =
    (isLetter(chars[at - 1]) && isLetter(chars[at - 2])) ||
    (isWordPunctuation(chars[at - 1]) && chars[at - 2] === '-' && isLetter(chars[at - 3]))
  if (!before || !isLetter(chars[at + 1])) return false
  return chars[at + 2] === '-' ? isLetter(chars[at + 3]) : isLetter(chars[at + 2])
}

const wrapLine = (line: string, style: WrapStyle): string[] => {
  const chunks = chunksOf(line, style.breakOnHyphens).reverse()
  const lines: string[] = []
  while (chunks.length > 0) {
    const current: string[] = []
    let length = 0
    if (lines.length > 0 && isBlankChunk(chunks.at(-1))) chunks.pop()
    for (let next = chunks.at(-1); next !== undefined; next = chunks.at(-1)) {
      const size = textLength(next)
      if (length + size > style.width) break
      current.push(next)
      length += size
      chunks.pop()
    }
    const long = chunks.at(-1)
    if (long !== undefined && textLength(long) > style.width) breakLong(chunks, current, length, style)
    if (isBlankChunk(current.at(-1))) current.pop()
    if (current.length > 0) lines.push(current.join(''))
  }
  return lines
}

const isBlankChunk = (chunk: string | undefined): boolean => chunk?.trim() === ''

/** Puts what fits of a word longer than a line into the current one. */
const breakLong = (chunks: string[], current: string[], length: number, style: WrapStyle): void => {
  const chunk = chunks.at(-1) ?? ''
  if (!style.breakLongWords) {
    if (current.length === 0) {
      current.push(chunk)
      chunks.pop()
    }
    return
  }
  const chars = codePoints(chunk)
  // All full lines at once: taking them off one by one would copy the rest each time.
  const pieces: string[] = []
  let at = 0
  let room = style.width - length
  do {
    const end = at + cutLength(chars, at, room, style)
    pieces.push(chars.slice(at, end).join(''))
    at = end
    room = style.width
  } while (chars.length - at > style.width && pieces.length < 1_000)
  chunks.pop()
  const [first = '', ...others] = pieces
  if (at < chars.length) chunks.push(chars.slice(at).join(''))
  chunks.push(...others.reverse())
  current.push(first)
}

const cutLength = (chars: readonly string[], at: number, room: number, style: WrapStyle): number => {
  if (!style.breakOnHyphens || chars.length - at <= room) return room
  for (let end = at + room - 1; end > at; end--) {
    if (chars[end] !== '-') continue
    for (let i = at; i < end; i++) if (chars[i] !== '-') return end - at + 1
    return room
  }
  return room
}
