// The Messages API: requests out, events and answers in.

import type { ValueObject } from '../../../base/value.ts'
import type { FinishReason } from '../../spec.ts'
import type { VendorError } from '../http/failure.ts'
import { listAt, numberAt, objectAt, textAt, toArgumentsJson } from '../http/reading.ts'
import type { Turn } from '../http/turn.ts'
import type { FrameReader, Wire } from '../http/wire.ts'
import { answerToolName, toAnthropicBody } from './request.ts'

export const createAnthropicWire = (defaultMaxTokens: number): Wire<undefined> => ({
  framing: 'sse',
  initialDialect: () => undefined,
  encode: (call) => ({ path: '/v1/messages', body: toAnthropicBody(call, defaultMaxTokens) }),
  openReader: (turn, call) => openReader(turn, answerToolName(call.request)),
  readWhole(body, turn, call) {
    const answer = answerToolName(call.request)
    const thinking: ValueObject[] = []
    turn.model(textAt(body, 'model'))
    readUsage(objectAt(body, 'usage'), turn)
    for (const [index, block] of listAt(body, 'content').entries()) {
      const type = textAt(block, 'type')
      if (type === 'tool_use') {
        const text = toArgumentsJson(objectAt(block, 'input'))
        if (textAt(block, 'name') === answer) turn.text(text)
        else turn.tool(index, { id: textAt(block, 'id'), name: textAt(block, 'name'), arguments: text })
      } else if (type === 'thinking' || type === 'redacted_thinking') {
        thinking.push(block as ValueObject)
        turn.reasoning(textAt(block, 'thinking'))
      } else turn.text(textAt(block, 'text'))
    }
    if (thinking.length > 0) turn.keepWithFirstCall({ thinking })
    const reason = textAt(body, 'stop_reason')
    if (reason === undefined) throw new SyntaxError('a message without a stop reason')
    turn.finish(toFinishReason(reason, turn))
  },
  readError,
})

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
    if (block?.type === 'thinking') {
      thinking.push({ type: 'thinking', thinking: block.thinking, signature: block.signature })
    } else if (block?.type === 'redacted_thinking') thinking.push(block.start)
    blocks.delete(index)
  }

  return {
    push(frame) {
      const index = numberAt(frame, 'index') ?? 0
      switch (textAt(frame, 'type')) {
        case 'message_start': {
          const message = objectAt(frame, 'message')
          turn.model(textAt(message, 'model'))
          readUsage(objectAt(message, 'usage'), turn)
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
          readUsage(objectAt(frame, 'usage'), turn)
          const reason = textAt(objectAt(frame, 'delta'), 'stop_reason')
          if (thinking.length > 0) turn.keepWithFirstCall({ thinking })
          if (reason !== undefined) turn.finish(toFinishReason(reason, turn))
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

// What the cache served or stored is part of the prompt, although counted apart.
const readUsage = (usage: ValueObject | undefined, turn: Turn): void => {
  const input = numberAt(usage, 'input_tokens')
  const cached =
    (numberAt(usage, 'cache_read_input_tokens') ?? 0) + (numberAt(usage, 'cache_creation_input_tokens') ?? 0)
  turn.usage(input === undefined ? undefined : input + cached, numberAt(usage, 'output_tokens'))
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

const readError = (body: unknown): VendorError | undefined => {
  const error = textAt(body, 'type') === 'error' ? objectAt(body, 'error') : undefined
  if (!error) return undefined
  const kind = textAt(error, 'type')
  const status = kind !== undefined && Object.hasOwn(STATUS_BY_KIND, kind) ? STATUS_BY_KIND[kind] : undefined
  return {
    message: textAt(error, 'message') ?? 'no message',
    ...(kind !== undefined && { kind }),
    ...(status !== undefined && { status }),
  }
}
