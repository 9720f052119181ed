// Whether an answer can be believed without asking a better model: what it says of itself, and whether it has the form asked for.

import { readJsonAnswer } from '../json-answer.ts'
import type { ChatRequest, ChatResult } from '../spec.ts'
import type { SchemaCheck } from './field-vote.ts'

export type Doubt = 'failed' | 'cut-off' | 'refusal' | 'hedging' | 'schema' | 'disagreement'

const REFUSALS =
  /\b(?:i(?:'m| am) (?:sorry|afraid)|i (?:can(?:no|')t|am (?:not able|unable) to|won't) (?:help|assist|answer|provide|comply|do that)|as an ai\b)|(?:很|非常)?抱歉|对不起|(?:我)?(?:无法|不能|没法)(?:回答|提供|帮助|协助|满足|完成)|作为(?:一个|一名)?(?:ai|人工智能|语言模型)/iu
const UNKNOWING =
  /\b(?:i(?:'m| am) not (?:sure|certain)|not entirely (?:sure|certain)|i (?:do not|don't) (?:really )?know|(?:cannot|can't|unable to) (?:be )?(?:determined?|say|tell)|hard to (?:say|tell)|insufficient information|my best guess|i(?:'m| am) guessing)\b|不(?:太|是很)?(?:确定|清楚|知道|了解)|无法(?:确定|判断|得知)|难以(?:确定|判断)|信息不足|只能猜/iu
const WEAK =
  /\b(?:maybe|perhaps|probably|possibly|might be|could be|i (?:think|guess|believe))\b|也许|或许|大概|可能(?:是|会)|我(?:觉得|猜|想)|似乎|应该是/giu

/** Where doubts are voiced: at the beginning and the end. Characters. */
const EDGE = 400
/** So many weak words in a short answer are a doubt. */
const WEAK_WORDS = 2
const SHORT = 600

/** @param fits undefined: no schema was asked for   @returns undefined: none */
export const doubtOf = (
  result: ChatResult,
  request: Pick<ChatRequest, 'json' | 'responseSchema'>,
  fits?: SchemaCheck,
): Doubt | undefined => {
  if (result.finishReason === 'length') return 'cut-off'
  if (result.toolCalls.length > 0) return undefined
  const { text } = result
  if (request.json || request.responseSchema) {
    const value = readJsonAnswer(text)
    if (value === undefined || (fits && fits(value).length > 0)) return 'schema'
    return undefined
  }
  const edges = text.length <= 2 * EDGE ? text : `${text.slice(0, EDGE)}\n${text.slice(-EDGE)}`
  if (REFUSALS.test(edges.slice(0, EDGE))) return 'refusal'
  if (UNKNOWING.test(edges)) return 'hedging'
  if (text.length <= SHORT && (text.match(WEAK)?.length ?? 0) >= WEAK_WORDS) return 'hedging'
  return undefined
}
