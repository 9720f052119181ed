// A whole answer as a chat completion. Source: platform.openai.com/docs/api-reference/chat/object.

import type { ChatResult, FinishReason, ModelUsage, ToolCall } from '../../model/spec.ts'
import type { AnswerIdentity, JsonObject } from '../doors/spec.ts'
import { toExtraContent, toReasoningDetail } from './vendor-state.ts'

export const FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'stop',
}

export const toChatCompletion = (result: ChatResult, { id, createdAt, model }: AnswerIdentity): JsonObject => ({
  id: `chatcmpl-${id}`,
  object: 'chat.completion',
  created: Math.floor(createdAt / 1_000),
  model,
  choices: [
    {
      index: 0,
      message: toMessage(result),
      logprobs: null,
      finish_reason: FINISH_REASONS[result.finishReason],
    },
  ],
  usage: toChatUsage(result.usage),
  system_fingerprint: null,
})

const toMessage = ({ text, reasoning, reasoningBlocks, toolCalls, media }: ChatResult): JsonObject => ({
  role: 'assistant',
  content: text === '' && toolCalls.length > 0 ? null : text,
  refusal: null,
  ...(reasoning !== '' && { reasoning_content: reasoning }),
  ...(reasoningBlocks && { reasoning_details: reasoningBlocks.map(toReasoningDetail) }),
  ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(toToolCall) }),
  ...(media && { images: media.map((one, i) => toImage(one, i)) }),
})

export const toToolCall = ({ id, name, argumentsJson, vendorState }: ToolCall): JsonObject => {
  const extra = toExtraContent(vendorState)
  return {
    id,
    type: 'function',
    function: { name, arguments: argumentsJson },
    ...(extra && { extra_content: extra }),
  }
}

/** The protocol has no pictures in answers; this form is what gateways agree on. */
export const toImage = (media: { readonly mimeType: string; readonly base64: string }, index: number): JsonObject => ({
  type: 'image_url',
  image_url: { url: `data:${media.mimeType};base64,${media.base64}` },
  index,
})

export const toChatUsage = (usage: ModelUsage): JsonObject => ({
  prompt_tokens: usage.promptTokens,
  completion_tokens: usage.completionTokens,
  total_tokens: usage.totalTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoningTokens ?? 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})
