// Our messages as Messages API turns.
// A1  System texts leave the conversation for `system`; turns alternate, the first is the user's, none is empty.
// A2  Results of tools are the user's blocks, and stand in one turn when their calls did.

import { isObject, type Value, type ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, MessagePart } from '../../spec.ts'
import { argumentsObject, listAt } from '../http/reading.ts'

export interface AnthropicConversation {
  readonly system: string
  readonly messages: readonly ValueObject[]
}

interface AnthropicTurn {
  readonly role: 'user' | 'assistant'
  readonly content: ValueObject[]
}

// The API refuses an empty conversation and one that begins with the assistant.
const OPENING = 'Continue.'

export const toAnthropicConversation = (messages: readonly ChatMessage[], model: string): AnthropicConversation => {
  const system: string[] = []
  const turns: AnthropicTurn[] = []
  for (const message of messages) {
    if (message.role === 'system') {
      const text = textOf(message.content)
      if (text.trim() !== '') system.push(text)
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const blocks = toBlocks(message, model)
    if (blocks.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...blocks)
    else turns.push({ role, content: blocks })
  }
  // A prompt that is only a system text is common; to this API it must be said by the user.
  if (turns.length === 0) {
    return { system: '', messages: [{ role: 'user', content: [textBlock(system.join('\n\n') || OPENING)] }] }
  }
  if (turns[0]?.role === 'assistant') turns.unshift({ role: 'user', content: [textBlock(OPENING)] })
  trimPrefill(turns)
  return { system: system.join('\n\n'), messages: turns.map(({ role, content }) => ({ role, content })) }
}

const toBlocks = (message: ChatMessage, model: string): ValueObject[] => {
  switch (message.role) {
    case 'tool':
      return [{ type: 'tool_result', tool_use_id: message.toolCallId, content: message.content }]
    case 'assistant': {
      const calls = message.toolCalls ?? []
      const thinking = listAt(calls[0]?.vendorState, 'thinking')
      const text = textOf(message.content)
      return [
        ...thinking.filter(isObject),
        ...(text.trim() === '' ? [] : [textBlock(text)]),
        ...calls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: argumentsObject(call) })),
      ]
    }
    case 'system':
    case 'user': {
      const { content } = message
      const parts: readonly MessagePart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
      return parts.map((part) => toBlock(part, model)).filter((block) => block !== undefined)
    }
  }
}

const textBlock = (text: string): ValueObject => ({ type: 'text', text })

const textOf = (content: string | readonly MessagePart[]): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')

const toBlock = (part: MessagePart, model: string): ValueObject | undefined => {
  if (part.type === 'text') return part.text.trim() === '' ? undefined : textBlock(part.text)
  const source: Value =
    part.data.type === 'url'
      ? { type: 'url', url: part.data.url }
      : { type: 'base64', media_type: part.mimeType, data: part.data.base64 }
  if (part.kind === 'image') return { type: 'image', source }
  if (part.kind === 'document')
    return { type: 'document', source: documentSource(part, source), ...(part.filename && { title: part.filename }) }
  throw new ModelError('model/unsupported', { details: { model, feature: part.kind } })
}

// Plain text travels as text; in base64 the API takes PDF only.
const documentSource = (part: Extract<MessagePart, { type: 'media' }>, source: Value): Value =>
  part.data.type === 'base64' && part.mimeType.startsWith('text/')
    ? { type: 'text', media_type: 'text/plain', data: Buffer.from(part.data.base64, 'base64').toString('utf8') }
    : source

// The API refuses a last assistant turn that ends in blanks.
const trimPrefill = (turns: readonly AnthropicTurn[]): void => {
  const last = turns.at(-1)
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (last && typeof block?.text === 'string') last.content.splice(-1, 1, textBlock(block.text.trimEnd()))
}
