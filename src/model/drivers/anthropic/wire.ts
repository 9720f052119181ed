// The Messages API: requests out, events and answers in.

import type { ValueObject } from '../../../base/value.ts'
import type { FinishReason } from '../../spec.ts'
import type { VendorError } from '../http/failure.ts'
import { listAt, numberAt, objectAt, textAt, toArgumentsJson } from '../http/reading.ts'
import type { Turn, UsageNumbers } from '../http/turn.ts'
import type { FrameReader, Wire } from '../http/wire.ts'
import { type AnthropicDialect, initialDialect, relaxDialect } from './dialect.ts'
import { answerToolName, toAnthropicBody } from './request.ts'

export const createAnthropicWire = (defaultMaxTokens: number): Wire<AnthropicDialect> => ({
  framing: 'sse',
  initialDialect,
  encode: (call) => ({ path: '/v1/messages', body: toAnthropicBody(call, defaultMaxTokens) }),
  count: {
    encode: (call) => ({ path: '/v1/messages/count_tokens', body: countable(toAnthropicBody(call, defaultMaxTokens)) }),
    read: (body) => numberAt(body, 'input_tokens'),
  },
  openReader: (turn, call) => openReader(turn, answerToolName(call.request)),
  readWhole(body, turn, call) {
    const answer = answerToolName(call.request)
    const thinking: ValueObject[] = []
    turn.model(textAt(body, 'model'))
    turn.usage(anthropicUsageOf(body))
    for (const [index, block] of listAt(body, 'content').entries()) {
      const type = textAt(block, 'type')
      if (type === 'tool_use') {
        const text = toArgumentsJson(objectAt(block, 'input'))
        if (textAt(block, 'name') === answer) turn.text(text)
        else turn.tool(index, { id: textAt(block, 'id'), name: textAt(block, 'name'), arguments: text })
      } else if (type === 'thinking' || type === 'redacted_thinking') {
        thinking.push(block as ValueObject)
        turn.reasoning(textAt(block, 'thinking'))
        endThinking(block as ValueObject, turn)
      } else turn.text(textAt(block, 'text'))
    }
    if (thinking.length > 0) turn.keepWithFirstCall('anthropic', { thinking })
    const reason = textAt(body, 'stop_reason')
    if (reason === undefined) throw new SyntaxError('a message without a stop reason')
    turn.finish(toFinishReason(reason, turn), textAt(body, 'stop_sequence'))
  },
  readError: readAnthropicError,
  relax: (error, call) => relaxDialect(error, call.dialect),
})

/** What the call for a count takes. */
const countable = ({ model, messages, system, tools, tool_choice, thinking }: ValueObject): ValueObject =>
  ({
    model,
    messages,
    ...(system !== undefined && { system }),
    ...(tools !== undefined && { tools }),
    ...(tool_choice !== undefined && { tool_choice }),
    ...(thinking !== undefined && { thinking }),
  }) as ValueObject

interface OpenBlock {
  readonly type: string | undefined
  readonly isAnswer: boolean
  readonly start: ValueObject
  thinking: string
  signature: string
}

