// Our messages as Messages API turns.
// A1  System texts leave the conversation for `system`; turns alternate, the first is the user's, none is empty.
// A2  Results of tools are the user's blocks, and stand in one turn when their calls did.
// A3  Thinking goes back as it came, in front of what it led to, or not at all: the API refuses what it did not sign.

import { isObject, type Value, type ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../spec.ts'
import { type Content, type MediaPart, partsOf, textOf } from '../http/content.ts'
import { argumentsObject, listAt } from '../http/reading.ts'
import { blockOfState, withPartState } from '../http/vendor-state.ts'

export interface AnthropicConversation {
  /** Plain text, or blocks where one of them carries a mark for the cache. Empty: none. */
  readonly system: string | readonly ValueObject[]
  readonly messages: readonly ValueObject[]
}

interface AnthropicTurn {
  readonly role: 'user' | 'assistant'
  readonly content: ValueObject[]
}

// The API refuses an empty conversation and one that begins with the assistant.
const OPENING = 'Continue.'

export const toAnthropicConversation = (messages: readonly ChatMessage[], model: string): AnthropicConversation => {
  const system: ValueObject[] = []
  const turns: AnthropicTurn[] = []
  for (const message of messages) {
    if (message.role === 'system') {
      system.push(...systemBlocks(message.content))
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
    const content = system.length > 0 ? system : [textBlock(OPENING)]
    return { system: '', messages: [{ role: 'user', content: mergePlain(content) }] }
  }
  if (turns[0]?.role === 'assistant') turns.unshift({ role: 'user', content: [textBlock(OPENING)] })
  trimPrefill(turns)
  return { system: toSystem(system), messages: turns.map(({ role, content }) => ({ role, content })) }
}

/** One block a message; the parts of one message belong together unless they are marked. */
const systemBlocks = (content: Content): ValueObject[] => {
  if (typeof content !== 'string' && content.some((part) => part.vendorState?.anthropic)) {
    return blocksOf(content, (part) => blockOfState(part, 'anthropic') ?? toTextBlock(part))
  }
  const text = textOf(content)
  return text.trim() === '' ? [] : [textBlock(text)]
}

const toSystem = (blocks: readonly ValueObject[]): string | readonly ValueObject[] =>
  blocks.every(isPlainText) ? blocks.map(({ text }) => text).join('\n\n') : blocks

const mergePlain = (blocks: readonly ValueObject[]): readonly ValueObject[] =>
  blocks.every(isPlainText) ? [textBlock(blocks.map(({ text }) => text).join('\n\n'))] : blocks

const isPlainText = (block: ValueObject): boolean => block.type === 'text' && Object.keys(block).length === 2

const toBlocks = (message: ChatMessage, model: string): ValueObject[] => {
  switch (message.role) {
    case 'tool':
      return [
        {
          type: 'tool_result',
          tool_use_id: message.toolCallId,
          content: resultContent(message.content, model),
          ...(message.failed && { is_error: true }),
        },
      ]
    case 'assistant': {
      const calls = message.toolCalls ?? []
      return [
        ...thinkingBlocks(message.reasoning, calls),
        ...answerBlocks(message.content),
        ...calls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: argumentsObject(call) })),
      ]
    }
    case 'system':
    case 'user':
      return blocksOf(partsOf(message.content), (part) => toBlock(part, model))
  }
}

const blocksOf = (
  parts: readonly MessagePart[],
  convert: (part: MessagePart) => ValueObject | undefined,
): ValueObject[] => parts.map(convert).filter((block) => block !== undefined)

const thinkingBlocks = (blocks: readonly Reasoning[] = [], calls: readonly ToolCall[]): ValueObject[] => {
  const signed = blocks.flatMap(({ text, vendorState }): ValueObject[] => {
    const state = vendorState?.anthropic
    if (!state) return []
    return state.data === undefined
      ? [{ type: 'thinking', thinking: text, ...state }]
      : [{ type: 'redacted_thinking', ...state }]
  })
  if (signed.length > 0) return signed
  return listAt(calls[0]?.vendorState?.anthropic, 'thinking').filter(isObject)
}

/** Pictures in answers have no place in this format. */
const answerBlocks = (content: Content): ValueObject[] => {
  if (typeof content !== 'string' && content.some((part) => part.vendorState?.anthropic)) {
    return blocksOf(content, (part) => blockOfState(part, 'anthropic') ?? toTextBlock(part))
  }
  const text = textOf(content)
  return text.trim() === '' ? [] : [textBlock(text)]
}

const resultContent = (content: Content, model: string): string | ValueObject[] =>
  typeof content === 'string' ? content : blocksOf(content, (part) => toBlock(part, model))

const textBlock = (text: string): ValueObject => ({ type: 'text', text })

const toTextBlock = (part: MessagePart): ValueObject | undefined =>
  part.type === 'text' && part.text.trim() !== '' ? withPartState(textBlock(part.text), part, 'anthropic') : undefined

const toBlock = (part: MessagePart, model: string): ValueObject | undefined => {
  if (part.type === 'text') return blockOfState(part, 'anthropic') ?? toTextBlock(part)
  const source: Value =
    part.data.type === 'url'
      ? { type: 'url', url: part.data.url }
      : { type: 'base64', media_type: part.mimeType, data: part.data.base64 }
  if (part.kind === 'image') return withPartState({ type: 'image', source }, part, 'anthropic')
  if (part.kind === 'document') {
    const title = part.filename && { title: part.filename }
    return withPartState({ type: 'document', source: documentSource(part, source), ...title }, part, 'anthropic')
  }
  throw new ModelError('model/unsupported', { details: { model, feature: part.kind } })
}

// Plain text travels as text; in base64 the API takes PDF only.
const documentSource = (part: MediaPart, source: Value): Value =>
  part.data.type === 'base64' && part.mimeType.startsWith('text/')
    ? { type: 'text', media_type: 'text/plain', data: Buffer.from(part.data.base64, 'base64').toString('utf8') }
    : source

// The API refuses a last assistant turn that ends in blanks.
const trimPrefill = (turns: readonly AnthropicTurn[]): void => {
  const last = turns.at(-1)
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (last && typeof block?.text === 'string') last.content.splice(-1, 1, { ...block, text: block.text.trimEnd() })
}
