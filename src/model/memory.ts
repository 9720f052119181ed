// The part of the conversation a model gets to see.
//
// M1  Turns (a user message and what follows it) are kept whole by the window; the token budget then drops single
//     messages, oldest first, and always leaves one.

import { isNumber, toNumber } from '../base/number.ts'
import { own, type ValueObject } from '../base/value.ts'
import type { ChatMessage, ChatModel, MessagePart } from './spec.ts'
import { estimateTokens } from './usage.ts'

/** Turns without a window, so that no conversation grows past reading. */
const MAX_TURNS = 500
/** Budget in tokens when the model's context size is unknown. */
const DEFAULT_BUDGET = 2000

export interface MemoryWindow {
  /** Turns; undefined keeps as many as the engine allows. */
  readonly turns: number | undefined
  /** Tokens. */
  readonly budget: number
}

/** Tokens left for memory: the context without the room kept for the answer. */
export const memoryBudget = (model: Pick<ChatModel, 'contextTokens'>, answerTokens: number): number =>
  model.contextTokens === undefined ? DEFAULT_BUDGET : Math.max(0, model.contextTokens - answerTokens)

/** The answer's token limit the parameters ask for; 0 when they ask for none. */
export const answerTokens = (parameters: ValueObject): number => {
  const limit = own(parameters, 'max_tokens') ?? own(parameters, 'max_completion_tokens')
  return isNumber(limit) ? Math.max(0, toNumber(limit)) : 0
}

export const recallMessages = (history: readonly ChatMessage[], window: MemoryWindow): readonly ChatMessage[] => {
  const turns = Math.min(window.turns ?? MAX_TURNS, MAX_TURNS)
  let start = history.length
  for (let found = 0; start > 0 && found < turns; ) {
    start--
    if (history[start]?.role === 'user') found++
  }
  let total = 0
  let first = history.length
  while (first > start) {
    total += estimateTokens(contentText(history[first - 1]?.content ?? ''))
    if (total > window.budget && first < history.length) break
    first--
  }
  return history.slice(first)
}

/** Memory as lines of text, `prefix: content`. */
export const recallText = (
  messages: readonly ChatMessage[],
  prefix: { readonly user: string; readonly assistant: string },
): string =>
  messages
    .map((message) => `${message.role === 'user' ? prefix.user : prefix.assistant}: ${contentText(message.content)}`)
    .join('\n')

/** The text of a message, its other parts left out. */
export const contentText = (content: string | readonly MessagePart[]): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')
