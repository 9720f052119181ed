// A body of chat completions → the neutral form. Source: platform.openai.com/docs/api-reference/chat/create.
//
// R1  A field is read into the neutral form or kept as vendor state of this protocol; chat-fields.ts names what others cannot take.

import { isObject, setOwn, type ValueObject } from '../../base/value.ts'
import type { ChatRequest, ToolDefinition } from '../../model/spec.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { readChatMessages } from './chat-messages.ts'
import { at, FieldReader, isJsonObject, quote } from './field-reader.ts'
import { EFFORTS, nearestEffort } from './reasoning-effort.ts'

/** Read into the neutral form, or no concern of a vendor. */
const READ: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'n', 'max_tokens', 'max_completion_tokens', 'temperature'],
  ...['top_p', 'presence_penalty', 'frequency_penalty', 'seed', 'logit_bias', 'logprobs', 'top_logprobs', 'verbosity'],
  ...['stop', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'response_format', 'user'],
  ...['reasoning_effort', 'reasoning', 'metadata'],
])

/** @throws ApiError `api/invalid-param` with every problem */
export const readChatRequest = (body: JsonObject): ChatRequest => {
  const reader = new FieldReader()
  const messages = readChatMessages(body, reader)
  const tools = readTools(body, reader)
  const stop = readStop(body, reader)
  const user = reader.text(body, 'user')
  const parallel = reader.flag(body, 'parallel_tool_calls')
  const vendorState = readVendorState(body)
  const request: ChatRequest = {
    messages,
    parameters: readParameters(body, reader),
    ...(stop && { stop }),
    ...readToolChoice(body, tools, reader),
    ...(parallel !== undefined && { parallelToolCalls: parallel }),
    ...readReasoning(body, reader),
    ...readFormat(body, reader),
    ...(reader.flag(body, 'stream') && { toolFragments: true }),
    ...(user !== undefined && { user }),
    ...(vendorState && { vendorState: { 'openai-chat': vendorState } }),
  }
  reader.finish()
  return request
}

const readParameters = (body: JsonObject, reader: FieldReader): ValueObject => {
  const limit = { integer: true, least: 1 }
  const entries: (readonly [string, Json | undefined])[] = [
    [
      'max_tokens',
      reader.number(body, 'max_completion_tokens', '', limit) ?? reader.number(body, 'max_tokens', '', limit),
    ],
    ...['temperature', 'top_p', 'presence_penalty', 'frequency_penalty'].map(
      (name) => [name, reader.number(body, name)] as const,
    ),
    ...['seed', 'top_logprobs', 'top_k'].map(
      (name) => [name, reader.number(body, name, '', { integer: true })] as const,
    ),
    ['logit_bias', reader.object(body, 'logit_bias')],
    // False is what happens anyway, and some servers refuse the word.
    ['logprobs', reader.flag(body, 'logprobs') || undefined],
    ['verbosity', reader.text(body, 'verbosity')],
  ]
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as ValueObject
}

const readStop = (body: JsonObject, reader: FieldReader): readonly string[] | undefined => {
  const { stop } = body
  if (typeof stop === 'string') return [stop]
  const list = stop === null || stop === undefined ? undefined : reader.list(body, 'stop')
  return list?.flatMap((one, i) =>
    typeof one === 'string' ? one : (reader.problem(`stop[${i}]`, 'must be a text') ?? []),
  )
}

const readTools = (body: JsonObject, reader: FieldReader): readonly ToolDefinition[] => [
  ...(reader.objects(body, 'tools') ?? []).flatMap((tool, i) => {
    const path = `tools[${i}]`
    // What takes plain text goes to its own protocol alone.
    if (!tool || tool.type === 'custom') return []
    const definition = reader.object(tool, 'function', path)
    if (!definition) return reader.problem(at(path, 'function'), 'is required') ?? []
    const cached = isJsonObject(tool.cache_control) ? tool.cache_control : undefined
    return [
      {
        ...readFunction(definition, at(path, 'function'), reader),
        ...(cached && { vendorState: { anthropic: { cache_control: cached as ValueObject } } }),
      },
    ]
  }),
  ...(reader.objects(body, 'functions') ?? []).flatMap((one, i) =>
    one ? [readFunction(one, `functions[${i}]`, reader)] : [],
  ),
]

const NO_ARGUMENTS: ValueObject = { type: 'object', properties: {} }

export const readFunction = (object: JsonObject, path: string, reader: FieldReader): ToolDefinition => {
  const description = reader.text(object, 'description', path)
  const strict = reader.flag(object, 'strict', path)
  return {
    name: reader.requiredText(object, 'name', path),
    ...(description !== undefined && { description }),
    parameters: (reader.object(object, 'parameters', path) as ValueObject | undefined) ?? NO_ARGUMENTS,
    ...(strict !== undefined && { strict }),
  }
}

