// The `%` operator on texts: `'%s is %05.1f' % (name, x)`, also the `format` filter.

import { Float, integer } from '../../base/number.ts'
import { quotePython } from '../../base/python.ts'
import { indexOf } from './arguments.ts'
import { Dict } from './dict.ts'
import { JinjaError, overflowError, typeError, undefinedError, valueError } from './error.ts'
import { doubleDigits, integerDigits } from './format-spec.ts'
import { typeNameOf } from './iterate.ts'
import { asInt, asNumeric, type Int, toDouble } from './numbers.ts'
import { represent, toText } from './represent.ts'
import { codePoints, sliceText, textLength } from './text.ts'
import { Bytes, List, Markup, type PyValue, Range, type Run, Tuple, Undefined } from './values.ts'

interface Conversion {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly type: string
}

const PLACE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([\s\S]?)/gu

const MAPPING_LIKE = [Dict, List, Bytes, Range, Undefined]

/** Hands out the values on the right of `%`. */
class Supply {
  readonly #values: readonly PyValue[]
  readonly #whole: PyValue
  #next = 0
  #mapped = false
  constructor(value: PyValue) {
    this.#whole = value
    this.#values = value instanceof Tuple ? value.items : [value]
  }
  next(): PyValue {
    const value = this.#values[this.#next++]
    if (value === undefined) throw typeError('not enough arguments for format string')
    return value
  }
  named(key: string): PyValue {
    if (this.#whole instanceof Undefined) throw undefinedError(this.#whole.reason)
    if (!(this.#whole instanceof Dict)) throw typeError('format requires a mapping')
    this.#mapped = true
    const value = this.#whole.getText(key)
    if (value === undefined) throw new JinjaError('KeyError', quotePython(key))
    return value
  }
  /** Every value must have been used, except where the right side is a mapping or another container. */
  finish(): void {
    if (this.#mapped || this.#next >= this.#values.length) return
    const whole = this.#whole
    // Whatever can be subscripted passes for a mapping that was not asked.
    if (MAPPING_LIKE.some((type) => whole instanceof type)) return
    throw typeError('not all arguments converted during string formatting')
  }
}

/** `template % value`; `protect` is applied to inserted texts (for `Markup`). */
export const formatPercent = (
  run: Run,
  template: string,
  value: PyValue,
  protect?: (text: string) => string,
): string => {
  run.scan(template.length)
  const supply = new Supply(value)
  let result = ''
  let last = 0
  for (const match of template.matchAll(PLACE)) {
    result += template.slice(last, match.index)
    last = match.index + match[0].length
    result += place(run, match, supply, protect)
    run.step()
    run.bound(result.length)
  }
  supply.finish()
  return result + template.slice(last)
}

const place = (
  run: Run,
  match: RegExpExecArray | RegExpMatchArray,
  supply: Supply,
  protect?: (text: string) => string,
): string => {
  const [, key, flags = '', width = '', precision, type = ''] = match
  if (type === '') throw valueError('incomplete format')
  if (type === '%' && match[0] === '%%') return '%'
  const named = key === undefined ? undefined : supply.named(key)
  const size = (text: string): number => (text === '*' ? indexOf(supply.next()) : text === '' ? 0 : Number(text))
  let flagged = flags
  let wide = size(width)
  if (wide < 0) {
    flagged += '-'
    wide = -wide
  }
  const exact = precision === undefined ? undefined : Math.max(0, size(precision))
  run.text(Math.max(wide, exact ?? 0))
  return convert(
    run,
    { flags: flagged, width: wide, precision: exact, type },
    named === undefined ? supply.next() : named,
    protect,
  )
}

const convert = (run: Run, place: Conversion, value: PyValue, protect?: (text: string) => string): string => {
  const { type, precision } = place
  if ('sra'.includes(type)) {
    const raw =
      type === 's' ? toText(run, value) : type === 'r' ? represent(run, value) : asciiOnly(represent(run, value))
    const text = protect && !(value instanceof Markup) ? protect(raw) : raw
    return padPercent(place, '', precision === undefined ? text : sliceText(text, 0, precision), false)
  }
  if (type === 'c') return padPercent(place, '', characterOf(value), false)
  if (!'diuxXoeEfFgG'.includes(type)) throw valueError(`unsupported format character '${type}'`)
  const number = asNumeric(value)
  if (value instanceof Undefined && !'xXo'.includes(type)) throw undefinedError(value.reason)
  if (number === undefined) throw typeError(`%${type} format: a number is required, not ${typeNameOf(value)}`)
  if ('eEfFgG'.includes(type)) {
    const double = toDouble(number)
    const body = doubleDigits(run, double, { type, precision, alternate: place.flags.includes('#') })
    return padPercent(place, signText(place, double < 0 || Object.is(double, -0)), body, Number.isFinite(double))
  }
  const int = wholeOf(value, type)
  const prefix = !place.flags.includes('#') ? '' : type === 'x' ? '0x' : type === 'X' ? '0X' : type === 'o' ? '0o' : ''
  const digits = integerDigits(int, type).padStart(precision ?? 0, '0')
  return padPercent(place, signText(place, int < 0) + prefix, digits, true)
}

const wholeOf = (value: PyValue, type: string): Int => {
  const int = asInt(value)
  if (int !== undefined) return int
  if ('xXo'.includes(type)) throw typeError(`%${type} format: an integer is required, not ${typeNameOf(value)}`)
  const double = value instanceof Float ? value.value : (value as number)
  if (Number.isNaN(double)) throw valueError('cannot convert float NaN to integer')
  if (!Number.isFinite(double)) throw overflowError('cannot convert float infinity to integer')
  return integer(double)
}

const signText = ({ flags }: Conversion, negative: boolean): string =>
  negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''

const padPercent = ({ flags, width }: Conversion, sign: string, body: string, isNumber: boolean): string => {
  const missing = width - textLength(sign) - textLength(body)
  if (missing <= 0) return sign + body
  if (flags.includes('-')) return sign + body + ' '.repeat(missing)
  return isNumber && flags.includes('0') ? sign + '0'.repeat(missing) + body : ' '.repeat(missing) + sign + body
}

const characterOf = (value: PyValue): string => {
  const int = asInt(value)
  if (int !== undefined) {
    if (int < 0 || int > 0x10ffff) throw overflowError('%c arg not in range(0x110000)')
    return String.fromCodePoint(Number(int))
  }
  const text = typeof value === 'string' ? value : value instanceof Markup ? value.text : ''
  if (textLength(text) !== 1) throw typeError('%c requires int or char')
  return text
}

export const asciiOnly = (text: string): string =>
  codePoints(text)
    .map((char) => {
      const code = char.codePointAt(0) as number
      if (code < 0x80) return char
      if (code <= 0xff) return `\\x${code.toString(16)}`
      return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
    })
    .join('')
