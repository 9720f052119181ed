// What may be kept: complete answers in words, to requests without tools.

import type { ChatRequest, ChatStreamPart } from '../spec.ts'

/** Why a request has no part in the caches; undefined when it has. Turns of agents depend on what their tools see. */
export const whyNotAsked = ({ tools, messages }: ChatRequest): 'tools' | 'tool-messages' | undefined => {
  if (tools && tools.length > 0) return 'tools'
  const uses = messages.some(
    (message) => message.role === 'tool' || (message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0),
  )
  return uses ? 'tool-messages' : undefined
}

/** Whether an answer may be kept: with a normal end, with content, and without calls of tools. */
export const mayKeep = (parts: readonly ChatStreamPart[]): boolean => {
  const last = parts.at(-1)
  if (last?.type !== 'finish' || last.reason !== 'stop') return false
  let said = false
  for (const part of parts) {
    if (part.type === 'tool-call' || part.type === 'tool-start' || part.type === 'tool-delta') return false
    said ||= part.type === 'media' || (part.type === 'text-delta' && part.text !== '')
  }
  return said
}

/** The words of an answer. */
export const answerOf = (parts: readonly ChatStreamPart[]): string => {
  let text = ''
  for (const part of parts) if (part.type === 'text-delta') text += part.text
  return text
}

/** Two bytes a character, and the objects around them. */
export const sizeOfPart = (part: ChatStreamPart): number => {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
      return 2 * part.text.length + 64
    case 'media':
      return part.base64.length + 128
    case 'tool-start':
    case 'tool-delta':
    case 'tool-call':
    case 'reasoning-end':
    case 'finish':
      return 2 * JSON.stringify(part).length + 64
  }
}
