// Checks and converts what a run is started with. Done before the run, so that every problem is told at once.
//
// Files come in as `FileValue`: whoever takes them from outside knows their storage and resolves them first.

import { type Issue, messageOf, type Result } from '../base/errors.ts'
import { isNumber } from '../base/number.ts'
import { isList, isObject, own, setOwn, type Value, type ValueObject } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import { longerThan } from './code-points.ts'
import { compileSchema, type SchemaCheck } from './drivers/json-schema.ts'
import { NodeError } from './errors.ts'
import { readFloat, readInteger } from './python-number.ts'
import { tryJson } from './variable-types.ts'

/** A declared start variable, as the reader of app files gives it. */
export interface StartInput {
  readonly name: string
  readonly type:
    | 'text-input'
    | 'paragraph'
    | 'select'
    | 'number'
    | 'checkbox'
    | 'file'
    | 'file-list'
    | 'json_object'
    | 'external_data_tool'
  readonly required: boolean
  /** Code points of a text, entries of a file list. */
  readonly maxLength?: number
  readonly options: readonly string[]
  readonly default?: Value
  /** Kinds of files; empty allows all. `custom` allows what has one of the extensions. */
  readonly allowedFileTypes: readonly string[]
  readonly allowedFileExtensions: readonly string[]
  readonly allowedFileUploadMethods: readonly string[]
  /** JSON Schema, draft 7. */
  readonly jsonSchema?: ValueObject
}

/** The values of the declared variables by name, converted; what is not declared is dropped. One issue per wrong value,
 *  with the variable's name as its path. */
export type StartInputCheck = (given: ValueObject) => Result<ValueObject>

export const checkStartInputs = (variables: readonly StartInput[], given: ValueObject): Result<ValueObject> =>
  prepareStartInputs(variables)(given)

/** A check to be used for many runs: schemas are compiled once, at their first use. */
export const prepareStartInputs = (variables: readonly StartInput[]): StartInputCheck => {
  const converters = variables.map((variable) => ({ variable, schema: prepareSchema(variable.jsonSchema) }))
  return (given) => {
    const issues: Issue[] = []
    const values: ValueObject = {}
    for (const { variable, schema } of converters) {
      const { name } = variable
      try {
        setOwn(values, name, valueFor(variable, own(given, name) as Value | undefined, schema))
      } catch (error) {
        if (!(error instanceof WrongInput)) throw error
        const { code, message } = new NodeError('node/start-input', { details: { name, reason: error.message } })
        issues.push({ path: name, code, message })
      }
    }
    return issues.length > 0 ? { ok: false, issues } : { ok: true, value: values }
  }
}

class WrongInput extends Error {}

type Schema = () => SchemaCheck

const valueFor = (variable: StartInput, given: Value | undefined, schema: Schema): Value => {
  const isFile = variable.type === 'file' || variable.type === 'file-list'
  const absent = given === undefined || given === null || (isFile && given === '' && !variable.required)
  if (absent && variable.required) throw new WrongInput('is required')
  const value = absent ? (isFile ? null : (variable.default ?? null)) : given
  if (value === null) return null
  return convert(variable, typeof value === 'string' ? value.replaceAll('\0', '') : value, schema)
}

const convert = (variable: StartInput, value: Value, schema: Schema): Value => {
  switch (variable.type) {
    case 'text-input':
    case 'paragraph':
      return checkText(variable, value)
    case 'select':
      if (typeof value !== 'string' || !variable.options.includes(value)) {
        throw new WrongInput(`must be one of: ${variable.options.join(', ')}`)
      }
      return value
    case 'number':
      return toNumber(value)
    case 'checkbox':
      return toTruth(value)
    case 'file':
      return checkFile(variable, value)
    case 'file-list':
      return checkFiles(variable, value)
    case 'json_object':
      return checkObject(value, schema)
    case 'external_data_tool':
      return value
  }
}

const checkText = (variable: StartInput, value: Value): string => {
  if (typeof value !== 'string') throw new WrongInput('must be a text')
  const limit = variable.maxLength
  if (limit && longerThan(value, limit)) throw new WrongInput(`must have at most ${limit} characters`)
  return value
}

const toNumber = (value: Value): Value => {
  if (isNumber(value)) return value
  if (typeof value !== 'string') throw new WrongInput('must be a number')
  if (value.trim() === '') return null
  const number = value.includes('.') ? readFloat(value) : readInteger(value)
  if (number === undefined) throw new WrongInput('must be a number')
  return number
}

const TRUE_WORDS = ['true', '1', 'yes', 'on']
const FALSE_WORDS = ['false', '0', 'no', 'off']

const toTruth = (value: Value): boolean => {
  if (typeof value === 'boolean') return value
  const word = isNumber(value) ? String(value.valueOf()) : typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (TRUE_WORDS.includes(word)) return true
  if (FALSE_WORDS.includes(word)) return false
  throw new WrongInput('must be true or false')
}

const checkFiles = (variable: StartInput, value: Value): Value => {
  if (!isList(value)) throw new WrongInput('must be a list of files')
  const limit = variable.maxLength
  if (limit && value.length > limit) throw new WrongInput(`must have at most ${limit} files`)
  return value.map((file) => checkFile(variable, file))
}

const checkFile = (variable: StartInput, value: Value): Value => {
  if (!(value instanceof FileValue)) throw new WrongInput('must be a file')
  const { type, extension, transferMethod } = value.fields
  const types = variable.allowedFileTypes
  // `custom` means: whatever has one of these extensions.
  const custom = types.includes('custom') && hasExtension(variable.allowedFileExtensions, extension)
  if (types.length > 0 && !custom && (type === 'custom' || !types.includes(type))) {
    throw new WrongInput(`does not take files of the kind ${type}${extension ? ` (${extension})` : ''}`)
  }
  const methods = variable.allowedFileUploadMethods
  if (methods.length > 0 && !methods.includes(transferMethod)) {
    throw new WrongInput(`does not take files by ${transferMethod}`)
  }
  return value
}

const hasExtension = (allowed: readonly string[], extension: string | null): boolean => {
  const bare = (name: string) => name.toLowerCase().replace(/^\./, '')
  return extension !== null && allowed.some((name) => bare(name) === bare(extension))
}

const checkObject = (given: Value, schema: Schema): Value => {
  const value = typeof given === 'string' ? tryJson(given) : given
  if (!isObject(value)) throw new WrongInput('must be an object')
  const problems = schema()(value)
  if (problems.length > 0) throw new WrongInput(`does not fit its schema: ${problems.join('; ')}`)
  return value
}

const prepareSchema = (schema: ValueObject | undefined): Schema => {
  let check: SchemaCheck | undefined
  return () => {
    try {
      check ??= schema ? compileSchema(schema) : () => []
    } catch (error) {
      throw new WrongInput(`has a schema that cannot be used: ${messageOf(error)}`)
    }
    return check
  }
}
