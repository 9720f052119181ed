// Numbers inside expressions: a bigint is an integer, a number is a float.

export type Operand = bigint | number

/** Why an expression has no value, in words for its author. */
export class ExpressionError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'ExpressionError'
  }
}

export const toFloat = (value: Operand): number => {
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw new ExpressionError('an integer is too large for a float')
}

const MAX_BITS = 16_384

const bitLength = (value: bigint): number => (value < 0n ? -value : value).toString(16).length * 4

/** Python's `**`: integers stay integers unless the exponent is negative. */
export const power = (base: Operand, exponent: Operand): Operand => {
  if (base == 0 && exponent < 0) throw new ExpressionError('zero cannot be raised to a negative power')
  if (typeof base === 'bigint' && typeof exponent === 'bigint' && exponent >= 0n) {
    const trivial = base === 0n || base === 1n || base === -1n
    if (!trivial && (exponent > MAX_BITS || (bitLength(base) - 4) * Number(exponent) > MAX_BITS)) {
      throw new ExpressionError('the result is too large')
    }
    return trivial && exponent > 1n ? base ** (2n - (exponent % 2n)) : base ** exponent
  }
  const left = toFloat(base)
  const right = toFloat(exponent)
  if (left < 0 && !Number.isInteger(right)) throw new ExpressionError('the result is a complex number')
  const value = left ** right
  if (!Number.isFinite(value)) throw new ExpressionError('the result is too large')
  return value
}
