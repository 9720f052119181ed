// The chat-completions format: requests out, chunks and answers in.

import type { Value, ValueObject } from '../../../base/value.ts'
import type { FinishReason } from '../../spec.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'
import type { Turn } from '../http/turn.ts'
import type { FrameReader, Wire } from '../http/wire.ts'
import { initialDialect, type OpenAiDialect, relaxDialect } from './dialect.ts'
import { readOpenAiError } from './errors.ts'
import { toOpenAiBody } from './request.ts'
import { chatUsageOf } from './usage.ts'

/** Where a route of the API is, e.g. `/chat/completions`; some servers have the model in the address. */
export type Address = (route: string, model: string) => string

export const plainAddress: Address = (route) => route

export const createOpenAiWire = (
  extraParameters: ReadonlySet<string>,
  address: Address = plainAddress,
): Wire<OpenAiDialect> => ({
  framing: 'sse',
  terminator: '[DONE]',
  initialDialect,
  encode: (call) => ({
    path: address('/chat/completions', call.model),
    body: toOpenAiBody(call, extraParameters),
  }),
  openReader: (turn) => openReader(turn),
  readWhole(body, turn) {
    turn.model(textAt(body, 'model'))
    turn.usage(chatUsageOf(body))
    const [choice] = listAt(body, 'choices')
    if (choice === undefined) throw new SyntaxError('an answer without choices')
    const message = objectAt(choice, 'message')
    const reasoning = readDelta(message, turn)
    for (const [index, call] of listAt(message, 'tool_calls').entries()) turn.tool(index, toolFragment(call))
    if (reasoning !== '') turn.keepWithFirstCall('openai-chat', { reasoning_content: reasoning })
    turn.finish(toFinishReason(textAt(choice, 'finish_reason') ?? 'stop'), textAt(choice, 'stop_reason'))
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
      turn.usage(chatUsageOf(frame))
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
          const whole = reasoning.join('')
          if (whole !== '') turn.keepWithFirstCall('openai-chat', { reasoning_content: whole })
          // Not OpenAI's: servers for open models say which word it was.
          turn.finish(toFinishReason(reason), textAt(choice, 'stop_reason'))
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
    ...(extra && { vendorState: { 'openai-chat': { extra_content: extra } } }),
  }
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
