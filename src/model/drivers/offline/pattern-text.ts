// A shortest text for a regular expression: literals, classes, groups, alternatives and quantifiers.
// Lookarounds, back references and property escapes are beyond it; the result is checked before it is given out.

/** @param leastLength in characters; repetitions grow to reach it
 *  @returns undefined when no text was found */
export const matchingText = (pattern: string, leastLength: number): string | undefined => {
  for (const repeats of [0, leastLength, Math.max(0, leastLength - 1)]) {
    try {
      const text = new Writer(pattern, repeats).whole()
      if (Array.from(text).length >= leastLength && new RegExp(pattern, 'u').test(text)) return text
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return undefined
    }
  }
  return undefined
}

const MAX_TEXT_LENGTH = 10_000
const ESCAPED: Readonly<Record<string, string>> = {
  d: '0',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  n: '\n',
  t: '\t',
  r: '\r',
  b: '',
  B: '',
}
const CANDIDATES = 'a0A-_ .bB1xyzXYZ23456789@/#'

class Writer {
  readonly #pattern: string
  readonly #repeats: number
  #at = 0
  constructor(pattern: string, repeats: number) {
    this.#pattern = pattern
    this.#repeats = repeats
  }

  whole(): string {
    const text = this.#alternatives()
    if (this.#at < this.#pattern.length) throw new SyntaxError('unbalanced pattern')
    return text
  }

  // The first alternative is written; the others are only read past.
  #alternatives(): string {
    const first = this.#sequence()
    while (this.#pattern[this.#at] === '|') {
      this.#at++
      this.#sequence()
    }
    return first
  }

  #sequence(): string {
    let text = ''
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== '|' && this.#pattern[this.#at] !== ')') {
      const atom = this.#atom()
      text += atom.repeat(Math.min(this.#count(), MAX_TEXT_LENGTH))
      if (text.length > MAX_TEXT_LENGTH) throw new SyntaxError('the text grows too long')
    }
    return text
  }

  #atom(): string {
    const char = this.#pattern[this.#at++] as string
    switch (char) {
      case '^':
      case '$':
        return ''
      case '.':
        return 'a'
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '\\': {
        const letter = this.#pattern[this.#at++] ?? ''
        if (/[1-9kpPuxc]/.test(letter)) throw new SyntaxError('beyond this writer')
        return Object.hasOwn(ESCAPED, letter) ? (ESCAPED[letter] as string) : letter
      }
      default:
        return char
    }
  }

  #group(): string {
    if (this.#pattern[this.#at] === '?') {
      const kind = /^\?(?::|<[A-Za-z_]\w*>)/.exec(this.#pattern.slice(this.#at))
      if (!kind) throw new SyntaxError('beyond this writer')
      this.#at += kind[0].length
    }
    const text = this.#alternatives()
    if (this.#pattern[this.#at++] !== ')') throw new SyntaxError('unbalanced group')
    return text
  }

  #class(): string {
    const start = this.#at - 1
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ']')
      this.#at += this.#pattern[this.#at] === '\\' ? 2 : 1
    this.#at++
    const source = this.#pattern.slice(start, this.#at)
    const rule = new RegExp(`^${source}$`, 'u')
    const own = Array.from(source.replace(/^\[\^?|\\|\]$/g, ''))
    const found = [...CANDIDATES, ...own].find((candidate) => rule.test(candidate))
    if (found === undefined) throw new SyntaxError('no member found')
    return found
  }

  #count(): number {
    const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at))
    if (!quantifier) return 1
    this.#at += quantifier[0].length
    const [whole, least, open, most] = quantifier
    if (least === undefined)
      return whole.startsWith('?') ? Math.min(this.#repeats, 1) : Math.max(this.#repeats, whole.startsWith('+') ? 1 : 0)
    if (open === undefined) return Number(least)
    return Math.max(Number(least), Math.min(this.#repeats, most ? Number(most) : this.#repeats))
  }
}
