// `str.center`, `ljust`, `zfill`, `expandtabs`: filling texts up.

import { sizeOf, textOf } from './arguments.ts'
import { typeError } from './error.ts'
import { textLength } from './text.ts'
import type { TextBody } from './text-body.ts'
import type { PyValue } from './values.ts'

const fillChar = (value: PyValue | undefined): string => {
  const char = value === undefined ? ' ' : textOf(value, 'fillchar')
  if (textLength(char) !== 1) throw typeError('The fill character must be exactly one character long')
  return char
}

/** `center`, `ljust`, `rjust`: `share` says how much of the missing space goes to the left. */
export const justify =
  (share: (missing: number, width: number) => number): TextBody =>
  (run, self, [width, fill]) => {
    const char = fillChar(fill)
    const wanted = sizeOf(width ?? null)
    const missing = wanted - textLength(self)
    if (missing <= 0) return self
    run.text(wanted * char.length)
    const left = share(missing, wanted)
    return char.repeat(left) + self + char.repeat(missing - left)
  }

/** Where the space is odd, Python gives the extra one to the left only for odd widths. */
export const centerShare = (missing: number, width: number): number => Math.floor(missing / 2) + (missing & width & 1)

export const zeroFill: TextBody = (run, self, [width]) => {
  const wanted = sizeOf(width ?? null)
  const missing = wanted - textLength(self)
  if (missing <= 0) return self
  run.text(wanted)
  const sign = self.startsWith('+') || self.startsWith('-') ? 1 : 0
  return self.slice(0, sign) + '0'.repeat(missing) + self.slice(sign)
}

export const expandTabs: TextBody = (run, self, [size]) => {
  const width = size === undefined ? 8 : sizeOf(size)
  let tabs = 0
  for (const char of self) if (char === '\t') tabs++
  run.text(self.length + tabs * Math.max(0, width))
  let result = ''
  let column = 0
  for (const char of self) {
    if (char === '\t') {
      const gap = width > 0 ? width - (column % width) : 0
      result += ' '.repeat(gap)
      column += gap
    } else {
      result += char
      column = char === '\n' || char === '\r' ? 0 : column + 1
    }
  }
  return result
}
