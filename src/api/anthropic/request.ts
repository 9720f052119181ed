// A body of the Messages API → the neutral form. Wire format: docs.anthropic.com/en/api/messages.

import type { ValueObject } from '../../base/value.ts'
import type { ChatMessage, ChatRequest, ToolDefinition } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { at, FieldReader, isJsonObject, quote } from '../openai/field-reader.ts'
import { blocksOf, readBlock, restOf } from './blocks.ts'
import { readTurns } from './turns.ts'

type Reasoning = NonNullable<ChatRequest['reasoning']>

const NUMBERS = ['temperature', 'top_p', 'top_k'] as const
const EFFORTS = ['low', 'medium', 'high'] as const
/** What is read into the neutral form, or is about the call itself. */
const READ = new Set([
  ...['model', 'messages', 'system', 'max_tokens', 'stream', 'stop_sequences', 'tools', 'tool_choice', ...NUMBERS],
  ...['thinking', 'output_config', 'metadata'],
])

/** @throws ApiError `api/invalid-param` */
export const readAnthropicRequest = (body: JsonObject): ChatRequest => {
  const reader = new FieldReader()
  const request = readBody(body, reader)
  reader.finish()
  return request
}

const readBody = (body: JsonObject, reader: FieldReader): ChatRequest => {
  const messages = [...readSystem(body, reader), ...readTurns(body, reader)]
  const stop = reader.list(body, 'stop_sequences')
  if (stop?.some((text) => typeof text !== 'string')) reader.problem('stop_sequences', 'must hold texts')
  const tools = readTools(body, reader)
  const config = reader.object(body, 'output_config') ?? {}
  const schema = readSchema(config, reader)
  const reasoning = readReasoning(body, config, reader)
  const metadata = reader.object(body, 'metadata') ?? {}
  const user = reader.text(metadata, 'user_id', 'metadata')
  const state = readState(body, tools.own)
  return {
    messages,
    parameters: readNumbers(body, reader),
    ...(stop && { stop: stop as readonly string[] }),
    ...(tools.custom.length > 0 && { tools: tools.custom }),
    ...readToolChoice(body, reader),
    ...(reasoning && { reasoning }),
    ...(schema && { responseSchema: { name: 'answer', schema } }),
    ...(user !== undefined && { user }),
    ...(state && { vendorState: { anthropic: state } }),
    ...(body.stream === true && { toolFragments: true }),
  }
}

const readSystem = (body: JsonObject, reader: FieldReader): readonly ChatMessage[] => {
  const { system } = body
  if (system === undefined || system === null) return []
  if (typeof system === 'string') return [{ role: 'system', content: system }]
  const blocks = blocksOf(system, 'system', reader)
  const content = blocks.flatMap(({ block, path }) => readBlock(block, path, reader) ?? [])
  return content.length > 0 ? [{ role: 'system', content }] : []
}

const readNumbers = (body: JsonObject, reader: FieldReader): ValueObject => {
  const max_tokens = reader.number(body, 'max_tokens', '', { integer: true, least: 1 })
  const numbers = NUMBERS.flatMap((name) => {
    const value = reader.number(body, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...(max_tokens !== undefined && { max_tokens }), ...Object.fromEntries(numbers) }
}

const TOOL_FIELDS = ['type', 'name', 'description', 'input_schema', 'strict']

/** The caller's own tools, and the vendor's (search, code, editors), which stay as they are. */
const readTools = (body: JsonObject, reader: FieldReader) => {
  const custom: ToolDefinition[] = []
  const own: ValueObject[] = []
  for (const [i, tool] of (reader.objects(body, 'tools') ?? []).entries()) {
    const path = `tools[${i}]`
    if (!tool) continue
    if (!isCustom(tool)) {
      own.push(tool as ValueObject)
      continue
    }
    const name = reader.requiredText(tool, 'name', path)
    const description = reader.text(tool, 'description', path)
    const parameters = reader.object(tool, 'input_schema', path)
    if (!parameters) reader.problem(at(path, 'input_schema'), 'is required')
    const strict = reader.flag(tool, 'strict', path)
    const state = restOf(tool, TOOL_FIELDS)
    custom.push({
      name,
      parameters: (parameters ?? {}) as ValueObject,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
      ...(state && { vendorState: { anthropic: state } }),
    })
  }
  return { custom, own }
}

export const isCustom = (tool: JsonObject): boolean =>
  tool.type === undefined || tool.type === null || tool.type === 'custom'

const readToolChoice = (
  body: JsonObject,
  reader: FieldReader,
): Pick<ChatRequest, 'toolChoice' | 'parallelToolCalls'> => {
  const choice = reader.object(body, 'tool_choice')
  if (!choice) return {}
  const single = reader.flag(choice, 'disable_parallel_tool_use', 'tool_choice')
  const toolChoice = choiceOf(choice, reader)
  return { ...(toolChoice && { toolChoice }), ...(single && { parallelToolCalls: false }) }
}

const choiceOf = (choice: JsonObject, reader: FieldReader): ChatRequest['toolChoice'] => {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return choice.type
    case 'any':
      return 'required'
    case 'tool':
      return { name: reader.requiredText(choice, 'name', 'tool_choice') }
    default:
      return reader.problem(
        'tool_choice.type',
        choice.type === undefined ? 'is required' : `is unknown: ${quote(choice.type)}`,
      )
  }
}

const readSchema = (config: JsonObject, reader: FieldReader): ValueObject | undefined => {
  const format = reader.object(config, 'format', 'output_config')
  if (!format) return undefined
  const schema = reader.object(format, 'schema', 'output_config.format')
  if (!schema) return reader.problem('output_config.format.schema', 'is required')
  return schema as ValueObject
}

const readReasoning = (body: JsonObject, config: JsonObject, reader: FieldReader): Reasoning | undefined => {
  const thinking = reader.object(body, 'thinking')
  const budgetTokens =
    thinking?.type === 'enabled'
      ? reader.number(thinking, 'budget_tokens', 'thinking', { integer: true, least: 1 })
      : undefined
  if (thinking?.type === 'enabled' && budgetTokens === undefined) {
    reader.problem('thinking.budget_tokens', 'is required')
  }
  const given = reader.text(config, 'effort', 'output_config')
  // Above `high` only the vendor knows; it reads the state.
  const known = EFFORTS.find((one) => one === given) ?? (given === undefined ? undefined : 'high')
  const effort = known ?? (thinking?.type === 'disabled' ? 'none' : undefined)
  if (budgetTokens === undefined && effort === undefined) return undefined
  return { ...(effort && { effort }), ...(budgetTokens !== undefined && { budgetTokens }) }
}

/** What only the vendor knows, by its own names. */
const readState = (body: JsonObject, tools: readonly ValueObject[]): ValueObject | undefined => {
  const rest = Object.entries(body).filter(([name, value]) => value !== null && !READ.has(name))
  const config = isJsonObject(body.output_config) ? restOf(body.output_config, ['format']) : undefined
  const metadata = isJsonObject(body.metadata) ? restOf(body.metadata, ['user_id']) : undefined
  const state = {
    ...(Object.fromEntries(rest) as ValueObject),
    ...(tools.length > 0 && { tools }),
    // As a whole: how the vendor itself thinks is not derived from what other vendors are told.
    ...(isJsonObject(body.thinking) && { thinking: body.thinking as ValueObject }),
    ...(config && { output_config: config }),
    ...(metadata && { metadata }),
  }
  return Object.keys(state).length > 0 ? state : undefined
}
