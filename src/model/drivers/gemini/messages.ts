// Our messages as Gemini contents: the user and the model in turns, results of tools as the user's parts.

import { own, type ValueObject } from '../../../base/value.ts'
import type { ChatMessage, MessagePart, ToolCall } from '../../spec.ts'
import { argumentsObject, parseObject } from '../http/reading.ts'

export interface GeminiConversation {
  readonly system: string
  readonly contents: readonly ValueObject[]
}

interface GeminiTurn {
  readonly role: 'user' | 'model'
  readonly parts: ValueObject[]
}

// The API refuses a conversation without the user's words.
const OPENING = 'Continue.'

export const toGeminiConversation = (messages: readonly ChatMessage[]): GeminiConversation => {
  const system: string[] = []
  const turns: GeminiTurn[] = []
  // Results name the function, not the call, so calls are looked up.
  const names = new Map<string, string>()
  for (const message of messages) {
    if (message.role === 'system') {
      const text = textOf(message.content)
      if (text.trim() !== '') system.push(text)
      continue
    }
    if (message.role === 'assistant') for (const call of message.toolCalls ?? []) names.set(call.id, call.name)
    const role = message.role === 'assistant' ? 'model' : 'user'
    const parts = toParts(message, names)
    if (parts.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else turns.push({ role, parts })
  }
  if (turns.length === 0) {
    return { system: '', contents: [{ role: 'user', parts: [{ text: system.join('\n\n') || OPENING }] }] }
  }
  if (turns[0]?.role === 'model') turns.unshift({ role: 'user', parts: [{ text: OPENING }] })
  return { system: system.join('\n\n'), contents: turns.map(({ role, parts }) => ({ role, parts })) }
}

const toParts = (message: ChatMessage, names: ReadonlyMap<string, string>): ValueObject[] => {
  switch (message.role) {
    case 'tool': {
      const name = message.name ?? names.get(message.toolCallId) ?? message.toolCallId
      const said = textOf(message.content)
      const response = parseObject(said) ?? { result: said }
      return [{ functionResponse: { name, response } }]
    }
    case 'assistant': {
      const text = textOf(message.content)
      return [...(text === '' ? [] : [{ text }]), ...(message.toolCalls ?? []).map(toCallPart)]
    }
    case 'system':
    case 'user': {
      const { content } = message
      if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
      return content.filter((part) => part.type !== 'text' || part.text !== '').map(toPart)
    }
  }
}

const toCallPart = (call: ToolCall): ValueObject => {
  const signature = call.vendorState && own(call.vendorState, 'thoughtSignature')
  return {
    functionCall: { name: call.name, args: argumentsObject(call) },
    ...(typeof signature === 'string' && { thoughtSignature: signature }),
  }
}

const toPart = (part: MessagePart): ValueObject => {
  if (part.type === 'text') return { text: part.text }
  return part.data.type === 'base64'
    ? { inlineData: { mimeType: part.mimeType, data: part.data.base64 } }
    : { fileData: { mimeType: part.mimeType, fileUri: part.data.url } }
}

const textOf = (content: string | readonly MessagePart[]): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')
