// The parser's view of the tokens: look at the current one, skip, expect. Counts nesting, which the source controls.

import { limitError } from './error.ts'
import { syntaxError, type Token, type TokenType } from './lexer.ts'

/** Parentheses, tags and chains within each other. Deeper sources are refused before the host's stack ends. */
const MAX_NESTING = 100

const DESCRIPTIONS: Readonly<Partial<Record<TokenType, string>>> = {
  data: 'template data',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  eof: 'end of template',
}

export const describe = (token: Token): string => DESCRIPTIONS[token.type] ?? token.text

export class TokenStream {
  readonly #tokens: readonly Token[]
  readonly #last: Token
  #at = 0
  #nesting = 0
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
    this.#last = tokens.at(-1) as Token
  }
  get current(): Token {
    return this.#tokens[this.#at] ?? this.#last
  }
  get following(): Token {
    return this.#tokens[this.#at + 1] ?? this.#last
  }
  next(): Token {
    const token = this.current
    this.#at++
    return token
  }
  isOperator(text: string): boolean {
    return this.current.type === 'operator' && this.current.text === text
  }
  isName(text: string): boolean {
    return this.current.type === 'name' && this.current.text === text
  }
  skipOperator(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.#at++
    return true
  }
  skipName(text: string): boolean {
    if (!this.isName(text)) return false
    this.#at++
    return true
  }
  expect(type: TokenType, text?: string): Token {
    const token = this.current
    if (token.type !== type || (text !== undefined && token.text !== text)) {
      if (token.type === 'eof')
        throw this.fail(`unexpected end of template, expected '${text ?? DESCRIPTIONS[type] ?? type}'.`)
      throw this.fail(`expected token '${text ?? DESCRIPTIONS[type] ?? type}', got '${describe(token)}'`)
    }
    this.#at++
    return token
  }
  fail(reason: string, line = this.current.line): Error {
    return syntaxError(reason, line)
  }
  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.#nesting > MAX_NESTING) throw limitError(`the template nests deeper than ${MAX_NESTING} levels`)
    const result = parse()
    this.#nesting--
    return result
  }
}
