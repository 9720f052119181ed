// Finding one text in another in linear time. The host's own search degrades to length × length on periodic patterns,
// so only products too small to matter are left to it; the rest is Knuth-Morris-Pratt (SIAM J. Comput. 6, 1977).

import type { Run } from './values.ts'

const SHORT_PATTERN = 32
const SMALL_PRODUCT = 65_536

/** First offset ≥ `from` (UTF-16 units) of `part`, else -1. */
export const findText = (run: Run, text: string, part: string, from = 0): number => {
  run.spend((text.length - from) / 256)
  if (isCheap(text.length - from, part.length)) return text.indexOf(part, from)
  run.spend((text.length - from) / 32)
  return scan(
    (i) => text.charCodeAt(from + i),
    text.length - from,
    (i) => part.charCodeAt(i),
    part.length,
    from,
  )
}

/** Last offset (UTF-16 units) where `part` ends at or before `to`, else -1. */
export const findLastText = (run: Run, text: string, part: string, to = text.length): number => {
  run.spend(to / 256)
  if (part.length > to) return -1
  if (isCheap(to, part.length)) return text.lastIndexOf(part, to - part.length)
  run.spend(to / 32)
  const last = part.length - 1
  const at = scan(
    (i) => text.charCodeAt(to - 1 - i),
    to,
    (i) => part.charCodeAt(last - i),
    part.length,
    0,
  )
  return at === -1 ? -1 : to - at - part.length
}

const isCheap = (length: number, part: number): boolean => part <= SHORT_PATTERN || length * part <= SMALL_PRODUCT

const scan = (
  text: (i: number) => number,
  length: number,
  part: (i: number) => number,
  partLength: number,
  base: number,
): number => {
  if (partLength > length) return -1
  const border = new Int32Array(partLength)
  for (let i = 1, k = 0; i < partLength; i++) {
    while (k > 0 && part(i) !== part(k)) k = border[k - 1] as number
    if (part(i) === part(k)) k++
    border[i] = k
  }
  for (let i = 0, k = 0; i < length; i++) {
    while (k > 0 && text(i) !== part(k)) k = border[k - 1] as number
    if (text(i) === part(k)) k++
    if (k === partLength) return base + i - partLength + 1
  }
  return -1
}

/** Non-overlapping occurrences of a part that is not empty, at most `limit`. */
export const occurrences = (run: Run, text: string, part: string, limit = Infinity): number[] => {
  const found: number[] = []
  for (
    let at = findNext(run, text, part, 0);
    at !== -1 && found.length < limit;
    at = findNext(run, text, part, at + part.length)
  ) {
    found.push(at)
  }
  run.items(found.length)
  return found
}

/** As `findText`, paying only for what lies between, since callers go on where the last search stopped. */
const findNext = (run: Run, text: string, part: string, from: number): number => {
  const cheap = isCheap(text.length - from, part.length)
  if (!cheap) return findText(run, text, part, from)
  run.step()
  const at = text.indexOf(part, from)
  run.spend(((at === -1 ? text.length : at) - from) / 256)
  return at
}
