// What fits into a variable of a type, and how settings written as text become values of a type.

import { parseJson } from '../base/json.ts'
import { isFloat, isNumber } from '../base/number.ts'
import { isList, isObject, type Value } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import { inferType } from '../flow/render.ts'
import type { ValueType } from '../flow/spec.ts'

export const isNumberType = (type: ValueType): boolean => type === 'number' || type === 'integer' || type === 'float'

export const isArrayType = (type: ValueType): boolean => type.startsWith('array[')

/** Whether a variable of the type may hold the value. Booleans count as numbers, as everywhere in the app format. */
export const fitsType = (value: Value, type: ValueType): boolean => {
  switch (type) {
    case 'none':
      return value === null
    case 'string':
    case 'secret':
      return typeof value === 'string'
    case 'number':
    case 'integer':
    case 'float':
      return isNumber(value) || typeof value === 'boolean'
    case 'boolean':
      return typeof value === 'boolean'
    case 'object':
      return isObject(value)
    case 'file':
      return value instanceof FileValue
    default:
      return isList(value) && value.every((item) => fitsElement(item, type))
  }
}

/** Whether a list of the array type may hold the value. */
export const fitsElement = (value: Value, type: ValueType): boolean => {
  switch (type) {
    case 'array[string]':
      return typeof value === 'string'
    case 'array[number]':
      return isNumber(value) || typeof value === 'boolean'
    case 'array[boolean]':
      return typeof value === 'boolean'
    case 'array[object]':
      return isObject(value)
    case 'array[file]':
      return value instanceof FileValue
    case 'array[any]':
      return typeof value === 'string' || typeof value === 'boolean' || isNumber(value) || isObject(value)
    default:
      return false
  }
}

/** The type a variable takes from its first value: numbers are integers or floats from then on. */
export const settledType = (declared: ValueType, value: Value): ValueType => {
  if (declared !== 'number') return declared
  return isNumber(value) && isFloat(value) ? 'float' : 'integer'
}

/** Whether the value shows the type by itself. Stricter than `fitsType`: a boolean is no number here. */
const showsType = (value: Value, type: ValueType): boolean => {
  if (isList(value) && value.length === 0) return isArrayType(type)
  const shown = inferType(value)
  return shown === type || (type === 'number' && (shown === 'integer' || shown === 'float'))
}

/** A constant of the editor as a value of the type; text of another type is read as JSON.
 *  Lists of strings, numbers and objects are written as JSON text; anything else there means an empty list.
 *  @returns undefined when the constant has not the type */
export const constantOf = (constant: Value, type: ValueType): Value | undefined => {
  const isText = typeof constant === 'string'
  if (type === 'array[string]' || type === 'array[number]' || type === 'array[object]') {
    if (!isText || constant === '') return []
    return readAs(constant, type)
  }
  if (showsType(constant, type)) return constant
  return isText ? readAs(constant, type) : undefined
}

const readAs = (text: string, type: ValueType): Value | undefined => {
  const value = tryJson(text)
  return value !== undefined && showsType(value, type) ? value : undefined
}

/** The JSON value of a text; undefined when it is none. */
export const tryJson = (text: string): Value | undefined => {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
