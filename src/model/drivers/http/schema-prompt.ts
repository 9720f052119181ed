// Asking for JSON in words, where a server cannot be asked by schema.

import { stringifyJson } from '../../../base/json.ts'
import type { ChatMessage, ChatRequest } from '../../spec.ts'

/** The messages with the schema's demand added to the system message. */
export const withSchemaInPrompt = (request: ChatRequest): readonly ChatMessage[] => {
  if (!request.responseSchema) return request.messages
  const demand = `Answer with one JSON object and nothing else. It must be valid against this JSON Schema:\n${stringifyJson(request.responseSchema.schema)}`
  const [first, ...rest] = request.messages
  if (first?.role === 'system') {
    const content =
      typeof first.content === 'string'
        ? `${first.content}\n\n${demand}`
        : [...first.content, { type: 'text' as const, text: demand }]
    return [{ role: 'system', content }, ...rest]
  }
  return [{ role: 'system', content: demand }, ...request.messages]
}
