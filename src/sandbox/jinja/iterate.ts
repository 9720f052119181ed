// Iteration, length and truth: what `for`, `in`, `|length` and `if` see in a value.

import { Float } from '../../base/number.ts'
import { Dict, DictView } from './dict.ts'
import { JinjaError, typeError } from './error.ts'
import { codePoints, textLength } from './text.ts'
import { Bytes, List, Markup, PyObject, type PyValue, Range, type Run, Stream, Tuple, Undefined } from './values.ts'

/** Objects of ours that can be iterated (`loop`) or have a length. */
export interface Sized {
  length(run: Run): number
}
export interface Walkable {
  walk(run: Run): Iterator<PyValue>
}
const isSized = (value: PyObject): value is PyObject & Sized => 'length' in value && typeof value.length === 'function'
const isWalkable = (value: PyObject): value is PyObject & Walkable => 'walk' in value

export const typeNameOf = (value: PyValue): string => {
  if (value === null) return 'NoneType'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return value instanceof Float ? 'float' : value.typeName
}

export const isTrue = (value: PyValue): boolean => {
  if (value === null) return false
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value !== ''
  // NaN is true in Python.
  if (typeof value === 'number') return value !== 0
  if (typeof value === 'bigint') return value !== 0n
  if (value instanceof Float) return value.value !== 0
  if (value instanceof List || value instanceof Tuple) return value.items.length > 0
  if (value instanceof Dict) return value.size > 0
  if (value instanceof Markup) return value.text !== ''
  if (value instanceof Undefined) return false
  if (value instanceof DictView) return value.dict.size > 0
  if (value instanceof Range) return value.length > 0
  if (value instanceof Bytes) return value.data.length > 0
  return true
}

/** `len(value)`, undefined where the type has none. */
export const lengthOf = (run: Run, value: PyValue): number | undefined => {
  if (typeof value === 'string') {
    run.spend(value.length / 256)
    return textLength(value)
  }
  if (!(value instanceof PyObject)) return undefined
  if (value instanceof List || value instanceof Tuple) return value.items.length
  if (value instanceof Dict) return value.size
  if (value instanceof DictView) return value.dict.size
  if (value instanceof Markup) return textLength(value.text)
  if (value instanceof Range) return value.length
  if (value instanceof Bytes) return value.data.length
  if (value instanceof Undefined) return 0
  return isSized(value) ? value.length(run) : undefined
}

export const requireLength = (run: Run, value: PyValue): number => {
  const length = lengthOf(run, value)
  if (length === undefined) throw typeError(`object of type '${typeNameOf(value)}' has no len()`)
  return length
}

/** `iter(value)`, undefined where the type has none. Following the source as it changes, as Python's iterators do. */
export const iteratorOf = (run: Run, value: PyValue): Iterator<PyValue> | undefined => {
  if (typeof value === 'string') {
    run.items(value.length)
    return codePoints(value).values()
  }
  if (!(value instanceof PyObject)) return undefined
  if (value instanceof List || value instanceof Tuple) return value.items.values()
  if (value instanceof Dict) return walkDict(value, 'keys')
  if (value instanceof DictView) return walkDict(value.dict, value.kind)
  if (value instanceof Stream) return value.source
  if (value instanceof Range) return walkRange(value)
  if (value instanceof Markup) {
    run.items(value.text.length)
    return codePoints(value.text).values()
  }
  if (value instanceof Undefined) return ([] as PyValue[]).values()
  if (value instanceof Bytes) return value.data.values()
  return isWalkable(value) ? value.walk(run) : undefined
}

function* walkRange(range: Range): Generator<PyValue> {
  for (let i = 0; i < range.length; i++) yield range.start + i * range.step
}

function* walkDict(dict: Dict, kind: 'keys' | 'values' | 'items'): Generator<PyValue> {
  const size = dict.size
  for (const [key, value] of dict.entries()) {
    yield kind === 'keys' ? key : kind === 'values' ? value : new Tuple([key, value])
    if (dict.size !== size) throw new JinjaError('RuntimeError', 'dictionary changed size during iteration')
  }
}

export const requireIterator = (run: Run, value: PyValue): Iterator<PyValue> => {
  const iterator = iteratorOf(run, value)
  if (iterator === undefined) throw typeError(`'${typeNameOf(value)}' object is not iterable`)
  return iterator
}

/** The rest of an iterator as an iterable that pays one step per item. */
export function* each(run: Run, value: PyValue): Generator<PyValue, void> {
  const iterator = requireIterator(run, value)
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    run.step()
    yield next.value
  }
}

/** `list(value)`. */
export const toArray = (run: Run, value: PyValue): PyValue[] => {
  if (value instanceof List || value instanceof Tuple) {
    run.items(value.items.length)
    return value.items.slice()
  }
  if (value instanceof Range) run.items(value.length)
  const items: PyValue[] = []
  for (const item of each(run, value)) {
    items.push(item)
    if ((items.length & 0xffff) === 0) run.items(items.length)
  }
  return items
}

/** `reversed(value)`, undefined where the type has none. Texts are not among them here: filters treat them apart. */
export const reversedOf = (run: Run, value: PyValue): Stream | undefined => {
  if (value instanceof List) return new Stream(backwards(run, value.items), 'list_reverseiterator')
  if (value instanceof Tuple) return new Stream(backwards(run, value.items), 'reversed')
  if (value instanceof Dict) return new Stream(backwards(run, toArray(run, value)), 'dict_reversekeyiterator')
  if (value instanceof DictView)
    return new Stream(backwards(run, toArray(run, value)), `dict_reverse${value.kind.slice(0, -1)}iterator`)
  if (value instanceof Range)
    return new Stream(
      walkRange(new Range(value.start + (value.length - 1) * value.step, value.start - value.step, -value.step)),
      'range_iterator',
    )
  if (typeof value === 'string' || value instanceof Markup || value instanceof Bytes)
    return new Stream(backwards(run, toArray(run, value)), 'reversed')
  if (value instanceof Undefined) return new Stream(([] as PyValue[]).values(), 'reversed')
  return undefined
}

function* backwards(run: Run, items: readonly PyValue[]): Generator<PyValue> {
  for (let i = items.length - 1; i >= 0; i--) {
    run.step()
    yield items[i] as PyValue
  }
}
