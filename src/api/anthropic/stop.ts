// Why an answer ended and what it used, as Anthropic says it.

import type { FinishReason, ModelUsage } from '../../model/spec.ts'

const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  other: 'end_turn',
}

export const toStop = (finish: {
  readonly reason: FinishReason
  readonly stopSequence?: string | undefined
}): { readonly stop_reason: string; readonly stop_sequence: string | null } =>
  finish.stopSequence !== undefined && finish.reason === 'stop'
    ? { stop_reason: 'stop_sequence', stop_sequence: finish.stopSequence }
    : { stop_reason: REASONS[finish.reason], stop_sequence: null }

/** Here tokens of the cache are counted beside the input, not within it. */
export const toAnthropicUsage = (usage: ModelUsage) => {
  const read = usage.cachedTokens ?? 0
  const written = usage.cacheWriteTokens ?? 0
  return {
    input_tokens: Math.max(0, usage.promptTokens - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: usage.completionTokens,
    ...(usage.reasoningTokens !== undefined && {
      output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    }),
  }
}
