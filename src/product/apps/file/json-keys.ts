// Finds keys given twice in JSON text, which JSON readers drop without a word.

import { joinPath } from './problems.ts'

export interface DuplicateKey {
  readonly path: string
  readonly key: string
}

interface Level {
  /** Undefined for a list. */
  readonly keys: Set<string> | undefined
  readonly path: string
  index: number
  key: string
}

/** All keys that are given twice in one object. @param text valid JSON; of other text the result means nothing. */
export const findDuplicateKeys = (text: string): readonly DuplicateKey[] => {
  const found: DuplicateKey[] = []
  const levels: Level[] = []
  let expectKey = false
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1)
    switch (text[at]) {
      case '{':
      case '[':
        expectKey = text[at] === '{'
        levels.push({ keys: expectKey ? new Set() : undefined, path: pathInside(level), index: 0, key: '' })
        break
      case '}':
      case ']':
        levels.pop()
        expectKey = false
        break
      case ',':
        if (level !== undefined) level.index++
        expectKey = level?.keys !== undefined
        break
      case '"': {
        const end = endOfString(text, at)
        if (expectKey && level?.keys !== undefined) {
          level.key = JSON.parse(text.slice(at, end + 1)) as string
          if (level.keys.has(level.key)) found.push({ path: pathInside(level), key: level.key })
          level.keys.add(level.key)
          expectKey = false
        }
        at = end
        break
      }
    }
  }
  return found
}

const endOfString = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

const pathInside = (level: Level | undefined): string =>
  level === undefined ? '' : joinPath(level.path, level.keys === undefined ? level.index : level.key)
