// A body of the responses API → the neutral form. Source: platform.openai.com/docs/api-reference/responses/create.
//
// R1  A field is read into the neutral form or kept as vendor state of this protocol; responses-fields.ts names what others
//     cannot take.

import { setOwn, type ValueObject } from '../../base/value.ts'
import type { ChatRequest, ToolDefinition } from '../../model/spec.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { allowOnly, readFunction, readSchema } from './chat-request.ts'
import { FieldReader, isJsonList, isJsonObject, quote } from './field-reader.ts'
import { EFFORTS, nearestEffort } from './reasoning-effort.ts'
import { readInput } from './responses-items.ts'

/** Read into the neutral form, or no concern of a vendor. */
const READ: ReadonlySet<string> = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'max_output_tokens', 'temperature', 'top_p'],
  ...['top_logprobs', 'tools', 'tool_choice', 'parallel_tool_calls', 'text', 'reasoning', 'user', 'metadata'],
])

/** @throws ApiError `api/invalid-param` with every problem */
export const readResponsesRequest = (body: JsonObject): ChatRequest => {
  const reader = new FieldReader()
  const messages = readInput(body, reader)
  const tools = readTools(body, reader)
  const text = reader.object(body, 'text') ?? {}
  const reasoning = reader.object(body, 'reasoning') ?? {}
  const effort = nearestEffort(reader.text(reasoning, 'effort', 'reasoning'))
  const user = reader.text(body, 'user')
  const parallel = reader.flag(body, 'parallel_tool_calls')
  const vendorState = readVendorState(body, reasoning)
  const request: ChatRequest = {
    messages,
    parameters: readParameters(body, text, reader),
    ...readToolChoice(body, tools, reader),
    ...(parallel !== undefined && { parallelToolCalls: parallel }),
    ...(effort && { reasoning: { effort } }),
    ...readFormat(text, reader),
    ...(reader.flag(body, 'stream') && { toolFragments: true }),
    ...(user !== undefined && { user }),
    ...(vendorState && { vendorState: { 'openai-responses': vendorState } }),
  }
  reader.finish()
  return request
}

const readParameters = (body: JsonObject, text: JsonObject, reader: FieldReader): ValueObject => {
  const entries: (readonly [string, Json | undefined])[] = [
    ['max_tokens', reader.number(body, 'max_output_tokens', '', { integer: true, least: 1 })],
    ['temperature', reader.number(body, 'temperature')],
    ['top_p', reader.number(body, 'top_p')],
    // None is what happens anyway.
    ['top_logprobs', reader.number(body, 'top_logprobs', '', { integer: true }) || undefined],
    ['verbosity', reader.text(text, 'verbosity', 'text')],
  ]
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as ValueObject
}

const readTools = (body: JsonObject, reader: FieldReader): readonly ToolDefinition[] =>
  (reader.objects(body, 'tools') ?? []).flatMap((tool, i) =>
    tool && tool.type === 'function' ? [readFunction(tool, `tools[${i}]`, reader)] : [],
  )

const readToolChoice = (
  body: JsonObject,
  tools: readonly ToolDefinition[],
  reader: FieldReader,
): Pick<ChatRequest, 'tools' | 'toolChoice'> => {
  const own = tools.length > 0 ? { tools } : {}
  const choice = body.tool_choice
  if (choice === undefined || choice === null) return own
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { ...own, toolChoice: choice }
  if (!isJsonObject(choice)) return reader.problem('tool_choice', `is unknown: ${quote(choice)}`) ?? own
  if (choice.type === 'allowed_tools') return allowOnly(choice, tools, ({ name }) => name)
  // Of tools that the vendor calls itself.
  if (choice.type !== 'function') return own
  return { ...own, toolChoice: { name: reader.requiredText(choice, 'name', 'tool_choice') } }
}

const readFormat = (text: JsonObject, reader: FieldReader): Pick<ChatRequest, 'json' | 'responseSchema'> => {
  const format = reader.object(text, 'format', 'text')
  if (!format) return {}
  switch (format.type) {
    case 'text':
      return {}
    case 'json_object':
      return { json: true }
    case 'json_schema':
      return readSchema(format, 'text.format', reader)
    default:
      return reader.problem('text.format.type', 'must be one of text, json_object, json_schema') ?? {}
  }
}

const readVendorState = (body: JsonObject, reasoning: JsonObject): ValueObject | undefined => {
  const state: Record<string, Json> = {}
  for (const [key, value] of Object.entries(body)) if (!READ.has(key) && value !== null) setOwn(state, key, value)
  const vendorTools = isJsonList(body.tools) ? body.tools.filter(isVendorTool) : []
  if (vendorTools.length > 0) state.tools = vendorTools
  const choice = body.tool_choice
  if (isJsonObject(choice) && choice.type !== 'function' && choice.type !== 'allowed_tools') state.tool_choice = choice
  if (body.store === true && isJsonObject(body.metadata)) state.metadata = body.metadata
  const { effort, ...others } = reasoning
  const beyond = typeof effort === 'string' && !EFFORTS.has(effort) ? { effort } : {}
  const rest = Object.entries({ ...others, ...beyond }).filter(([, value]) => value !== null)
  if (rest.length > 0) state.reasoning = Object.fromEntries(rest)
  return Object.keys(state).length > 0 ? (state as ValueObject) : undefined
}

/** Everything but a function: what the vendor calls itself, or what takes plain text. */
export const isVendorTool = (tool: Json): boolean => isJsonObject(tool) && tool.type !== 'function'
