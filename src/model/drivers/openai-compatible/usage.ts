// Usage as OpenAI's two APIs tell it.

import { numberAt, objectAt } from '../http/reading.ts'
import type { UsageNumbers } from '../http/turn.ts'

/** Of a chat completion, a chunk of one, or anything with `usage` in that form. */
export const chatUsageOf = (body: unknown): UsageNumbers | undefined => {
  const usage = objectAt(body, 'usage')
  if (!usage) return undefined
  return {
    promptTokens: numberAt(usage, 'prompt_tokens'),
    completionTokens: numberAt(usage, 'completion_tokens'),
    // DeepSeek has a name of its own.
    cachedTokens:
      numberAt(objectAt(usage, 'prompt_tokens_details'), 'cached_tokens') ?? numberAt(usage, 'prompt_cache_hit_tokens'),
    cacheWriteTokens: numberAt(objectAt(usage, 'prompt_tokens_details'), 'cache_write_tokens'),
    reasoningTokens: numberAt(objectAt(usage, 'completion_tokens_details'), 'reasoning_tokens'),
  }
}

/** Of a response, or an event that carries one. */
export const responseUsageOf = (body: unknown): UsageNumbers | undefined => {
  const usage = objectAt(objectAt(body, 'response') ?? body, 'usage')
  if (!usage) return undefined
  return {
    promptTokens: numberAt(usage, 'input_tokens'),
    completionTokens: numberAt(usage, 'output_tokens'),
    cachedTokens: numberAt(objectAt(usage, 'input_tokens_details'), 'cached_tokens'),
    cacheWriteTokens: numberAt(objectAt(usage, 'input_tokens_details'), 'cache_write_tokens'),
    reasoningTokens: numberAt(objectAt(usage, 'output_tokens_details'), 'reasoning_tokens'),
  }
}
