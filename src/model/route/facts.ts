// The facts about a request, each computed when a rule first asks for it, and then kept.

import { createHash } from 'node:crypto'
import type { ChatMessage, ChatRequest, MessagePart, ModelFeature, ModelKind } from '../spec.ts'
import { estimatePromptTokens } from '../usage.ts'
import { hasCode } from './code-signs.ts'
import { detectLanguage } from './language.ts'
import type { RouteFacts } from './spec.ts'

export interface AboutRequest {
  readonly kind: ModelKind
  readonly metadata: Readonly<Record<string, string>>
}

/** Tokens of an answer whose length nobody bounds, and of one that is bounded by more. */
const USUAL_TOKENS = 256

const FEATURE_OF = { image: 'vision', audio: 'audio', video: 'video', document: 'document' } as const

export const createFacts = (request: ChatRequest, { kind, metadata }: AboutRequest): RouteFacts => ({
  kind,
  metadata,
  get input() {
    return keep(this, 'input', lastOfUser(request.messages))
  },
  get characters() {
    return keep(this, 'characters', countCharacters(request.messages))
  },
  get promptTokens() {
    return keep(this, 'promptTokens', estimatePromptTokens(request))
  },
  get expectedTokens() {
    return keep(this, 'expectedTokens', expectedTokens(request))
  },
  get language() {
    return keep(this, 'language', detectLanguage(this.input))
  },
  get hasImage() {
    return keep(this, 'hasImage', this.needs.has('vision'))
  },
  get hasCode() {
    return keep(this, 'hasCode', hasCode(this.input))
  },
  get needs() {
    return keep(this, 'needs', needsOf(request))
  },
  get prefix() {
    return keep(this, 'prefix', hashPrefix(request))
  },
})

/** Puts the value in the getter's place. */
const keep = <T>(facts: object, name: keyof RouteFacts, value: T): T => {
  Object.defineProperty(facts, name, { value, enumerable: true })
  return value
}

const textOf = (content: string | readonly MessagePart[]): string =>
  typeof content === 'string'
    ? content
    : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')

const lastOfUser = (messages: readonly ChatMessage[]): string => {
  const last = messages.findLast(({ role }) => role === 'user')
  return last ? textOf(last.content) : ''
}

const countCharacters = (messages: readonly ChatMessage[]): number => {
  let count = 0
  for (const { content } of messages) {
    if (typeof content === 'string') count += content.length
    else for (const part of content) if (part.type === 'text') count += part.text.length
  }
  return count
}

const expectedTokens = ({ parameters }: ChatRequest): number => {
  const bound = parameters?.max_completion_tokens ?? parameters?.max_tokens
  return typeof bound === 'number' && bound > 0 ? Math.min(bound, USUAL_TOKENS) : USUAL_TOKENS
}

const needsOf = ({ messages, tools, toolChoice, responseSchema }: ChatRequest): ReadonlySet<ModelFeature> => {
  const needs = new Set<ModelFeature>()
  for (const { content } of messages) {
    if (typeof content === 'string') continue
    for (const part of content) if (part.type === 'media') needs.add(FEATURE_OF[part.kind])
  }
  if (tools && tools.length > 0 && toolChoice !== 'none') needs.add('tools')
  if (responseSchema) needs.add('structured-output')
  return needs
}

/** What vendors can keep from one turn of a talk to the next. */
const hashPrefix = ({ messages, tools }: ChatRequest): string => {
  const hash = createHash('sha256')
  const firstOfUser = messages.find(({ role }) => role === 'user')
  const stable = [...messages.filter(({ role }) => role === 'system'), ...(firstOfUser ? [firstOfUser] : [])]
  for (const { role, content } of stable) {
    hash.update(`${role}\0`)
    if (typeof content === 'string') hash.update(content)
    else for (const part of content) hash.update(part.type === 'text' ? part.text : JSON.stringify(part.data))
    hash.update('\0')
  }
  if (tools) hash.update(JSON.stringify(tools))
  return hash.digest('hex').slice(0, 32)
}
