// Token counts where a vendor gives none. An estimate by script, not a tokenizer: about four characters of an
// alphabet to a token, two of three ideographs or kana syllables. Results carry `estimated: true`.

import type { ChatMessage, ChatRequest, ModelUsage } from './spec.ts'

/** Roles and separators cost a few tokens per message at every vendor. */
const MESSAGE_TOKENS = 4
/** A picture or page, at a middle resolution. */
const MEDIA_TOKENS = 800

/** Tokens of a text with their fraction, so that the tokens of pieces add up to those of the whole. */
export const exactTokens = (text: string): number => {
  let dense = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x2e80) dense++
  return (text.length - dense) / 4 + dense / 1.5
}

/** Tokens of a text, by estimate; 0 only for the empty text. */
export const estimateTokens = (text: string): number => Math.ceil(exactTokens(text))

const messageTokens = (message: ChatMessage): number => {
  let tokens = MESSAGE_TOKENS
  if (typeof message.content === 'string') tokens += estimateTokens(message.content)
  else for (const part of message.content) tokens += part.type === 'text' ? estimateTokens(part.text) : MEDIA_TOKENS
  if (message.role === 'assistant') {
    for (const call of message.toolCalls ?? []) tokens += estimateTokens(call.name) + estimateTokens(call.argumentsJson)
  }
  return tokens
}

/** Tokens of everything sent: messages, tools and the schema. */
export const estimatePromptTokens = (request: ChatRequest): number => {
  let tokens = 0
  for (const message of request.messages) tokens += messageTokens(message)
  if (request.tools?.length) tokens += estimateTokens(JSON.stringify(request.tools))
  if (request.responseSchema) tokens += estimateTokens(JSON.stringify(request.responseSchema.schema))
  return tokens
}

export const estimatedUsage = (request: ChatRequest, completionTokens: number): ModelUsage => {
  const promptTokens = estimatePromptTokens(request)
  return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, estimated: true }
}
