// A chat request as a Messages API body.

import { isNumber, toNumber } from '../../../base/number.ts'
import { isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest } from '../../spec.ts'
import { withPartState, withRequestState } from '../http/vendor-state.ts'
import type { WireCall } from '../http/wire.ts'
import type { AnthropicDialect } from './dialect.ts'
import { toAnthropicConversation } from './messages.ts'

/** The smallest budget the API takes. Tokens. */
const MIN_THINKING_TOKENS = 1024

/** The tool whose arguments are the answer, when JSON by schema is asked for. */
export const answerToolName = (request: ChatRequest): string | undefined =>
  request.responseSchema && (request.responseSchema.name.replace(/[^\w-]+/g, '_').slice(0, 64) || 'answer')

/** Tokens of thinking that stand for a word. */
const BUDGETS = { minimal: 1_024, low: 2_048, medium: 8_192, high: 16_384 } as const

export const toAnthropicBody = (call: WireCall<AnthropicDialect>, defaultMaxTokens: number): ValueObject => {
  const { request, model, dialect } = call
  const given = request.parameters ?? {}
  const { system, messages } = toAnthropicConversation(request.messages, model)
  const wanted = saysItself(request) ? undefined : thinkingBudget(request)
  const form = wanted === undefined ? 'none' : dialect.thinking[0]
  const budget = form === 'budget' ? wanted : undefined
  const limit = firstNumber(given, ['max_tokens', 'max_tokens_to_sample', 'max_completion_tokens', 'max_output_tokens'])
  const maxTokens = limit ?? defaultMaxTokens
  const body: ValueObject = {
    model,
    // The budget counts as output, so a limit meant for the answer comes on top of it.
    max_tokens: budget !== undefined && maxTokens <= budget ? maxTokens + budget : maxTokens,
    ...(system.length > 0 && { system }),
    messages,
    ...(form === 'none' && dialect.sampling && sampling(given)),
    ...(budget !== undefined && { thinking: { type: 'enabled', budget_tokens: budget } }),
    ...(form === 'adaptive' && { thinking: { type: 'adaptive' }, output_config: { effort: effortOf(request) } }),
    ...stops(request),
    ...tools(request),
    ...(request.user !== undefined && { metadata: { user_id: request.user } }),
    ...(call.streaming && { stream: true }),
  }
  return withRequestState(body, request.vendorState, 'anthropic')
}

/** A caller who speaks this API has said itself how to think. */
const saysItself = ({ vendorState }: ChatRequest): boolean =>
  vendorState?.anthropic?.thinking !== undefined || vendorState?.anthropic?.output_config !== undefined

/** The word for what a request asks; newer models decide themselves how many tokens that is. */
const effortOf = ({ reasoning }: ChatRequest): string => {
  const effort = reasoning?.effort
  if (effort === 'minimal' || effort === 'none') return 'low'
  if (effort !== undefined) return effort
  const budget = reasoning?.budgetTokens
  return budget === undefined || budget > 8_192 ? 'high' : budget < 2_048 ? 'low' : 'medium'
}

// `thinking` is true with `thinking_budget` in app files, or the API's own object. A forced tool excludes thinking.
const thinkingBudget = (request: ChatRequest): number | undefined => {
  const given = request.parameters ?? {}
  const thinking = own(given, 'thinking')
  const forced = request.toolChoice !== undefined && request.toolChoice !== 'auto' && request.toolChoice !== 'none'
  if (request.responseSchema || forced) return undefined
  if (request.reasoning) {
    const { effort, budgetTokens } = request.reasoning
    if (effort === 'none') return undefined
    return Math.max(budgetTokens ?? BUDGETS[effort ?? 'medium'], MIN_THINKING_TOKENS)
  }
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
  const own: ValueObject[] = (request.tools ?? []).map((tool) =>
    withPartState(
      {
        name: tool.name,
        ...(tool.description !== undefined && { description: tool.description }),
        input_schema: asObjectSchema(tool.parameters),
        ...(tool.strict !== undefined && { strict: tool.strict }),
      },
      tool,
      'anthropic',
    ),
  )
  if (request.responseSchema && answer !== undefined) {
    const description = 'Gives the answer. Its arguments are the whole answer.'
    const schema = asObjectSchema(request.responseSchema.schema)
    const choice: Value = own.length > 0 ? { type: 'any' } : { type: 'tool', name: answer }
    return { tools: [...own, { name: answer, description, input_schema: schema }], tool_choice: choice }
  }
  if (own.length === 0) return {}
  const choice = toToolChoice(request)
  return { tools: own, ...(choice && { tool_choice: choice }) }
}

const asObjectSchema = (schema: ValueObject): ValueObject => ({ type: 'object', ...schema })

// Only a choice can say how many calls; without one it is the default choice that says it.
const toToolChoice = ({ toolChoice: choice, parallelToolCalls }: ChatRequest): ValueObject | undefined => {
  if (choice === undefined && parallelToolCalls === undefined) return undefined
  const type = choice === undefined ? 'auto' : choice === 'required' ? 'any' : choice
  return {
    ...(typeof type === 'object' ? { type: 'tool', name: type.name } : { type }),
    ...(parallelToolCalls !== undefined && type !== 'none' && { disable_parallel_tool_use: !parallelToolCalls }),
  }
}