const openReader = (turn: Turn, answer: string | undefined): FrameReader => {
  const blocks = new Map<number, OpenBlock>()
  const thinking: ValueObject[] = []

  const start = (index: number, block: ValueObject): void => {
    const type = textAt(block, 'type')
    const name = textAt(block, 'name')
    const isAnswer = type === 'tool_use' && name === answer
    blocks.set(index, { type, isAnswer, start: block, thinking: textAt(block, 'thinking') ?? '', signature: '' })
    turn.text(textAt(block, 'text'))
    if (type === 'tool_use' && !isAnswer) turn.tool(index, { id: textAt(block, 'id'), name })
  }

  const grow = (index: number, delta: ValueObject): void => {
    const block = blocks.get(index)
    if (!block) return
    turn.text(textAt(delta, 'text'))
    const json = textAt(delta, 'partial_json')
    if (block.isAnswer) turn.text(json)
    else if (block.type === 'tool_use') turn.tool(index, { arguments: json })
    const thought = textAt(delta, 'thinking') ?? ''
    turn.reasoning(thought)
    block.thinking += thought
    block.signature += textAt(delta, 'signature') ?? ''
  }

  const stop = (index: number): void => {
    const block = blocks.get(index)
    const whole = block && wholeThinking(block)
    if (whole) {
      thinking.push(whole)
      endThinking(whole, turn)
    }
    blocks.delete(index)
  }

  return {
    push(frame) {
      const index = numberAt(frame, 'index') ?? 0
      switch (textAt(frame, 'type')) {
        case 'message_start': {
          const message = objectAt(frame, 'message')
          turn.model(textAt(message, 'model'))
          turn.usage(anthropicUsageOf(frame))
          return 'more'
        }
        case 'content_block_start':
          start(index, objectAt(frame, 'content_block') ?? {})
          return 'more'
        case 'content_block_delta':
          grow(index, objectAt(frame, 'delta') ?? {})
          return 'more'
        case 'content_block_stop':
          stop(index)
          return 'more'
        case 'message_delta': {
          turn.usage(anthropicUsageOf(frame))
          const delta = objectAt(frame, 'delta')
          const reason = textAt(delta, 'stop_reason')
          if (thinking.length > 0) turn.keepWithFirstCall('anthropic', { thinking })
          if (reason !== undefined) turn.finish(toFinishReason(reason, turn), textAt(delta, 'stop_sequence'))
          return 'more'
        }
        case 'message_stop':
          return 'done'
        default:
          // ping, and events of later versions.
          return 'more'
      }
    },
  }
}

const wholeThinking = (block: OpenBlock): ValueObject | undefined => {
  if (block.type === 'thinking') return { type: 'thinking', thinking: block.thinking, signature: block.signature }
  return block.type === 'redacted_thinking' ? block.start : undefined
}

const endThinking = (block: ValueObject, turn: Turn): void => {
  const { type: _, thinking: __, ...state } = block
  turn.reasoningEnd({ anthropic: state })
}

/** Of a message, or of an event that carries usage. What the cache served or stored is part of the prompt, although counted apart. */
export const anthropicUsageOf = (body: unknown): UsageNumbers | undefined => {
  const usage = objectAt(objectAt(body, 'message') ?? body, 'usage')
  if (!usage) return undefined
  const input = numberAt(usage, 'input_tokens')
  const cachedTokens = numberAt(usage, 'cache_read_input_tokens')
  const cacheWriteTokens = numberAt(usage, 'cache_creation_input_tokens')
  return {
    promptTokens: input === undefined ? undefined : input + (cachedTokens ?? 0) + (cacheWriteTokens ?? 0),
    completionTokens: numberAt(usage, 'output_tokens'),
    cachedTokens,
    cacheWriteTokens,
  }
}

const toFinishReason = (reason: string, turn: Turn): FinishReason => {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop'
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      // The forced answer is a tool to the vendor and a plain text to the caller.
      return turn.toolCount > 0 ? 'tool-calls' : 'stop'
    case 'refusal':
      return 'content-filter'
    default:
      return 'other'
  }
}

const STATUS_BY_KIND: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

// An empty account is told with the status of a bad request.
const NO_MONEY = /credit balance is too low/i

export const readAnthropicError = (body: unknown): VendorError | undefined => {
  const error = textAt(body, 'type') === 'error' ? objectAt(body, 'error') : undefined
  if (!error) return undefined
  const kind = textAt(error, 'type')
  const status = kind !== undefined && Object.hasOwn(STATUS_BY_KIND, kind) ? STATUS_BY_KIND[kind] : undefined
  const message = textAt(error, 'message') ?? 'no message'
  return {
    message,
    ...((kind === 'billing_error' || NO_MONEY.test(message)) && { quotaExceeded: true }),
    ...(kind !== undefined && { kind }),
    ...(status !== undefined && { status }),
  }
}
