// The `attribute` argument of filters: `'user.name'`, `0`, or several paths with commas for sorting.

import { isText, plainText } from './arguments.ts'
import { getItem } from './attributes.ts'
import { List, Markup, type PyValue, type Run, Undefined } from './values.ts'

export type Getter = (item: PyValue) => PyValue

const partsOf = (path: PyValue): PyValue[] => {
  if (path === null) return []
  if (!isText(path)) return [path]
  return plainText(path)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

export interface GetterOptions {
  /** Put in the place of missing parts. */
  readonly fallback?: PyValue | undefined
  /** Applied to what was found. */
  readonly change?: Getter | undefined
}

/** Follows a path into each item. */
export const createGetter = (run: Run, path: PyValue, { fallback, change }: GetterOptions = {}): Getter => {
  const parts = partsOf(path)
  return (item) => {
    let value = item
    for (const part of parts) {
      run.step()
      value = getItem(run, value, part)
      if (fallback !== undefined && fallback !== null && value instanceof Undefined) value = fallback
    }
    return change ? change(value) : value
  }
}

/** As `createGetter`, giving a list of values: the path may name several with commas. Lists compare equal items without
 *  asking for their order, so items that all lack the attribute can be sorted. */
export const createSortGetter = (run: Run, path: PyValue, change: Getter | undefined): Getter => {
  const paths = isText(path) ? plainText(path).split(',') : [path]
  const getters = paths.map((one) => createGetter(run, one, { change }))
  return (item) => new List(getters.map((getter) => getter(item)))
}

/** Texts compare without regard to case. */
export const ignoreCase =
  (run: Run): Getter =>
  (value) => {
    if (!isText(value)) return value
    const text = plainText(value)
    run.text(text.length)
    return value instanceof Markup ? new Markup(text.toLowerCase()) : text.toLowerCase()
  }
