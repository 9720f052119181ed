// A chat request as a generateContent body.

import { isNumber, toNumber } from '../../../base/number.ts'
import { objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest } from '../../spec.ts'
import { objectAt } from '../http/reading.ts'
import { withRequestState } from '../http/vendor-state.ts'
import type { WireCall } from '../http/wire.ts'
import { toGeminiConversation } from './messages.ts'
import { toGeminiSchema } from './schema.ts'

/** More are refused. */
const MAX_STOPS = 5

const NUMBERS: readonly (readonly [string, string])[] = [
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
  ['max_output_tokens', 'maxOutputTokens'],
  ['max_completion_tokens', 'maxOutputTokens'],
  ['max_tokens', 'maxOutputTokens'],
  ['seed', 'seed'],
  ['presence_penalty', 'presencePenalty'],
  ['frequency_penalty', 'frequencyPenalty'],
]

export const toGeminiBody = ({ request, model }: WireCall<undefined>): ValueObject => {
  const { system, contents } = toGeminiConversation(request.messages)
  const config = generationConfig(request, model)
  const body: ValueObject = {
    contents,
    ...(system !== '' && { systemInstruction: { parts: [{ text: system }] } }),
    ...tools(request),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
  }
  return withRequestState(body, request.vendorState, 'gemini')
}

const generationConfig = (request: ChatRequest, model: string): ValueObject => {
  const given = request.parameters ?? {}
  const numbers: [string, Value][] = NUMBERS.flatMap(([name, theirs]) => {
    const value = own(given, name)
    return isNumber(value) ? [[theirs, toNumber(value)]] : []
  })
  const asked = own(given, 'response_format')
  return {
    ...objectFrom(numbers),
    ...(request.stop && request.stop.length > 0 && { stopSequences: request.stop.slice(0, MAX_STOPS) }),
    ...(request.responseSchema
      ? { responseMimeType: 'application/json', responseSchema: toGeminiSchema(request.responseSchema.schema) }
      : (request.json || (typeof asked === 'string' && /^json/i.test(asked))) && {
          responseMimeType: 'application/json',
        }),
    ...(saysItself(request) ? {} : request.reasoning ? reasoning(request.reasoning, model) : thinking(given)),
  }
}

/** A caller who speaks this API has said itself how to think. */
const saysItself = ({ vendorState }: ChatRequest): boolean =>
  objectAt(vendorState?.gemini, 'generationConfig')?.thinkingConfig !== undefined

/** Tokens of thinking that stand for a word. */
const BUDGETS = { none: 0, minimal: 512, low: 2_048, medium: 8_192, high: 24_576 } as const

// From Gemini 3 on a word is asked for. Source: ai.google.dev/gemini-api/docs/thinking.
const TAKES_LEVEL = /gemini-[3-9]/

const reasoning = ({ effort, budgetTokens }: NonNullable<ChatRequest['reasoning']>, model: string): ValueObject => {
  const hidden = effort === 'none'
  if (budgetTokens === undefined && effort !== undefined && TAKES_LEVEL.test(model)) {
    // These models cannot leave thinking out.
    return { thinkingConfig: { includeThoughts: !hidden, thinkingLevel: hidden ? 'minimal' : effort } }
  }
  const thinkingBudget = budgetTokens ?? BUDGETS[effort ?? 'medium']
  return { thinkingConfig: { includeThoughts: !hidden, thinkingBudget } }
}

const thinking = (given: ValueObject): ValueObject => {
  const include = own(given, 'include_thoughts')
  const budget = own(given, 'thinking_budget')
  const config = {
    ...(typeof include === 'boolean' && { includeThoughts: include }),
    ...(isNumber(budget) && { thinkingBudget: toNumber(budget) }),
  }
  return Object.keys(config).length > 0 ? { thinkingConfig: config } : {}
}

const tools = (request: ChatRequest): ValueObject => {
  if (!request.tools || request.tools.length === 0) return {}
  const functionDeclarations = request.tools.map((tool) => {
    const parameters = toGeminiSchema(tool.parameters)
    return {
      name: tool.name,
      description: tool.description ?? tool.name,
      // An object without properties is refused; a function without parameters is not.
      ...(parameters.properties !== undefined && { parameters }),
    }
  })
  const mode = request.toolChoice && toMode(request.toolChoice)
  return {
    tools: [{ functionDeclarations }],
    ...(mode && { toolConfig: { functionCallingConfig: mode } }),
  }
}

const toMode = (choice: NonNullable<ChatRequest['toolChoice']>): ValueObject => {
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  return { mode: choice === 'required' ? 'ANY' : choice.toUpperCase() }
}
