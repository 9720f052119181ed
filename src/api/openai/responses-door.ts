// The door of the responses API: POST /v1/responses. What it keeps between calls is not kept here: callers send it all.

import { isSealed } from '../doors/sealed-state.ts'
import type { Door, DoorCall, JsonObject } from '../doors/spec.ts'
import { readMetadata } from './chat-door.ts'
import { toOpenAiError } from './errors.ts'
import { FieldReader, isJsonList, isJsonObject } from './field-reader.ts'
import { toResponse } from './responses-answer.ts'
import { responsesVerdicts } from './responses-fields.ts'
import { readResponsesRequest } from './responses-request.ts'
import { ResponsesStreamWriter } from './responses-stream.ts'
import { isExtraContentOfOurs } from './vendor-state.ts'

export const openAiResponsesDoor: Door = {
  protocol: 'openai-responses',
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
  return {
    model,
    streaming: reader.flag(body, 'stream') ?? false,
    maxTokens: reader.number(body, 'max_output_tokens', '', { integer: true, least: 1 }),
    user: reader.text(body, 'user') ?? reader.text(body, 'safety_identifier'),
    metadata: readMetadata(body, reader),
    // OpenAI could not decrypt it.
    ...(holdsOurState(body) && { passThrough: false }),
    read: () => readResponsesRequest(body),
    verdicts: (family) => responsesVerdicts(body, family),
    whole: (result, answer) => toResponse(body, result, answer),
    openWriter: (answer) => new ResponsesStreamWriter(body, answer),
  }
}

/** What other vendors want back, as our answers carried it. */
const holdsOurState = ({ input }: JsonObject): boolean =>
  isJsonList(input) &&
  input.some((item) => {
    if (!isJsonObject(item)) return false
    const { encrypted_content: encrypted, extra_content: extra } = item
    return (typeof encrypted === 'string' && isSealed(encrypted)) || isExtraContentOfOurs(extra)
  })
