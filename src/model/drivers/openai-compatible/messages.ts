// Our messages as chat-completions messages.

import type { ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, MediaData, MessagePart, Reasoning, ToolCall } from '../../spec.ts'
import { type Content, type MediaPart, mediaOf, resultText, textOf } from '../http/content.ts'
import { blockOfState, withPartState } from '../http/vendor-state.ts'

export const toOpenAiMessages = (messages: readonly ChatMessage[], model: string): ValueObject[] => {
  const written: ValueObject[] = []
  /** Pictures in results of tools: only users can show them in this format, and results must stay together. */
  let shown: ValueObject[] = []
  const show = (): void => {
    if (shown.length > 0) written.push({ role: 'user', content: shown })
    shown = []
  }
  for (const message of messages) {
    if (message.role !== 'tool') show()
    written.push(toMessage(message, model))
    if (message.role === 'tool') shown.push(...mediaOf(message.content).map((part) => toPart(part, model)))
  }
  show()
  return written
}

const toMessage = (message: ChatMessage, model: string): ValueObject => {
  switch (message.role) {
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: resultText(message) }
    case 'assistant':
      return assistantMessage(message)
    case 'system':
      return { role: 'system', content: systemContent(message.content, model) }
    case 'user': {
      const { content } = message
      if (typeof content === 'string') return { role: 'user', content }
      return { role: 'user', content: content.map((part) => blockOfState(part, 'openai-chat') ?? toPart(part, model)) }
    }
  }
}

const assistantMessage = (message: Extract<ChatMessage, { role: 'assistant' }>): ValueObject => {
  const text = textOf(message.content)
  const calls = message.toolCalls ?? []
  if (calls.length === 0) return { role: 'assistant', content: text }
  const reasoning = reasoningText(message.reasoning, calls)
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    // DeepSeek's thinking models refuse a turn of tool calls that comes back without its reasoning.
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    tool_calls: calls.map(toCall),
  }
}

const reasoningText = (blocks: readonly Reasoning[] = [], calls: readonly ToolCall[]): string | undefined => {
  const kept = calls[0]?.vendorState?.['openai-chat']?.reasoning_content
  if (typeof kept === 'string') return kept
  const text = blocks.map((block) => block.text).join('')
  return text === '' ? undefined : text
}

const toCall = (call: ToolCall): ValueObject => {
  const extra = call.vendorState?.['openai-chat']?.extra_content
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.argumentsJson },
    ...(extra !== undefined && { extra_content: extra }),
  }
}

/** In parts only where one of them carries state, such as a mark for the cache; plain texts fit every server. */
const systemContent = (content: Content, model: string): string | ValueObject[] => {
  if (typeof content === 'string' || !content.some((part) => part.vendorState?.['openai-chat'])) return textOf(content)
  return content.filter((part) => part.type === 'text').map((part) => toPart(part, model))
}

const toPart = (part: MessagePart, model: string): ValueObject =>
  withPartState(part.type === 'text' ? { type: 'text', text: part.text } : toMedia(part, model), part, 'openai-chat')

const toMedia = (part: MediaPart, model: string): ValueObject => {
  switch (part.kind) {
    case 'image':
      return { type: 'image_url', image_url: { url: toUrl(part), ...(part.detail && { detail: part.detail }) } }
    case 'video':
      // Not OpenAI's, but what servers of open video models have agreed on.
      return { type: 'video_url', video_url: { url: toUrl(part) } }
    case 'audio':
      return {
        type: 'input_audio',
        input_audio: { data: base64Of(part.data, model), format: audioFormat(part.mimeType) },
      }
    case 'document': {
      base64Of(part.data, model)
      return { type: 'file', file: { file_data: toUrl(part), filename: part.filename ?? 'document' } }
    }
  }
}

export const toUrl = (part: MediaPart): string =>
  part.data.type === 'url' ? part.data.url : `data:${part.mimeType};base64,${part.data.base64}`

export const base64Of = (data: MediaData, model: string): string => {
  if (data.type === 'base64') return data.base64
  throw new ModelError('model/unsupported', { details: { model, feature: 'sounds and documents by link' } })
}

export const audioFormat = (mimeType: string): string => {
  const subtype = mimeType.split('/')[1]?.split(';')[0]?.replace(/^x-/, '') ?? ''
  return subtype === 'mpeg' ? 'mp3' : subtype === 'wave' || subtype === 'vnd.wave' ? 'wav' : subtype
}
