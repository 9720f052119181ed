// Python's two kinds of number in JavaScript.
//
// App files, code nodes and templates tell `1` from `1.0`, so values do too:
//   integer  a JavaScript number with an integral value in the safe range, or a bigint beyond it
//   float    a JavaScript number with a fraction (or NaN, ±Infinity), or a `Float` when the value is integral
// N1  A `Float` never holds a fractional value; use `float()` to build one, which keeps this.
// N2  A plain number never holds an integral value outside ±(2^53 − 1); `integer()` keeps this.

/** A floating point number whose value happens to be integral, such as `1.0` or `1e16`. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  toJSON(): number {
    return this.value
  }
  valueOf(): number {
    return this.value
  }
}

export type Num = number | bigint | Float

/** The float with this value, wrapped only when the value alone would read as an integer. */
export const float = (value: number): number | Float => (Number.isInteger(value) ? new Float(value) : value)

/** The integer with this value: a number in the safe range, else a bigint. Fractions are cut off. */
export const integer = (value: number | bigint): number | bigint => {
  if (typeof value === 'bigint') {
    const small = Number(value)
    return Number.isSafeInteger(small) ? small : value
  }
  const whole = Math.trunc(value)
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole)
}

export const isNumber = (value: unknown): value is Num =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Float

export const isFloat = (value: unknown): value is number | Float =>
  value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))

export const isInteger = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))

/** The nearest JavaScript number. */
export const toNumber = (value: Num): number => (typeof value === 'number' ? value : Number(value.valueOf()))

/** Numeric order across integers and floats, exact beyond 2^53. NaN compares as equal to nothing: returns NaN. */
export const compareNumbers = (a: Num, b: Num): number => {
  const left = a instanceof Float ? a.value : a
  const right = b instanceof Float ? b.value : b
  if (left < right) return -1
  if (left > right) return 1
  return left == right ? 0 : Number.NaN
}

/** Text as Python's `str` gives it: `3`, `3.0`, `1e-05`, `1e+16`, `inf`, `nan`. */
export const formatNumber = (value: Num): string => {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Float) return formatFloat(value.value)
  return Number.isInteger(value) ? (Object.is(value, -0) ? '0' : value.toString()) : formatFloat(value)
}

/** Python's `repr` of a double: shortest round trip, exponent form below 1e-4 and from 1e16 on. */
export const formatFloat = (value: number): string => {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    const digits = Math.abs(exponent).toString().padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  const sign = value < 0 ? '-' : ''
  const digits = mantissa.replace('-', '').replace('.', '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, '0')}.0`
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}
