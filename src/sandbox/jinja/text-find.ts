// `str.find`, `index`, `startswith` and their kin: places in texts, counted in code points.

import { indexOf, textOf } from './arguments.ts'
import { valueError } from './error.ts'
import { sliceBounds } from './slices.ts'
import { sliceText, textLength, toCodePointOffset } from './text.ts'
import type { TextBody } from './text-body.ts'
import { type PyValue, type Run, Tuple } from './values.ts'

/** The window [start, end) of `count`, `find`, `startswith` …: its text and offset in code points; none when start is past the end. */
export const windowOf = (
  self: string,
  start: PyValue | undefined,
  end: PyValue | undefined,
): { part: string; offset: number } | undefined => {
  if (start === undefined && end === undefined) return { part: self, offset: 0 }
  const length = textLength(self)
  const from = start === undefined || start === null ? 0 : indexOf(start)
  if (from > length) return undefined
  const bounds = sliceBounds(length, start ?? null, end ?? null, null)
  return { part: sliceText(self, bounds.start, bounds.start + bounds.count), offset: bounds.start }
}

export type Finder = (run: Run, text: string, part: string) => number

export const find =
  (name: string, finder: Finder): TextBody =>
  (run, self, [part, start, end]) => {
    const sought = textOf(part ?? null, name)
    const window = windowOf(self, start, end)
    if (!window) return -1
    const at = finder(run, window.part, sought)
    return at === -1 ? -1 : window.offset + toCodePointOffset(window.part, at)
  }

export const index = (name: string, finder: Finder): TextBody => {
  const search = find(name, finder)
  return (run, self, bound) => {
    const at = search(run, self, bound)
    if (at === -1) throw valueError('substring not found')
    return at
  }
}

export const affix =
  (name: string, holds: (text: string, part: string) => boolean): TextBody =>
  (_run, self, [part, start, end]) => {
    const options = part instanceof Tuple ? part.items : [part ?? null]
    const window = windowOf(self, start, end)
    return options.some((option) => {
      const sought = textOf(option, name)
      return window !== undefined && holds(window.part, sought)
    })
  }
