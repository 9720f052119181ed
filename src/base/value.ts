// The plain data that flows between nodes, templates, code and models. Values are never changed in place.

import { Float, type Num } from './number.ts'

export type Value = null | boolean | string | Num | readonly Value[] | ValueObject | Opaque
export interface ValueObject {
  readonly [key: string]: Value
}

/** A value with an identity of its own, such as a file; it says itself how it looks as plain data. */
export abstract class Opaque {
  /** The value as a plain object, for JSON, code and templates. */
  abstract toObject(): ValueObject
  toJSON(): ValueObject {
    return this.toObject()
  }
}

export const isObject = (value: unknown): value is ValueObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Float) &&
  !(value instanceof Opaque)

export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value)

/** The own property `key`, else undefined: names such as `constructor` are data here, never the prototype's. */
export const own = (object: object, key: string): unknown =>
  Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined

/** Sets an own property whatever its name, `__proto__` included. */
export const setOwn = (object: object, key: string, value: unknown): void => {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    ;(object as Record<string, unknown>)[key] = value
  }
}

/** An object from entries, safe for every key. */
export const objectFrom = (entries: Iterable<readonly [string, Value]>): ValueObject => {
  const object = {}
  for (const [key, value] of entries) setOwn(object, key, value)
  return object
}

/** The value with every opaque part replaced by its plain object. Shares what needs no change. */
export const toPlain = (value: Value): Value => {
  if (value === null || typeof value !== 'object' || value instanceof Float) return value
  if (value instanceof Opaque) return value.toObject()
  if (isList(value)) {
    let copy: Value[] | undefined
    for (let i = 0; i < value.length; i++) {
      const item = value[i] as Value
      const plain = toPlain(item)
      if (plain !== item) copy ??= value.slice()
      if (copy) copy[i] = plain
    }
    return copy ?? value
  }
  let copy: ValueObject | undefined
  for (const key of Object.keys(value)) {
    const item = own(value, key) as Value
    const plain = toPlain(item)
    if (plain !== item) {
      copy ??= objectFrom(Object.entries(value))
      setOwn(copy, key, plain)
    }
  }
  return copy ?? value
}

/** Equality of content. Integers and floats of one value are equal, as in Python; `true` equals no number. */
export const equalValues = (a: Value, b: Value): boolean => {
  if (a === b) return true
  if (a === null || b === null) return false
  const left = a instanceof Float ? a.value : a
  const right = b instanceof Float ? b.value : b
  if (typeof left !== 'object' || typeof right !== 'object') {
    const numeric = (x: unknown) => typeof x === 'number' || typeof x === 'bigint'
    return numeric(left) && numeric(right) && left == right
  }
  if (left instanceof Opaque || right instanceof Opaque) {
    return left instanceof Opaque && right instanceof Opaque && equalValues(left.toObject(), right.toObject())
  }
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false
    return left.every((item, i) => equalValues(item, right[i] as Value))
  }
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every(
    (key) => Object.hasOwn(right, key) && equalValues(own(left, key) as Value, own(right, key) as Value),
  )
}
