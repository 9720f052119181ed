// Reading JSON that strangers wrote: the right type or undefined, never an exception.

import { stringifyJson, tryParseJson } from '../../../base/json.ts'
import { isNumber, toNumber } from '../../../base/number.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ToolCall } from '../../spec.ts'

export const objectAt = (object: unknown, key: string): ValueObject | undefined => {
  const value = isObject(object) ? own(object, key) : undefined
  return isObject(value) ? value : undefined
}

export const listAt = (object: unknown, key: string): readonly Value[] => {
  const value = isObject(object) ? own(object, key) : undefined
  return isList(value) ? value : []
}

export const textAt = (object: unknown, key: string): string | undefined => {
  const value = isObject(object) ? own(object, key) : undefined
  return typeof value === 'string' ? value : undefined
}

export const numberAt = (object: unknown, key: string): number | undefined => {
  const value = isObject(object) ? own(object, key) : undefined
  return isNumber(value) ? toNumber(value) : undefined
}

/** The object in a JSON text, undefined for anything else. */
export const parseObject = (text: string): ValueObject | undefined => {
  const value = tryParseJson(text)
  return isObject(value) ? value : undefined
}

/** A call's arguments for vendors that want an object. What the model wrote amiss goes back under one key, so that it
 *  can see its mistake. */
export const argumentsObject = (call: ToolCall): ValueObject =>
  call.argumentsJson.trim() === ''
    ? {}
    : (parseObject(call.argumentsJson) ?? { malformed_arguments: call.argumentsJson })

export const toArgumentsJson = (value: unknown): string =>
  typeof value === 'string' ? value : stringifyJson(isObject(value) ? value : {})
