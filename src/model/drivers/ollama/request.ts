// A chat request as an /api/chat body.

import { isNumber, toNumber } from '../../../base/number.ts'
import { objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, ChatRequest, MessagePart } from '../../spec.ts'
import { argumentsObject } from '../http/reading.ts'
import type { WireCall } from '../http/wire.ts'

/** Names of the server's options (docs/modelfile.md); those of the other vendors are translated. */
const OPTIONS: readonly (readonly [string, string])[] = [
  ...['num_ctx', 'num_keep', 'num_predict', 'num_gpu', 'num_thread', 'num_batch'].map((name) => [name, name] as const),
  ...['temperature', 'top_k', 'top_p', 'min_p', 'typical_p', 'seed', 'presence_penalty', 'frequency_penalty'].map(
    (name) => [name, name] as const,
  ),
  ...['repeat_penalty', 'repeat_last_n', 'mirostat', 'mirostat_eta', 'mirostat_tau', 'tfs_z'].map(
    (name) => [name, name] as const,
  ),
  ['repetition_penalty', 'repeat_penalty'],
  ['max_output_tokens', 'num_predict'],
  ['max_completion_tokens', 'num_predict'],
  ['max_tokens', 'num_predict'],
]

export const toOllamaBody = (call: WireCall<undefined>): ValueObject => {
  const { request, model } = call
  const given = request.parameters ?? {}
  const options = toOptions(request)
  const think = own(given, 'think') ?? own(given, 'thinking') ?? own(given, 'enable_thinking')
  const keepAlive = own(given, 'keep_alive')
  return {
    model,
    messages: request.messages.map((message) => toOllamaMessage(message, model)),
    stream: call.streaming,
    ...tools(request),
    ...format(request),
    ...(typeof think === 'boolean' && { think }),
    ...((typeof keepAlive === 'string' || isNumber(keepAlive)) && { keep_alive: keepAlive }),
    ...(Object.keys(options).length > 0 && { options }),
  }
}

const toOptions = (request: ChatRequest): ValueObject => {
  const given = request.parameters ?? {}
  const numbers: [string, Value][] = OPTIONS.flatMap(([name, theirs]) => {
    const value = own(given, name)
    return isNumber(value) ? [[theirs, toNumber(value)]] : []
  })
  return { ...objectFrom(numbers), ...(request.stop && request.stop.length > 0 && { stop: request.stop }) }
}

const format = (request: ChatRequest): ValueObject => {
  if (request.responseSchema) return { format: request.responseSchema.schema }
  const asked = own(request.parameters ?? {}, 'response_format') ?? own(request.parameters ?? {}, 'format')
  return typeof asked === 'string' && /^json/i.test(asked) ? { format: 'json' } : {}
}

// The server has no tool choice: a named tool is offered alone, `none` offers none.
const tools = (request: ChatRequest): ValueObject => {
  const { toolChoice } = request
  if (!request.tools || toolChoice === 'none') return {}
  const offered =
    typeof toolChoice === 'object' ? request.tools.filter(({ name }) => name === toolChoice.name) : request.tools
  if (offered.length === 0) return {}
  return {
    tools: offered.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description: description ?? name, parameters },
    })),
  }
}

const toOllamaMessage = (message: ChatMessage, model: string): ValueObject => {
  if (message.role === 'tool') {
    return { role: 'tool', content: message.content, ...(message.name !== undefined && { tool_name: message.name }) }
  }
  const parts: readonly MessagePart[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content
  const images = parts.flatMap((part) => (part.type === 'media' ? [imageOf(part, model)] : []))
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  return {
    role: message.role,
    content: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    ...(images.length > 0 && { images }),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call) => ({ function: { name: call.name, arguments: argumentsObject(call) } })),
    }),
  }
}

const imageOf = (part: Extract<MessagePart, { type: 'media' }>, model: string): string => {
  if (part.kind === 'image' && part.data.type === 'base64') return part.data.base64
  const feature = part.kind === 'image' ? 'pictures by link' : part.kind
  throw new ModelError('model/unsupported', { details: { model, feature } })
}
