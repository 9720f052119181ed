// JSON Schema as Gemini's Schema, a subset of OpenAPI 3.0 with upper-case types. What the subset lacks is either
// inlined (`$ref`, `allOf`), written differently (null as `nullable`, `const` as `enum`) or left out.

import { isNumber } from '../../../base/number.ts'
import { isList, isObject, objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import { alternativesIn, listIn, numberIn, resolveSchema } from '../../schema-reading.ts'

/** Schemas may refer to themselves; Gemini's cannot. */
const MAX_DEPTH = 12
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object'])
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ['date-time', 'enum'],
  number: ['float', 'double'],
  integer: ['int32', 'int64'],
}

export const toGeminiSchema = (schema: ValueObject): ValueObject => convert(schema, schema, 0)

const convert = (given: Value | undefined, root: ValueObject, depth: number): ValueObject => {
  if (!isObject(given) || depth > MAX_DEPTH) return { type: 'STRING' }
  const schema = resolveSchema(given, root)
  const alternatives = alternativesIn(schema)
  const nullable = typesOf(schema).includes('null') || alternatives.some(isNull) || own(schema, 'nullable') === true
  const common = {
    ...(typeof schema.title === 'string' && { title: schema.title }),
    ...(typeof schema.description === 'string' && { description: schema.description }),
    ...(nullable && { nullable: true }),
  }
  const real = alternatives.filter((entry) => !isNull(entry))
  if (real.length === 1) return { ...convert(real[0], root, depth + 1), ...common }
  if (real.length > 1) return { ...common, anyOf: real.map((entry) => convert(entry, root, depth + 1)) }
  const types = typesOf(schema).filter((type) => TYPES.has(type))
  if (types.length > 1) {
    const each = types.map((type) => convert({ ...schema, type, title: null, description: null }, root, depth + 1))
    return { ...common, anyOf: each }
  }
  const type = types[0] ?? guessType(schema)
  return { type: type.toUpperCase(), ...common, ...constraints(schema, type, root, depth) }
}

const constraints = (schema: ValueObject, type: string, root: ValueObject, depth: number): ValueObject => {
  const format = own(schema, 'format')
  const shared = typeof format === 'string' && FORMATS[type]?.includes(format) ? { format } : {}
  switch (type) {
    case 'object':
      return objectConstraints(schema, root, depth)
    case 'array':
      return {
        ...counts(schema, ['minItems', 'maxItems']),
        items: convert(own(schema, 'items') as Value, root, depth + 1),
      }
    case 'string': {
      const words = [...listIn(schema, 'enum'), ...(typeof schema.const === 'string' ? [schema.const] : [])]
      const texts = words.filter((word) => typeof word === 'string' && word !== '')
      if (texts.length > 0) return { format: 'enum', enum: texts }
      return {
        ...shared,
        ...counts(schema, ['minLength', 'maxLength']),
        ...(typeof schema.pattern === 'string' && { pattern: schema.pattern }),
      }
    }
    case 'number':
    case 'integer':
      return { ...shared, ...bounds(schema) }
    default:
      return shared
  }
}

const objectConstraints = (schema: ValueObject, root: ValueObject, depth: number): ValueObject => {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const names = Object.keys(properties)
  if (names.length === 0) return {}
  const required = listIn(schema, 'required').filter((name) => typeof name === 'string' && names.includes(name))
  return {
    properties: objectFrom(names.map((name) => [name, convert(own(properties, name) as Value, root, depth + 1)])),
    ...(required.length > 0 && { required }),
    propertyOrdering: names,
  }
}

// int64 fields are strings in protobuf's JSON.
const counts = (schema: ValueObject, names: readonly string[]): ValueObject =>
  objectFrom(names.flatMap((name) => numberOf(schema, name, (value) => String(Math.trunc(value)))))

const bounds = (schema: ValueObject): ValueObject =>
  objectFrom(['minimum', 'maximum'].flatMap((name) => numberOf(schema, name, (value) => value)))

const numberOf = (schema: ValueObject, name: string, form: (value: number) => Value): [string, Value][] => {
  const value = numberIn(schema, name)
  return value === undefined ? [] : [[name, form(value)]]
}

const typesOf = (schema: ValueObject): readonly string[] => {
  const type = own(schema, 'type')
  return (isList(type) ? type : [type]).filter((name): name is string => typeof name === 'string')
}

const isNull = (schema: Value): boolean => isObject(schema) && own(schema, 'type') === 'null'

const guessType = (schema: ValueObject): string => {
  if (isObject(schema.properties)) return 'object'
  if (schema.items !== undefined) return 'array'
  const example = own(schema, 'const') ?? listIn(schema, 'enum')[0]
  if (isNumber(example)) return 'number'
  return typeof example === 'boolean' ? 'boolean' : 'string'
}
