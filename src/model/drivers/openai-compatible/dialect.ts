// What a chat-completions server accepts. Starts rich and gives up one thing per refusal, so that servers of every age
// answer; each step only takes away.

import type { ModelError } from '../../errors.ts'
import type { ChatRequest } from '../../spec.ts'

export interface OpenAiDialect {
  /** How JSON by schema is asked for: natively, as any JSON with the schema in the prompt, or in the prompt alone. */
  readonly json: 'schema' | 'object' | 'prompt'
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens'
  /** Whether sampling (temperature and the like) may be set. */
  readonly sampling: boolean
  readonly usageInStream: boolean
}

// OpenAI's reasoning models refuse `max_tokens` and sampling; asking them right saves the first refusal.
const REASONING_MODEL = /^(?:o\d|gpt-[5-9](?!-chat))/

export const isReasoningModel = (model: string): boolean => REASONING_MODEL.test(model.split('/').at(-1) ?? model)

export const initialDialect = (model: string): OpenAiDialect => {
  const reasoning = isReasoningModel(model)
  return {
    json: 'schema',
    tokenLimit: reasoning ? 'max_completion_tokens' : 'max_tokens',
    sampling: !reasoning,
    usageInStream: true,
  }
}

const wantsJson = (request: ChatRequest): boolean =>
  request.responseSchema !== undefined || request.json === true || request.parameters?.response_format !== undefined

/** The dialect without what the server's message complains about; undefined when it complains about something else. */
export const relaxDialect = (
  error: ModelError,
  dialect: OpenAiDialect,
  request: ChatRequest,
): OpenAiDialect | undefined => {
  if (error.code !== 'model/bad-request') return undefined
  const message = String(error.details.message)
  if (dialect.usageInStream && /stream_options|include_usage/i.test(message))
    return { ...dialect, usageInStream: false }
  if (dialect.tokenLimit === 'max_tokens' && /max_completion_tokens/.test(message)) {
    return { ...dialect, tokenLimit: 'max_completion_tokens' }
  }
  if (
    dialect.sampling &&
    /(?:temperature|top_p|_penalty|logprobs)\b.*(?:support|allow)|unsupported.*(?:temperature|top_p|_penalty)/is.test(
      message,
    )
  ) {
    return { ...dialect, sampling: false }
  }
  if (
    wantsJson(request) &&
    dialect.json !== 'prompt' &&
    /response_?format|json_?\s?(?:schema|object)|structured|grammar|guided/i.test(message)
  ) {
    return { ...dialect, json: dialect.json === 'schema' && request.responseSchema ? 'object' : 'prompt' }
  }
  return undefined
}
