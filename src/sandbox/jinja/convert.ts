// From the platform's values to a template's own. Containers are copied, so a template that appends to a list changes
// only what its own render sees.

import { Float } from '../../base/number.ts'
import { isList, Opaque, own, type Value, type ValueObject } from '../../base/value.ts'
import { Dict } from './dict.ts'
import { limitError } from './error.ts'
import { List, type PyValue } from './values.ts'

/** Documents nest to 512 at most (base/json.ts); the rest is room for what wraps them. */
const MAX_DEPTH = 600

export const fromValue = (value: Value | undefined, depth = 0): PyValue => {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object' || value instanceof Float) return value
  if (depth > MAX_DEPTH) throw limitError(`an input is nested deeper than ${MAX_DEPTH}`)
  if (isList(value)) return new List(value.map((item) => fromValue(item, depth + 1)))
  const object = value instanceof Opaque ? value.toObject() : value
  const dict = new Dict()
  for (const key of Object.keys(object)) dict.set(key, fromValue(own(object, key) as Value, depth + 1))
  return dict
}

/** The input of that name, undefined where there is none. */
export const convertInput = (inputs: ValueObject, name: string): PyValue | undefined =>
  Object.hasOwn(inputs, name) ? fromValue(own(inputs, name) as Value) : undefined