type ToolPart = Pick<ChatRequest, 'tools' | 'toolChoice'>

const readToolChoice = (body: JsonObject, tools: readonly ToolDefinition[], reader: FieldReader): ToolPart => {
  const own = tools.length > 0 ? { tools } : {}
  const isLegacy = body.tool_choice === undefined && body.function_call !== undefined
  const key = isLegacy ? 'function_call' : 'tool_choice'
  const choice = body[key]
  if (choice === undefined || choice === null) return own
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { ...own, toolChoice: choice }
  if (!isJsonObject(choice)) return reader.problem(key, `is unknown: ${quote(choice)}`) ?? own
  if (isLegacy) return { ...own, toolChoice: { name: reader.requiredText(choice, 'name', key) } }
  if (choice.type === 'custom') return own
  if (choice.type === 'allowed_tools') {
    const allowed = reader.object(choice, 'allowed_tools', key) ?? {}
    return allowOnly(allowed, tools, (tool) => (isJsonObject(tool.function) ? tool.function.name : undefined))
  }
  const definition = reader.object(choice, 'function', key)
  if (!definition) return reader.problem(at(key, 'function'), 'is required') ?? own
  return { ...own, toolChoice: { name: reader.requiredText(definition, 'name', at(key, 'function')) } }
}

/** A choice among some of the tools is a choice among all that are offered. */
export const allowOnly = (
  allowed: JsonObject,
  tools: readonly ToolDefinition[],
  nameOf: (tool: JsonObject) => Json | undefined,
): ToolPart => {
  const list = Array.isArray(allowed.tools) ? (allowed.tools as readonly Json[]) : []
  const names = new Set(list.map((tool) => (isJsonObject(tool) ? nameOf(tool) : undefined)))
  const offered = tools.filter(({ name }) => names.has(name))
  if (offered.length === 0) return {}
  return { tools: offered, toolChoice: allowed.mode === 'required' ? 'required' : 'auto' }
}

const readReasoning = (body: JsonObject, reader: FieldReader): Pick<ChatRequest, 'reasoning'> => {
  // The object is a custom of gateways in front of many vendors.
  const object = reader.object(body, 'reasoning') ?? {}
  const given = reader.text(body, 'reasoning_effort') ?? reader.text(object, 'effort', 'reasoning')
  const effort = nearestEffort(given)
  const budgetTokens = reader.number(object, 'max_tokens', 'reasoning', { integer: true, least: 1 })
  if (effort === undefined && budgetTokens === undefined) return {}
  return { reasoning: { ...(effort && { effort }), ...(budgetTokens !== undefined && { budgetTokens }) } }
}

const readFormat = (body: JsonObject, reader: FieldReader): Pick<ChatRequest, 'json' | 'responseSchema'> => {
  const format = reader.object(body, 'response_format')
  if (!format) return {}
  switch (format.type) {
    case 'text':
      return {}
    case 'json_object':
      return { json: true }
    case 'json_schema': {
      const place = 'response_format.json_schema'
      const definition = reader.object(format, 'json_schema', 'response_format')
      return definition ? readSchema(definition, place, reader) : (reader.problem(place, 'is required') ?? {})
    }
    default:
      return reader.problem('response_format.type', 'must be one of text, json_object, json_schema') ?? {}
  }
}

/** Without a schema any JSON will do. */
export const readSchema = (
  definition: JsonObject,
  place: string,
  reader: FieldReader,
): Pick<ChatRequest, 'json' | 'responseSchema'> => {
  const name = reader.requiredText(definition, 'name', place)
  const schema = reader.object(definition, 'schema', place)
  return schema ? { responseSchema: { name, schema: schema as ValueObject } } : { json: true }
}

const readVendorState = (body: JsonObject): ValueObject | undefined => {
  const state: Record<string, Json> = {}
  for (const [key, value] of Object.entries(body)) if (!READ.has(key) && value !== null) setOwn(state, key, value)
  const custom = (Array.isArray(body.tools) ? (body.tools as readonly Json[]) : []).filter(
    (tool) => isObject(tool) && tool.type === 'custom',
  )
  if (custom.length > 0) state.tools = custom
  if (isJsonObject(body.tool_choice) && body.tool_choice.type === 'custom') state.tool_choice = body.tool_choice
  // The vendor takes labels only of answers that it keeps; otherwise they are for us.
  if (body.store === true && isJsonObject(body.metadata)) state.metadata = body.metadata
  const effort = body.reasoning_effort
  if (typeof effort === 'string' && !EFFORTS.has(effort)) state.reasoning_effort = effort
  return Object.keys(state).length > 0 ? (state as ValueObject) : undefined
}
