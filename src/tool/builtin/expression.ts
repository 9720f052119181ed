// Arithmetic as Python writes it: integers stay integers of any size, `/` gives a float, `//` and `%` round down.
// Total: every text ends in a number or an ExpressionError, within bounds on length, depth and digits.
// Inside, an integer is a bigint and a float is a number, so the two never mix unseen.

import { float, integer, type Num } from '../../base/number.ts'
import { CONSTANTS, callFunction } from './expression-functions.ts'
import { ExpressionError, type Operand, power, toFloat } from './operand.ts'

const MAX_LENGTH = 10_000
const MAX_DEPTH = 200
const TOKEN = /\s*(?:(0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|\/\/|[-+*/%(),]))/y

/** The value of an expression.
 *  @throws ExpressionError with a reason for the user */
export const evaluateExpression = (text: string): Num => {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`it is longer than ${MAX_LENGTH} characters`)
  const value = new Evaluator(tokensOf(text)).result()
  return typeof value === 'bigint' ? integer(value) : float(value)
}

type Token =
  | { readonly type: 'number'; readonly value: Operand }
  | { readonly type: 'name' | 'symbol'; readonly text: string }

const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw new ExpressionError(`unexpected text at ${JSON.stringify(text.slice(at).trim().slice(0, 20))}`)
    const [, digits, name, symbol] = match
    if (digits !== undefined) tokens.push({ type: 'number', value: readNumber(digits) })
    else if (name !== undefined) tokens.push({ type: 'name', text: name })
    else tokens.push({ type: 'symbol', text: symbol ?? '' })
  }
  return tokens
}

const readNumber = (digits: string): Operand => {
  if (/^(?:\d+|0[xX].*)$/.test(digits)) return BigInt(digits)
  return finite(Number(digits))
}

const finite = (value: number): number => {
  if (Number.isFinite(value)) return value
  throw new ExpressionError('the result is too large')
}

class Evaluator {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  result(): Operand {
    const value = this.#sum()
    if (this.#at < this.#tokens.length) throw this.#unexpected()
    return value
  }

  #sum(): Operand {
    let left = this.#product()
    for (;;) {
      if (this.#take('+'))
        left = combine(
          left,
          this.#product(),
          (a, b) => a + b,
          (a, b) => a + b,
        )
      else if (this.#take('-'))
        left = combine(
          left,
          this.#product(),
          (a, b) => a - b,
          (a, b) => a - b,
        )
      else return left
    }
  }

  #product(): Operand {
    let left = this.#sign()
    for (;;) {
      if (this.#take('*'))
        left = combine(
          left,
          this.#sign(),
          (a, b) => a * b,
          (a, b) => a * b,
        )
      else if (this.#take('//')) left = combine(left, divisor(this.#sign()), floorDivide, (a, b) => Math.floor(a / b))
      else if (this.#take('/')) left = finite(toFloat(left) / toFloat(divisor(this.#sign())))
      else if (this.#take('%')) left = combine(left, divisor(this.#sign()), remainder, floatRemainder)
      else return left
    }
  }

  // Below the power: -2 ** 2 is -4, and 2 ** -1 is 0.5.
  #sign(): Operand {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError('it is nested too deeply')
    let value: Operand
    if (this.#take('-')) value = -this.#sign()
    else if (this.#take('+')) value = this.#sign()
    else {
      value = this.#atom()
      if (this.#take('**')) value = power(value, this.#sign())
    }
    this.#depth--
    return value
  }

  #atom(): Operand {
    const token = this.#tokens[this.#at++]
    if (token?.type === 'number') return token.value
    if (token?.type === 'symbol' && token.text === '(') {
      const value = this.#sum()
      this.#expect(')')
      return value
    }
    if (token?.type === 'name') {
      if (this.#take('(')) return callFunction(token.text, this.#arguments())
      const constant = Object.hasOwn(CONSTANTS, token.text) ? CONSTANTS[token.text] : undefined
      if (constant !== undefined) return constant
      throw new ExpressionError(`the name ${token.text} is not known`)
    }
    this.#at--
    throw this.#unexpected()
  }

  #arguments(): Operand[] {
    const list: Operand[] = []
    if (this.#take(')')) return list
    do list.push(this.#sum())
    while (this.#take(','))
    this.#expect(')')
    return list
  }

  #take(symbol: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.type !== 'symbol' || token.text !== symbol) return false
    this.#at++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw new ExpressionError(`'${symbol}' is missing`)
  }

  #unexpected(): ExpressionError {
    const token = this.#tokens[this.#at]
    if (!token) return new ExpressionError('it ends too early')
    return new ExpressionError(`unexpected ${token.type === 'number' ? String(token.value) : `'${token.text}'`}`)
  }
}

// Text of MAX_LENGTH can multiply at most to this many bits; powers are bounded in `power`.
const combine = (
  left: Operand,
  right: Operand,
  integers: (a: bigint, b: bigint) => bigint,
  floats: (a: number, b: number) => number,
): Operand => {
  if (typeof left === 'bigint' && typeof right === 'bigint') return bounded(integers(left, right))
  return finite(floats(toFloat(left), toFloat(right)))
}

const MAX_INTEGER = 1n << 16_384n
const bounded = (value: bigint): bigint => {
  if (value < MAX_INTEGER && value > -MAX_INTEGER) return value
  throw new ExpressionError('the result is too large')
}

const divisor = (value: Operand): Operand => {
  if (value == 0) throw new ExpressionError('division by zero')
  return value
}

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

const remainder = (a: bigint, b: bigint): bigint => {
  const rest = a % b
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
}

const floatRemainder = (a: number, b: number): number => {
  const rest = a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}
