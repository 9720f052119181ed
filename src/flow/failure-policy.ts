// What the common settings of a node say about its failures: `retry_config`, `error_strategy`, `default_value`.

import { parseJson } from '../base/json.ts'
import { Float, float, isNumber, toNumber } from '../base/number.ts'
import { isList, isObject, objectFrom, type Value } from '../base/value.ts'
import type { FailurePolicy } from './plan.ts'

/** More attempts than any editor offers; a bound against hand-written files. */
const MAX_RETRIES = 100
const MAX_RETRY_INTERVAL_MS = 600_000

const NONE: FailurePolicy = Object.freeze({ retries: 0, retryIntervalMs: 0, strategy: 'none', defaults: {} })

type Report = (path: string, message: string) => void

export const parseFailurePolicy = (
  data: Readonly<Record<string, unknown>>,
  retryable: boolean,
  report: Report,
): FailurePolicy => {
  const strategy = parseStrategy(data.error_strategy, report)
  const retry =
    retryable && isObject(data.retry_config) && data.retry_config.retry_enabled === true ? data.retry_config : undefined
  if (strategy === 'none' && !retry) return NONE
  return Object.freeze({
    retries: boundedNumber(retry?.max_retries, MAX_RETRIES),
    retryIntervalMs: boundedNumber(retry?.retry_interval, MAX_RETRY_INTERVAL_MS),
    strategy,
    defaults: strategy === 'default-value' ? parseDefaults(data.default_value, report) : {},
  })
}

const parseStrategy = (value: unknown, report: Report): FailurePolicy['strategy'] => {
  if (value === undefined || value === null || value === '' || value === 'none') return 'none'
  if (value === 'fail-branch' || value === 'default-value') return value
  report('error_strategy', `'${String(value)}' is not an error strategy`)
  return 'none'
}

const boundedNumber = (value: unknown, max: number): number =>
  isNumber(value) ? Math.min(Math.max(Math.trunc(toNumber(value)), 0), max) : 0

const parseDefaults = (list: unknown, report: Report) => {
  const entries: [string, Value][] = []
  if (list === undefined || list === null) return {}
  if (!Array.isArray(list)) {
    report('default_value', 'must be a list of { key, type, value }')
    return {}
  }
  list.forEach((item: unknown, i) => {
    const path = `default_value[${i}]`
    if (!isObject(item) || typeof item.key !== 'string' || typeof item.type !== 'string') {
      report(path, 'must have a key, a type and a value')
      return
    }
    try {
      entries.push([item.key, parseDefault(item.type, item.value ?? null)])
    } catch (error) {
      report(`${path}.value`, (error as Error).message)
    }
  })
  return objectFrom(entries)
}

const ELEMENTS: Record<string, (item: Value) => boolean> = {
  'array[string]': (item) => typeof item === 'string',
  'array[number]': isNumber,
  'array[object]': isObject,
  'array[file]': () => true,
}

const parseDefault = (type: string, given: Value): Value => {
  const value = typeof given === 'string' && type !== 'string' ? parseText(type, given) : given
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value
      break
    case 'number':
      if (isNumber(value)) return value
      break
    case 'object':
      if (isObject(value)) return value
      break
    default: {
      const fits = ELEMENTS[type]
      if (!fits) throw new Error(`'${type}' is not a type for default values`)
      if (isList(value) && value.every(fits)) return value
    }
  }
  throw new Error(`the value does not fit the type ${type}`)
}

const parseText = (type: string, text: string): Value => {
  if (type === 'number') {
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value)) throw new Error(`'${text}' is not a number`)
    return Number.isInteger(value) ? new Float(value) : float(value)
  }
  try {
    return parseJson(text)
  } catch {
    throw new Error('the text is not JSON')
  }
}
