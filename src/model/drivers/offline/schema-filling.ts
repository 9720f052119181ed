// A value that is valid against a JSON Schema, with what a text says in its places.
// F1  A found value that breaks a rule of its schema is dropped; the neutral value in its place keeps all rules known here.
// F2  Every declared property is filled; only where a schema refers to itself the optional ones end.

import { float, integer, isNumber, toNumber } from '../../../base/number.ts'
import { equalValues, isList, isObject, objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import { alternativesIn, listIn, mergeSchemas, numberIn, resolveSchema } from '../../schema-reading.ts'
import { type Field, findBoolean, findNumber, findNumbers, findText, findTexts } from './field-values.ts'
import { fitsNumber, fitsText, neutralNumber, neutralText } from './schema-rules.ts'
import { termsOf } from './terms.ts'

/** Optional properties are left out below; required ones end later. */
const MAX_OPTIONAL_DEPTH = 6
const MAX_DEPTH = 24
const MAX_ITEMS = 50

export const fillSchema = (schema: ValueObject, text: string): Value =>
  fill(schema, { root: schema, text, name: '', description: '', depth: 0, inList: false })

interface Place {
  readonly root: ValueObject
  readonly text: string
  readonly name: string
  readonly description: string
  readonly depth: number
  /** Items of a list cannot each take the text's one value. */
  readonly inList: boolean
}

const fill = (given: Value | undefined, place: Place): Value => {
  if (!isObject(given) || place.depth > MAX_DEPTH) return given === true || given === undefined ? '' : null
  const schema = resolveSchema(given, place.root)
  const description = typeof schema.description === 'string' ? schema.description : place.description
  const here = { ...place, description }
  if (Object.hasOwn(schema, 'const')) return schema.const as Value
  const choices = own(schema, 'enum')
  if (isList(choices) && choices.length > 0) return choose(choices, here)
  const alternatives = alternativesIn(schema)
  if (alternatives.length > 0) {
    const { anyOf: _, oneOf: __, ...shared } = schema
    const chosen = alternatives.find((entry) => !isObject(entry) || entry.type !== 'null') ?? alternatives[0]
    return fill(isObject(chosen) ? mergeSchemas(shared, chosen) : shared, { ...here, depth: place.depth + 1 })
  }
  switch (typeOf(schema)) {
    case 'object':
      return fillObject(schema, here)
    case 'array':
      return fillList(schema, here)
    case 'number':
      return fillNumber(schema, here, false)
    case 'integer':
      return fillNumber(schema, here, true)
    case 'boolean':
      return (!place.inList && findBoolean(fieldOf(schema, here), place.text)) || false
    case 'null':
      return null
    default:
      return fillText(schema, here)
  }
}

const fieldOf = (schema: ValueObject, place: Place): Field => ({
  name: place.name,
  description: place.description,
  format: typeof schema.format === 'string' ? schema.format : '',
})

const fillObject = (schema: ValueObject, place: Place): ValueObject => {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = listIn(schema, 'required').filter((name) => typeof name === 'string')
  const optional = place.depth < MAX_OPTIONAL_DEPTH ? Object.keys(properties) : []
  const names = [...new Set([...optional, ...required])]
  const rest = own(schema, 'additionalProperties') as Value | undefined
  const entries: [string, Value][] = names.map((name) => {
    const property = (own(properties, name) ?? rest ?? {}) as Value
    return [name, fill(property, { ...place, name, description: '', depth: place.depth + 1 })]
  })
  const least = numberIn(schema, 'minProperties') ?? 0
  for (let i = entries.length; i < least; i++)
    entries.push([`key${i}`, fill(rest ?? {}, { ...place, depth: place.depth + 1 })])
  return objectFrom(entries)
}

const fillList = (schema: ValueObject, place: Place): Value => {
  const least = numberIn(schema, 'minItems') ?? 0
  const most = Math.min(numberIn(schema, 'maxItems') ?? MAX_ITEMS, MAX_ITEMS)
  const fixed = [...listIn(schema, 'prefixItems'), ...listIn(schema, 'items')]
  const item = isObject(schema.items) ? resolveSchema(schema.items, place.root) : {}
  const inside = { ...place, depth: place.depth + 1, inList: true }
  const found = fixed.length > 0 ? fixed.map((entry) => fill(entry, inside)) : foundItems(schema, item, place)
  const unique = schema.uniqueItems === true
  const items = (unique ? found.filter((a, i) => found.findIndex((b) => equalValues(a, b)) === i) : found).slice(
    0,
    most,
  )
  for (let i = items.length; i < least; i++) items.push(unique ? distinct(item, inside, i) : fill(item, inside))
  return items
}

const foundItems = (schema: ValueObject, item: ValueObject, place: Place): Value[] => {
  const choices = own(item, 'enum')
  if (isList(choices)) {
    return choices.filter(
      (choice) => typeof choice === 'string' && place.text.toLowerCase().includes(choice.toLowerCase()),
    )
  }
  switch (typeOf(item)) {
    case 'string':
      return findTexts(fieldOf(schema, place), place.text).filter((text) => fitsText(text, item))
    case 'number':
      return findNumbers(place.text)
        .filter((value) => fitsNumber(value, item))
        .map(float)
    case 'integer':
      return findNumbers(place.text).filter((value) => Number.isSafeInteger(value) && fitsNumber(value, item))
    default:
      return []
  }
}

// Unique items have to differ, which neutral values do not.
const distinct = (item: ValueObject, place: Place, index: number): Value => {
  const choices = own(item, 'enum')
  if (isList(choices)) return choices[index % choices.length] as Value
  const value = fill(item, place)
  if (isNumber(value)) return integer(toNumber(value) + index * (numberIn(item, 'multipleOf') ?? 1))
  if (typeof value === 'string') return `${value}${index}`
  return value
}

const choose = (choices: readonly Value[], place: Place): Value => {
  const text = place.text.toLowerCase()
  const words = new Set(termsOf(place.text))
  const said = choices.filter(
    (choice) => typeof choice === 'string' && choice !== '' && text.includes(choice.toLowerCase()),
  )
  // "not available" holds "available": the longest word said wins.
  const longest = said.sort((a, b) => String(b).length - String(a).length)[0]
  if (longest !== undefined) return longest
  const alike = choices.find((choice) => typeof choice === 'string' && termsOf(choice).some((term) => words.has(term)))
  return alike ?? (choices[0] as Value)
}

const fillNumber = (schema: ValueObject, place: Place, whole: boolean): Value => {
  const found = place.inList ? undefined : findNumber(fieldOf(schema, place), place.text)
  const fits = found !== undefined && (!whole || Number.isInteger(found)) && fitsNumber(found, schema)
  const value = fits ? found : neutralNumber(schema, whole)
  return Number.isInteger(value) ? integer(value) : value
}

const typeOf = (schema: ValueObject): string => {
  const type = own(schema, 'type')
  const first = isList(type) ? (type.find((name) => name !== 'null') ?? type[0]) : type
  if (typeof first === 'string') return first
  if (isObject(schema.properties) || schema.required !== undefined) return 'object'
  return schema.items !== undefined || schema.prefixItems !== undefined ? 'array' : 'string'
}

const fillText = (schema: ValueObject, place: Place): string => {
  const found = place.inList ? undefined : findText(fieldOf(schema, place), place.text)
  return found !== undefined && fitsText(found, schema) ? found : neutralText(schema)
}
