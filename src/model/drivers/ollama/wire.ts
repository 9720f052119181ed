// The /api/chat format: lines of JSON, the last with `done`. A line and a whole answer have the same shape.

import { own } from '../../../base/value.ts'
import type { VendorError } from '../http/failure.ts'
import { listAt, numberAt, objectAt, textAt, toArgumentsJson } from '../http/reading.ts'
import type { Turn } from '../http/turn.ts'
import type { Wire } from '../http/wire.ts'
import { toOllamaBody } from './request.ts'

export const readOllamaError = (body: unknown): VendorError | undefined => {
  const message = textAt(body, 'error') ?? textAt(objectAt(body, 'error'), 'message')
  return message === undefined ? undefined : { message }
}

export const ollamaWire: Wire<undefined> = {
  framing: 'ndjson',
  initialDialect: () => undefined,
  encode: (call) => ({ path: '/api/chat', body: toOllamaBody(call) }),
  openReader: (turn) => ({ push: (frame) => (readLine(frame, turn) ? 'done' : 'more') }),
  readWhole(body, turn) {
    if (!readLine(body, turn)) throw new SyntaxError('an answer that is not done')
  },
  readError: readOllamaError,
}

const readLine = (line: unknown, turn: Turn): boolean => {
  turn.model(textAt(line, 'model'))
  const message = objectAt(line, 'message')
  turn.reasoning(textAt(message, 'thinking'))
  turn.text(textAt(message, 'content'))
  for (const call of listAt(message, 'tool_calls')) {
    const definition = objectAt(call, 'function')
    turn.tool(turn.toolCount, {
      id: textAt(call, 'id'),
      name: textAt(definition, 'name'),
      arguments: toArgumentsJson(definition && own(definition, 'arguments')),
    })
  }
  if (own((line ?? {}) as object, 'done') !== true) return false
  // A prompt served from the cache is not counted again by the server; then there is no honest number.
  turn.usage({ promptTokens: numberAt(line, 'prompt_eval_count'), completionTokens: numberAt(line, 'eval_count') })
  turn.finish(textAt(line, 'done_reason') === 'length' ? 'length' : 'stop')
  return true
}
