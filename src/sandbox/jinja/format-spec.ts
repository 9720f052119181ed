// Python's format specifications (`>10.2f`), for `str.format`, and the number forms the `%` operator shares with it.

import { Float, formatFloat } from '../../base/number.ts'
import { overflowError, typeError, valueError } from './error.ts'
import { fixedDigits, significantDigits } from './float-digits.ts'
import { typeNameOf } from './iterate.ts'
import { asInt, asNumeric, type Int, multiply, toDouble } from './numbers.ts'
import { integerText, toText } from './represent.ts'
import { sliceText, textLength } from './text.ts'
import { Markup, type PyValue, type Run } from './values.ts'

export interface FormatSpec {
  readonly fill: string
  readonly align: '' | '<' | '>' | '^' | '='
  readonly sign: '' | '+' | '-' | ' '
  readonly alternate: boolean
  readonly width: number
  readonly grouping: '' | ',' | '_'
  readonly precision: number | undefined
  readonly type: string
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([+\- ]?)(z?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([\s\S]?)$/u

/** @throws ValueError on a malformed specification, TemplateLimitError on sizes no value may have */
export const parseSpec = (run: Run, spec: string): FormatSpec => {
  const match = SPEC.exec(spec)
  if (!match) throw valueError('invalid format specifier')
  const [, fill, align, sign = '', , hash, zero, width = '', grouping = '', precision, type = ''] = match
  const zeroed = zero === '0' && align === undefined
  return {
    fill: fill ?? (zero === '0' ? '0' : ' '),
    align: (align ?? (zeroed ? '=' : '')) as FormatSpec['align'],
    sign: sign as FormatSpec['sign'],
    alternate: hash === '#',
    width: boundedSize(run, width === '' ? 0 : Number(width)),
    grouping: grouping as FormatSpec['grouping'],
    precision: precision === undefined ? undefined : boundedSize(run, Number(precision)),
    type,
  }
}

const boundedSize = (run: Run, size: number): number => {
  run.text(size)
  return size
}

/** Pads `sign + body` to the width; `=` fills between the two. */
export const pad = (
  spec: Pick<FormatSpec, 'fill' | 'align' | 'width'>,
  sign: string,
  body: string,
  usual: '<' | '>',
): string => {
  const missing = spec.width - textLength(sign) - textLength(body)
  if (missing <= 0) return sign + body
  const align = spec.align === '' ? usual : spec.align
  if (align === '<') return sign + body + spec.fill.repeat(missing)
  if (align === '^') {
    const left = Math.floor(missing / 2)
    return spec.fill.repeat(left) + sign + body + spec.fill.repeat(missing - left)
  }
  return align === '=' ? sign + spec.fill.repeat(missing) + body : spec.fill.repeat(missing) + sign + body
}

/** `format(value, spec)`. */
export const formatValue = (run: Run, value: PyValue, text: string): string => {
  if (text === '') return toText(run, value)
  if (typeof value === 'string' || value instanceof Markup)
    return formatText(run, toText(run, value), parseSpec(run, text))
  if (typeof value === 'boolean' && !/[a-zA-Z%,_]$/.test(text))
    return formatInt(run, value ? 1 : 0, parseSpec(run, text))
  const number = asNumeric(value)
  if (number === undefined) {
    throw typeError(`unsupported format string passed to ${typeNameOf(value)}.__format__`)
  }
  const spec = parseSpec(run, text)
  const int = asInt(value)
  return int === undefined || number instanceof Float
    ? formatDouble(run, toDouble(number), spec)
    : formatInt(run, int, spec)
}

const formatText = (run: Run, text: string, spec: FormatSpec): string => {
  if (spec.type !== '' && spec.type !== 's')
    throw valueError(`Unknown format code '${spec.type}' for object of type 'str'`)
  if (spec.sign !== '') throw valueError('Sign not allowed in string format specifier')
  if (spec.align === '=' && !(spec.fill === '0'))
    throw valueError("'=' alignment not allowed in string format specifier")
  if (spec.alternate) throw valueError('Alternate form (#) not allowed in string format specifier')
  if (spec.grouping !== '') throw valueError(`Cannot specify '${spec.grouping}' with 's'.`)
  run.text(text.length)
  const body = spec.precision === undefined ? text : sliceText(text, 0, spec.precision)
  return pad(spec.align === '=' ? { ...spec, align: '<' } : spec, '', body, '<')
}

const signOf = (negative: boolean, sign: FormatSpec['sign']): string =>
  negative ? '-' : sign === '+' || sign === ' ' ? sign : ''

const RADIX: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['b', [2, '0b']],
  ['o', [8, '0o']],
  ['x', [16, '0x']],
  ['X', [16, '0X']],
])

/** Digits of |value| in the form of the presentation type. */
export const integerDigits = (value: Int, type: string): string => {
  const size = value < 0 ? -value : value
  const radix = RADIX.get(type)
  if (!radix) return integerText(size)
  const digits = size.toString(radix[0])
  return type === 'X' ? digits.toUpperCase() : digits
}

