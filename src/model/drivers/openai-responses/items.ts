// Our messages as items of the Responses API.
// R1  Nothing is left with the vendor: thinking travels encrypted inside the conversation, so every call stands alone.

import type { ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../spec.ts'
import { type MediaPart, mediaOf, resultText, textOf } from '../http/content.ts'
import { blockOfState, withPartState } from '../http/vendor-state.ts'
import { audioFormat, base64Of, toUrl } from '../openai-compatible/messages.ts'

const PROTOCOL = 'openai-responses'

export interface ResponseInput {
  /** System texts in front of the conversation. */
  readonly instructions: string
  readonly input: readonly ValueObject[]
}

export const toResponseInput = (messages: readonly ChatMessage[], model: string): ResponseInput => {
  const talk = messages.findIndex(({ role }) => role !== 'system')
  const first = talk < 0 ? messages.length : talk
  const instructions = messages.slice(0, first).map(({ content }) => textOf(content))
  const input = messages.slice(first).flatMap((message) => toItems(message, model))
  // A prompt that is only a system text is common; this API wants something to answer.
  if (input.length > 0) return { instructions: instructions.filter(Boolean).join('\n\n'), input }
  return { instructions: '', input: [{ role: 'user', content: instructions.join('\n\n') || 'Continue.' }] }
}

const toItems = (message: ChatMessage, model: string): ValueObject[] => {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: textOf(message.content) }]
    case 'user':
      return [{ role: 'user', content: toContent(message.content, model) }]
    case 'assistant': {
      const text = textOf(message.content)
      const calls = message.toolCalls ?? []
      return [
        ...toReasoningItems(message.reasoning, calls),
        ...(text === '' ? [] : [{ role: 'assistant', content: text }]),
        ...calls.map((call) => ({
          type: 'function_call',
          call_id: call.id,
          name: call.name,
          arguments: call.argumentsJson || '{}',
        })),
      ]
    }
    case 'tool': {
      const media = mediaOf(message.content)
      const text = resultText(message)
      const output =
        media.length === 0 ? text : [{ type: 'input_text', text }, ...media.map((part) => toPart(part, model))]
      return [{ type: 'function_call_output', call_id: message.toolCallId, output }]
    }
  }
}

const toReasoningItems = (blocks: readonly Reasoning[] = [], calls: readonly ToolCall[]): ValueObject[] => {
  const items = blocks.flatMap(({ text, vendorState }) => {
    const state = vendorState?.[PROTOCOL]
    // What nobody encrypted the API would refuse.
    return state?.encrypted_content === undefined ? [] : [reasoningItem(text, state)]
  })
  if (items.length > 0) return items
  const kept = calls[0]?.vendorState?.[PROTOCOL]?.reasoning
  return Array.isArray(kept) ? kept : []
}

const reasoningItem = (text: string, state: ValueObject): ValueObject => ({
  type: 'reasoning',
  ...(typeof state.id === 'string' && { id: state.id }),
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
  encrypted_content: state.encrypted_content ?? null,
})

const toContent = (content: string | readonly MessagePart[], model: string): string | ValueObject[] =>
  typeof content === 'string' ? content : content.map((part) => blockOfState(part, PROTOCOL) ?? toPart(part, model))

const toPart = (part: MessagePart, model: string): ValueObject =>
  withPartState(part.type === 'text' ? { type: 'input_text', text: part.text } : toMedia(part, model), part, PROTOCOL)

const toMedia = (part: MediaPart, model: string): ValueObject => {
  switch (part.kind) {
    case 'image':
      return { type: 'input_image', image_url: toUrl(part), detail: part.detail ?? 'auto' }
    case 'audio':
      return {
        type: 'input_audio',
        input_audio: { data: base64Of(part.data, model), format: audioFormat(part.mimeType) },
      }
    case 'document':
      return part.data.type === 'url'
        ? { type: 'input_file', file_url: part.data.url }
        : { type: 'input_file', filename: part.filename ?? 'document', file_data: toUrl(part) }
    case 'video':
      throw new ModelError('model/unsupported', { details: { model, feature: 'video' } })
  }
}
