// The Responses API: items out, items and their events in.
// Wire format: platform.openai.com/docs/api-reference/responses and /responses-streaming.

import type { ValueObject } from '../../../base/value.ts'
import type { FinishReason } from '../../spec.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'
import type { Turn } from '../http/turn.ts'
import type { FrameReader, Wire } from '../http/wire.ts'
import { initialDialect, type OpenAiDialect, relaxDialect } from '../openai-compatible/dialect.ts'
import { readResponsesError } from '../openai-compatible/errors.ts'
import { responseUsageOf } from '../openai-compatible/usage.ts'
import { type Address, plainAddress } from '../openai-compatible/wire.ts'
import { toResponsesBody } from './request.ts'

const PROTOCOL = 'openai-responses'

export const createResponsesWire = (
  extraParameters: ReadonlySet<string>,
  address: Address = plainAddress,
): Wire<OpenAiDialect> => ({
  framing: 'sse',
  initialDialect,
  encode: (call) => ({ path: address('/responses', call.model), body: toResponsesBody(call, extraParameters) }),
  openReader: (turn) => openReader(turn),
  readWhole(body, turn) {
    const output = listAt(body, 'output')
    for (const [index, item] of output.entries()) readItem(item as ValueObject, index, turn)
    close(body as ValueObject, output.filter(isSigned), turn)
    if (!turn.finished) throw new SyntaxError('a response that is not complete')
  },
  readError: readResponsesError,
  relax: (error, call) => relaxDialect(error, call.dialect, call.request),
})

const openReader = (turn: Turn): FrameReader => {
  /** Places whose text came in deltas, so that the whole item says nothing new. */
  const told = new Set<number>()
  const signed: ValueObject[] = []

  const begin = (index: number, item: ValueObject | undefined): void => {
    if (textAt(item, 'type') === 'function_call') {
      turn.tool(index, { id: textAt(item, 'call_id'), name: textAt(item, 'name') })
    }
  }
  const end = (index: number, item: ValueObject): void => {
    const type = textAt(item, 'type')
    if (type === 'function_call') {
      if (!told.has(index)) readItem(item, index, turn)
    } else if (type === 'reasoning') {
      if (!told.has(index)) turn.reasoning(reasoningText(item))
      if (isSigned(item)) signed.push(item)
      endReasoning(item, turn)
    } else if (type !== 'message' || !told.has(index)) readItem(item, index, turn)
  }
  return {
    push(frame) {
      const index = numberAt(frame, 'output_index') ?? 0
      const delta = textAt(frame, 'delta')
      const type = textAt(frame, 'type')
      if (type?.endsWith('.delta')) told.add(index)
      switch (type) {
        case 'response.output_item.added':
          begin(index, objectAt(frame, 'item'))
          return 'more'
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          turn.text(delta)
          return 'more'
        case 'response.reasoning_summary_text.delta':
        case 'response.reasoning_text.delta':
          turn.reasoning(delta)
          return 'more'
        case 'response.reasoning_summary_part.added':
          if ((numberAt(frame, 'summary_index') ?? 0) > 0) turn.reasoning('\n\n')
          return 'more'
        case 'response.function_call_arguments.delta':
          turn.tool(index, { arguments: delta })
          return 'more'
        case 'response.output_item.done':
          end(index, objectAt(frame, 'item') ?? {})
          return 'more'
        case 'response.completed':
        case 'response.incomplete':
          close(objectAt(frame, 'response') ?? {}, signed, turn)
          return 'done'
        default:
          // Beginnings, repetitions of what the deltas said, and the vendor's own tools at work.
          return 'more'
      }
    },
  }
}

const readItem = (item: ValueObject, index: number, turn: Turn): void => {
  switch (textAt(item, 'type')) {
    case 'message':
      for (const part of listAt(item, 'content')) turn.text(textAt(part, 'text') ?? textAt(part, 'refusal'))
      return
    case 'function_call':
      turn.tool(index, {
        id: textAt(item, 'call_id'),
        name: textAt(item, 'name'),
        arguments: textAt(item, 'arguments'),
      })
      return
    case 'reasoning':
      turn.reasoning(reasoningText(item))
      endReasoning(item, turn)
      return
    case 'image_generation_call': {
      const base64 = textAt(item, 'result')
      if (base64) turn.media(`image/${textAt(item, 'output_format') ?? 'png'}`, base64)
      return
    }
    default:
      // The vendor's own tools at work.
      return
  }
}

const reasoningText = (item: ValueObject): string => {
  const summary = listAt(item, 'summary')
  const parts = summary.length > 0 ? summary : listAt(item, 'content')
  return parts.map((part) => textAt(part, 'text') ?? '').join('\n\n')
}

const isSigned = (item: unknown): item is ValueObject =>
  textAt(item, 'type') === 'reasoning' && textAt(item, 'encrypted_content') !== undefined

const endReasoning = (item: ValueObject, turn: Turn): void => {
  const encrypted = textAt(item, 'encrypted_content')
  if (encrypted === undefined) return
  const id = textAt(item, 'id')
  turn.reasoningEnd({ [PROTOCOL]: { ...(id !== undefined && { id }), encrypted_content: encrypted } })
}

const close = (response: ValueObject, signed: readonly ValueObject[], turn: Turn): void => {
  turn.model(textAt(response, 'model'))
  turn.usage(responseUsageOf(response))
  const items = signed.map(({ id, summary, encrypted_content }) => ({
    type: 'reasoning',
    ...(id !== undefined && { id }),
    summary: summary ?? [],
    encrypted_content: encrypted_content ?? null,
  }))
  if (items.length > 0) turn.keepWithFirstCall(PROTOCOL, { reasoning: items })
  const reason = finishReason(response)
  if (reason) turn.finish(reason)
}

const finishReason = (response: ValueObject): FinishReason | undefined => {
  const status = textAt(response, 'status')
  if (status === 'completed') return 'stop'
  if (status !== 'incomplete') return undefined
  const why = textAt(objectAt(response, 'incomplete_details'), 'reason')
  return why === 'max_output_tokens' ? 'length' : why === 'content_filter' ? 'content-filter' : 'other'
}
