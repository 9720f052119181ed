// The content of a message, taken apart.

import type { ChatMessage, MessagePart } from '../../spec.ts'

export type Content = string | readonly MessagePart[]
export type MediaPart = Extract<MessagePart, { type: 'media' }>

export const partsOf = (content: Content): readonly MessagePart[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content

export const textOf = (content: Content): string =>
  typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')

export const mediaOf = (content: Content): readonly MediaPart[] =>
  typeof content === 'string' ? [] : content.filter((part) => part.type === 'media')

/** The text of a result, for formats that cannot say otherwise that the tool failed, or that all there is is a picture. */
export const resultText = ({ content, failed }: Extract<ChatMessage, { role: 'tool' }>): string => {
  const text = textOf(content) || (mediaOf(content).length > 0 ? 'See the attached file.' : '')
  return failed && !/error|fail/i.test(text.slice(0, 80)) ? `Error: ${text}` : text
}
