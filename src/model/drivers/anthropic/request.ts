// A chat request as a Messages API body.

import { isNumber, toNumber } from '../../../base/number.ts'
import { isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest } from '../../spec.ts'
import type { WireCall } from '../http/wire.ts'
import { toAnthropicConversation } from './messages.ts'

/** The smallest budget the API takes. Tokens. */
const MIN_THINKING_TOKENS = 1024

/** The tool whose arguments are the answer, when JSON by schema is asked for. */
export const answerToolName = (request: ChatRequest): string | undefined =>
  request.responseSchema && (request.responseSchema.name.replace(/[^\w-]+/g, '_').slice(0, 64) || 'answer')

export const toAnthropicBody = (call: WireCall<undefined>, defaultMaxTokens: number): ValueObject => {
  const { request, model } = call
  const given = request.parameters ?? {}
  const { system, messages } = toAnthropicConversation(request.messages, model)
  const budget = thinkingBudget(request)
  const limit = firstNumber(given, ['max_tokens', 'max_tokens_to_sample', 'max_completion_tokens', 'max_output_tokens'])
  const maxTokens = limit ?? defaultMaxTokens
  return {
    model,
    // The budget counts as output, so a limit meant for the answer comes on top of it.
    max_tokens: budget !== undefined && maxTokens <= budget ? maxTokens + budget : maxTokens,
    ...(system !== '' && { system }),
    messages,
    ...(budget === undefined ? sampling(given) : { thinking: { type: 'enabled', budget_tokens: budget } }),
    ...stops(request),
    ...tools(request),
    ...(request.user !== undefined && { metadata: { user_id: request.user } }),
    ...(call.streaming && { stream: true }),
  }
}

// `thinking` is true with `thinking_budget` in app files, or the API's own object. A forced tool excludes thinking.
const thinkingBudget = (request: ChatRequest): number | undefined => {
  const given = request.parameters ?? {}
  const thinking = own(given, 'thinking')
  const forced = request.toolChoice !== undefined && request.toolChoice !== 'auto' && request.toolChoice !== 'none'
  if (request.responseSchema || forced) return undefined
  const object = isObject(thinking) ? thinking : undefined
  if (thinking !== true && object?.type !== 'enabled') return undefined
  const budget = object ? firstNumber(object, ['budget_tokens']) : firstNumber(given, ['thinking_budget'])
  return Math.max(budget ?? MIN_THINKING_TOKENS, MIN_THINKING_TOKENS)
}

// Temperatures of other vendors reach 2, here 1. Newer models refuse temperature and top_p together.
const sampling = (given: ValueObject): ValueObject => {
  const temperature = firstNumber(given, ['temperature'])
  const topP = firstNumber(given, ['top_p'])
  const topK = firstNumber(given, ['top_k'])
  return {
    ...(temperature !== undefined && { temperature: Math.min(Math.max(temperature, 0), 1) }),
    ...(temperature === undefined && topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && topK > 0 && { top_k: topK }),
  }
}

const firstNumber = (object: ValueObject, names: readonly string[]): number | undefined => {
  for (const name of names) {
    const value = own(object, name)
    if (isNumber(value)) return toNumber(value)
  }
  return undefined
}

// Blank stop words are refused.
const stops = (request: ChatRequest): ValueObject => {
  const words = (request.stop ?? []).filter((word) => word.trim() !== '')
  return words.length > 0 ? { stop_sequences: words } : {}
}

const tools = (request: ChatRequest): ValueObject => {
  const answer = answerToolName(request)
  const own: ValueObject[] = (request.tools ?? []).map((tool) => ({
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    input_schema: asObjectSchema(tool.parameters),
  }))
  if (request.responseSchema && answer !== undefined) {
    const description = 'Gives the answer. Its arguments are the whole answer.'
    const schema = asObjectSchema(request.responseSchema.schema)
    const choice: Value = own.length > 0 ? { type: 'any' } : { type: 'tool', name: answer }
    return { tools: [...own, { name: answer, description, input_schema: schema }], tool_choice: choice }
  }
  if (own.length === 0) return {}
  return { tools: own, ...(request.toolChoice !== undefined && { tool_choice: toToolChoice(request.toolChoice) }) }
}

const asObjectSchema = (schema: ValueObject): ValueObject => ({ type: 'object', ...schema })

const toToolChoice = (choice: NonNullable<ChatRequest['toolChoice']>): ValueObject => {
  if (typeof choice === 'object') return { type: 'tool', name: choice.name }
  return { type: choice === 'required' ? 'any' : choice }
}
