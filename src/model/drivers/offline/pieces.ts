// An answer as it is streamed: words, up to a stop word or the limit of tokens.

import { estimateTokens, exactTokens } from '../../usage.ts'

export interface CutText {
  readonly text: string
  readonly cutBy: 'stop' | 'length' | undefined
}

// Words with the blanks before them; ideographs two by two.
const PIECE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,2}|\s*[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,40}|\s+/gu

/** The pieces join back to the text. */
export const piecesOf = (text: string): string[] => text.match(PIECE) ?? []

/** @param maxTokens by estimate; undefined for no limit */
export const cutText = (text: string, stops: readonly string[], maxTokens: number | undefined): CutText => {
  const at = Math.min(
    ...stops
      .filter((stop) => stop !== '')
      .map((stop) => text.indexOf(stop))
      .filter((index) => index >= 0),
  )
  const stopped = Number.isFinite(at) ? text.slice(0, at) : text
  const cutBy = Number.isFinite(at) ? 'stop' : undefined
  if (maxTokens === undefined || estimateTokens(stopped) <= maxTokens) return { text: stopped, cutBy }
  const kept: string[] = []
  let tokens = 0
  for (const piece of piecesOf(stopped)) {
    tokens += exactTokens(piece)
    if (Math.ceil(tokens) > maxTokens) break
    kept.push(piece)
  }
  return { text: kept.join(''), cutBy: 'length' }
}
