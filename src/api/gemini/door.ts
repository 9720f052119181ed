// generateContent and streamGenerateContent as a door. Wire format: ai.google.dev/api/generate-content. The model and whether
// the answer is streamed stand in the address.

import { verdictsOf } from '../../product/gateway/verdicts.ts'
import { isSealed } from '../doors/sealed-state.ts'
import type { Door, DoorAddress, JsonObject } from '../doors/spec.ts'
import { FieldReader, isJsonList, isJsonObject } from '../openai/field-reader.ts'
import { toGeminiAnswer } from './answer.ts'
import { toGeminiError } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { withCamelNames } from './names.ts'
import { readGeminiRequest } from './request.ts'
import { GeminiWriter } from './stream.ts'

export const geminiDoor: Door = {
  protocol: 'gemini',
  open(given, address) {
    const body = withCamelNames(given)
    const reader = new FieldReader()
    const contents = reader.list(body, 'contents')
    if (body.contents === undefined || body.contents === null) reader.problem('contents', 'is required')
    if (contents?.length === 0) reader.problem('contents', 'must not be empty')
    const config = withCamelNames(reader.object(body, 'generationConfig') ?? {})
    const maxTokens = reader.number(config, 'maxOutputTokens', 'generationConfig', { integer: true, least: 1 })
    reader.finish()
    return callOf(body, address, maxTokens)
  },
  toError: toGeminiError,
}

const callOf = (body: JsonObject, address: DoorAddress, maxTokens: number | undefined) => {
  const { model = '', streaming = false, framing = 'sse' } = address
  return {
    model,
    streaming,
    maxTokens,
    user: undefined,
    metadata: textsOf(body.labels),
    // Vendors are asked for events.
    passThrough: !(streaming && framing === 'list') && !holdsOurs(body),
    read: () => readGeminiRequest(body),
    verdicts: (family: string) => verdictsOf('gemini', family, fieldsOf(body)),
    whole: toGeminiAnswer,
    openWriter: (answer: Parameters<typeof toGeminiAnswer>[1]) => new GeminiWriter(answer, framing),
  }
}

const textsOf = (labels: JsonObject[string] | undefined): Readonly<Record<string, string>> =>
  isJsonObject(labels)
    ? Object.fromEntries(
        Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {}

/** What another vendor said in an answer of ours before: Google would refuse its signature. */
const holdsOurs = (body: JsonObject): boolean =>
  isJsonList(body.contents) &&
  body.contents.some(
    (content) =>
      isJsonObject(content) &&
      content.role === 'model' &&
      isJsonList(content.parts) &&
      content.parts.some((part) => isJsonObject(part) && [part.thoughtSignature, part.thought_signature].some(isOurs)),
  )

const isOurs = (signature: JsonObject[string] | undefined): boolean =>
  typeof signature === 'string' && isSealed(signature)
