// Gemini's Schema (a subset of OpenAPI 3.0 with types in upper case) → JSON Schema.

import { setOwn } from '../../base/value.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { isJsonList, isJsonObject } from '../openai/field-reader.ts'
import { withCamelNames } from './names.ts'

/** Deeper schemas end in `{}`: anything. */
const MAX_DEPTH = 64
/** Whole numbers, which protobuf's JSON writes as texts. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])
/** They say nothing about the value: how texts are listed, and in which order fields are written. */
const LEFT_OUT: ReadonlySet<string> = new Set(['nullable', 'propertyOrdering', 'type', 'example'])

export const fromGeminiSchema = (given: Json | undefined, depth = 0): JsonObject => {
  if (!isJsonObject(given) || depth > MAX_DEPTH) return {}
  const schema = withCamelNames(given)
  const converted: Record<string, Json> = typeOf(schema)
  for (const [name, value] of Object.entries(schema)) {
    if (value === null || LEFT_OUT.has(name) || (name === 'format' && value === 'enum')) continue
    converted[name] = convert(name, value, depth)
  }
  if (schema.example !== undefined) converted.examples = [schema.example]
  if (schema.nullable === true && isJsonList(converted.enum)) converted.enum = [...converted.enum, null]
  if (schema.nullable === true && isJsonList(converted.anyOf)) converted.anyOf = [...converted.anyOf, { type: 'null' }]
  return converted
}

const typeOf = (schema: JsonObject): Record<string, Json> => {
  if (typeof schema.type !== 'string' || schema.type === 'TYPE_UNSPECIFIED') return {}
  const type = schema.type.toLowerCase()
  return { type: schema.nullable === true && type !== 'null' ? [type, 'null'] : type }
}

const convert = (name: string, value: Json, depth: number): Json => {
  if (COUNTS.has(name)) return Number(value)
  if (name === 'items' || name === 'additionalProperties') {
    return isJsonObject(value) ? fromGeminiSchema(value, depth + 1) : value
  }
  if (name === 'anyOf' && isJsonList(value)) return value.map((one) => fromGeminiSchema(one, depth + 1))
  if ((name === 'properties' || name === 'defs') && isJsonObject(value)) {
    const copy: Record<string, Json> = {}
    for (const [key, one] of Object.entries(value)) setOwn(copy, key, fromGeminiSchema(one, depth + 1))
    return copy
  }
  return value
}
