// What becomes of the fields of a responses body at a target: the table of parameters, and what the neutral form has no place for.

import type { Dropped } from '../../product/gateway/spec.ts'
import { verdictsOf } from '../../product/gateway/verdicts.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { at, isJsonList, isJsonObject } from './field-reader.ts'
import { EFFORTS } from './reasoning-effort.ts'
import { ITEM_TYPES } from './responses-items.ts'
import { isVendorTool } from './responses-request.ts'

type Field = readonly [path: string, value: unknown]

/** Named of one request. */
const MOST_FIELDS = 50

/** The door's own, or judged below. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'tools', 'text', 'reasoning', 'metadata'],
])

/** Values that ask for what happens anyway. */
const isUsual = (key: string, value: Json): boolean => {
  switch (key) {
    case 'store':
    case 'background':
      return value === false
    case 'top_logprobs':
      return value === 0
    case 'parallel_tool_calls':
      return value === true
    case 'tool_choice':
    case 'service_tier':
      return value === 'auto'
    case 'truncation':
      return value === 'disabled'
    case 'include':
      // Thinking comes back sealed whether or not anyone asks.
      return isJsonList(value) && value.every((one) => one === 'reasoning.encrypted_content')
    default:
      return false
  }
}

export const responsesVerdicts = (body: JsonObject, family: string): readonly Dropped[] =>
  [
    ...verdictsOf('openai-responses', family, fieldsOf(body)),
    ...(family === 'openai-responses' ? [] : nearOf(body)),
    ...lostOf(body),
  ].slice(0, MOST_FIELDS)

const fieldsOf = (body: JsonObject): readonly Field[] => {
  const fields: Field[] = []
  for (const [key, value] of Object.entries(body)) {
    if (value !== null && !ELSEWHERE.has(key) && !isUsual(key, value)) fields.push([at('', key), value])
  }
  if (body.store === true && body.metadata != null) fields.push(['metadata', body.metadata])
  const { tools, text, reasoning } = body
  if (isJsonList(tools) && tools.length > 0) fields.push(['tools', tools])
  for (const [i, tool] of isJsonList(tools) ? tools.entries() : []) {
    if (isVendorTool(tool)) fields.push([`tools[${i}]`, undefined])
    else if (isJsonObject(tool) && tool.strict === true) fields.push([`tools[${i}].strict`, true])
  }
  if (isJsonObject(text)) fields.push(...textFields(text))
  if (isJsonObject(reasoning)) {
    for (const [key, value] of Object.entries(reasoning)) {
      if (value !== null && !SUMMARY.has(key)) fields.push([at('reasoning', key), value])
    }
  }
  return fields
}

const textFields = (text: JsonObject): readonly Field[] =>
  Object.entries(text).flatMap(([key, value]): Field[] => {
    if (value === null) return []
    if (key !== 'format') return [[at('text', key), value]]
    const type = isJsonObject(value) ? value.type : undefined
    if (type === 'json_schema') return [['text.format.schema', undefined]]
    return type === 'text' ? [] : [['text.format', undefined]]
  })

/** The second is what it was called before. */
const SUMMARY: ReadonlySet<string> = new Set(['summary', 'generate_summary'])

const nearOf = (body: JsonObject): readonly Dropped[] => {
  const { reasoning } = body
  if (!isJsonObject(reasoning)) return []
  const near: Dropped[] = []
  if (typeof reasoning.effort === 'string' && !EFFORTS.has(reasoning.effort)) {
    near.push({ field: 'reasoning.effort', verdict: 'approximated', reason: 'Read as high.' })
  }
  for (const key of SUMMARY) {
    if (reasoning[key] == null) continue
    const reason = 'The thinking itself stands for it, where the vendor shows it.'
    near.push({ field: `reasoning.${key}`, verdict: 'approximated', reason })
  }
  return near
}

/** Items of tools that a vendor called itself: on any path but that of the caller's own bytes. */
const lostOf = ({ input }: JsonObject): readonly Dropped[] =>
  isJsonList(input)
    ? [...input.entries()].flatMap(([i, item]): Dropped[] =>
        isJsonObject(item) && typeof item.type === 'string' && !ITEM_TYPES.has(item.type)
          ? [{ field: `input[${i}]`, verdict: 'unsupported', reason: 'Has no place where the request is translated.' }]
          : [],
      )
    : []
