// Words hidden in text that comes in pieces: by a sign for each character, or by a replacement for each word.

import { stringifyJson, tryParseJson } from '../../base/json.ts'
import { isList, isObject, objectFrom, type Value } from '../../base/value.ts'
import type { Piece, WordMatcher, WordStream } from './word-matcher.ts'

export interface Masking {
  readonly matcher: WordMatcher
  /** What stands for a character (`mask`) or for a whole word (`replace`). */
  readonly by: 'character' | 'word'
  readonly sign: string
}

/** Reads one text and gives it without the words. */
export class MaskingStream {
  readonly #stream: WordStream
  readonly #masking: Masking

  constructor(masking: Masking) {
    this.#masking = masking
    this.#stream = masking.matcher.stream()
  }

  get hasFound(): boolean {
    return this.#stream.hasFound
  }

  push(text: string): string {
    return this.#write(this.#stream.push(text))
  }

  end(): string {
    return this.#write(this.#stream.end())
  }

  #write(pieces: readonly Piece[]): string {
    const { by, sign } = this.#masking
    let text = ''
    for (const piece of pieces) {
      if (!piece.isMarked) text += piece.text
      else if (by === 'character' || !piece.isJoined) text += sign
    }
    return text
  }
}

export const maskText = (masking: Masking, text: string): string => {
  const stream = new MaskingStream(masking)
  return stream.push(text) + stream.end()
}

/** Hides words in the names and texts of a JSON document; text that is none is taken as text. */
export const maskJson = (masking: Masking, json: string): string => {
  const value = tryParseJson(json)
  if (value === undefined) return maskText(masking, json)
  const masked = maskValue(masking, value)
  return masked === value ? json : stringifyJson(masked)
}

const maskValue = (masking: Masking, value: Value): Value => {
  if (typeof value === 'string') return maskText(masking, value)
  if (isList(value)) {
    const items = value.map((item) => maskValue(masking, item))
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  if (!isObject(value)) return value
  const fields = Object.entries(value).map(
    ([name, item]) => [maskText(masking, name), maskValue(masking, item)] as const,
  )
  const isSame = Object.entries(value).every(([name, item], i) => fields[i]?.[0] === name && fields[i]?.[1] === item)
  return isSame ? value : objectFrom(fields)
}
