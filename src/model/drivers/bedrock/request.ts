// A chat request as a Converse body.

import { isNumber, toNumber } from '../../../base/number.ts'
import { own, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest, ToolDefinition } from '../../spec.ts'
import { withSchemaInPrompt } from '../http/schema-prompt.ts'
import type { WireCall } from '../http/wire.ts'
import { toBedrockConversation } from './messages.ts'

/** How JSON by schema is asked for: as the arguments of a forced tool, or in the prompt where a model cannot be forced. */
export interface BedrockDialect {
  readonly json: 'tool' | 'prompt'
}

/** The tool whose arguments are the answer, when JSON by schema is asked for. */
export const answerToolName = (request: ChatRequest, dialect: BedrockDialect): string | undefined =>
  request.responseSchema && dialect.json === 'tool'
    ? request.responseSchema.name.replace(/[^\w-]+/g, '_').slice(0, 64) || 'answer'
    : undefined

export const toBedrockBody = ({ request, model, dialect }: WireCall<BedrockDialect>): ValueObject => {
  const inPrompt = request.responseSchema !== undefined && dialect.json === 'prompt'
  const { system, messages } = toBedrockConversation(inPrompt ? withSchemaInPrompt(request) : request.messages, model)
  const inference = inferenceConfig(request)
  const toolConfig = tools(request, answerToolName(request, dialect))
  return {
    messages,
    ...(system.length > 0 && { system }),
    ...(Object.keys(inference).length > 0 && { inferenceConfig: inference }),
    ...(toolConfig && { toolConfig }),
  }
}

const LIMITS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens']

const inferenceConfig = ({ parameters = {}, stop = [] }: ChatRequest): ValueObject => {
  const numberOf = (names: readonly string[]): number | undefined => {
    const value = names.map((name) => own(parameters, name)).find(isNumber)
    return isNumber(value) ? toNumber(value) : undefined
  }
  const maxTokens = numberOf(LIMITS)
  const temperature = numberOf(['temperature'])
  const topP = numberOf(['top_p'])
  const stopSequences = stop.filter((word) => word.trim() !== '')
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature: Math.min(Math.max(temperature, 0), 1) }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences.length > 0 && { stopSequences }),
  }
}

const tools = (request: ChatRequest, answer: string | undefined): ValueObject | undefined => {
  const { toolChoice } = request
  const offered = toolChoice === 'none' ? [] : (request.tools ?? []).map(toTool)
  if (request.responseSchema && answer !== undefined) {
    const description = 'Gives the answer. Its arguments are the whole answer.'
    const tool = toTool({ name: answer, description, parameters: request.responseSchema.schema })
    return { tools: [...offered, tool], toolChoice: offered.length > 0 ? { any: {} } : { tool: { name: answer } } }
  }
  if (offered.length === 0) return forgottenTools(request)
  return { tools: offered, ...(toolChoice !== undefined && { toolChoice: toToolChoice(toolChoice) }) }
}

/** A conversation with calls in it is refused without their tools, whether or not any is offered now. */
const forgottenTools = ({ messages }: ChatRequest): ValueObject | undefined => {
  const names = messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []).map(({ name }) => name) : [],
  )
  if (names.length === 0) return undefined
  return { tools: [...new Set(names)].map((name) => toTool({ name, parameters: {} })) }
}

const toTool = ({ name, description, parameters }: ToolDefinition): ValueObject => ({
  toolSpec: {
    name,
    ...(description !== undefined && { description }),
    inputSchema: { json: { type: 'object', ...parameters } },
  },
})

const toToolChoice = (choice: NonNullable<ChatRequest['toolChoice']>): ValueObject => {
  if (typeof choice === 'object') return { tool: { name: choice.name } }
  return choice === 'required' ? { any: {} } : { auto: {} }
}
