// Classes and cases of characters, as Python's `str` methods see them.

const ALPHA = /^\p{L}$/u
const DECIMAL = /^\p{Nd}$/u
// Numeric_Type=Digit beyond decimals: superscripts, subscripts, circled and other digit forms.
const DIGIT =
  /^[\p{Nd}\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]$/u
const NUMERIC = /^[\p{N}〇一二三四五六七八九十百千万亿億兆零壹贰叁肆伍陆柒捌玖拾佰仟萬壱弐参两幺]$/u
const UPPER = /^\p{Uppercase}$/u
const LOWER = /^\p{Lowercase}$/u
const TITLE = /^\p{Lt}$/u
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u

export const isAlpha = (char: string): boolean => ALPHA.test(char)
export const isDecimal = (char: string): boolean => DECIMAL.test(char)
export const isDigit = (char: string): boolean => DIGIT.test(char)
export const isNumeric = (char: string): boolean => NUMERIC.test(char)
export const isAlnum = (char: string): boolean => ALPHA.test(char) || DIGIT.test(char) || NUMERIC.test(char)
export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text)
export const isIdentifier = (text: string): boolean => IDENTIFIER.test(text)

/** `str.isupper` and `str.islower`: at least one cased character and none of the other cases. */
export const isUpperText = (text: string): boolean => hasOnlyCase(text, UPPER, LOWER)
export const isLowerText = (text: string): boolean => hasOnlyCase(text, LOWER, UPPER)

const hasOnlyCase = (text: string, wanted: RegExp, other: RegExp): boolean => {
  let found = false
  for (const char of text) {
    if (other.test(char) || TITLE.test(char)) return false
    found ||= wanted.test(char)
  }
  return found
}

export const isTitleText = (text: string): boolean => {
  let found = false
  let cased = false
  for (const char of text) {
    const upper = UPPER.test(char) || TITLE.test(char)
    const lower = LOWER.test(char)
    if (upper && cased) return false
    if (lower && !cased) return false
    cased = upper || lower
    found ||= cased
  }
  return found
}

/** Letters whose title case is neither their upper case nor themselves with a lower tail: the digraphs. */
const TITLE_CASE: ReadonlyMap<string, string> = new Map(
  ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'].flatMap((three) => [...three].map((char) => [char, three[1] as string] as const)),
)

/** The title case of one character: `ß` → `Ss`, `ǆ` → `ǅ`. */
export const titleCase = (char: string): string => {
  const special = TITLE_CASE.get(char)
  if (special !== undefined) return special
  // Georgian letters keep their form at the head of a word.
  if (char >= '\u10d0' && char <= '\u10ff') return char
  const upper = char.toUpperCase()
  const [head = '', ...tail] = upper
  return tail.length === 0 ? upper : head + tail.join('').toLowerCase()
}

/** `str.capitalize`. */
export const capitalize = (text: string): string => {
  const [head = ''] = text
  return titleCase(head) + text.slice(head.length).toLowerCase()
}

/** `str.title`: a capital after every character without case. */
export const titleText = (text: string): string => {
  let result = ''
  let cased = false
  for (const char of text) {
    result += cased ? char.toLowerCase() : titleCase(char)
    cased = UPPER.test(char) || LOWER.test(char) || TITLE.test(char)
  }
  return result
}

/** `str.swapcase`. */
export const swapCase = (text: string): string => {
  let result = ''
  for (const char of text)
    result += UPPER.test(char) ? char.toLowerCase() : LOWER.test(char) ? char.toUpperCase() : char
  return result
}

/** Close to Unicode's full case folding: `ß` → `ss`, `ς` → `σ`. */
export const caseFold = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[ßẞςſŉǰΐΰևẖẗẘẙẚẛ\ufb00-\ufb06\ufb13-\ufb17]/gu, (char) =>
      char === 'ς' ? 'σ' : char.toUpperCase().toLowerCase(),
    )