const formatInt = (run: Run, value: Int, spec: FormatSpec): string => {
  if (spec.type !== '' && 'eEfFgG%'.includes(spec.type)) return formatDouble(run, toDouble(value), spec)
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier')
  if (spec.type === 'c') {
    if (value < 0 || value > 0x10ffff) throw overflowError('%c arg not in range(0x110000)')
    return pad(spec, '', String.fromCodePoint(Number(value)), '<')
  }
  if (spec.type !== '' && !'bdoxXn'.includes(spec.type))
    throw valueError(`Unknown format code '${spec.type}' for object of type 'int'`)
  const prefix = spec.alternate ? (RADIX.get(spec.type)?.[1] ?? '') : ''
  const sign = signOf(value < 0, spec.sign) + prefix
  const digits = integerDigits(value, spec.type)
  return pad(spec, sign, groupDigits(digits, spec, sign.length, RADIX.has(spec.type) ? 4 : 3), '>')
}

/** Separates groups; zero padding takes part in the grouping, as in Python. */
const groupDigits = (digits: string, spec: FormatSpec, signLength: number, size: number, rest = ''): string => {
  if (spec.grouping === '') return digits + rest
  if (spec.grouping === ',' && size === 4) throw valueError(`Cannot specify ',' with '${spec.type}'.`)
  let padded = digits
  if (spec.fill === '0' && spec.align === '=') {
    const room = spec.width - signLength - rest.length
    // n digits take n + ⌊(n − 1) / size⌋ places.
    let count = digits.length
    while (count + Math.floor((count - 1) / size) < room) count++
    padded = digits.padStart(count, '0')
  }
  const first = padded.length % size || size
  const groups = [padded.slice(0, first)]
  for (let at = first; at < padded.length; at += size) groups.push(padded.slice(at, at + size))
  return groups.join(spec.grouping) + rest
}

const formatDouble = (run: Run, value: number, spec: FormatSpec): string => {
  if (spec.type !== '' && !'eEfFgGn%'.includes(spec.type)) {
    throw valueError(`Unknown format code '${spec.type}' for object of type 'float'`)
  }
  const sign = signOf(value < 0 || Object.is(value, -0), spec.sign)
  const body = doubleDigits(run, value, spec)
  const at = body.search(/[^0-9]/)
  const whole = at === -1 ? body : body.slice(0, at)
  if (whole === '') return pad(spec, sign, body, '>')
  return pad(spec, sign, groupDigits(whole, spec, sign.length, 3, at === -1 ? '' : body.slice(at)), '>')
}

/** |value| in the form of the presentation type, without its sign. */
export const doubleDigits = (
  run: Run,
  value: number,
  spec: Pick<FormatSpec, 'type' | 'precision' | 'alternate'>,
): string => {
  const upper = spec.type !== '' && 'EFG'.includes(spec.type)
  const text = lowerDigits(run, Math.abs(value), spec)
  return upper ? text.toUpperCase() : text
}

const lowerDigits = (run: Run, value: number, spec: Pick<FormatSpec, 'type' | 'precision' | 'alternate'>): string => {
  const type = spec.type.toLowerCase()
  if (!Number.isFinite(value)) return `${Number.isNaN(value) ? 'nan' : 'inf'}${type === '%' ? '%' : ''}`
  const precision = spec.precision ?? 6
  run.text(precision)
  run.spend(8)
  if (type === '%') {
    const scaled = multiply(run, value === 0 ? 0 : new Float(value), 100)
    return `${fixedDigits(toDouble(scaled as Float), precision)}%`
  }
  if (type === 'f') return withPoint(fixedDigits(value, precision), spec.alternate)
  if (type === 'e') {
    const { digits, exponent } = significantDigits(value, precision + 1)
    const mantissa = precision === 0 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`
    return `${withPoint(mantissa, spec.alternate)}${exponentText(exponent)}`
  }
  if (type === '' && spec.precision === undefined) return formatFloat(value)
  return generalDigits(value, Math.max(1, precision), spec.alternate, type === '')
}

const withPoint = (digits: string, always: boolean): string => (always && !digits.includes('.') ? `${digits}.` : digits)

const exponentText = (exponent: number): string =>
  `e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`

/** The `g` form; `plain` is the form without a type, which shows at least one digit after the point. */
const generalDigits = (value: number, precision: number, alternate: boolean, plain: boolean): string => {
  const { digits, exponent } = significantDigits(value, precision)
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0'
  if (exponent < -4 || exponent >= (plain ? Math.max(1, precision - 1) : precision)) {
    const mantissa = kept.length > 1 || alternate ? `${kept.slice(0, 1)}.${kept.slice(1)}` : kept
    return `${mantissa}${exponentText(exponent)}`
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${kept}`
  const whole = kept.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const rest = kept.slice(exponent + 1)
  if (rest !== '') return `${whole}.${rest}`
  return plain ? `${whole}.0` : alternate ? `${whole}.` : whole
}
