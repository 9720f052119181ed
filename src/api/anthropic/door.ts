// The Messages API as a door. Wire format: docs.anthropic.com/en/api/messages. Any `anthropic-version` is taken: the one that
// exists is what we speak.

import { verdictsOf } from '../../product/gateway/verdicts.ts'
import { isSealed } from '../doors/sealed-state.ts'
import type { Door, DoorCall, JsonObject } from '../doors/spec.ts'
import { FieldReader, isJsonList, isJsonObject } from '../openai/field-reader.ts'
import { toAnthropicMessage } from './answer.ts'
import { toAnthropicError } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { readAnthropicRequest } from './request.ts'
import { AnthropicWriter } from './stream.ts'

export const anthropicDoor: Door = {
  protocol: 'anthropic',
  open(body) {
    const reader = new FieldReader()
    const model = reader.requiredText(body, 'model')
    if (model === '' && typeof body.model === 'string') reader.problem('model', 'must not be empty')
    const streaming = reader.flag(body, 'stream') ?? false
    const maxTokens = reader.number(body, 'max_tokens', '', { integer: true, least: 1 })
    if (body.max_tokens === undefined || body.max_tokens === null) reader.problem('max_tokens', 'is required')
    const messages = reader.list(body, 'messages')
    if (body.messages === undefined || body.messages === null) reader.problem('messages', 'is required')
    if (messages?.length === 0) reader.problem('messages', 'must not be empty')
    reader.finish()
    return callOf(body, { model, streaming, maxTokens })
  },
  toError: toAnthropicError,
}

const callOf = (body: JsonObject, call: Pick<DoorCall, 'model' | 'streaming' | 'maxTokens'>): DoorCall => ({
  ...call,
  user: textsOf(body.metadata).user_id,
  metadata: textsOf(body.metadata),
  passThrough: !holdsOurs(body),
  read: () => readAnthropicRequest(body),
  verdicts: (family) => verdictsOf('anthropic', family, fieldsOf(body)),
  whole: toAnthropicMessage,
  openWriter: (answer) => new AnthropicWriter(answer),
})

const textsOf = (metadata: JsonObject[string] | undefined): Readonly<Record<string, string>> =>
  isJsonObject(metadata)
    ? Object.fromEntries(
        Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {}

/** Thinking that another vendor did, in an answer of ours before: Anthropic would refuse its signature. */
const holdsOurs = (body: JsonObject): boolean =>
  isJsonList(body.messages) &&
  body.messages.some(
    (message) =>
      isJsonObject(message) &&
      message.role === 'assistant' &&
      isJsonList(message.content) &&
      message.content.some((block) => isJsonObject(block) && [block.signature, block.data].some(isOurs)),
  )

const isOurs = (signature: JsonObject[string] | undefined): boolean =>
  typeof signature === 'string' && isSealed(signature)
