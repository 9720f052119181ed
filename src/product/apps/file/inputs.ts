// Reads what a run asks for: the variables of a start node, and the form of the basic modes, in one shape.

import { parseJson } from '../../../base/json.ts'
import { isFloat, isNumber, toNumber } from '../../../base/number.ts'
import { toPythonText } from '../../../base/python.ts'
import { isList, isObject, type Value, type ValueObject } from '../../../base/value.ts'
import { describe, field, joinPath, type Problems } from './problems.ts'
import type { InputType, StartVariable } from './spec.ts'

const TYPES: ReadonlySet<string> = new Set<InputType>([
  'text-input',
  'paragraph',
  'select',
  'number',
  'checkbox',
  'file',
  'file-list',
  'json_object',
  'external_data_tool',
])

// Letters of every script, digits and underscores, and the emoji of U+1F300–1F64F and U+1F680–1F6FF; no digit first.
const NAME = /^(?!\d)[\p{L}\p{M}\p{N}_\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}]{1,100}$/u

/** The variables of a start node: `[{variable, type, …}]`. */
export const readStartVariables = (
  value: Value | undefined,
  path: string,
  problems: Problems,
): readonly StartVariable[] => {
  const list = problems.optionalList(value, path).flatMap((item, index): readonly StartVariable[] => {
    const itemPath = joinPath(path, index)
    const map = problems.map(item, itemPath)
    if (map === undefined) return []
    const variable = readInput(map, field(map, 'type'), joinPath(itemPath, 'type'), itemPath, problems)
    return variable === undefined ? [] : [variable]
  })
  return withoutTwins(list, problems)
}

/** The form of a basic app: a list of maps with one key each, `{select: {variable, …}}`. */
export const readInputForm = (value: Value | undefined, path: string, problems: Problems): readonly StartVariable[] => {
  const list = problems.optionalList(value, path).flatMap((item, index): readonly StartVariable[] => {
    const itemPath = joinPath(path, index)
    const map = problems.map(item, itemPath)
    if (map === undefined) return []
    const [type, ...others] = Object.keys(map)
    if (type === undefined || others.length > 0) {
      problems.add(itemPath, 'app/input-form')
      return []
    }
    const settingsPath = joinPath(itemPath, type)
    const settings = problems.map(field(map, type), settingsPath)
    if (settings === undefined) return []
    const variable = readInput(settings, type, settingsPath, settingsPath, problems)
    if (variable === undefined) return []
    checkFormEntry(variable, problems)
    return [variable]
  })
  return withoutTwins(list, problems)
}

const withoutTwins = (list: readonly StartVariable[], problems: Problems): readonly StartVariable[] => {
  const names = new Set<string>()
  for (const { name, path } of list) {
    if (names.has(name)) problems.add(joinPath(path, 'variable'), 'app/variable-duplicate', { name })
    names.add(name)
  }
  return Object.freeze(list.slice())
}

const checkFormEntry = (variable: StartVariable, problems: Problems): void => {
  const { name, path, type, options, settings } = variable
  if (!NAME.test(name)) problems.add(joinPath(path, 'variable'), 'app/variable-name-invalid', { name })
  if (type !== 'select') return
  if (problems.list(field(settings, 'options'), joinPath(path, 'options')) === undefined) return
  const given = variable.default
  if (given !== undefined && given !== null && given !== '' && !options.includes(toPythonText(given))) {
    problems.add(joinPath(path, 'default'), 'app/input-default', { name })
  }
}

const readInput = (
  map: ValueObject,
  type: Value | undefined,
  typePath: string,
  path: string,
  problems: Problems,
): StartVariable | undefined => {
  const name = field(map, 'variable')
  const named = typeof name === 'string' && name !== ''
  if (!named) problems.add(joinPath(path, 'variable'), 'app/variable-name')
  if (typeof type !== 'string' || !TYPES.has(type)) {
    const known = [...TYPES].join(', ')
    problems.add(typePath, 'app/input-type', { type: typeof type === 'string' ? type : describe(type), known })
    return undefined
  }
  if (!named) return undefined
  const maxLength = readLength(field(map, 'max_length'))
  const preset = field(map, 'default')
  const schema = readSchema(field(map, 'json_schema'), joinPath(path, 'json_schema'), problems)
  return Object.freeze({
    name,
    label: textOf(field(map, 'label')),
    type: type as InputType,
    required: field(map, 'required') === true,
    ...(maxLength === undefined ? {} : { maxLength }),
    options: texts(field(map, 'options')),
    ...(preset === undefined ? {} : { default: preset }),
    hide: field(map, 'hide') === true,
    description: textOf(field(map, 'description')),
    allowedFileTypes: texts(field(map, 'allowed_file_types')),
    allowedFileExtensions: texts(field(map, 'allowed_file_extensions')),
    allowedFileUploadMethods: texts(field(map, 'allowed_file_upload_methods')),
    ...(schema === undefined ? {} : { jsonSchema: schema }),
    settings: map,
    path,
  })
}

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

/** Hand-written options may be numbers or booleans; a form can only offer texts. */
const texts = (value: Value | undefined): readonly string[] =>
  Object.freeze(isList(value) ? value.filter((item) => item !== null).map((item) => toPythonText(item)) : [])

const readLength = (value: Value | undefined): number | undefined => {
  if (!isNumber(value) || isFloat(value)) return undefined
  const length = toNumber(value)
  return length > 0 ? length : undefined
}

/** A schema may be written as a map or as JSON text. */
const readSchema = (value: Value | undefined, path: string, problems: Problems): ValueObject | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (isObject(value)) return value
  if (typeof value === 'string') {
    try {
      const parsed = parseJson(value)
      if (isObject(parsed)) return Object.freeze(parsed)
    } catch {
      // Reported below: what is no JSON is no schema either.
    }
  }
  problems.add(path, 'app/wrong-type', { expected: 'a JSON Schema', found: describe(value) })
  return undefined
}
