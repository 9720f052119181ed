// The fields of a Messages body that a vendor of another protocol may not have, with their places: what `verdicts` asks about.

import type { Json, JsonObject } from '../doors/spec.ts'
import { isJsonList, isJsonObject } from '../openai/field-reader.ts'
import { NEUTRAL_FIELDS } from './blocks.ts'
import { isCustom } from './request.ts'

type Field = readonly [path: string, value: Json]

/** Every vendor has these, or they are about the call itself. */
const EVERYWHERE = new Set(['model', 'messages', 'system', 'stream', 'tools', 'tool_choice', 'thinking'])
/** Looked into below. */
const NESTED = new Set(['metadata', 'output_config'])

export function* fieldsOf(body: JsonObject): Generator<Field> {
  for (const [name, value] of Object.entries(body)) {
    if (value === null || EVERYWHERE.has(name)) continue
    if (NESTED.has(name) && isJsonObject(value)) yield* within(name, value)
    else yield [name, value]
  }
  yield* thinkingFields(body.thinking)
  yield* choiceFields(body.tool_choice)
  yield* toolFields(body.tools)
  if (isJsonList(body.system)) yield* contentFields(body.system, 'system')
  if (isJsonList(body.messages)) {
    for (const [i, message] of body.messages.entries()) {
      if (isJsonObject(message)) yield* contentFields(message.content, `messages[${i}].content`)
    }
  }
}

function* within(name: string, object: JsonObject): Generator<Field> {
  for (const [key, value] of Object.entries(object)) if (value !== null) yield [`${name}.${key}`, value]
}

function* thinkingFields(thinking: Json | undefined): Generator<Field> {
  if (!isJsonObject(thinking)) return
  if (thinking.type === 'enabled') yield ['thinking', thinking]
  // Other vendors do not think unless asked, or as they please.
  else if (thinking.type !== 'disabled') yield ['thinking.type', thinking.type ?? null]
  if (typeof thinking.display === 'string') yield ['thinking.display', thinking.display]
}

function* choiceFields(choice: Json | undefined): Generator<Field> {
  if (!isJsonObject(choice)) return
  if (choice.type !== 'auto') yield ['tool_choice', choice]
  if (choice.disable_parallel_tool_use === true) yield ['tool_choice.disable_parallel_tool_use', true]
}

const TOOL_FIELDS = ['type', 'name', 'description', 'input_schema']

function* toolFields(tools: Json | undefined): Generator<Field> {
  if (!isJsonList(tools)) return
  for (const [i, tool] of tools.entries()) {
    if (!isJsonObject(tool)) continue
    if (!isCustom(tool)) yield [`tools[${i}].type`, tool.type ?? null]
    else yield* extraFields(tool, `tools[${i}]`, TOOL_FIELDS)
  }
}

function* extraFields(object: JsonObject, path: string, known: readonly string[]): Generator<Field> {
  for (const [name, value] of Object.entries(object)) {
    if (value !== null && value !== false && !known.includes(name)) yield [`${path}.${name}`, value]
  }
}

function* contentFields(content: Json | undefined, path: string): Generator<Field> {
  if (!isJsonList(content)) return
  for (const [i, block] of content.entries()) if (isJsonObject(block)) yield* blockFields(block, `${path}[${i}]`)
}

function* blockFields(block: JsonObject, path: string): Generator<Field> {
  const type = typeof block.type === 'string' ? block.type : ''
  const known = Object.hasOwn(NEUTRAL_FIELDS, type) ? NEUTRAL_FIELDS[type] : undefined
  const source = isJsonObject(block.source) ? block.source.type : undefined
  if (!known || source === 'file' || source === 'content') {
    yield [path, block]
    return
  }
  yield* extraFields(block, path, known)
  if (block.is_error === true) yield [`${path}.is_error`, true]
  if (type === 'tool_result') yield* contentFields(block.content, `${path}.content`)
}
