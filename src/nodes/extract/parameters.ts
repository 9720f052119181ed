// The parameters of an extractor: their JSON Schema for the model, the check of what it found, and the values a node
// hands on whatever was found. Source of types, defaults and conversions: the app format.
//
// Python's rules hold where they differ: a boolean passes as a number, but an integer does not pass as a boolean.

import { isInteger, isNumber, type Num } from '../../base/number.ts'
import { isList, isObject, objectFrom, own, type Value, type ValueObject } from '../../base/value.ts'
import { readFloat, readInteger } from '../python-number.ts'

export type ParameterType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'select'
  | 'array[string]'
  | 'array[number]'
  | 'array[object]'
  | 'array[boolean]'

export interface Parameter {
  readonly name: string
  readonly type: ParameterType
  readonly description: string
  readonly required: boolean
  readonly options: readonly string[]
}

/** JSON Schema of the object a model should fill in. */
export const parametersSchema = (parameters: readonly Parameter[]): ValueObject => ({
  type: 'object',
  properties: objectFrom(parameters.map((parameter) => [parameter.name, schemaOf(parameter)])),
  required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
})

const schemaOf = ({ type, description, options }: Parameter): ValueObject => {
  if (type === 'select') return { type: 'string', description, enum: options }
  const item = itemType(type)
  return item === undefined ? { type, description } : { type: 'array', items: { type: item }, description }
}

type ItemType = 'string' | 'number' | 'object' | 'boolean'
const itemType = (type: ParameterType): ItemType | undefined =>
  type.startsWith('array[') ? (type.slice(6, -1) as ItemType) : undefined

/** Why the values do not fit; undefined when they do. The wording of the count is the app format's. */
export const checkValues = (values: ValueObject, parameters: readonly Parameter[]): string | undefined => {
  if (Object.keys(values).length !== parameters.length) return 'Invalid number of parameters'
  for (const { name, type, options, required } of parameters) {
    const value = own(values, name) as Value | undefined
    if (value === undefined) return `Parameter ${name} is ${required ? 'required' : 'missing'}`
    if (!hasType(value, type)) return `Parameter ${name} has a value that is no ${type}`
    if (type === 'select' && !options.includes(value as string)) return `Parameter ${name} is none of its options`
  }
  return undefined
}

const hasType = (value: Value, type: ParameterType): boolean => {
  const item = itemType(type)
  if (item !== undefined) return isList(value) && value.every((entry) => hasItemType(entry, item))
  return hasItemType(value, type === 'select' ? 'string' : (type as ItemType))
}

const hasItemType = (value: Value, type: ItemType): boolean => {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'number':
      return isNumber(value) || typeof value === 'boolean'
    case 'boolean':
      return typeof value === 'boolean'
    case 'object':
      return isObject(value)
  }
}

/** Every parameter with its value, converted where that is safe, else with its default. */
export const settleValues = (values: ValueObject, parameters: readonly Parameter[]): ValueObject =>
  objectFrom(
    parameters.map((parameter) => [
      parameter.name,
      settle(own(values, parameter.name) as Value | undefined, parameter.type),
    ]),
  )

const settle = (value: Value | undefined, type: ParameterType): Value => {
  const item = itemType(type)
  if (item !== undefined) return isList(value) ? value.flatMap((entry) => settleItem(entry, item)) : []
  switch (type) {
    case 'number':
      return toNumberValue(value) ?? 0
    case 'boolean':
      return typeof value === 'boolean' ? value : isInteger(value) ? Number(value) !== 0 : false
    default:
      return typeof value === 'string' ? value : ''
  }
}

/** The item in a list, or nothing when it has the wrong type. */
const settleItem = (value: Value, type: ItemType): readonly Value[] => {
  if (type !== 'number') return hasItemType(value, type) ? [value] : []
  const number = toNumberValue(value)
  return number === undefined ? [] : [number]
}

const toNumberValue = (value: Value | undefined): Num | undefined => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isNumber(value)) return value
  if (typeof value !== 'string') return undefined
  return value.includes('.') ? readFloat(value) : readInteger(value)
}
