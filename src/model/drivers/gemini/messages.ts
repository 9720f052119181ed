// Our messages as Gemini contents: the user and the model in turns, results of tools as the user's parts.

import type { ValueObject } from '../../../base/value.ts'
import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../spec.ts'
import { mediaOf, textOf } from '../http/content.ts'
import { argumentsObject, parseObject } from '../http/reading.ts'
import { blockOfState, withPartState } from '../http/vendor-state.ts'

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
      const response = message.failed ? { error: said } : (parseObject(said) ?? { result: said })
      return [{ functionResponse: { name, response } }, ...mediaOf(message.content).map(toPart)]
    }
    case 'assistant':
      return answerParts(message)
    case 'system':
    case 'user': {
      const { content } = message
      if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
      return content.flatMap((part): ValueObject[] => {
        if (part.type !== 'text' || part.text !== '') return [toPart(part)]
        const state = blockOfState(part, 'gemini')
        return state ? [state] : []
      })
    }
  }
}

/** Signatures stand on calls; one that came with a text, or with nothing, goes back on the text, else on the first call. */
const answerParts = ({ content, toolCalls, reasoning }: Extract<ChatMessage, { role: 'assistant' }>): ValueObject[] => {
  const loose = signatureOf(reasoning)
  const text = textOf(content)
  const calls = (toolCalls ?? []).map(toCallPart)
  const [first, ...others] = calls
  const onText = text !== ''
  const lead = first && loose && !onText && first.thoughtSignature === undefined ? { ...first, ...loose } : first
  return [...(onText ? [{ text, ...loose }] : []), ...(lead ? [lead] : []), ...others]
}

const signatureOf = (blocks: readonly Reasoning[] = []): { readonly thoughtSignature: string } | undefined => {
  const signatures = blocks.map(({ vendorState }) => vendorState?.gemini?.thoughtSignature)
  const last = signatures.findLast((signature) => typeof signature === 'string')
  return last === undefined ? undefined : { thoughtSignature: last }
}

const toCallPart = (call: ToolCall): ValueObject => {
  const signature = call.vendorState?.gemini?.thoughtSignature
  return {
    functionCall: { name: call.name, args: argumentsObject(call) },
    ...(typeof signature === 'string' && { thoughtSignature: signature }),
  }
}

const toPart = (part: MessagePart): ValueObject => withPartState(toPlainPart(part), part, 'gemini')

const toPlainPart = (part: MessagePart): ValueObject => {
  if (part.type === 'text') return { text: part.text }
  return part.data.type === 'base64'
    ? { inlineData: { mimeType: part.mimeType, data: part.data.base64 } }
    : { fileData: { mimeType: part.mimeType, fileUri: part.data.url } }
}
