// Our messages as chat-completions messages.

import type { ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { ChatMessage, MediaData, MessagePart, ToolCall } from '../../spec.ts'

type MediaPart = Extract<MessagePart, { type: 'media' }>

export const toOpenAiMessage = (message: ChatMessage, model: string): ValueObject => {
  switch (message.role) {
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
    case 'assistant':
      return assistantMessage(textOf(message.content), message.toolCalls ?? [])
    case 'system':
      return { role: 'system', content: textOf(message.content) }
    case 'user': {
      const { content } = message
      if (typeof content === 'string') return { role: 'user', content }
      return { role: 'user', content: content.map((part) => toOpenAiPart(part, model)) }
    }
  }
}

const assistantMessage = (text: string, calls: readonly ToolCall[]): ValueObject => {
  if (calls.length === 0) return { role: 'assistant', content: text }
  const reasoning = calls[0]?.vendorState?.reasoning_content
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    // DeepSeek's thinking models refuse a turn of tool calls that comes back without its reasoning.
    ...(typeof reasoning === 'string' && { reasoning_content: reasoning }),
    tool_calls: calls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.argumentsJson },
      ...(call.vendorState?.extra_content !== undefined && { extra_content: call.vendorState.extra_content }),
    })),
  }
}

/** The text of a message; pictures in answers and system messages have no place in this format. */
const textOf = (content: string | readonly MessagePart[]): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')

const toOpenAiPart = (part: MessagePart, model: string): ValueObject => {
  if (part.type === 'text') return { type: 'text', text: part.text }
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

const toUrl = (part: MediaPart): string =>
  part.data.type === 'url' ? part.data.url : `data:${part.mimeType};base64,${part.data.base64}`

const base64Of = (data: MediaData, model: string): string => {
  if (data.type === 'base64') return data.base64
  throw new ModelError('model/unsupported', { details: { model, feature: 'sounds and documents by link' } })
}

const audioFormat = (mimeType: string): string => {
  const subtype = mimeType.split('/')[1]?.split(';')[0]?.replace(/^x-/, '') ?? ''
  return subtype === 'mpeg' ? 'mp3' : subtype === 'wave' || subtype === 'vnd.wave' ? 'wav' : subtype
}
