// JSON without loss: `1.0` stays a float, digits beyond 2^53 stay exact, `__proto__` is a plain key.

import { Float, float, formatNumber, integer } from './number.ts'
import { Opaque, own, setOwn, type Value, type ValueObject } from './value.ts'

export class JsonSyntaxError extends SyntaxError {
  /** Offset in UTF-16 units. */
  readonly position: number
  constructor(reason: string, position: number) {
    super(`${reason} at position ${position}`)
    this.name = 'JsonSyntaxError'
    this.position = position
  }
}

/** Deeper documents are refused: recursion must end before the stack does. */
const MAX_DEPTH = 512

// Only these forms lose something in JSON.parse: fractions and exponents (1.0, 1e3), and 16 or more digits.
const LOSSY = /\d(?:\.\d|[eE]|\d{15})/

/** Parses JSON text.
 *  @throws JsonSyntaxError on malformed text or nesting beyond 512 */
export const parseJson = (text: string): Value => {
  if (!LOSSY.test(text)) {
    try {
      const value = JSON.parse(text) as Value
      checkDepth(value)
      return value
    } catch (error) {
      if (error instanceof JsonSyntaxError) throw error
      // The slow parser says where.
    }
  }
  return new Parser(text).document()
}

/** The value, or undefined where `parseJson` would throw. */
export const tryParseJson = (text: string): Value | undefined => {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

/** For documents that were parsed elsewhere. @throws JsonSyntaxError on nesting beyond 512 */
export const checkDepth = (value: unknown, depth = 0): void => {
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DEPTH) throw new JsonSyntaxError(`nested deeper than ${MAX_DEPTH}`, 0)
  for (const item of Array.isArray(value) ? value : Object.values(value)) checkDepth(item, depth + 1)
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const WHITESPACE = /[ \t\n\r]*/y
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Parser {
  readonly #text: string
  #at = 0
  constructor(text: string) {
    this.#text = text
  }

  document(): Value {
    const value = this.#value(0)
    this.#space()
    if (this.#at < this.#text.length) throw this.#fail('unexpected text after the value')
    return value
  }

  #value(depth: number): Value {
    if (depth > MAX_DEPTH) throw this.#fail(`nested deeper than ${MAX_DEPTH}`)
    this.#space()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#list(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): ValueObject {
    const object = {}
    this.#at++
    this.#space()
    if (this.#skip('}')) return object
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#fail('expected a key in quotes')
      const key = this.#string()
      this.#space()
      if (!this.#skip(':')) throw this.#fail("expected ':'")
      setOwn(object, key, this.#value(depth + 1))
      this.#space()
      if (this.#skip('}')) return object
      if (!this.#skip(',')) throw this.#fail("expected ',' or '}'")
    }
  }

  #list(depth: number): Value[] {
    const list: Value[] = []
    this.#at++
    this.#space()
    if (this.#skip(']')) return list
    for (;;) {
      list.push(this.#value(depth + 1))
      this.#space()
      if (this.#skip(']')) return list
      if (!this.#skip(',')) throw this.#fail("expected ',' or ']'")
    }
  }

  #string(): string {
    this.#at++
    let result = ''
    for (;;) {
      PLAIN.lastIndex = this.#at
      result += PLAIN.exec(this.#text)?.[0] ?? ''
      this.#at = PLAIN.lastIndex
      const char = this.#text[this.#at]
      if (char === '"') {
        this.#at++
        return result
      }
      if (char !== '\\') throw this.#fail(char === undefined ? 'unterminated string' : 'control character in a string')
      const letter = this.#text[this.#at + 1] ?? ''
      if (letter === 'u') {
        const hex = this.#text.slice(this.#at + 2, this.#at + 6)
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#fail('bad unicode escape')
        result += String.fromCharCode(Number.parseInt(hex, 16))
        this.#at += 6
      } else {
        const plain = ESCAPES[letter]
        if (plain === undefined) throw this.#fail('bad escape')
        result += plain
        this.#at += 2
      }
    }
  }

  #number(): Value {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (!match) throw this.#fail('expected a value')
    this.#at = NUMBER.lastIndex
    const [digits, fraction, exponent] = match
    if (fraction !== undefined || exponent !== undefined) return float(Number(digits))
    return digits.length < 16 ? Number(digits) + 0 : integer(BigInt(digits))
  }

  #word<T extends Value>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fail('expected a value')
    this.#at += word.length
    return value
  }

  #skip(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #space(): void {
    WHITESPACE.lastIndex = this.#at
    WHITESPACE.exec(this.#text)
    this.#at = WHITESPACE.lastIndex
  }

  #fail(reason: string): JsonSyntaxError {
    return new JsonSyntaxError(reason, this.#at)
  }
}

export interface JsonStyle {
  /** `compact` has no blanks (JavaScript's form), `spaced` has `", "` and `": "` (Python's). Default `compact`. */
  readonly separators?: 'compact' | 'spaced'
  /** Spaces per level; 0 (default) keeps one line. With an indent, the item separator has no trailing blank. */
  readonly indent?: number
}

/** JSON text with floats as `1.0` and big integers in full. NaN and infinities become null. */
export const stringifyJson = (value: Value, style: JsonStyle = {}): string => {
  const indent = style.indent ?? 0
  const spaced = style.separators === 'spaced'
  const comma = spaced && indent === 0 ? ', ' : ','
  const colon = spaced || indent > 0 ? ': ' : ':'
  const write = (item: Value, margin: string): string => {
    if (item === null || item === undefined) return 'null'
    if (typeof item === 'string') return JSON.stringify(item)
    if (typeof item === 'boolean') return item ? 'true' : 'false'
    if (typeof item === 'bigint') return item.toString()
    if (typeof item === 'number') return Number.isFinite(item) ? formatNumber(item) : 'null'
    if (item instanceof Float) return Number.isFinite(item.value) ? formatNumber(item) : 'null'
    const plain = item instanceof Opaque ? item.toObject() : item
    const inner = indent > 0 ? `${margin}${' '.repeat(indent)}` : ''
    const open = indent > 0 ? `\n${inner}` : ''
    const close = indent > 0 ? `\n${margin}` : ''
    if (Array.isArray(plain)) {
      if (plain.length === 0) return '[]'
      return `[${open}${plain.map((entry) => write(entry as Value, inner)).join(comma + open)}${close}]`
    }
    const keys = Object.keys(plain)
    if (keys.length === 0) return '{}'
    const pairs = keys.map((key) => `${JSON.stringify(key)}${colon}${write(own(plain, key) as Value, inner)}`)
    return `{${open}${pairs.join(comma + open)}${close}}`
  }
  return write(value, '')
}
