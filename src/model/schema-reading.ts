// Reading JSON Schemas that strangers wrote: references and `allOf` resolved, fields in the type they should have.

import { isNumber, toNumber } from '../base/number.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../base/value.ts'

/** References may go in circles. */
const MAX_STEPS = 24

/** The schema with `$ref` and `allOf` at its top replaced by what they say; what they hold inside stays as it is. */
export const resolveSchema = (schema: ValueObject, root: ValueObject): ValueObject => {
  let result = schema
  for (let i = 0; i < MAX_STEPS; i++) {
    const reference = own(result, '$ref')
    const parts = listIn(result, 'allOf').filter(isObject)
    if (typeof reference === 'string') {
      const { $ref: _, ...rest } = result
      result = mergeSchemas(lookUp(reference, root), rest)
    } else if (parts.length > 0) {
      const { allOf: _, ...rest } = result
      result = [...parts, rest].reduce(mergeSchemas, {})
    } else return result
  }
  return {}
}

/** Both schemas at once, as far as keywords can be joined; where they cannot, the second wins. */
export const mergeSchemas = (a: ValueObject, b: ValueObject): ValueObject => ({
  ...a,
  ...b,
  ...(isObject(a.properties) && isObject(b.properties) && { properties: { ...a.properties, ...b.properties } }),
  ...(isList(a.required) && isList(b.required) && { required: [...a.required, ...b.required] }),
  ...(isList(a.allOf) && isList(b.allOf) && { allOf: [...a.allOf, ...b.allOf] }),
})

/** A JSON pointer inside the document (RFC 6901), `#/$defs/name`; any other reference stands for any value. */
const lookUp = (reference: string, root: ValueObject): ValueObject => {
  if (!reference.startsWith('#')) return {}
  let at: unknown = root
  for (const key of reference.slice(1).split('/').slice(1)) {
    at = isObject(at) ? own(at, decode(key)) : undefined
  }
  return isObject(at) ? at : {}
}

const decode = (key: string): string => {
  const plain = key.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(plain)
  } catch (error) {
    if (error instanceof URIError) return plain
    throw error
  }
}

/** The alternatives of `anyOf` and `oneOf`. */
export const alternativesIn = (schema: ValueObject): readonly Value[] => [
  ...listIn(schema, 'anyOf'),
  ...listIn(schema, 'oneOf'),
]

/** The list at a keyword, else an empty one. */
export const listIn = (schema: ValueObject, name: string): readonly Value[] => {
  const value = own(schema, name)
  return isList(value) ? value : []
}

/** The number at a keyword. */
export const numberIn = (schema: ValueObject, name: string): number | undefined => {
  const value = own(schema, name)
  return isNumber(value) ? toNumber(value) : undefined
}
