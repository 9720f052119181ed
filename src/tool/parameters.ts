// Turns what an app file or a model gives a tool into the types the tool declares.
// App files write many parameters as text (`"3"`, `"true"`, JSON), so text is read as the declared type.

import { tryParseJson } from '../base/json.ts'
import { float, integer, isNumber, toNumber } from '../base/number.ts'
import { toPythonText } from '../base/python.ts'
import { isList, isObject, Opaque, own, setOwn, type Value } from '../base/value.ts'
import { ToolError } from './errors.ts'
import type { Tool, ToolParameter } from './spec.ts'

const INTEGER = /^[+-]?\d{1,400}$/
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const TRUE = new Set(['true', 'yes', 'y', '1'])
const FALSE = new Set(['false', 'no', 'n', '0', ''])

/** The declared parameters with their declared types. Null and missing take the default, else are left out;
 *  names the tool does not declare are dropped.
 *  @throws ToolError `tool/bad-parameter` for a missing required one or one that cannot be read */
export const checkToolParameters = (
  tool: Pick<Tool, 'name' | 'parameters'>,
  given: Readonly<Record<string, Value>>,
): Record<string, Value> => {
  const checked: Record<string, Value> = {}
  for (const parameter of tool.parameters) {
    const fail = (reason: string) =>
      new ToolError('tool/bad-parameter', { details: { parameter: parameter.name, tool: tool.name, reason } })
    const value = presentValue(parameter, own(given, parameter.name) as Value | undefined) ?? parameter.default ?? null
    if (value === null) {
      if (parameter.required) throw fail('it is required')
      continue
    }
    const read = readValue(parameter, value)
    if (read === undefined) throw fail(expectation(parameter))
    setOwn(checked, parameter.name, read)
  }
  return checked
}

// An empty form field is an absent number or choice, but a present text.
const presentValue = (parameter: ToolParameter, value: Value | undefined): Value | undefined =>
  value === '' && parameter.type !== 'string' && parameter.type !== 'boolean' ? undefined : value

const expectation = (parameter: ToolParameter): string => {
  if (parameter.type === 'select' && parameter.options) return `it must be one of ${parameter.options.join(', ')}`
  return `it must be of type ${parameter.type}`
}

/** The value as the declared type; undefined when it is none. */
const readValue = (parameter: ToolParameter, value: Value): Value | undefined => {
  switch (parameter.type) {
    case 'string':
      return readText(value)
    case 'number':
      return readNumber(value)
    case 'boolean':
      return readBoolean(value)
    case 'select': {
      const text = readText(value)
      return text !== undefined && (parameter.options?.includes(text) ?? true) ? text : undefined
    }
    case 'object':
      return readJson(value, isObject)
    case 'array':
      return readJson(value, isList)
    case 'file':
      return value instanceof Opaque || (isList(value) && value.every((item) => item instanceof Opaque))
        ? value
        : undefined
  }
}

const readText = (value: Value): string | undefined => {
  if (typeof value === 'string') return value
  return typeof value === 'boolean' || isNumber(value) ? toPythonText(value) : undefined
}

const readNumber = (value: Value): Value | undefined => {
  if (isNumber(value)) return Number.isFinite(toNumber(value)) || typeof value === 'bigint' ? value : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (INTEGER.test(text)) return integer(BigInt(text.replace(/^\+/, '')))
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(number) ? float(number) : undefined
}

const readBoolean = (value: Value): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (isNumber(value)) return toNumber(value) !== 0
  if (typeof value !== 'string') return undefined
  const word = value.trim().toLowerCase()
  if (TRUE.has(word)) return true
  return FALSE.has(word) ? false : undefined
}

const readJson = (value: Value, fits: (value: Value) => boolean): Value | undefined => {
  if (typeof value !== 'string') return fits(value) ? value : undefined
  const parsed = tryParseJson(value)
  return parsed !== undefined && fits(parsed) ? parsed : undefined
}
