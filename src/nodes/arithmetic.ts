// The four operations on two kinds of number: integers stay exact and integers, everything else becomes a float.

import { float, integer, isInteger, type Num, toNumber } from '../base/number.ts'

type Both<T> = (a: T, b: T) => T

const calculate =
  (exact: Both<bigint>, inexact: Both<number>) =>
  (a: Num, b: Num): Num => {
    if (!isInteger(a) || !isInteger(b)) return float(inexact(toNumber(a), toNumber(b)))
    // Where doubles are exact they are also fast.
    const quick = typeof a === 'number' && typeof b === 'number' ? inexact(a, b) : Number.NaN
    return Number.isSafeInteger(quick) ? quick + 0 : integer(exact(BigInt(a), BigInt(b)))
  }

export const addNumbers = calculate(
  (a, b) => a + b,
  (a, b) => a + b,
)
export const subtractNumbers = calculate(
  (a, b) => a - b,
  (a, b) => a - b,
)
export const multiplyNumbers = calculate(
  (a, b) => a * b,
  (a, b) => a * b,
)

/** Always a float; undefined for a division by zero. */
export const divideNumbers = (a: Num, b: Num): Num | undefined => {
  const divisor = toNumber(b)
  return divisor === 0 ? undefined : float(toNumber(a) / divisor)
}
