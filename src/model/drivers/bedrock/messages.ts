// Our messages as Converse turns.
// B1  System texts leave the conversation; turns alternate, the first is the user's, none is empty.
// B2  Thinking goes back signed or not at all. Its signatures are Anthropic's, wherever the model runs.

import type { ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../spec.ts'
import { type Content, type MediaPart, partsOf, textOf } from '../http/content.ts'
import { argumentsObject, listAt, textAt } from '../http/reading.ts'

export interface BedrockConversation {
  readonly system: readonly ValueObject[]
  readonly messages: readonly ValueObject[]
}

interface BedrockTurn {
  readonly role: 'user' | 'assistant'
  readonly content: ValueObject[]
}

const OPENING = 'Continue.'

export const toBedrockConversation = (messages: readonly ChatMessage[], model: string): BedrockConversation => {
  const system: ValueObject[] = []
  const turns: BedrockTurn[] = []
  for (const message of messages) {
    if (message.role === 'system') {
      system.push(...textBlocks(message.content))
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const blocks = toBlocks(message, model)
    if (blocks.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...blocks)
    else turns.push({ role, content: blocks })
  }
  if (turns.length === 0) {
    return { system: [], messages: [{ role: 'user', content: system.length > 0 ? system : [{ text: OPENING }] }] }
  }
  if (turns[0]?.role === 'assistant') turns.unshift({ role: 'user', content: [{ text: OPENING }] })
  trimPrefill(turns)
  return { system, messages: turns.map(({ role, content }) => ({ role, content })) }
}

const toBlocks = (message: ChatMessage, model: string): ValueObject[] => {
  switch (message.role) {
    case 'tool':
      return [
        {
          toolResult: {
            toolUseId: message.toolCallId,
            content: resultBlocks(message.content, model),
            ...(message.failed && { status: 'error' }),
          },
        },
      ]
    case 'assistant': {
      const calls = message.toolCalls ?? []
      return [
        ...thinkingBlocks(message.reasoning, calls),
        ...textBlocks(message.content),
        ...calls.map((call) => ({
          toolUse: { toolUseId: call.id, name: call.name, input: argumentsObject(call) },
        })),
      ]
    }
    case 'system':
    case 'user':
      return partsOf(message.content).flatMap((part) => toPartBlocks(part, model))
  }
}

const resultBlocks = (content: Content, model: string): ValueObject[] => {
  const blocks = partsOf(content).flatMap((part) => toPartBlocks(part, model))
  return blocks.length > 0 ? blocks : [{ text: '(empty)' }]
}

const thinkingBlocks = (blocks: readonly Reasoning[] = [], calls: readonly ToolCall[]): ValueObject[] => {
  const signed = blocks.flatMap(({ text, vendorState }): ValueObject[] => {
    const state = vendorState?.anthropic
    return state ? [thinkingBlock(text, textAt(state, 'signature'), textAt(state, 'data'))] : []
  })
  if (signed.length > 0) return signed
  return listAt(calls[0]?.vendorState?.anthropic, 'thinking').map((block) =>
    thinkingBlock(textAt(block, 'thinking') ?? '', textAt(block, 'signature'), textAt(block, 'data')),
  )
}

const thinkingBlock = (text: string, signature: string | undefined, hidden: string | undefined): ValueObject => ({
  reasoningContent:
    hidden === undefined
      ? { reasoningText: { text, ...(signature !== undefined && { signature }) } }
      : { redactedContent: hidden },
})

const textBlocks = (content: Content): ValueObject[] => {
  if (typeof content !== 'string' && content.some(isCacheMark)) {
    return content.flatMap((part) => (part.type === 'text' ? textPart(part) : []))
  }
  const text = textOf(content)
  return text.trim() === '' ? [] : [{ text }]
}

const textPart = (part: Extract<MessagePart, { type: 'text' }>): ValueObject[] =>
  part.text.trim() === '' ? [] : [{ text: part.text }, ...cachePoint(part)]

// Anthropic's mark on a block is a block of its own here.
const isCacheMark = ({ vendorState }: MessagePart): boolean => vendorState?.anthropic?.cache_control !== undefined
const cachePoint = (part: MessagePart): ValueObject[] =>
  isCacheMark(part) ? [{ cachePoint: { type: 'default' } }] : []

const toPartBlocks = (part: MessagePart, model: string): ValueObject[] =>
  part.type === 'text' ? textPart(part) : [toMedia(part, model), ...cachePoint(part)]

const toMedia = (part: MediaPart, model: string): ValueObject => {
  const { kind, data, mimeType, filename } = part
  if (kind === 'audio') throw new ModelError('model/unsupported', { details: { model, feature: 'audio' } })
  if (data.type === 'url') throw new ModelError('model/unsupported', { details: { model, feature: 'files by link' } })
  const source = { bytes: data.base64 }
  if (kind === 'document') {
    // Names of other characters are refused.
    const name = (filename ?? 'document')
      .replace(/\.[^.]*$/, '')
      .replace(/[^\w\s()[\]-]+/g, '-')
      .slice(0, 200)
    return { document: { format: documentFormat(mimeType, filename), name: name || 'document', source } }
  }
  return { [kind]: { format: mediaFormat(mimeType), source } }
}

const mediaFormat = (mimeType: string): string => {
  const subtype = mimeType.split('/')[1]?.split(';')[0] ?? ''
  return subtype === 'jpg' ? 'jpeg' : subtype === 'quicktime' ? 'mov' : subtype
}

const DOCUMENT_FORMATS = new Set(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'])

const documentFormat = (mimeType: string, filename: string | undefined): string => {
  const ending = filename?.split('.').at(-1)?.toLowerCase() ?? ''
  if (DOCUMENT_FORMATS.has(ending)) return ending
  const subtype = mimeType.split('/')[1]?.split(';')[0] ?? ''
  return DOCUMENT_FORMATS.has(subtype) ? subtype : 'txt'
}

// The API refuses a last assistant turn that ends in blanks.
const trimPrefill = (turns: readonly BedrockTurn[]): void => {
  const last = turns.at(-1)
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (last && typeof block?.text === 'string') last.content.splice(-1, 1, { text: block.text.trimEnd() })
}
