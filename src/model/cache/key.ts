// What makes two questions the same one, and what makes them neighbours.
//
// K1  Everything of the request counts unless it stands in TRANSPORT: a field that comes later changes the key by itself.
// K2  The scope is part of every key, fingerprint and category.

import type { ChatMessage, ChatRequest } from '../spec.ts'
import { canonicalJson, digestOf } from './canonical.ts'
import { scriptOf } from './script.ts'
import type { CacheQuestion } from './spec.ts'

/** Grows with what the key or the stored parts mean. */
const VERSION = 1

/** Whose request it is and how its answer travels; the answer does not depend on it. */
const TRANSPORT = ['user', 'caller', 'toolFragments'] as const satisfies readonly (keyof ChatRequest)[]

export const keyOf = (question: CacheQuestion): string => digestOf(canonicalJson(partsOf(question)))

/** The key of everything but the text of the user's last turn, and that text. Undefined where the request ends otherwise. */
export const neighbourhoodOf = (
  question: CacheQuestion,
): { readonly fingerprint: string; readonly text: string } | undefined => {
  const { messages } = question.request
  const last = messages.at(-1)
  if (last?.role !== 'user') return undefined
  const { text, rest } = splitText(last)
  if (text.trim() === '') return undefined
  const request = { ...question.request, messages: [...messages.slice(0, -1), rest] }
  return { fingerprint: digestOf(canonicalJson({ ...partsOf({ ...question, request }), open: true })), text }
}

/** Questions of one category are judged together: similarity means something else in another language or for another prompt. */
export const categoryOf = ({ scope, target, variant, request }: CacheQuestion, text: string): string => {
  const system = request.messages.filter((message) => message.role === 'system')
  return digestOf(canonicalJson({ version: VERSION, scope, target, variant, system, script: scriptOf(text) })).slice(
    0,
    16,
  )
}

const partsOf = ({ scope, target, variant, request }: CacheQuestion): Readonly<Record<string, unknown>> => {
  const counted: Record<string, unknown> = { ...request }
  for (const name of TRANSPORT) delete counted[name]
  return { version: VERSION, scope, target, variant, request: counted }
}

/** Media and whatever else stands beside the text stay: they must be equal. */
const splitText = (message: Extract<ChatMessage, { role: 'system' | 'user' }>) => {
  if (typeof message.content === 'string') return { text: message.content, rest: { ...message, content: '' } }
  const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const content = message.content.map((part) => (part.type === 'text' ? { ...part, text: '' } : part))
  return { text: texts.join('\n'), rest: { ...message, content } }
}
