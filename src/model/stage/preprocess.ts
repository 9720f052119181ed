// The stage that brings requests into form: clean texts, a frame around the system prompt, a template, a greatest length.

import { z } from 'zod'
import type { ChatMessage, ChatRequest } from '../spec.ts'
import { StageError } from './errors.ts'
import { mapTexts, textOf } from './message-text.ts'
import type { Stage, StageContext, StageType } from './spec.ts'

const LONGEST_PROMPT = 100_000

export const preprocessSettings = z.strictObject({
  type: z.literal('preprocess'),
  /** Blanks around the texts of users go. */
  trim: z.boolean().default(false),
  /** Unicode form of the texts of users; control characters but tabs and line ends go with it. */
  normalise: z.enum(['none', 'nfc', 'nfkc']).default('none'),
  /** In front of the system prompt, and behind it. */
  systemPrefix: z.string().max(LONGEST_PROMPT).exactOptional(),
  systemSuffix: z.string().max(LONGEST_PROMPT).exactOptional(),
  /** Around the last text of the user: `{{input}}` is the text, `{{metadata.name}}` what the caller sent with it. */
  template: z
    .string()
    .max(LONGEST_PROMPT)
    .refine((text) => text.includes('{{input}}'), 'must contain {{input}}')
    .exactOptional(),
  /** Characters of all messages but system prompts. */
  maxCharacters: z.int().min(1).max(100_000_000).exactOptional(),
  /** What gives way: old turns, or the end, beginning or middle of the last text of the user; or the call fails. */
  truncate: z.enum(['oldest-turns', 'end', 'start', 'middle', 'refuse']).default('oldest-turns'),
})

type Settings = z.output<typeof preprocessSettings>

export const preprocess: StageType<Settings> = {
  type: 'preprocess',
  create: (name, settings): Stage => ({
    name,
    type: 'preprocess',
    before(request, context) {
      const clean = cleaned(settings, request)
      const filled = settings.template === undefined ? clean : withTemplate(settings.template, clean, context)
      return { type: 'request', request: shortened(name, settings, framed(settings, filled)) }
    },
  }),
}

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

const cleaned = ({ trim, normalise }: Settings, request: ChatRequest): ChatRequest => {
  if (!trim && normalise === 'none') return request
  const clean = (text: string): string => {
    const form = normalise === 'none' ? text : text.normalize(normalise === 'nfc' ? 'NFC' : 'NFKC').replace(CONTROL, '')
    return trim ? form.trim() : form
  }
  return mapTexts(request, ({ role }) => (role === 'user' ? clean : undefined))
}

const PLACEHOLDER = /\{\{\s*(input|metadata\.([\w.-]+))\s*\}\}/g

const withTemplate = (template: string, request: ChatRequest, { metadata }: StageContext): ChatRequest => {
  const last = request.messages.findLast(({ role }) => role === 'user')
  return mapTexts(request, (message) => {
    if (message !== last) return undefined
    const input = textOf(message)
    const text = template.replace(PLACEHOLDER, (_, name: string, key: string | undefined) => {
      if (name === 'input') return input
      return key !== undefined && Object.hasOwn(metadata, key) ? (metadata[key] ?? '') : ''
    })
    return (_, isLast) => (isLast ? text : '')
  })
}

const framed = ({ systemPrefix, systemSuffix }: Settings, request: ChatRequest): ChatRequest => {
  if (systemPrefix === undefined && systemSuffix === undefined) return request
  const at = request.messages.findIndex(({ role }) => role === 'system')
  const frame = (inner: string) => [systemPrefix, inner, systemSuffix].filter((text) => text).join('\n\n')
  if (at < 0) {
    return { ...request, messages: [{ role: 'system', content: frame('') }, ...request.messages] }
  }
  const system = request.messages[at] as ChatMessage
  const content: ChatMessage['content'] =
    typeof system.content === 'string'
      ? frame(system.content)
      : [
          ...(systemPrefix ? [{ type: 'text' as const, text: systemPrefix }] : []),
          ...system.content,
          ...(systemSuffix ? [{ type: 'text' as const, text: systemSuffix }] : []),
        ]
  return { ...request, messages: request.messages.with(at, { ...system, content }) }
}

const lengthOf = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, message) => (message.role === 'system' ? sum : sum + textOf(message).length), 0)

const shortened = (name: string, { maxCharacters, truncate }: Settings, request: ChatRequest): ChatRequest => {
  const excess = lengthOf(request.messages) - (maxCharacters ?? Number.POSITIVE_INFINITY)
  if (excess <= 0) return request
  const refuse = (): never => {
    throw new StageError('stage/refused', {
      details: { stage: name, what: 'request', reason: `it is longer than ${maxCharacters} characters` },
    })
  }
  if (truncate === 'refuse') return refuse()
  if (truncate === 'oldest-turns') return withoutOldTurns(request, maxCharacters ?? 0) ?? refuse()
  const last = request.messages.findLast(({ role }) => role === 'user')
  const length = last ? textOf(last).length : 0
  if (excess >= length) return refuse()
  return mapTexts(request, (message) => {
    if (message !== last) return undefined
    const text = cut(textOf(message), length - excess, truncate)
    return (_, isLast) => (isLast ? text : '')
  })
}

/** Turns go from one message of a user to the next, so that results of tools never lose their calls. The last one stays. */
const withoutOldTurns = (request: ChatRequest, most: number): ChatRequest | undefined => {
  let { messages } = request
  while (lengthOf(messages) > most) {
    const first = messages.findIndex(({ role }) => role !== 'system')
    const next = messages.findIndex(({ role }, i) => i > first && role === 'user')
    if (first < 0 || next < 0) return undefined
    messages = messages.filter(({ role }, i) => i < first || i >= next || role === 'system')
  }
  return { ...request, messages }
}

const cut = (text: string, length: number, where: 'end' | 'start' | 'middle'): string => {
  const points = wholePoints
  if (where === 'end') return points(text.slice(0, length))
  if (where === 'start') return points(text.slice(text.length - length))
  const head = Math.ceil((length - 1) / 2)
  return `${points(text.slice(0, head))}…${points(text.slice(text.length - (length - 1 - head)))}`
}

/** Without half a character at either end. */
const wholePoints = (text: string): string => text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')
