// Binary and unary operators on any two values.

import { sizeOf } from './arguments.ts'
import { JinjaError, typeError, undefinedError } from './error.ts'
import { formatPercent } from './format-percent.ts'
import { escapeHtml } from './html.ts'
import { typeNameOf } from './iterate.ts'
import * as numbers from './numbers.ts'
import { asInt, asNumeric, type Numeric } from './numbers.ts'
import { Bytes, Hidden, List, Markup, type PyValue, type Run, Tuple, Undefined } from './values.ts'

export type Operator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

const ARITHMETIC: Readonly<Record<Operator, (run: Run, a: Numeric, b: Numeric) => PyValue>> = {
  '+': numbers.add,
  '-': numbers.subtract,
  '*': numbers.multiply,
  '/': numbers.divide,
  '//': numbers.floorDivide,
  '%': numbers.modulo,
  '**': numbers.power,
}

export const operate = (run: Run, operator: Operator, a: PyValue, b: PyValue): PyValue => {
  const left = asNumeric(a)
  const right = asNumeric(b)
  if (left !== undefined && right !== undefined) return ARITHMETIC[operator](run, left, right)
  refuseUndefined(a)
  // The right side of a text's `%` may be anything.
  if (operator === '%' && typeof a === 'string') return formatPercent(run, a, b)
  if (operator === '%' && a instanceof Markup) return new Markup(formatPercent(run, a.text, b, escapeHtml))
  refuseUndefined(b)
  const result = operator === '+' ? join(run, a, b) : operator === '*' ? repeat(run, a, b) : undefined
  if (result === undefined) {
    throw typeError(`unsupported operand type(s) for ${operator}: '${typeNameOf(a)}' and '${typeNameOf(b)}'`)
  }
  return result
}

const refuseUndefined = (value: PyValue): void => {
  if (value instanceof Undefined) throw undefinedError(value.reason)
  if (value instanceof Hidden) throw new JinjaError('SecurityError', 'the inside of a value is not accessible')
}

const join = (run: Run, a: PyValue, b: PyValue): PyValue | undefined => {
  if (typeof a === 'string' && typeof b === 'string') {
    run.bound(a.length + b.length)
    run.scan(Math.min(a.length, b.length))
    return a + b
  }
  if (a instanceof Markup || b instanceof Markup) {
    const [left, right] = [marked(a), marked(b)]
    if (left === undefined || right === undefined) return undefined
    run.text(left.length + right.length)
    return new Markup(left + right)
  }
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    run.items(a.items.length + b.items.length)
    const items = [...a.items, ...b.items]
    return a instanceof List ? new List(items) : new Tuple(items)
  }
  if (a instanceof Bytes && b instanceof Bytes) {
    run.text(a.data.length + b.data.length)
    return new Bytes(Uint8Array.from([...a.data, ...b.data]))
  }
  return undefined
}

const marked = (value: PyValue): string | undefined =>
  value instanceof Markup ? value.text : typeof value === 'string' ? escapeHtml(value) : undefined

const repeat = (run: Run, a: PyValue, b: PyValue): PyValue | undefined => {
  const [value, count] = asInt(b) === undefined ? [b, a] : [a, b]
  if (asInt(count) === undefined) return undefined
  const times = Math.max(0, sizeOf(count))
  if (typeof value === 'string' || value instanceof Markup) {
    const text = typeof value === 'string' ? value : value.text
    run.text(text.length * times)
    const repeated = text === '' ? '' : text.repeat(times)
    return typeof value === 'string' ? repeated : new Markup(repeated)
  }
  if (value instanceof Bytes) {
    run.text(value.data.length * times)
    return new Bytes(
      Uint8Array.from({ length: value.data.length * times }, (_, i) => value.data[i % value.data.length] as number),
    )
  }
  if (!(value instanceof List || value instanceof Tuple)) return undefined
  const size = value.items.length * times
  run.items(size)
  const items = Array.from({ length: size }, (_, i) => value.items[i % value.items.length] as PyValue)
  return value instanceof List ? new List(items) : new Tuple(items)
}

export const negative = (value: PyValue): PyValue => numbers.negate(requireNumeric(value, '-'))

export const positive = (value: PyValue): PyValue => {
  const number = requireNumeric(value, '+')
  return typeof value === 'boolean' ? (asInt(value) as number) : number
}

const requireNumeric = (value: PyValue, operator: string): Numeric => {
  const number = asNumeric(value)
  if (number !== undefined) return number
  refuseUndefined(value)
  throw typeError(`bad operand type for unary ${operator}: '${typeNameOf(value)}'`)
}
