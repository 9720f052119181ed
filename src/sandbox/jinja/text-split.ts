// `str.split`, `rsplit`, `partition`: taking texts apart.

import { sizeOf, textOf } from './arguments.ts'
import { valueError } from './error.ts'
import { findLastText, occurrences } from './search.ts'
import { trimEnd, trimStart, words } from './text.ts'
import type { TextBody } from './text-body.ts'
import { cutAt } from './text-edit.ts'
import type { Finder } from './text-find.ts'
import { List, type Run, Tuple } from './values.ts'

export const list = (run: Run, items: string[]): List => {
  run.items(items.length)
  return new List(items)
}

export const split: TextBody = (run, self, [separator, limit]) => {
  const most = limit === undefined ? -1 : sizeOf(limit)
  run.text(self.length)
  if (separator === undefined || separator === null) return list(run, splitSpace(self, most))
  const mark = textOf(separator, 'split')
  if (mark === '') throw valueError('empty separator')
  return list(run, cutAt(self, occurrences(run, self, mark, most < 0 ? Infinity : most), mark.length))
}

const splitSpace = (text: string, most: number): string[] => {
  if (most < 0) return words(text)
  const parts: string[] = []
  let rest = trimStart(text)
  while (rest !== '' && parts.length < most) {
    const word = firstWord(rest)
    parts.push(word)
    rest = trimStart(rest.slice(word.length))
  }
  if (rest !== '') parts.push(trimEnd(rest))
  return parts
}

const firstWord = (text: string): string => {
  let end = 0
  while (end < text.length && trimStart(text[end] as string) !== '') end++
  return text.slice(0, end)
}

export const splitRight: TextBody = (run, self, [separator, limit]) => {
  const most = limit === undefined ? -1 : sizeOf(limit)
  if (most < 0) return split(run, self, [separator])
  run.text(self.length)
  const parts: string[] = []
  let rest = self
  if (separator === undefined || separator === null) {
    rest = trimEnd(rest)
    while (rest !== '' && parts.length < most) {
      const word = lastWord(rest)
      parts.push(word)
      rest = trimEnd(rest.slice(0, rest.length - word.length))
    }
    if (rest !== '') parts.push(trimStart(rest))
    return list(run, parts.reverse())
  }
  const mark = textOf(separator, 'rsplit')
  if (mark === '') throw valueError('empty separator')
  for (let at = findLastText(run, rest, mark); at !== -1 && parts.length < most; at = findLastText(run, rest, mark)) {
    parts.push(rest.slice(at + mark.length))
    rest = rest.slice(0, at)
  }
  parts.push(rest)
  return list(run, parts.reverse())
}

const lastWord = (text: string): string => {
  let start = text.length
  while (start > 0 && trimStart(text[start - 1] as string) !== '') start--
  return text.slice(start)
}

export const partition =
  (finder: Finder, fromEnd: boolean): TextBody =>
  (run, self, [separator]) => {
    const mark = textOf(separator ?? null, 'partition')
    if (mark === '') throw valueError('empty separator')
    const at = finder(run, self, mark)
    if (at === -1) return new Tuple(fromEnd ? ['', '', self] : [self, '', ''])
    return new Tuple([self.slice(0, at), mark, self.slice(at + mark.length)])
  }
