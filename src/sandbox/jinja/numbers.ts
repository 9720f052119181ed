// Python's arithmetic on integers of any size and floats.
// N1  Integers are bounded to MAX_BITS; the size of a result is checked before it is computed.
// N2  Results are normal: small integers are plain numbers, integral floats are `Float` (base/number.ts).

import { Float, float, integer, toNumber } from '../../base/number.ts'
import { JinjaError, limitError, overflowError } from './error.ts'
import type { PyValue, Run } from './values.ts'

export type Int = number | bigint
export type Numeric = number | bigint | Float

const MAX_BITS = 65_536

/** The value as a number (bools count as 0 and 1), else undefined. */
export const asNumeric = (value: PyValue): Numeric | undefined => {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof Float ? value : undefined
}

/** The value as an integer (bools count as 0 and 1), else undefined. */
export const asInt = (value: PyValue): Int | undefined => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  return typeof value === 'boolean' ? (value ? 1 : 0) : undefined
}

const isInt = (value: Numeric): value is Int =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))

/** The nearest double. Integers beyond its range fail, as in Python. */
export const toDouble = (value: Numeric): number => {
  const double = toNumber(value)
  if (typeof value === 'bigint' && !Number.isFinite(double)) throw overflowError('int too large to convert to float')
  return double
}

export const bitLength = (value: Int): number => {
  const size = value < 0 ? -value : value
  return size == 0
    ? 0
    : typeof size === 'number' && size < 2 ** 31
      ? 32 - Math.clz32(size)
      : BigInt(size).toString(2).length
}

const sizeOf = (value: Int): number => (typeof value === 'number' ? 53 : value.toString(16).length * 4)

const checkBits = (run: Run, bits: number): void => {
  if (bits > MAX_BITS) throw limitError(`an integer has more than ${MAX_BITS} bits`)
  run.spend(bits / 256)
}

const zeroDivision = (reason: string): JinjaError => new JinjaError('ZeroDivisionError', reason)

export const add = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (isInt(a) && isInt(b)) {
    if (typeof a === 'number' && typeof b === 'number') {
      const sum = a + b
      if (Number.isSafeInteger(sum)) return sum
    }
    checkBits(run, Math.max(sizeOf(a), sizeOf(b)) + 1)
    return integer(BigInt(a) + BigInt(b))
  }
  return float(toDouble(a) + toDouble(b))
}

export const subtract = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (isInt(a) && isInt(b)) return add(run, a, negateInt(b))
  return float(toDouble(a) - toDouble(b))
}

const negateInt = (value: Int): Int => (typeof value === 'bigint' ? -value : 0 - value)

export const negate = (value: Numeric): PyValue => (isInt(value) ? integer(negateInt(value)) : float(-toNumber(value)))

export const multiply = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (isInt(a) && isInt(b)) {
    if (typeof a === 'number' && typeof b === 'number') {
      const product = a * b
      if (Number.isSafeInteger(product)) return product + 0
    }
    checkBits(run, sizeOf(a) + sizeOf(b))
    run.spend((sizeOf(a) * sizeOf(b)) / 2 ** 20)
    return integer(BigInt(a) * BigInt(b))
  }
  return float(toDouble(a) * toDouble(b))
}

/** `/`, correctly rounded for integers of any size. */
export const divide = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (toNumber(b) === 0) throw zeroDivision(isInt(a) && isInt(b) ? 'division by zero' : 'float division by zero')
  if (isInt(a) && isInt(b) && (typeof a === 'bigint' || typeof b === 'bigint')) {
    return float(divideExactly(run, BigInt(a), BigInt(b)))
  }
  return float(toDouble(a) / toDouble(b))
}

const divideExactly = (run: Run, a: bigint, b: bigint): number => {
  const top = a < 0n ? -a : a
  const bottom = b < 0n ? -b : b
  // 66 bits of quotient and a sticky last bit round to 53 as the exact quotient does.
  const shift = Math.max(0, 66 - (bitLength(top) - bitLength(bottom)))
  checkBits(run, bitLength(top) + shift)
  const scaled = top << BigInt(shift)
  const quotient = scaled / bottom
  const sticky = quotient * bottom === scaled ? 0n : 1n
  let result = Number(quotient | sticky)
  for (let left = shift; left > 0; left -= 1000) result *= 2 ** -Math.min(left, 1000)
  if (!Number.isFinite(result)) throw overflowError('integer division result too large for a float')
  return a < 0n === b < 0n ? result : -result
}

/** `//` and `%` share one rule: the remainder has the sign of the divisor. */
export const floorDivide = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (toNumber(b) === 0)
    throw zeroDivision(isInt(a) && isInt(b) ? 'integer division or modulo by zero' : 'float floor division by zero')
  if (isInt(a) && isInt(b)) {
    if (typeof a === 'number' && typeof b === 'number') return Math.floor((a - floorModulo(a, b)) / b) + 0
    checkBits(run, sizeOf(a))
    run.spend((sizeOf(a) * sizeOf(b)) / 2 ** 20)
    const [top, bottom] = [BigInt(a), BigInt(b)]
    const quotient = top / bottom
    return integer(top % bottom !== 0n && top < 0n !== bottom < 0n ? quotient - 1n : quotient)
  }
  const [top, bottom] = [toDouble(a), toDouble(b)]
  const exact = (top - floatModulo(top, bottom)) / bottom
  const floor = Math.floor(exact)
  const whole = exact - floor > 0.5 ? floor + 1 : floor
  return float(exact === 0 ? (top / bottom < 0 ? -0 : 0) : whole)
}

const floorModulo = (a: number, b: number): number => {
  const rest = a % b
  return (rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest) + 0
}

const floatModulo = (a: number, b: number): number => {
  const rest = a % b
  if (rest === 0) return b < 0 ? -0 : 0
  return rest < 0 !== b < 0 ? rest + b : rest
}

export const modulo = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (toNumber(b) === 0)
    throw zeroDivision(isInt(a) && isInt(b) ? 'integer division or modulo by zero' : 'float modulo')
  if (isInt(a) && isInt(b)) {
    if (typeof a === 'number' && typeof b === 'number') return floorModulo(a, b)
    checkBits(run, sizeOf(a))
    run.spend((sizeOf(a) * sizeOf(b)) / 2 ** 20)
    const rest = BigInt(a) % BigInt(b)
    return integer(rest !== 0n && rest < 0n !== b < 0n ? rest + BigInt(b) : rest)
  }
  return float(floatModulo(toDouble(a), toDouble(b)))
}

export const power = (run: Run, a: Numeric, b: Numeric): PyValue => {
  if (isInt(a) && isInt(b) && b >= 0) {
    const small = Number(a) ** Number(b)
    if (Number.isSafeInteger(small)) return small + 0
    checkBits(run, bitLength(a) * Number(b))
    return integer(BigInt(a) ** BigInt(b))
  }
  const [base, exponent] = [toDouble(a), toDouble(b)]
  if (base === 0 && exponent < 0) throw zeroDivision('0.0 cannot be raised to a negative power')
  // JavaScript leaves 1 ** NaN and ±1 ** ±Infinity undefined; IEEE and Python say 1.
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return float(1)
  const result = base ** exponent
  if (Number.isNaN(result) && base < 0 && Number.isFinite(base))
    throw new JinjaError('ValueError', 'complex numbers are not available')
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw overflowError('the result of ** is too large')
  }
  return float(result)
}
