// Source text → tokens, in one linear pass. Owns whitespace control (`{%-`, `-%}`), raw blocks and comments.
//   data outside of tags · begin/end marks of `{{ }}` and `{% %}` · names, literals and operators inside

import { float, integer } from '../../base/number.ts'
import { isIdentifier } from './characters.ts'
import { JinjaError } from './error.ts'
import { decodeString } from './string-literal.ts'
import { isSpace, trimEnd } from './text.ts'
import type { PyValue } from './values.ts'

export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'number'
  | 'operator'
  | 'eof'

export interface Token {
  readonly type: TokenType
  /** Source form; for data and strings the text itself. */
  readonly text: string
  /** Value of a number. */
  readonly value?: PyValue
  readonly line: number
}

export const syntaxError = (reason: string, line: number): JinjaError =>
  new JinjaError('TemplateSyntaxError', reason, line)

const NUMBER = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y
const NAME = /[\p{L}\p{N}_]+/uy
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y
const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const RAW_BEGIN = /\{%[-+]?[ \t-\r]*raw[ \t-\r]*(?:-%\}|%\})/y
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

export const tokenize = (source: string): Token[] => {
  const text = source.replace(/\r\n?/g, '\n')
  return new Lexer(text.endsWith('\n') ? text.slice(0, -1) : text).tokens()
}

class Lexer {
  readonly #source: string
  readonly #tokens: Token[] = []
  #at = 0
  #line = 1
  constructor(source: string) {
    this.#source = source
  }

  tokens(): Token[] {
    while (this.#at < this.#source.length) this.#outside()
    this.#push('eof', '')
    return this.#tokens
  }

  #push(type: TokenType, text: string, value?: PyValue): void {
    this.#tokens.push(value === undefined ? { type, text, line: this.#line } : { type, text, value, line: this.#line })
  }

  /** Moves on, counting lines. */
  #advance(to: number): void {
    for (let at = this.#source.indexOf('\n', this.#at); at !== -1 && at < to; at = this.#source.indexOf('\n', at + 1))
      this.#line++
    this.#at = to
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#source)?.[0]
  }

  #skipSpace(): void {
    let end = this.#at
    while (end < this.#source.length && isSpace(this.#source[end] as string)) end++
    if (end > this.#at) this.#advance(end)
  }

  /** Data up to the next tag, and the tag's opening. */
  #outside(): void {
    const start = this.#at
    const begin = this.#nextTag()
    const strips = this.#source[begin + 2] === '-'
    const data = this.#source.slice(start, begin)
    const kept = strips && begin < this.#source.length ? trimEnd(data) : data
    if (kept !== '') this.#push('data', kept)
    this.#advance(begin)
    if (begin >= this.#source.length) return
    const kind = this.#source[begin + 1]
    const raw = kind === '%' ? this.#match(RAW_BEGIN) : undefined
    if (raw !== undefined) return this.#raw(raw)
    const sign = this.#source[begin + 2]
    this.#advance(begin + (sign === '-' || sign === '+' ? 3 : 2))
    if (kind === '#') return this.#comment()
    this.#inside(kind === '%' ? 'block' : 'variable')
  }

  #nextTag(): number {
    for (let at = this.#source.indexOf('{', this.#at); at !== -1; at = this.#source.indexOf('{', at + 1)) {
      const next = this.#source[at + 1]
      if (next === '{' || next === '%' || next === '#') return at
    }
    return this.#source.length
  }

  #comment(): void {
    // As in the reference, an opening at the very end of the source is forgiven.
    if (this.#at >= this.#source.length) return
    const end = this.#source.indexOf('#}', this.#at)
    if (end === -1) throw syntaxError('Missing end of comment tag', this.#line)
    const strips = end > this.#at && this.#source[end - 1] === '-'
    this.#advance(end + 2)
    if (strips) this.#skipSpace()
  }

  #raw(begin: string): void {
    const startLine = this.#line
    this.#advance(this.#at + begin.length)
    if (begin.endsWith('-%}')) this.#skipSpace()
    if (this.#at >= this.#source.length) return
    const end = /\{%([-+]?)[ \t-\r]*endraw[ \t-\r]*(-|\+)?%\}/g
    end.lastIndex = this.#at
    const match = end.exec(this.#source)
    if (!match) throw syntaxError('Missing end of raw directive', startLine)
    const data = this.#source.slice(this.#at, match.index)
    const kept = match[1] === '-' ? trimEnd(data) : data
    if (kept !== '') this.#push('data', kept)
    this.#advance(end.lastIndex)
    if (match[2] === '-') this.#skipSpace()
  }

  #inside(kind: 'block' | 'variable'): void {
    this.#push(`${kind}_begin`, '')
    const open: string[] = []
    for (;;) {
      this.#skipSpace()
      if (this.#at >= this.#source.length) return
      if (open.length === 0 && this.#close(kind)) return
      this.#token(open)
    }
  }

  #close(kind: 'block' | 'variable'): boolean {
    const mark = kind === 'block' ? '%}' : '}}'
    const sign = this.#source[this.#at]
    const strips = sign === '-' || (sign === '+' && kind === 'block')
    const at = strips && this.#source.startsWith(mark, this.#at + 1) ? this.#at + 1 : this.#at
    if (!this.#source.startsWith(mark, at)) return false
    this.#push(`${kind}_end`, '')
    const skips = at > this.#at && sign === '-'
    this.#advance(at + 2)
    if (skips) this.#skipSpace()
    return true
  }

  #token(open: string[]): void {
    const afterPoint = this.#source[this.#at - 1] === '.'
    const decimal = afterPoint ? undefined : this.#match(FLOAT)
    if (decimal !== undefined) return this.#emit('number', decimal, float(Number(decimal.replaceAll('_', ''))))
    const whole = this.#match(NUMBER)
    if (whole !== undefined)
      return this.#emit('number', whole, integer(BigInt(whole.replaceAll('_', '').toLowerCase())))
    const name = this.#match(NAME)
    if (name !== undefined) {
      if (!isIdentifier(name)) throw syntaxError('Invalid character in identifier', this.#line)
      return this.#emit('name', name)
    }
    const char = this.#source[this.#at]
    if (char === "'" || char === '"') return this.#string()
    const operator = this.#match(OPERATOR)
    if (operator === undefined) throw syntaxError(`unexpected char ${JSON.stringify(char)} at ${this.#at}`, this.#line)
    if (operator === '(' || operator === '[' || operator === '{') open.push(operator)
    const opening = CLOSING[operator]
    if (opening !== undefined && open.pop() !== opening) throw syntaxError(`unexpected '${operator}'`, this.#line)
    this.#emit('operator', operator)
  }

  #string(): void {
    const literal = this.#match(STRING)
    if (literal === undefined) throw syntaxError('unexpected quote: the string has no end', this.#line)
    this.#push('string', decodeString(literal.slice(1, -1), this.#line))
    this.#advance(this.#at + literal.length)
  }

  #emit(type: TokenType, text: string, value?: PyValue): void {
    this.#push(type, text, value)
    this.#advance(this.#at + text.length)
  }
}
