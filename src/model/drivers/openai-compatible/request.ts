// A chat request as a chat-completions body.

import { objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest } from '../../spec.ts'
import { parseObject } from '../http/reading.ts'
import { withSchemaInPrompt } from '../http/schema-prompt.ts'
import { withPartState, withRequestState } from '../http/vendor-state.ts'
import type { WireCall } from '../http/wire.ts'
import type { OpenAiDialect } from './dialect.ts'
import { toOpenAiMessages } from './messages.ts'

/** Of both of OpenAI's APIs, by the same names. */
export const SHARED_PARAMETERS = [
  'service_tier',
  'store',
  'metadata',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
]
const SAMPLING = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
]
const PLAIN = ['seed', 'reasoning_effort', 'verbosity', 'parallel_tool_calls', ...SHARED_PARAMETERS]
export const LIMITS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens']

export const toOpenAiBody = (call: WireCall<OpenAiDialect>, extra: ReadonlySet<string>): ValueObject => {
  const { request, dialect } = call
  const inPrompt = request.responseSchema !== undefined && dialect.json !== 'schema'
  const messages = inPrompt ? withSchemaInPrompt(request) : request.messages
  const body: ValueObject = {
    model: call.model,
    messages: toOpenAiMessages(messages, call.model),
    ...parameters(request.parameters ?? {}, dialect, extra),
    ...(request.stop && request.stop.length > 0 && { stop: request.stop }),
    ...tools(request),
    ...responseFormat(request, dialect),
    ...reasoning(request),
    ...(request.user !== undefined && { user: request.user }),
    ...(call.streaming && { stream: true, ...(dialect.usageInStream && { stream_options: { include_usage: true } }) }),
  }
  return withRequestState(body, request.vendorState, 'openai-chat')
}

const reasoning = ({ reasoning: asked }: ChatRequest): ValueObject => {
  const effort = asked && effortOf(asked)
  return effort === undefined ? {} : { reasoning_effort: effort }
}

/** A budget in tokens as a word, where a word is all an API takes. */
export const effortOf = ({ effort, budgetTokens }: NonNullable<ChatRequest['reasoning']>): string | undefined => {
  if (effort !== undefined || budgetTokens === undefined) return effort
  return budgetTokens < 2_048 ? 'low' : budgetTokens <= 8_192 ? 'medium' : 'high'
}

const parameters = (given: ValueObject, dialect: OpenAiDialect, extra: ReadonlySet<string>): ValueObject => {
  const names = [...(dialect.sampling ? SAMPLING : []), ...PLAIN, ...extra]
  const entries: [string, Value][] = []
  for (const name of names) {
    const value = own(given, name) as Value | undefined
    if (value !== undefined && value !== null) entries.push([name, value])
  }
  const limit = LIMITS.map((name) => own(given, name) as Value | undefined).find((value) => value != null)
  if (limit !== undefined) entries.push([dialect.tokenLimit, limit])
  return objectFrom(entries)
}

const tools = (request: ChatRequest): ValueObject => {
  if (!request.tools || request.tools.length === 0) return {}
  const { toolChoice } = request
  return {
    tools: request.tools.map((tool) =>
      withPartState(
        {
          type: 'function',
          function: {
            name: tool.name,
            ...(tool.description !== undefined && { description: tool.description }),
            parameters: tool.parameters,
            ...(tool.strict !== undefined && { strict: tool.strict }),
          },
        },
        tool,
        'openai-chat',
      ),
    ),
    ...(request.parallelToolCalls !== undefined && { parallel_tool_calls: request.parallelToolCalls }),
    ...(toolChoice !== undefined && {
      tool_choice:
        typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: { name: toolChoice.name } },
    }),
  }
}

// A schema asked for by the caller wins over the app file's own `response_format`.
const responseFormat = (request: ChatRequest, dialect: OpenAiDialect): ValueObject => {
  if (dialect.json === 'prompt') return {}
  if (request.responseSchema) {
    if (dialect.json === 'object') return { response_format: { type: 'json_object' } }
    const { name, schema } = request.responseSchema
    const json_schema = { name: toSchemaName(name), schema, ...(isStrict(schema) && { strict: true }) }
    return { response_format: { type: 'json_schema', json_schema } }
  }
  if (request.json) return { response_format: { type: 'json_object' } }
  const asked = request.parameters?.response_format
  if (typeof asked !== 'string') return {}
  if (/^json_schema$/i.test(asked)) {
    const text = request.parameters?.json_schema
    const json_schema = typeof text === 'string' ? parseObject(text) : undefined
    return json_schema ? { response_format: { type: 'json_schema', json_schema } } : {}
  }
  return /^json/i.test(asked) ? { response_format: { type: 'json_object' } } : {}
}

export const toSchemaName = (name: string): string => name.replace(/[^\w-]+/g, '_').slice(0, 64) || 'answer'

// Strict mode is refused unless every object closes its properties and requires all of them.
export const isStrict = (schema: Value): boolean => {
  if (typeof schema !== 'object' || schema === null) return true
  if (Array.isArray(schema)) return schema.every(isStrict)
  const object = schema as ValueObject
  const properties = own(object, 'properties')
  if (own(object, 'type') === 'object' || properties !== undefined) {
    const names = Object.keys((properties ?? {}) as ValueObject)
    const required = own(object, 'required')
    if (own(object, 'additionalProperties') !== false || !Array.isArray(required)) return false
    if (!names.every((name) => required.includes(name))) return false
    return names.every((name) => isStrict(own(properties as ValueObject, name) as Value))
  }
  return Object.keys(object).every((key) => isStrict(own(object, key) as Value))
}
