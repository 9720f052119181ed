// What a request puts before the offline model: a question, a context to answer from, results of tools.

import type { ValueObject } from '../../../base/value.ts'
import type { ChatMessage, ChatRequest } from '../../spec.ts'
import { wholeObject } from './json-in-text.ts'

export interface OfflinePrompt {
  readonly system: string
  /** The last message of the user, whole. */
  readonly user: string
  /** That message as a JSON object, when it is one: tasks of nodes come so. */
  readonly task: ValueObject | undefined
  readonly question: string
  /** The text marked as context; undefined when nothing is, empty when the mark stands before nothing. */
  readonly context: string | undefined
  /** Results of tools since the user spoke. */
  readonly results: readonly string[]
}

export const readPrompt = (request: ChatRequest): OfflinePrompt => {
  const { messages } = request
  const lastUser = messages.findLastIndex((message) => message.role === 'user')
  const asked = messages[lastUser]
  const user = asked ? textOf(asked) : ''
  const system = messages
    .filter((message) => message.role === 'system')
    .map(textOf)
    .join('\n\n')
  const results = messages.slice(lastUser + 1).flatMap((message) => (message.role === 'tool' ? [textOf(message)] : []))
  const inUser = splitContext(user)
  const inSystem = splitContext(system)
  const question = questionIn(inUser.rest) ?? inUser.rest.trim()
  const contexts = [inSystem.context, inUser.context].filter((text) => text !== undefined)
  return {
    system,
    user,
    task: wholeObject(user),
    question: question === '' ? user : question,
    context: contexts.length === 0 ? undefined : contexts.join('\n').trim(),
    results,
  }
}

export const textOf = (message: ChatMessage): string =>
  typeof message.content === 'string'
    ? message.content
    : message.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')

const BLOCK =
  /<(context|documents?|data|text|article|knowledge|sources?|passages?|information|reference)\b[^>]*>([\s\S]*?)<\/\1>|"""([\s\S]*?)"""|```[^\n]*\n([\s\S]*?)```/gi
const NAMES =
  'context|background|documents?|knowledge(?: base)?|references?|sources?|information|article|passages?|facts|excerpts?|上下文|背景(?:信息)?|资料|知识库?|参考(?:资料|内容|信息)?|文档|文章|已知(?:信息|内容)'
const LABEL = new RegExp(
  `(?:\\b|(?<=[\\u4e00-\\u9fff])|^)(?:${NAMES})(?:[^\\S\\n]+(?:is|are|below|above|given|provided))*[^\\S\\n]*[:：]`,
  'i',
)
const QUESTION = /(?:^|\n)\W{0,4}(?:the\s+|user(?:'s)?\s+)?(?:question|query|用户问题|问题|提问)\s*[:：]\s*/i

/** Takes the marked context out of a text. */
const splitContext = (text: string): { readonly context: string | undefined; readonly rest: string } => {
  const blocks = [...text.matchAll(BLOCK)].map(([, , inTag, inQuotes, inFence]) => inTag ?? inQuotes ?? inFence ?? '')
  if (blocks.length > 0) return { context: blocks.join('\n'), rest: text.replace(BLOCK, ' ') }
  const label = LABEL.exec(text)
  if (!label) return { context: undefined, rest: text }
  const start = label.index + label[0].length
  const question = QUESTION.exec(text.slice(start))
  const end = question ? start + question.index : text.length
  return { context: text.slice(start, end), rest: `${text.slice(0, label.index)}${text.slice(end)}` }
}

const questionIn = (text: string): string | undefined => {
  const label = QUESTION.exec(text)
  if (!label) return undefined
  const question = text
    .slice(label.index + label[0].length)
    .split(/\n\s*\n|\n\W{0,4}answer\s*[:：]/i)[0]
    ?.trim()
  return question === '' ? undefined : question
}
