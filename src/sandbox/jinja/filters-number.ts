// Filters on numbers and on single values.

import { Float, float, integer } from '../../base/number.ts'
import { indexOf, isText, plainText, sizeOf, textOf } from './arguments.ts'
import { FAILURE_STEPS, ownAttribute } from './attributes.ts'
import { filter, orElse } from './define.ts'
import { argumentError, JinjaError, overflowError, typeError, undefinedError, valueError } from './error.ts'
import { fixedDigits, roundFloat } from './float-digits.ts'
import { isTrue, typeNameOf } from './iterate.ts'
import { asInt, asNumeric, divide, multiply, type Numeric, negate, power, toDouble } from './numbers.ts'
import { parseFloatText, parseInteger } from './parse-number.ts'
import { Bytes, type Filter, type PyValue, type Run, Undefined } from './values.ts'

const isFailure = (error: unknown, ...kinds: string[]): boolean =>
  error instanceof JinjaError && kinds.includes(error.kind)

const wholeOf = (double: number): PyValue => {
  if (Number.isNaN(double)) throw valueError('cannot convert float NaN to integer')
  if (!Number.isFinite(double)) throw overflowError('cannot convert float infinity to integer')
  return integer(double)
}

const sourceText = (value: PyValue): string | undefined =>
  isText(value) ? plainText(value) : value instanceof Bytes ? new TextDecoder('latin1').decode(value.data) : undefined

/** `int(value, base)` */
const toInt = (run: Run, value: PyValue, given: PyValue | undefined): PyValue => {
  const text = sourceText(value)
  if (text !== undefined) {
    const base = given === undefined ? 10 : indexOf(given)
    if (base !== 0 && (base < 2 || base > 36)) throw valueError('int() base must be >= 2 and <= 36, or 0')
    run.text(text.length)
    return parseInteger(text, value instanceof Bytes ? 10 : base)
  }
  const number = requireNumeric(value, 'int()')
  const int = asInt(value)
  return int === undefined ? wholeOf(toDouble(number)) : int
}

const requireNumeric = (value: PyValue, name: string): Numeric => {
  const number = asNumeric(value)
  if (number !== undefined) return number
  if (value instanceof Undefined) throw undefinedError(value.reason)
  throw typeError(`${name} argument must be a string or a real number, not '${typeNameOf(value)}'`)
}

/** `float(value)` */
const toFloat = (run: Run, value: PyValue): number => {
  const text = sourceText(value)
  if (text !== undefined) {
    run.text(text.length)
    return parseFloatText(text)
  }
  return toDouble(requireNumeric(value, 'float()'))
}

const intFilter: Parameters<typeof filter>[2] = (run, value, [fallback, base]) => {
  try {
    return toInt(run, value, base)
  } catch (error) {
    if (!isFailure(error, 'TypeError', 'ValueError')) throw error
    run.spend(FAILURE_STEPS)
  }
  try {
    // So that '42.7' becomes 42.
    return wholeOf(toFloat(run, value))
  } catch (error) {
    if (!isFailure(error, 'TypeError', 'ValueError', 'OverflowError')) throw error
    run.spend(FAILURE_STEPS)
    return orElse(fallback, 0)
  }
}

const floatFilter: Parameters<typeof filter>[2] = (run, value, [fallback]) => {
  try {
    return float(toFloat(run, value))
  } catch (error) {
    if (!isFailure(error, 'TypeError', 'ValueError')) throw error
    run.spend(FAILURE_STEPS)
    return orElse(fallback, float(0))
  }
}

/** Python's `round(value, places)`, which keeps integers integers. */
const roundNumber = (run: Run, value: PyValue, places: number): PyValue => {
  const int = asInt(value)
  if (value instanceof Undefined) throw typeError("type Undefined doesn't define __round__ method")
  if (int === undefined) return float(roundFloat(toDouble(requireNumeric(value, 'round()')), places))
  if (places >= 0) return int
  const unit = power(run, 10, Math.min(-places, 5000)) as number | bigint
  const [top, bottom] = [BigInt(int), BigInt(unit)]
  const floor = top / bottom - (top % bottom < 0n ? 1n : 0n)
  const rest = (top - floor * bottom) * 2n
  const up = rest > bottom || (rest === bottom && (floor & 1n) === 1n)
  return integer((up ? floor + 1n : floor) * bottom)
}

const roundFilter: Parameters<typeof filter>[2] = (run, value, [precision, method]) => {
  const mode = orElse(method, 'common')
  if (mode !== 'common' && mode !== 'ceil' && mode !== 'floor')
    throw argumentError('method must be common, ceil or floor')
  const places = orElse(precision, 0)
  if (mode === 'common') return roundNumber(run, value, places === null ? 0 : sizeOf(places))
  const scale = power(run, 10, asNumeric(places) ?? sizeOf(places)) as Numeric
  const scaled = multiply(run, requireNumeric(value, 'round()'), scale) as Numeric
  const double = toDouble(scaled)
  const whole = asInt(scaled) ?? (wholeOf(mode === 'ceil' ? Math.ceil(double) : Math.floor(double)) as Numeric)
  return divide(run, whole, scale)
}

const UNITS = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']

const fileSize: Parameters<typeof filter>[2] = (run, value, [binary]) => {
  const bytes = toFloat(run, value)
  const isBinary = binary !== undefined && isTrue(binary)
  const base = isBinary ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${wholeOf(bytes)} Bytes`
  let unit = base
  for (const [i, letter] of UNITS.entries()) {
    unit *= base
    if (bytes >= unit && i < UNITS.length - 1) continue
    const size = (base * bytes) / unit
    const text = Number.isFinite(size)
      ? `${size < 0 ? '-' : ''}${fixedDigits(size, 1)}`
      : Number.isNaN(size)
        ? 'nan'
        : 'inf'
    return `${text} ${isBinary ? `${letter.toUpperCase()}iB` : `${letter}B`}`
  }
  return ''
}

const absolute = (value: PyValue): PyValue => {
  const number = asNumeric(value)
  if (number === undefined) {
    throw typeError(`bad operand type for abs(): '${typeNameOf(value)}'`)
  }
  const int = asInt(value)
  if (int !== undefined) return int < 0 ? negate(int) : int
  return float(Math.abs(number instanceof Float ? number.value : toDouble(number)))
}

export const numberFilters: readonly (readonly [string, Filter])[] = [
  filter('abs', '', (_run, value) => absolute(value)),
  filter('attr', 'name', (run, value, [name]) => {
    const key = textOf(name as PyValue, 'attr')
    const found = ownAttribute(run, value, key)
    return found === undefined ? new Undefined(`'${typeNameOf(value)} object' has no attribute '${key}'`) : found
  }),
  ...['default', 'd'].map((name) =>
    filter(name, 'default_value= boolean=', (_run, value, [fallback, boolean]) =>
      value instanceof Undefined || (boolean !== undefined && isTrue(boolean) && !isTrue(value))
        ? orElse(fallback, '')
        : value,
    ),
  ),
  filter('filesizeformat', 'binary=', fileSize),
  filter('float', 'default=', floatFilter),
  filter('int', 'default= base=', intFilter),
  filter('round', 'precision= method=', roundFilter),
]
