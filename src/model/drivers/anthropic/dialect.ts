// How a Claude model is asked to think, and whether it takes sampling. Starts with what the model's generation takes and gives up
// one thing per refusal.

import type { ModelError } from '../../errors.ts'

type Thinking = 'budget' | 'adaptive' | 'none'

export interface AnthropicDialect {
  /** The forms left to try, the one in use first: tokens for thinking, a word for the effort, or no thinking. */
  readonly thinking: readonly [Thinking, ...Thinking[]]
  /** Whether sampling (temperature and the like) may be set. */
  readonly sampling: boolean
}

// From Claude 4.6 on, models decide themselves how long to think. Source: platform.claude.com/docs (adaptive thinking).
const ADAPTIVE = /claude-(?:[a-z]+-)(?:4-(?:[6-9]|\d\d)(?!\d)|[5-9])/

export const initialDialect = (model: string): AnthropicDialect => ({
  thinking: ADAPTIVE.test(model) ? ['adaptive', 'budget', 'none'] : ['budget', 'adaptive', 'none'],
  sampling: true,
})

const ABOUT_THINKING =
  /thinking\.(?:type|enabled|adaptive|budget)|budget_tokens|adaptive|output_config|\beffort\b|not support thinking/i
const ABOUT_SAMPLING = /(?:temperature|top_p|top_k)\b.*(?:support|deprecated|allow)/is

/** The dialect without what the vendor's message complains about; undefined when it complains about something else. */
export const relaxDialect = (error: ModelError, dialect: AnthropicDialect): AnthropicDialect | undefined => {
  if (error.code !== 'model/bad-request') return undefined
  const message = String(error.details.message)
  const [, next, ...rest] = dialect.thinking
  // What a block of an earlier turn lacks is no question of form.
  if (next !== undefined && ABOUT_THINKING.test(message) && !/^messages\b/.test(message)) {
    return { ...dialect, thinking: [next, ...rest] }
  }
  return dialect.sampling && ABOUT_SAMPLING.test(message) ? { ...dialect, sampling: false } : undefined
}
