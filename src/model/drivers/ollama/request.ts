// A chat request as an /api/chat body.

import { isNumber, toNumber } from '../../../base/number.ts'
import { objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, ChatRequest } from '../../spec.ts'
import { type Content, type MediaPart, mediaOf, resultText, textOf } from '../http/content.ts'
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
  const think = thinkOf(request, model)
  const keepAlive = own(given, 'keep_alive')
  return {
    model,
    messages: request.messages.map((message) => toOllamaMessage(message, model)),
    stream: call.streaming,
    ...tools(request),
    ...format(request),
    ...(think !== undefined && { think }),
    ...((typeof keepAlive === 'string' || isNumber(keepAlive)) && { keep_alive: keepAlive }),
    ...(Object.keys(options).length > 0 && { options }),
  }
}

// Thinking is on or off, but for models that know degrees.
const thinkOf = ({ parameters = {}, reasoning }: ChatRequest, model: string): boolean | string | undefined => {
  if (!reasoning) {
    const think = own(parameters, 'think') ?? own(parameters, 'thinking') ?? own(parameters, 'enable_thinking')
    return typeof think === 'boolean' ? think : undefined
  }
  const { effort } = reasoning
  if (effort === 'none') return false
  return /gpt-oss/i.test(model) && effort !== undefined ? (effort === 'minimal' ? 'low' : effort) : true
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
  if (request.json) return { format: 'json' }
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
    const name = message.name !== undefined && { tool_name: message.name }
    return { role: 'tool', content: resultText(message), ...imagesOf(message.content, model), ...name }
  }
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  return {
    role: message.role,
    content: textOf(message.content),
    ...imagesOf(message.content, model),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call) => ({ function: { name: call.name, arguments: argumentsObject(call) } })),
    }),
  }
}

const imagesOf = (content: Content, model: string): ValueObject => {
  const images = mediaOf(content).map((part) => imageOf(part, model))
  return images.length > 0 ? { images } : {}
}

const imageOf = (part: MediaPart, model: string): string => {
  if (part.kind === 'image' && part.data.type === 'base64') return part.data.base64
  const feature = part.kind === 'image' ? 'pictures by link' : part.kind
  throw new ModelError('model/unsupported', { details: { model, feature } })
}
