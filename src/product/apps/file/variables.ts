// Reads the declared environment and conversation variables. A number's kind is that of its value: `1` makes an integer, `1.0` a float.

import { stringifyJson } from '../../../base/json.ts'
import { isFloat, isNumber } from '../../../base/number.ts'
import { isList, isObject, type Value } from '../../../base/value.ts'
import type { DeclaredVariable, ValueType } from '../../../flow/spec.ts'
import { MAX_VARIABLE_BYTES } from './limits.ts'
import { describe, field, joinPath, type Problems } from './problems.ts'
import type { AppVariable } from './spec.ts'

type Check = (value: Value) => boolean
const isText: Check = (value) => typeof value === 'string'
const isBoolean: Check = (value) => typeof value === 'boolean'
const listOf =
  (check: Check): Check =>
  (value) =>
    isList(value) && value.every(check)

// File types are missing on purpose: a file cannot be written into an app.
const CHECKS: Readonly<Record<string, Check>> = {
  string: isText,
  secret: isText,
  number: isNumber,
  integer: isNumber,
  float: isNumber,
  boolean: isBoolean,
  object: isObject,
  'array[string]': listOf(isText),
  'array[number]': listOf(isNumber),
  'array[object]': listOf(isObject),
  'array[boolean]': listOf(isBoolean),
}

/** @param path of the list, for problems */
export const readVariables = (value: Value | undefined, path: string, problems: Problems): readonly AppVariable[] => {
  const names = new Set<string>()
  const list = problems.optionalList(value, path)
  return Object.freeze(
    list.flatMap((item, index) => {
      const variable = readVariable(item, joinPath(path, index), problems)
      if (variable === undefined) return []
      if (names.has(variable.name)) {
        problems.add(joinPath(joinPath(path, index), 'name'), 'app/variable-duplicate', { name: variable.name })
      }
      names.add(variable.name)
      return [variable]
    }),
  )
}

const readVariable = (item: Value, path: string, problems: Problems): AppVariable | undefined => {
  const map = problems.map(item, path)
  if (map === undefined) return undefined
  const name = field(map, 'name')
  const named = typeof name === 'string' && name !== ''
  if (!named) problems.add(joinPath(path, 'name'), 'app/variable-name')
  const declared = field(map, 'value_type')
  const value = field(map, 'value')
  const type = checkValue(named ? name : '', declared, value, path, problems)
  if (!named || type === undefined || value === undefined) return undefined
  const id = field(map, 'id')
  const description = field(map, 'description')
  return Object.freeze({
    id: typeof id === 'string' && id !== '' ? id : name,
    name,
    description: typeof description === 'string' ? description : '',
    type,
    value,
  })
}

/** The type the value has, or undefined and a problem. */
const checkValue = (
  name: string,
  declared: Value | undefined,
  value: Value | undefined,
  path: string,
  problems: Problems,
): ValueType | undefined => {
  const typePath = joinPath(path, 'value_type')
  const valuePath = joinPath(path, 'value')
  if (value === undefined || value === null) problems.add(valuePath, 'app/variable-value-missing', { name })
  if (declared === undefined || declared === null || declared === '') {
    problems.add(typePath, 'app/variable-type-missing', { name })
    return undefined
  }
  const check = typeof declared === 'string' && Object.hasOwn(CHECKS, declared) ? CHECKS[declared] : undefined
  if (check === undefined || typeof declared !== 'string') {
    const type = typeof declared === 'string' ? declared : describe(declared)
    problems.add(typePath, 'app/variable-type', { name, type })
    return undefined
  }
  if (value === undefined || value === null) return undefined
  if (!check(value)) {
    problems.add(valuePath, 'app/variable-value', { name, type: declared, found: describeContent(value, declared) })
    return undefined
  }
  const size = Buffer.byteLength(stringifyJson(value))
  if (size > MAX_VARIABLE_BYTES) {
    problems.add(valuePath, 'app/variable-too-large', { name, size, limit: MAX_VARIABLE_BYTES })
    return undefined
  }
  if (isNumber(value)) return isFloat(value) ? 'float' : 'integer'
  return declared as ValueType
}

const describeContent = (value: Value, declared: string): string =>
  isList(value) && declared.startsWith('array') ? 'a list with other entries' : describe(value)

/** The variables as a run takes them. */
export const declaredByName = (variables: readonly AppVariable[]): Readonly<Record<string, DeclaredVariable>> =>
  Object.freeze(Object.fromEntries(variables.map(({ name, type, value }) => [name, { type, value }])))
