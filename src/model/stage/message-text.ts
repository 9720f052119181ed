// The texts of a request's messages, changed one by one; everything else stays.

import type { ChatMessage, ChatRequest, MessagePart, ToolCall } from '../spec.ts'

/** Made anew for every message: it reads the message's texts as one, piece by piece.
 *  @param isLast no more of this message follows */
export type TextChange = (text: string, isLast: boolean) => string

/** The request with every text of its messages changed. The same object where nothing changes. */
export const mapTexts = (
  request: ChatRequest,
  changeOf: (message: ChatMessage) => TextChange | undefined,
  changeJson?: (json: string) => string,
): ChatRequest => {
  let isChanged = false
  const messages = request.messages.map((message) => {
    const change = changeOf(message)
    const next = change ? mapMessage(message, change, changeJson) : message
    if (next !== message) isChanged = true
    return next
  })
  return isChanged ? { ...request, messages } : request
}

const mapMessage = (
  message: ChatMessage,
  change: TextChange,
  changeJson: ((json: string) => string) | undefined,
): ChatMessage => {
  const content = mapContent(message.content, change)
  if (message.role === 'assistant' && message.toolCalls && changeJson) {
    const toolCalls = mapCalls(message.toolCalls, changeJson)
    if (toolCalls !== message.toolCalls) return { ...message, content, toolCalls }
  }
  return content === message.content ? message : { ...message, content }
}

const mapContent = (content: ChatMessage['content'], change: TextChange): ChatMessage['content'] => {
  if (typeof content === 'string') return change(content, true)
  const lastText = content.findLastIndex(({ type }) => type === 'text')
  let isChanged = false
  const parts = content.map((part, i): MessagePart => {
    if (part.type !== 'text') return part
    const text = change(part.text, i === lastText)
    if (text === part.text) return part
    isChanged = true
    return { ...part, text }
  })
  return isChanged ? parts : content
}

const mapCalls = (calls: readonly ToolCall[], change: (json: string) => string): readonly ToolCall[] => {
  const mapped = calls.map((call) => {
    const argumentsJson = change(call.argumentsJson)
    return argumentsJson === call.argumentsJson ? call : { ...call, argumentsJson }
  })
  return mapped.some((call, i) => call !== calls[i]) ? mapped : calls
}

export const textOf = ({ content }: ChatMessage): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')
