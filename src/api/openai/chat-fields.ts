// What becomes of the fields of a chat-completions body at a target: the table of parameters, and what the neutral form of
// messages and tools has no place for.

import type { Dropped } from '../../product/gateway/spec.ts'
import { verdictsOf } from '../../product/gateway/verdicts.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { at, isJsonList, isJsonObject } from './field-reader.ts'
import { EFFORTS } from './reasoning-effort.ts'

type Field = readonly [path: string, value: unknown]

/** Named of one request. */
const MOST_FIELDS = 50

/** The door's own, or judged below. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'functions', 'function_call', 'metadata', 'top_k'],
  ...['response_format', 'reasoning', 'reasoning_effort'],
])

/** Values that ask for what happens anyway. */
const isUsual = (key: string, value: Json): boolean => {
  switch (key) {
    case 'n':
      return value === 1
    case 'store':
    case 'logprobs':
      return value === false
    case 'top_logprobs':
      return value === 0
    case 'parallel_tool_calls':
      return value === true
    case 'tool_choice':
    case 'service_tier':
      return value === 'auto'
    case 'modalities':
      return isJsonList(value) && value.length === 1 && value[0] === 'text'
    default:
      return false
  }
}

export const chatVerdicts = (body: JsonObject, family: string): readonly Dropped[] =>
  [...verdictsOf('openai-chat', family, fieldsOf(body)), ...gatewayVerdicts(body, family), ...lostOf(body)].slice(
    0,
    MOST_FIELDS,
  )

const fieldsOf = (body: JsonObject): readonly Field[] => {
  const fields: Field[] = []
  for (const [key, value] of Object.entries(body)) {
    if (value !== null && !ELSEWHERE.has(key) && !isUsual(key, value)) fields.push([at('', key), value])
  }
  if (body.reasoning_effort != null) fields.push(['reasoning_effort', body.reasoning_effort])
  if (body.store === true && body.metadata != null) fields.push(['metadata', body.metadata])
  const format = isJsonObject(body.response_format) ? body.response_format.type : undefined
  if (format === 'json_object') fields.push(['response_format', undefined])
  if (format === 'json_schema') fields.push(['response_format.json_schema', undefined])
  const tools = isJsonList(body.tools) ? body.tools : []
  if (tools.length > 0) fields.push(['tools', tools])
  for (const [i, tool] of tools.entries()) {
    if (!isJsonObject(tool)) continue
    if (tool.type === 'custom') fields.push([`tools[${i}].custom`, undefined])
    else if (isJsonObject(tool.function) && tool.function.strict === true) {
      fields.push([`tools[${i}].function.strict`, true])
    }
  }
  return fields
}

/** Fields that this protocol has only by custom, or had once. */
const gatewayVerdicts = (body: JsonObject, family: string): readonly Dropped[] => {
  const dropped: Dropped[] = []
  // Anthropic's protocol has it, with the same meaning.
  if (body.top_k != null && family !== 'openai-chat') dropped.push(...verdictsOf('anthropic', family, ['top_k']))
  const { reasoning, reasoning_effort: effort } = body
  if (isJsonObject(reasoning) && typeof reasoning.effort === 'string') {
    dropped.push(...named('reasoning.effort', verdictsOf('openai-responses', family, ['reasoning.effort'])))
  }
  if (typeof effort === 'string' && !EFFORTS.has(effort) && family !== 'openai-chat') {
    dropped.push({ field: 'reasoning_effort', verdict: 'approximated', reason: 'Read as high.' })
  }
  for (const field of ['functions', 'function_call']) {
    if (body[field] != null) {
      dropped.push({ field, verdict: 'approximated', reason: 'Answers name calls in tool_calls.' })
    }
  }
  return dropped
}

const named = (field: string, verdicts: readonly Dropped[]): readonly Dropped[] =>
  verdicts.map((verdict) => ({ ...verdict, field }))

const NO_PLACE = 'Has no place where the request is translated.'

const MESSAGE_KEYS: ReadonlySet<string> = new Set([
  ...['role', 'content', 'refusal', 'tool_calls', 'tool_call_id', 'function_call', 'reasoning_content', 'reasoning'],
  // Our own answers have these, and clients send answers back whole.
  ...['reasoning_details', 'annotations', 'images'],
])
const PART_KEYS: ReadonlySet<string> = new Set([
  ...['type', 'text', 'refusal', 'image_url', 'video_url', 'input_audio', 'file', 'cache_control'],
])
const TOOL_KEYS: ReadonlySet<string> = new Set(['type', 'function', 'custom', 'cache_control'])
const FUNCTION_KEYS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict'])
const SCHEMA_KEYS: ReadonlySet<string> = new Set(['name', 'schema', 'strict'])

/** On any path but that of the caller's own bytes. */
const lostOf = (body: JsonObject): readonly Dropped[] => {
  const lost: Dropped[] = []
  const look = (value: Json | undefined, place: string, keys: ReadonlySet<string>): void => {
    if (!isJsonObject(value)) return
    for (const key of Object.keys(value)) {
      if (!keys.has(key) && value[key] !== null && lost.length < MOST_FIELDS) {
        lost.push({ field: at(place, key), verdict: 'unsupported', reason: NO_PLACE })
      }
    }
  }
  for (const [i, message] of entriesOf(body.messages)) {
    const place = `messages[${i}]`
    const isResult = isJsonObject(message) && (message.role === 'tool' || message.role === 'function')
    look(message, place, isResult ? RESULT_KEYS : MESSAGE_KEYS)
    if (isJsonObject(message)) {
      for (const [j, part] of entriesOf(message.content)) look(part, `${place}.content[${j}]`, PART_KEYS)
    }
  }
  for (const [i, tool] of entriesOf(body.tools)) {
    look(tool, `tools[${i}]`, TOOL_KEYS)
    if (isJsonObject(tool)) look(tool.function, `tools[${i}].function`, FUNCTION_KEYS)
  }
  const format = isJsonObject(body.response_format) ? body.response_format.json_schema : undefined
  look(format, 'response_format.json_schema', SCHEMA_KEYS)
  return lost
}

const RESULT_KEYS: ReadonlySet<string> = new Set([...MESSAGE_KEYS, 'name'])

const entriesOf = (value: Json | undefined): Iterable<readonly [number, Json]> =>
  isJsonList(value) ? value.entries() : []
