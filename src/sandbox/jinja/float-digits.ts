// Exact decimal digits of doubles, rounded half to even on the true binary value as Python does. JavaScript's toFixed
// and toExponential round ties upwards and stop at 100 digits, so the digits come from integer arithmetic.

/** No double has more digits after the point than this. */
const MAX_FRACTION = 1074

interface Exact {
  readonly mantissa: bigint
  /** value = mantissa × 2^exponent */
  readonly exponent: number
}

const exactParts = (value: number): Exact => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(value))
  const bits = view.getBigUint64(0)
  const power = Number(bits >> 52n)
  const fraction = bits & 0xfffffffffffffn
  return power === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: power - 1075 }
}

/** |value| × 10^places as an integer, rounded half to even. `places` may be negative. */
export const scaledInteger = (value: number, places: number): bigint => {
  const { mantissa, exponent } = exactParts(value)
  let top = mantissa
  let bottom = 1n
  if (places >= 0) top *= 10n ** BigInt(places)
  else bottom *= 10n ** BigInt(-places)
  if (exponent >= 0) top <<= BigInt(exponent)
  else bottom <<= BigInt(-exponent)
  const quotient = top / bottom
  const twice = (top - quotient * bottom) * 2n
  const up = twice > bottom || (twice === bottom && (quotient & 1n) === 1n)
  return up ? quotient + 1n : quotient
}

/** Digits of |value| with exactly `places` after the point, `places` ≥ 0. The value is finite. */
export const fixedDigits = (value: number, places: number): string => {
  const exact = Math.min(places, MAX_FRACTION)
  const digits = scaledInteger(value, exact)
    .toString()
    .padStart(exact + 1, '0')
  const whole = digits.slice(0, digits.length - exact)
  return places === 0 ? whole : `${whole}.${digits.slice(digits.length - exact).padEnd(places, '0')}`
}

export interface Scientific {
  /** `count` significant digits, no point. */
  readonly digits: string
  readonly exponent: number
}

/** |value| as d.ddd × 10^exponent with `count` ≥ 1 significant digits. The value is finite. */
export const significantDigits = (value: number, count: number): Scientific => {
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 }
  const exact = Math.min(count, 800)
  let exponent = Number(Math.abs(value).toExponential().split('e')[1])
  let digits = scaledInteger(value, exact - 1 - exponent).toString()
  if (digits.length > exact) {
    exponent++
    digits = digits.slice(0, exact)
  }
  return { digits: digits.padEnd(count, '0'), exponent }
}

/** Python's `round(value, places)`. */
export const roundFloat = (value: number, places: number): number => {
  if (!Number.isFinite(value) || value === 0 || places > 323) return value
  if (places < -308) return value < 0 ? -0 : 0
  const scaled = scaledInteger(value, places)
  const size = Number(`${scaled}e${-places}`)
  return value < 0 ? -size : size
}
