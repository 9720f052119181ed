// `a[i]` and `a[start:stop:step]` on everything that has positions.

import { indexOf } from './arguments.ts'
import { Dict } from './dict.ts'
import { JinjaError, typeError, undefinedError, valueError } from './error.ts'
import { typeNameOf } from './iterate.ts'
import { asInt } from './numbers.ts'
import { codePoints, hasSurrogates } from './text.ts'
import { Bytes, List, Markup, type PyValue, Range, type Run, Tuple, Undefined } from './values.ts'

export interface Bounds {
  readonly start: number
  readonly count: number
  readonly step: number
}

/** Python's `slice.indices`, as a start, a number of items and a step. */
export const sliceBounds = (length: number, start: PyValue, stop: PyValue, step: PyValue): Bounds => {
  const by = step === null ? 1 : sliceIndex(step)
  if (by === 0) throw valueError('slice step cannot be zero')
  const low = by < 0 ? -1 : 0
  const high = by < 0 ? length - 1 : length
  const clamp = (value: PyValue, absent: number): number => {
    if (value === null) return absent
    const at = sliceIndex(value)
    return Math.min(high, Math.max(low, at < 0 ? at + length : at))
  }
  const first = clamp(start, by < 0 ? high : low)
  const end = clamp(stop, by < 0 ? low : high)
  return { start: first, count: Math.max(0, Math.ceil((end - first) / by)), step: by }
}

const sliceIndex = (value: PyValue): number => {
  if (asInt(value) === undefined) throw typeError('slice indices must be integers or None')
  return indexOf(value)
}

const pick = <T>(items: ArrayLike<T>, { start, count, step }: Bounds): T[] =>
  Array.from({ length: count }, (_, i) => items[start + i * step] as T)

const sliceOfText = (run: Run, text: string, start: PyValue, stop: PyValue, step: PyValue): string => {
  run.scan(text.length / 4)
  const astral = hasSurrogates(text)
  const points = astral ? codePoints(text) : text
  const bounds = sliceBounds(points.length, start, stop, step)
  if (bounds.step === 1 && !astral) return text.slice(bounds.start, bounds.start + bounds.count)
  return pick(points as ArrayLike<string>, bounds).join('')
}

export const slice = (run: Run, value: PyValue, start: PyValue, stop: PyValue, step: PyValue): PyValue => {
  if (typeof value === 'string') return sliceOfText(run, value, start, stop, step)
  if (value instanceof Markup) return new Markup(sliceOfText(run, value.text, start, stop, step))
  if (value instanceof List || value instanceof Tuple) {
    const bounds = sliceBounds(value.items.length, start, stop, step)
    run.items(bounds.count)
    const items = pick(value.items, bounds)
    return value instanceof List ? new List(items) : new Tuple(items)
  }
  if (value instanceof Range) {
    const bounds = sliceBounds(value.length, start, stop, step)
    const first = value.start + bounds.start * value.step
    const by = bounds.step * value.step
    return new Range(first, first + bounds.count * by, by)
  }
  if (value instanceof Bytes)
    return new Bytes(Uint8Array.from(pick(value.data, sliceBounds(value.data.length, start, stop, step))))
  if (value instanceof Undefined) throw undefinedError(value.reason)
  if (value instanceof Dict) throw typeError("unhashable type: 'slice'")
  throw typeError(`'${typeNameOf(value)}' object is not subscriptable`)
}

/** The item at a position, undefined where the value has no such item. */
export const itemAt = (run: Run, value: PyValue, index: PyValue): PyValue | undefined => {
  const int = asInt(index)
  if (int === undefined) return undefined
  const at = indexOf(index)
  if (value instanceof List || value instanceof Tuple) return value.items[at < 0 ? at + value.items.length : at]
  if (typeof value === 'string' || value instanceof Markup) {
    const text = typeof value === 'string' ? value : value.text
    run.spend(text.length / 256)
    const points = hasSurrogates(text) ? codePoints(text) : text
    const point = points[at < 0 ? at + points.length : at]
    return point === undefined || typeof value === 'string' ? point : new Markup(point)
  }
  if (value instanceof Range) {
    const position = at < 0 ? at + value.length : at
    return position >= 0 && position < value.length ? value.start + position * value.step : undefined
  }
  return value instanceof Bytes ? value.data[at < 0 ? at + value.data.length : at] : undefined
}

export const indexError = (reason: string): JinjaError => new JinjaError('IndexError', reason)
