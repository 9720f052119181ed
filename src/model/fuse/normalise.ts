// Answers in the form in which they are compared.

import { toLabel } from '../label.ts'

/** The first of those that say the same, in their order. */
export const distinctTexts = (texts: readonly string[]): readonly string[] => {
  const labels = new Set<string>()
  return texts.filter((text) => {
    const before = labels.size
    return labels.add(toLabel(text)).size > before
  })
}

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** What a text is made of, for comparing texts: words, and single characters of scripts without spaces. At most 2,000. */
export const piecesOf = (text: string): readonly string[] => {
  const pieces: string[] = []
  for (const [piece] of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}]+/gu)) {
    if (IDEOGRAPHS.test(piece)) pieces.push(...piece)
    else pieces.push(piece)
    if (pieces.length >= MOST_PIECES) break
  }
  return pieces.slice(0, MOST_PIECES)
}

const MOST_PIECES = 2_000
