// The door of chat completions: POST /v1/chat/completions.

import type { Door, DoorCall, JsonObject } from '../doors/spec.ts'
import { toChatCompletion } from './chat-answer.ts'
import { chatVerdicts } from './chat-fields.ts'
import { readChatRequest } from './chat-request.ts'
import { ChatStreamWriter } from './chat-stream.ts'
import { toOpenAiError } from './errors.ts'
import { FieldReader, isJsonList, isJsonObject } from './field-reader.ts'
import { isExtraContentOfOurs, isReasoningDetailOfOurs } from './vendor-state.ts'

export const openAiChatDoor: Door = {
  protocol: 'openai-chat',
  open(body) {
    const reader = new FieldReader()
    const call = openCall(body, reader)
    reader.finish()
    return call
  },
  toError: toOpenAiError,
}

const openCall = (body: JsonObject, reader: FieldReader): DoorCall => {
  const model = reader.requiredText(body, 'model')
  if (body.model === '') reader.problem('model', 'must not be empty')
  const limit = { integer: true, least: 1 }
  const options = reader.object(body, 'stream_options')
  const includeUsage = options ? (reader.flag(options, 'include_usage', 'stream_options') ?? false) : false
  return {
    model,
    streaming: reader.flag(body, 'stream') ?? false,
    maxTokens: reader.number(body, 'max_completion_tokens', '', limit) ?? reader.number(body, 'max_tokens', '', limit),
    user: reader.text(body, 'user') ?? reader.text(body, 'safety_identifier'),
    metadata: readMetadata(body, reader),
    // Vendors refuse fields that they do not know.
    ...(holdsOurState(body) && { passThrough: false }),
    read: () => readChatRequest(body),
    verdicts: (family) => chatVerdicts(body, family),
    whole: toChatCompletion,
    openWriter: (answer) => new ChatStreamWriter(answer, includeUsage),
  }
}

/** What other vendors want back, as our answers carried it. */
const holdsOurState = ({ messages }: JsonObject): boolean =>
  isJsonList(messages) &&
  messages.some((message) => {
    if (!isJsonObject(message) || message.role !== 'assistant') return false
    const { reasoning_details: details, tool_calls: calls } = message
    if (isJsonList(details) && details.some(isReasoningDetailOfOurs)) return true
    return isJsonList(calls) && calls.some((call) => isJsonObject(call) && isExtraContentOfOurs(call.extra_content))
  })

const NONE: Readonly<Record<string, string>> = Object.freeze({})

/** Labels that are no texts are the vendor's business. */
export const readMetadata = (body: JsonObject, reader: FieldReader): Readonly<Record<string, string>> => {
  const { metadata } = body
  if (metadata === undefined || metadata === null) return NONE
  if (!isJsonObject(metadata)) return reader.problem('metadata', 'must be an object') ?? NONE
  const texts = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(texts)
}
