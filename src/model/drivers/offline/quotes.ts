// Answers quoted from a text: the sentences that match the question, in the order of the text.

import { stringifyJson } from '../../../base/json.ts'
import { isList, isObject, type Value } from '../../../base/value.ts'
import { bestSentences } from './ranking.ts'
import { type Sentence, splitSentences } from './sentences.ts'
import { isChinese } from './terms.ts'

const MAX_QUOTED = 3
/** Results of tools without a match are given whole up to here. UTF-16 units. */
const MAX_RESULT_LENGTH = 1200

/** @returns undefined when nothing in the text matches */
export const quoteFrom = (text: string, question: string): string | undefined => {
  const chosen = bestSentences(question, splitSentences(text), MAX_QUOTED)
  return chosen.length === 0 ? undefined : join(chosen)
}

const join = (sentences: readonly Sentence[]): string => {
  if (sentences.every((sentence) => sentence.isListItem) && sentences.length > 1) {
    return sentences.map((sentence) => `- ${sentence.text}`).join('\n')
  }
  const texts = sentences.map((sentence) => sentence.text)
  return texts.join(isChinese(texts.join('')) ? '' : ' ')
}

// Prompts instruct in the same breath as they inform; only the latter may be quoted.
const INSTRUCTION =
  /^[^\p{L}\p{N}]*(?:you(?:r|'re| are| must| should| will| can)?\b|act as|please|answer|respond|reply|use|do not|don't|never|always|(?:if|when)\b.{0,40}\byou\b|write|translate|summari[sz]e|given|return|output|provide|make sure|ensure|think|here (?:is|are)|你|请|回答|使用|不要|如果|根据|作为|扮演|务必|禁止|确保|输出|返回|只(?:能|需|要|回答|输出))|[?？]\s*$/iu

/** The statements of a prompt that marks no context. */
export const quoteFromPrompt = (system: string, user: string): string | undefined => {
  const inUser = splitSentences(user)
  // A message that is only the question informs about nothing.
  const sentences = [...splitSentences(system), ...(inUser.length > 1 ? inUser : [])]
  const statements = sentences.filter((sentence) => !INSTRUCTION.test(sentence.text))
  const question = inUser.filter((sentence) => INSTRUCTION.test(sentence.text)).map((sentence) => sentence.text)
  const chosen = bestSentences(question.join(' ') || user, statements, MAX_QUOTED)
  return chosen.length === 0 ? undefined : join(chosen)
}

/** What tools gave back, as an answer. */
export const quoteResults = (results: readonly Value[], question: string): string => {
  const text = results.map(toLines).join('\n').trim()
  const short = text.length <= MAX_RESULT_LENGTH
  // A short result is the answer; of a long one, the part that fits the question.
  if (short && !/[.!?。！？]\s*\S/.test(text)) return text
  return quoteFrom(text, question) ?? (short ? text : `${text.slice(0, MAX_RESULT_LENGTH)}…`)
}

const toLines = (value: Value): string => {
  if (typeof value === 'string') return value
  if (isList(value)) return value.map((item) => `- ${isObject(item) ? stringifyJson(item) : toLines(item)}`).join('\n')
  if (!isObject(value)) return stringifyJson(value)
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    typeof item === 'string' ? item : stringifyJson(item),
  ])
  return entries.length === 1 ? (entries[0]?.[1] ?? '') : entries.map(([key, text]) => `${key}: ${text}`).join('\n')
}
