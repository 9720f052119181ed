// The functions and constants of expressions, with Python's results: `floor` and `round` give integers, ties go to even.

import { ExpressionError, type Operand, power, toFloat } from './operand.ts'

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI }

interface MathFunction {
  readonly least: number
  readonly most: number
  readonly apply: (values: readonly Operand[]) => Operand
}

const outside = () => new ExpressionError('the value lies outside the domain of the function')

const real = (apply: (value: number) => number): MathFunction => ({
  least: 1,
  most: 1,
  apply: ([value = 0n]) => {
    const result = apply(toFloat(value))
    if (Number.isNaN(result)) throw outside()
    if (!Number.isFinite(result)) throw new ExpressionError('the result is too large')
    return result
  },
})

const logarithm = (value: Operand): number => {
  if (value <= 0) throw outside()
  if (typeof value === 'number') return Math.log(value)
  // Integers beyond the floats still have a logarithm.
  const shift = Math.max(0, value.toString(16).length - 16) * 4
  return Math.log(Number(value >> BigInt(shift))) + shift * Math.LN2
}

const whole = (apply: (value: number) => number): MathFunction => ({
  least: 1,
  most: 1,
  apply: ([value = 0n]) => (typeof value === 'bigint' ? value : BigInt(apply(value))),
})

const extreme = (wins: (a: Operand, b: Operand) => boolean): MathFunction => ({
  least: 1,
  most: 1000,
  apply: (values) => values.reduce((best, value) => (wins(value, best) ? value : best)),
})

const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  sqrt: real(Math.sqrt),
  cbrt: real(Math.cbrt),
  sin: real(Math.sin),
  cos: real(Math.cos),
  tan: real(Math.tan),
  asin: real(Math.asin),
  acos: real(Math.acos),
  atan: real(Math.atan),
  sinh: real(Math.sinh),
  cosh: real(Math.cosh),
  tanh: real(Math.tanh),
  exp: real(Math.exp),
  degrees: real((value) => (value * 180) / Math.PI),
  radians: real((value) => (value * Math.PI) / 180),
  ln: { least: 1, most: 1, apply: ([value = 0n]) => logarithm(value) },
  log: {
    least: 1,
    most: 2,
    apply: ([value = 0n, base]) => {
      if (base === undefined) return logarithm(value)
      const divisor = logarithm(base)
      if (divisor === 0) throw outside()
      return logarithm(value) / divisor
    },
  },
  log10: { least: 1, most: 1, apply: ([value = 0n]) => exactLog(value, Math.log10) },
  log2: { least: 1, most: 1, apply: ([value = 0n]) => exactLog(value, Math.log2) },
  abs: { least: 1, most: 1, apply: ([value = 0n]) => (value < 0 ? -value : value) },
  floor: whole(Math.floor),
  ceil: whole(Math.ceil),
  trunc: whole(Math.trunc),
  round: { least: 1, most: 2, apply: ([value = 0n, digits]) => round(value, digits) },
  min: extreme((a, b) => a < b),
  max: extreme((a, b) => a > b),
  pow: { least: 2, most: 2, apply: ([base = 0n, exponent = 0n]) => power(base, exponent) },
}

/** @throws ExpressionError */
export const callFunction = (name: string, values: readonly Operand[]): Operand => {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (!found) throw new ExpressionError(`the function ${name} is not known`)
  if (values.length < found.least || values.length > found.most) {
    const count = found.least === found.most ? `${found.least}` : `${found.least} to ${found.most}`
    throw new ExpressionError(`${name} takes ${count} argument${count === '1' ? '' : 's'}, not ${values.length}`)
  }
  return found.apply(values)
}

// Exact for powers of the base, which the quotient of two logarithms is not.
const exactLog = (value: Operand, log: (value: number) => number): number => {
  const number = Number(value)
  if (number <= 0) throw outside()
  if (Number.isFinite(number)) return log(number)
  const digits = value.toString()
  return log(Number(`0.${digits.slice(0, 18)}`)) + digits.length * log(10)
}

const round = (value: Operand, digits: Operand | undefined): Operand => {
  if (digits !== undefined && (typeof digits !== 'bigint' || digits > 300n || digits < -300n)) {
    throw new ExpressionError('round takes a small whole number of digits')
  }
  const places = Number(digits ?? 0n)
  if (typeof value === 'bigint') return places >= 0 ? value : roundInteger(value, 10n ** BigInt(-places))
  if (places <= 0) {
    const rounded = roundInteger(BigInt(Math.trunc(value)), 10n ** BigInt(-places), value - Math.trunc(value))
    return digits === undefined ? rounded : Number(rounded)
  }
  // toFixed works on the exact binary value but sends ties up; a tie shows as a 5 followed by nothing but zeros.
  if (places > 100 || Math.abs(value) >= 1e21) return value
  const exact = Math.abs(value).toFixed(100)
  const point = exact.indexOf('.')
  const tie = /^50*$/.test(exact.slice(point + 1 + places))
  const kept = exact.slice(0, point + 1 + places)
  const magnitude = tie && Number(kept.at(-1)) % 2 === 0 ? Number(kept) : Number(Math.abs(value).toFixed(places))
  return value < 0 ? -magnitude : magnitude
}

/** The multiple of `step` nearest to value + fraction, ties to the even multiple. */
const roundInteger = (value: bigint, step: bigint, fraction = 0): bigint => {
  const sign = value < 0n || fraction < 0 ? -1n : 1n
  const size = value * sign
  const lower = (size / step) * step
  const rest = size - lower
  const distance = Number(rest * 2n - step) + Math.abs(fraction) * 2
  const up = distance > 0 || (distance === 0 && (lower / step) % 2n === 1n)
  return sign * (up ? lower + step : lower)
}
