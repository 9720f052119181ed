// Joining and replacing texts, for methods and filters alike.

import { occurrences } from './search.ts'
import type { Run } from './values.ts'

export const cutAt = (text: string, places: readonly number[], width: number): string[] => {
  const parts: string[] = []
  let last = 0
  for (const at of places) {
    parts.push(text.slice(last, at))
    last = at + width
  }
  parts.push(text.slice(last))
  return parts
}

export const joinTexts = (run: Run, separator: string, items: readonly string[]): string => {
  let length = separator.length * Math.max(0, items.length - 1)
  let longest = 0
  for (const item of items) {
    length += item.length
    if (item.length > longest) longest = item.length
  }
  run.bound(length)
  // The host joins a few texts by reference, so growing a long text bit by bit costs only the bits.
  if (items.length <= 4) {
    run.scan(length - longest)
    let text = items[0] ?? ''
    for (let i = 1; i < items.length; i++) text += separator + items[i]
    return text
  }
  run.items(items.length)
  run.scan(length)
  return items.join(separator)
}

/** `text.replace(old, new, count)`, a negative count meaning all. */
export const replaceText = (run: Run, self: string, old: string, fresh: string, count: number): string => {
  run.text(self.length)
  if (count === 0) return self
  const places =
    old === ''
      ? codePointStarts(self, count < 0 ? Infinity : count)
      : occurrences(run, self, old, count < 0 ? Infinity : count)
  if (places.length === 0) return self
  run.text(self.length + places.length * (fresh.length - old.length))
  return cutAt(self, places, old.length).join(fresh)
}

/** Offsets before each code point and at the end: where an empty text is found. */
const codePointStarts = (text: string, most: number): number[] => {
  const starts: number[] = []
  let at = 0
  for (const char of text) {
    if (starts.length >= most) return starts
    starts.push(at)
    at += char.length
  }
  if (starts.length < most) starts.push(at)
  return starts
}
