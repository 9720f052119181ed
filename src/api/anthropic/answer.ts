// A whole answer as the Messages API gives it.

import type { ValueObject } from '../../base/value.ts'
import type { ChatResult, ToolCall } from '../../model/spec.ts'
import { sealState } from '../doors/sealed-state.ts'
import type { AnswerIdentity, JsonObject } from '../doors/spec.ts'
import { toAnthropicUsage, toStop } from './stop.ts'
import { toThinkingBlock } from './thinking.ts'

export const toAnthropicMessage = (result: ChatResult, answer: AnswerIdentity): JsonObject => {
  const sealed = sealedCalls(result.toolCalls)
  const content: JsonObject[] = [
    ...thinkingOf(result),
    ...(result.text === '' ? [] : [{ type: 'text', text: result.text }]),
    ...(result.media ?? []).map(toMediaBlock),
    ...(sealed ? [sealed] : []),
    ...result.toolCalls.map(toToolUse),
  ]
  return {
    ...envelope(answer),
    content,
    ...toStop({ reason: result.finishReason, stopSequence: result.stopSequence }),
    usage: toAnthropicUsage(result.usage),
  }
}

export const envelope = (answer: AnswerIdentity) => ({
  id: `msg_${answer.id}`,
  type: 'message',
  role: 'assistant',
  model: answer.model,
})

const thinkingOf = (result: ChatResult): readonly JsonObject[] => {
  if (result.reasoningBlocks) return result.reasoningBlocks.map(toThinkingBlock)
  return result.reasoning === '' ? [] : [toThinkingBlock({ text: result.reasoning })]
}

const toToolUse = (call: ToolCall): JsonObject => ({
  type: 'tool_use',
  id: call.id,
  name: call.name,
  input: inputOf(call.argumentsJson),
})

/** What a model wrote amiss goes out under one key, so that it is seen. */
export const inputOf = (argumentsJson: string): JsonObject => {
  if (argumentsJson.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(argumentsJson)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  } catch {
    // It is told below.
  }
  return { malformed_arguments: argumentsJson }
}

/** Answers have no pictures here: they go out as links that hold them. */
export const toMediaBlock = (media: { readonly mimeType: string; readonly base64: string }): JsonObject => ({
  type: 'text',
  text: `![](data:${media.mimeType};base64,${media.base64})`,
})

/** What other vendors want back with calls: `tool_use` has no place for it, and clients keep this block unread. */
export const sealedCalls = (calls: readonly ToolCall[]): JsonObject | undefined => {
  const states: Record<string, ValueObject> = {}
  for (const { id, vendorState } of calls) {
    // The vendor's own thinking stands in blocks of its own.
    const { anthropic: _, ...rest } = vendorState ?? {}
    if (Object.keys(rest).length > 0) states[id] = rest
  }
  if (Object.keys(states).length === 0) return undefined
  return { type: 'redacted_thinking', data: sealState({ calls: states }) }
}
