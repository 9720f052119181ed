// Conversation variables as an app declares them, with the values a conversation has for them.
//
// V1  A variable's id is the UUID its app file gives it. Without one it is made from conversation and name, so that it stays.

import { createHash } from 'node:crypto'
import { stringifyJson } from '../../base/json.ts'
import { isNumber } from '../../base/number.ts'
import { isList, isObject, own, type Value } from '../../base/value.ts'
import type { ValueType } from '../../flow/spec.ts'
import type { AppVariable } from '../apps/file/spec.ts'
import type { ConversationId } from '../ids.ts'
import { ConversationError } from './errors.ts'
import type { Conversation } from './store.ts'

export interface ConversationVariable {
  /** A bare UUID, in lower case. */
  readonly id: string
  readonly name: string
  readonly description: string
  /** As the app format names it: integers and floats are both numbers. */
  readonly type: Exclude<ValueType, 'integer' | 'float'>
  readonly value: Value
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** In the order of their declaration. */
export const variablesOf = (
  conversation: Conversation,
  declared: readonly AppVariable[],
): readonly ConversationVariable[] => {
  const uses = new Map<string, number>()
  for (const { id } of declared) uses.set(id.toLowerCase(), (uses.get(id.toLowerCase()) ?? 0) + 1)
  return declared.map(({ id, name, description, type, value }) => ({
    id: UUID.test(id) && uses.get(id.toLowerCase()) === 1 ? id.toLowerCase() : derivedId(conversation.id, name),
    name,
    description,
    type: typeName(type),
    value: Object.hasOwn(conversation.variables, name) ? (own(conversation.variables, name) as Value) : value,
    createdAt: conversation.createdAt,
    updatedAt: conversation.updatedAt,
  }))
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A UUID of version 8 (RFC 9562): custom content, here a hash. */
const derivedId = (id: ConversationId, name: string): string => {
  const bytes = createHash('sha256').update(`${id}\n${name}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const typeName = (type: ValueType): ConversationVariable['type'] =>
  type === 'integer' || type === 'float' ? 'number' : type

/** @throws ConversationError `conversation/variable-type`, `conversation/variable-too-large` */
export const checkValue = (variable: ConversationVariable, value: Value, maxBytes: number): void => {
  const { name, type } = variable
  if (!fits(value, type)) {
    throw new ConversationError('conversation/variable-type', {
      details: { param: 'value', name, type, given: describe(value) },
    })
  }
  const size = Buffer.byteLength(stringifyJson(value))
  if (size > maxBytes) {
    throw new ConversationError('conversation/variable-too-large', {
      details: { param: 'value', name, size, limit: maxBytes },
    })
  }
}

const fits = (value: Value, type: ConversationVariable['type']): boolean => {
  switch (type) {
    case 'string':
    case 'secret':
      return typeof value === 'string'
    case 'number':
      return isNumber(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'object':
      return isObject(value)
    case 'array[any]':
      return isList(value)
    case 'array[string]':
    case 'array[number]':
    case 'array[object]':
    case 'array[boolean]': {
      const element = type.slice('array['.length, -1) as 'string' | 'number' | 'object' | 'boolean'
      return isList(value) && value.every((item) => fits(item, element))
    }
    // A file cannot be written down in an app, so no variable is declared as one.
    case 'file':
    case 'array[file]':
    case 'none':
      return false
  }
}

const describe = (value: Value): string => {
  if (value === null) return 'null'
  if (isList(value)) return 'a list'
  if (isNumber(value)) return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
