// The generateContent format. A chunk of a stream and a whole answer have the same shape.
// The stream has no terminator: the end of the body ends it, and only a finish reason before that makes it whole.

import { own, type ValueObject } from '../../../base/value.ts'
import type { FinishReason } from '../../spec.ts'
import type { VendorError } from '../http/failure.ts'
import { listAt, numberAt, objectAt, textAt, toArgumentsJson } from '../http/reading.ts'
import { readDuration } from '../http/retry-after.ts'
import type { Turn, UsageNumbers } from '../http/turn.ts'
import type { Wire } from '../http/wire.ts'
import { toGeminiBody } from './request.ts'

export const readGeminiError = (body: unknown): VendorError | undefined => {
  // Without `alt=sse` support a proxy wraps the object into a list.
  const error = objectAt(Array.isArray(body) ? body[0] : body, 'error')
  if (!error) return undefined
  const details = listAt(error, 'details')
  const reasons = details.map((detail) => textAt(detail, 'reason'))
  const delay = details.map((detail) => textAt(detail, 'retryDelay')).find((text) => text !== undefined)
  const retryAfterMs = delay === undefined ? undefined : readDuration(delay)
  const kind = textAt(error, 'status')
  const status = numberAt(error, 'code')
  return {
    message: textAt(error, 'message') ?? 'no message',
    ...(kind !== undefined && { kind }),
    ...(status !== undefined && { status }),
    // A wrong key is a bad request here, which everywhere else means a wrong prompt.
    ...(reasons.includes('API_KEY_INVALID') && { correctedStatus: 401 }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** The model's address; tuned and cached models have several parts. */
export const resourceOf = (model: string): string =>
  `models/${model
    .replace(/^models\//, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/')}`

export const geminiPath = (model: string, streaming: boolean): string =>
  `/${resourceOf(model)}:${streaming ? 'streamGenerateContent?alt=sse' : 'generateContent'}`

export const geminiWire: Wire<undefined> = {
  framing: 'sse',
  initialDialect: () => undefined,
  encode: (call) => ({ path: geminiPath(call.model, call.streaming), body: toGeminiBody(call) }),
  count: {
    encode: (call) => ({
      path: `/${resourceOf(call.model)}:countTokens`,
      body: { generateContentRequest: { model: resourceOf(call.model), ...toGeminiBody(call) } },
    }),
    read: (body) => numberAt(body, 'totalTokens'),
  },
  openReader: (turn) => ({
    push(frame) {
      readChunk(frame, turn)
      return 'more'
    },
  }),
  readWhole(body, turn) {
    readChunk(body, turn)
    if (!turn.finished) throw new SyntaxError('an answer without a finish reason')
  },
  readError: readGeminiError,
}

/** Thinking is counted apart, and billed as part of the answer. */
export const geminiUsageOf = (chunk: unknown): UsageNumbers | undefined => {
  const usage = objectAt(chunk, 'usageMetadata')
  if (!usage) return undefined
  const reasoningTokens = numberAt(usage, 'thoughtsTokenCount')
  return {
    promptTokens: numberAt(usage, 'promptTokenCount'),
    completionTokens: (numberAt(usage, 'candidatesTokenCount') ?? 0) + (reasoningTokens ?? 0),
    cachedTokens: numberAt(usage, 'cachedContentTokenCount'),
    reasoningTokens,
  }
}

const readChunk = (chunk: unknown, turn: Turn): void => {
  turn.model(textAt(chunk, 'modelVersion'))
  turn.usage(geminiUsageOf(chunk))
  if (textAt(objectAt(chunk, 'promptFeedback'), 'blockReason') !== undefined) turn.finish('content-filter')
  const [candidate] = listAt(chunk, 'candidates')
  for (const part of listAt(objectAt(candidate, 'content'), 'parts')) readPart(part as ValueObject, turn)
  const reason = textAt(candidate, 'finishReason')
  if (reason !== undefined && reason !== 'FINISH_REASON_UNSPECIFIED') turn.finish(toFinishReason(reason))
}

const readPart = (part: ValueObject, turn: Turn): void => {
  const text = textAt(part, 'text')
  const signature = textAt(part, 'thoughtSignature')
  if (own(part, 'thought') === true) turn.reasoning(text)
  else turn.text(text)
  const data = objectAt(part, 'inlineData')
  if (data) turn.media(textAt(data, 'mimeType') ?? 'application/octet-stream', textAt(data, 'data') ?? '')
  const call = objectAt(part, 'functionCall')
  if (!call && signature !== undefined) turn.reasoningEnd({ gemini: { thoughtSignature: signature } })
  if (call) {
    turn.tool(turn.toolCount, {
      id: textAt(call, 'id'),
      name: textAt(call, 'name'),
      arguments: toArgumentsJson(own(call, 'args')),
      ...(signature !== undefined && { vendorState: { gemini: { thoughtSignature: signature } } }),
    })
  }
}

const FILTERED = /SAFETY|RECITATION|BLOCKLIST|PROHIBITED|SPII/

const toFinishReason = (reason: string): FinishReason => {
  if (reason === 'STOP') return 'stop'
  if (reason === 'MAX_TOKENS') return 'length'
  return FILTERED.test(reason) ? 'content-filter' : 'other'
}
