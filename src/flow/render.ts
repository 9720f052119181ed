// How values of a run look as text. Source: the app format's rendering rules; test vectors in render.test.ts.

import { stringifyJson } from '../base/json.ts'
import { Float, formatNumber, isFloat, isNumber } from '../base/number.ts'
import { toPythonLiteral, toPythonText } from '../base/python.ts'
import { isList, Opaque, type Value } from '../base/value.ts'
import { FileValue } from './file.ts'
import type { ValueType } from './spec.ts'

const FLOAT_ZERO = new Float(0)

/** The type a value shows by itself. A list of one scalar kind has that array type; mixed or nested ones are array[any]. */
export const inferType = (value: Value): ValueType => {
  if (value === null) return 'none'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  if (isNumber(value)) return isFloat(value) ? 'float' : 'integer'
  if (value instanceof FileValue) return 'file'
  if (!isList(value)) return 'object'
  let element: string | undefined
  for (const item of value) {
    const type = inferType(item)
    const name = type === 'integer' || type === 'float' ? 'number' : type
    if (name === 'none' || name.startsWith('array')) return 'array[any]'
    if (element === undefined) element = name
    else if (element !== name) return 'array[any]'
  }
  return element === undefined ? 'array[any]' : (`array[${element}]` as ValueType)
}

/** Plain form, used in prompts, requests and comparisons. Files contribute nothing. */
export const renderText = (value: Value): string => {
  if (typeof value === 'string') return value
  if (value === null || value instanceof Opaque) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (isNumber(value)) return formatNumber(value)
  if (!isList(value)) return stringifyJson(value, { separators: 'spaced' })
  if (value.length === 0) return ''
  const type = inferType(value)
  if (type === 'array[string]') return stringifyJson(value, { separators: 'spaced' })
  return type === 'array[file]' ? '' : toPythonLiteral(value)
}

/** Form for readers, used in answers: bullet lists, indented objects, links to files. */
export const renderMarkdown = (value: Value): string => {
  if (value instanceof FileValue) return fileLink(value)
  if (isList(value)) {
    if (inferType(value) === 'array[file]') return value.map((file) => fileLink(file as FileValue)).join('\n')
    return value.map((item) => `- ${item instanceof FileValue ? fileLink(item) : toPythonText(item)}`).join('\n')
  }
  if (typeof value === 'object' && value !== null && !isNumber(value) && !(value instanceof Opaque)) {
    return stringifyJson(value, { indent: 2 })
  }
  return renderText(value)
}

/** Text of a declared variable. One that came to hold something else is still shown the way its type is. */
export const renderDeclared = (value: Value, type: ValueType | undefined, form: 'text' | 'markdown'): string => {
  const render = form === 'text' ? renderText : renderMarkdown
  if (type === undefined || type === 'none' || type.endsWith('file') || type === 'array[file]') return render(value)
  if (type.startsWith('array')) return renderAsList(value, type, form)
  if (type !== 'object') return isScalar(value) ? render(value) : toPythonText(value)
  return stringifyJson(value, form === 'text' ? { separators: 'spaced' } : { indent: 2 })
}

const isScalar = (value: Value): boolean => typeof value !== 'object' || isNumber(value)

/** Texts fall apart into characters and objects into keys, as everything does that is taken for a list. */
const renderAsList = (value: Value, type: ValueType, form: 'text' | 'markdown'): string => {
  if (isScalar(value) && typeof value !== 'string') return renderText(value)
  if (form === 'text') {
    if (isList(value) && value.length === 0) return ''
    return type === 'array[string]' ? stringifyJson(value, { separators: 'spaced' }) : toPythonText(value)
  }
  if (typeof value === 'string') return renderMarkdown([...value])
  return renderMarkdown(isList(value) || value === null || value instanceof Opaque ? value : Object.keys(value))
}

const fileLink = (file: FileValue): string => {
  const { filename, type, url, remoteUrl } = file.fields
  const target = url ?? remoteUrl ?? ''
  return type === 'image' ? `![${filename ?? ''}](${target})` : `[${filename || target}](${target})`
}

/** What a variable of the type holds after `clear`. */
export const zeroValue = (type: ValueType): Value => {
  switch (type) {
    case 'string':
    case 'secret':
      return ''
    case 'number':
    case 'integer':
      return 0
    case 'float':
      return FLOAT_ZERO
    case 'boolean':
      return false
    case 'object':
      return {}
    case 'none':
    case 'file':
      return null
    default:
      return []
  }
}
