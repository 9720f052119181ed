// The chat-completions format: requests out, chunks and answers in.

import { own, type Value, type ValueObject } from '../../../base/value.ts'
import type { FinishReason } from '../../spec.ts'
import type { VendorError } from '../http/failure.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'
import type { Turn } from '../http/turn.ts'
import type { FrameReader, Wire } from '../http/wire.ts'
import { initialDialect, type OpenAiDialect, relaxDialect } from './dialect.ts'
import { toOpenAiBody } from './request.ts'

export const createOpenAiWire = (extraParameters: ReadonlySet<string>): Wire<OpenAiDialect> => ({
  framing: 'sse',
  terminator: '[DONE]',
  initialDialect,
  encode: (call) => ({ path: '/chat/completions', body: toOpenAiBody(call, extraParameters) }),
  openReader: (turn) => openReader(turn),
  readWhole(body, turn) {
    turn.model(textAt(body, 'model'))
    readUsage(body, turn)
    const [choice] = listAt(body, 'choices')
    if (choice === undefined) throw new SyntaxError('an answer without choices')
    const message = objectAt(choice, 'message')
    const reasoning = readDelta(message, turn)
    for (const [index, call] of listAt(message, 'tool_calls').entries()) turn.tool(index, toolFragment(call))
    if (reasoning !== '') turn.keepWithFirstCall({ reasoning_content: reasoning })
    turn.finish(toFinishReason(textAt(choice, 'finish_reason') ?? 'stop'))
  },
  readError: readOpenAiError,
  relax: (error, call) => relaxDialect(error, call.dialect, call.request),
})

const openReader = (turn: Turn): FrameReader => {
  const reasoning: string[] = []
  let lastKey: number | string = 0
  return {
    push(frame) {
      turn.model(textAt(frame, 'model'))
      readUsage(frame, turn)
      for (const choice of listAt(frame, 'choices')) {
        if ((numberAt(choice, 'index') ?? 0) !== 0) continue
        const delta = objectAt(choice, 'delta')
        const thought = readDelta(delta, turn)
        if (thought !== '') reasoning.push(thought)
        for (const call of listAt(delta, 'tool_calls')) {
          // A few servers leave the index out and send whole calls; a new id is a new call then.
          lastKey = numberAt(call, 'index') ?? textAt(call, 'id') ?? lastKey
          turn.tool(lastKey, toolFragment(call))
        }
        const reason = textAt(choice, 'finish_reason')
        if (reason) {
          if (reasoning.length > 0) turn.keepWithFirstCall({ reasoning_content: reasoning.join('') })
          turn.finish(toFinishReason(reason))
        }
      }
      return 'more'
    },
  }
}

/** @returns the reasoning in it */
const readDelta = (delta: ValueObject | undefined, turn: Turn): string => {
  const reasoning = textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning') ?? ''
  turn.reasoning(reasoning)
  turn.text(textAt(delta, 'content'))
  turn.text(textAt(delta, 'refusal'))
  return reasoning
}

const toolFragment = (call: Value) => {
  const definition = objectAt(call, 'function')
  const extra = objectAt(call, 'extra_content')
  return {
    id: textAt(call, 'id'),
    name: textAt(definition, 'name'),
    arguments: textAt(definition, 'arguments'),
    ...(extra && { vendorState: { extra_content: extra } }),
  }
}

const readUsage = (body: unknown, turn: Turn): void => {
  const usage = objectAt(body, 'usage')
  if (usage) turn.usage(numberAt(usage, 'prompt_tokens'), numberAt(usage, 'completion_tokens'))
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
}
const toFinishReason = (reason: string): FinishReason =>
  (Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined) ?? 'other'

// Inside a stream there is no status; the vendor's word stands for it.
const STATUS_BY_KIND: readonly (readonly [RegExp, number])[] = [
  [/insufficient_quota|rate_?limit|too_many|throttl/i, 429],
  [/invalid_api_key|authentication|unauthorized/i, 401],
  [/permission/i, 403],
  [/model_not_found|not_?found/i, 404],
  [/context_length|invalid_request|bad_?request|invalid_value|unsupported/i, 400],
  [/server_error|overloaded|unavailable|internal/i, 500],
]

export const readOpenAiError = (body: unknown): VendorError | undefined => {
  const error = objectAt(body, 'error')
  // Shapes of servers that are only almost compatible.
  const plain = textAt(body, 'error') ?? (textAt(body, 'object') === 'error' ? textAt(body, 'message') : undefined)
  const detail = error
    ? undefined
    : (plain ?? (listAt(body, 'choices').length > 0 ? undefined : textAt(body, 'detail')))
  if (!error) return detail === undefined ? undefined : { message: detail }
  const code = own(error, 'code')
  const kind = [typeof code === 'string' ? code : undefined, textAt(error, 'type')].filter(Boolean).join(' ')
  const numeric =
    numberAt(error, 'code') ?? (typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : undefined)
  const status = numeric ?? STATUS_BY_KIND.find(([pattern]) => pattern.test(kind))?.[1]
  return {
    message: textAt(error, 'message') ?? 'no message',
    ...(kind !== '' && { kind }),
    ...(status !== undefined && { status }),
    ...(/insufficient_quota/.test(kind) && { permanent: true }),
  }
}
