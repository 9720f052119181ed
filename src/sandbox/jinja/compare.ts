// Equality, order and membership, as Python's `==`, `<` and `in`.

import { Float } from '../../base/number.ts'
import { Dict, DictView } from './dict.ts'
import { limitError, typeError, undefinedError } from './error.ts'
import { each, iteratorOf, typeNameOf } from './iterate.ts'
import { asNumeric, type Numeric } from './numbers.ts'
import { MAX_VALUE_DEPTH } from './represent.ts'
import { findText } from './search.ts'
import { compareText } from './text.ts'
import { Bytes, List, Markup, PyObject, type PyValue, Range, type Run, Tuple, Undefined } from './values.ts'

const sameNumber = (a: Numeric, b: Numeric): boolean =>
  (a instanceof Float ? a.value : a) == (b instanceof Float ? b.value : b)

const textOf = (value: PyValue): string | undefined =>
  typeof value === 'string' ? value : value instanceof Markup ? value.text : undefined

export const equal = (run: Run, a: PyValue, b: PyValue, depth = 0): boolean => {
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length !== b.length) return false
    run.spend(a.length / 256)
    return a === b
  }
  if (a === b) return true
  run.step()
  const left = asNumeric(a)
  if (left !== undefined) {
    const right = asNumeric(b)
    return right !== undefined && sameNumber(left, right)
  }
  const text = textOf(a)
  if (text !== undefined) return text === textOf(b)
  if (!(a instanceof PyObject) || !(b instanceof PyObject)) return false
  if (depth > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
  return sameContent(run, a, b, depth + 1)
}

const sameContent = (run: Run, a: PyObject, b: PyObject, depth: number): boolean => {
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    if (a.items.length !== b.items.length) return false
    run.items(a.items.length)
    return a.items.every((item, i) => isOrEqual(run, item, b.items[i] as PyValue, depth))
  }
  if (a instanceof Dict && b instanceof Dict) {
    if (a.size !== b.size) return false
    for (const [key, item] of a.entries()) {
      const other = b.get(key)
      if (other === undefined || !isOrEqual(run, item, other, depth)) return false
    }
    return true
  }
  if (a instanceof Undefined) return b instanceof Undefined
  if (a instanceof Range && b instanceof Range) {
    if (a.length !== b.length) return false
    return a.length === 0 || (a.start === b.start && (a.length === 1 || a.step === b.step))
  }
  if (a instanceof Bytes && b instanceof Bytes) {
    return a.data.length === b.data.length && a.data.every((byte, i) => byte === b.data[i])
  }
  if (a instanceof DictView && b instanceof DictView && a.kind !== 'values' && a.kind === b.kind) {
    return a.dict.size === b.dict.size && Array.from(each(run, a)).every((item) => contains(run, b, item))
  }
  return false
}

/** Containers compare their items by identity first. */
const isOrEqual = (run: Run, a: PyValue, b: PyValue, depth: number): boolean => a === b || equal(run, a, b, depth)

export type Order = '<' | '<=' | '>' | '>='

const holds = (order: Order, sign: number): boolean =>
  order === '<' ? sign < 0 : order === '<=' ? sign <= 0 : order === '>' ? sign > 0 : sign >= 0

const compareNumerics = (order: Order, a: Numeric, b: Numeric): boolean => {
  const left = a instanceof Float ? a.value : a
  const right = b instanceof Float ? b.value : b
  return order === '<' ? left < right : order === '<=' ? left <= right : order === '>' ? left > right : left >= right
}

/** `a < b` and its kin.
 *  @throws TypeError for types without an order */
export const ordered = (run: Run, order: Order, a: PyValue, b: PyValue, depth = 0): boolean => {
  run.step()
  const left = asNumeric(a)
  if (left !== undefined) {
    const right = asNumeric(b)
    if (right !== undefined) return compareNumerics(order, left, right)
  }
  const text = textOf(a)
  const other = textOf(b)
  if (text !== undefined && other !== undefined) {
    run.spend(Math.min(text.length, other.length) / 256)
    return holds(order, compareText(text, other))
  }
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    if (depth > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
    return orderedItems(run, order, a.items, b.items, depth)
  }
  if (a instanceof Bytes && b instanceof Bytes) return holds(order, Buffer.compare(a.data, b.data))
  if (a instanceof Undefined) throw undefinedError(a.reason)
  if (b instanceof Undefined) throw undefinedError(b.reason)
  throw typeError(`'${order}' not supported between instances of '${typeNameOf(a)}' and '${typeNameOf(b)}'`)
}

const orderedItems = (run: Run, order: Order, a: readonly PyValue[], b: readonly PyValue[], depth: number): boolean => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [left, right] = [a[i] as PyValue, b[i] as PyValue]
    if (!isOrEqual(run, left, right, depth + 1)) return ordered(run, order, left, right, depth + 1)
  }
  return holds(order, a.length - b.length)
}

/** `item in container`. */
export const contains = (run: Run, container: PyValue, item: PyValue): boolean => {
  const text = textOf(container)
  if (text !== undefined) {
    const part = textOf(item)
    if (part === undefined) throw typeError(`'in <string>' requires string as left operand, not ${typeNameOf(item)}`)
    return findText(run, text, part) !== -1
  }
  if (container instanceof Dict) return container.has(item)
  if (container instanceof DictView && container.kind === 'keys') return container.dict.has(item)
  if (container instanceof Range) {
    const number = asNumeric(item)
    if (number !== undefined) return inRange(container, Number(number.valueOf()))
  }
  if (iteratorOf(run, container) === undefined)
    throw typeError(`argument of type '${typeNameOf(container)}' is not iterable`)
  for (const entry of each(run, container)) if (entry === item || equal(run, entry, item)) return true
  return false
}

const inRange = (range: Range, value: number): boolean => {
  const at = (value - range.start) / range.step
  return Number.isInteger(at) && at >= 0 && at < range.length
}

/** A comparison function for sorting by Python's `<`; equal items keep their order. */
export const byLess =
  (run: Run) =>
  (a: PyValue, b: PyValue): number =>
    ordered(run, '<', b, a) ? 1 : ordered(run, '<', a, b) ? -1 : 0

/** `a is b`. Equal numbers and texts of one type count as the same object. */
export const isSame = (run: Run, a: PyValue, b: PyValue): boolean => {
  if (a === b) return true
  if (a instanceof Float && b instanceof Float) return Object.is(a.value, b.value)
  return a instanceof Tuple && b instanceof Tuple && a.items.length === 0 && b.items.length === 0 && equal(run, a, b)
}
