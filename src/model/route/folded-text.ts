// Texts compared without regard to case and to how characters are composed.

/** Full case folding, near enough: `STRASSE` and `straße`, `ﬁ` and `fi`, both sigmas. Source: Unicode 16, §3.13 and NFKC. */
export const foldText = (text: string): string =>
  text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')

const LETTER = /[\p{L}\p{N}\p{M}_]/u
/** Written without blanks between words: every place is an edge. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

const joins = (before: string, after: string): boolean =>
  LETTER.test(before) && LETTER.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after)

const characterBefore = (text: string, index: number): string => {
  const low = text.charCodeAt(index - 1)
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(index - 2, index) : text.slice(index - 1, index)
}
const characterAt = (text: string, index: number): string => {
  const code = text.codePointAt(index)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** Whether the word stands in the text, both folded, with no letter of the same word before or behind it. */
export const hasWholeWord = (text: string, word: string): boolean => {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length
    const opens = at === 0 || !joins(characterBefore(text, at), characterAt(word, 0))
    const closes = end === text.length || !joins(characterBefore(word, word.length), characterAt(text, end))
    if (opens && closes) return true
  }
  return false
}
