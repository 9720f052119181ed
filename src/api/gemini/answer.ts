// Whole answers of generateContent, and the pieces that chunks of its streams share with them.

import type { ChatResult, FinishReason, ModelUsage, Reasoning, ToolCall, VendorState } from '../../model/spec.ts'
import { inputOf } from '../anthropic/answer.ts'
import { sealState } from '../doors/sealed-state.ts'
import type { AnswerIdentity, JsonObject } from '../doors/spec.ts'

const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  other: 'OTHER',
}

export const toGeminiAnswer = (result: ChatResult, answer: AnswerIdentity): JsonObject => ({
  candidates: [
    {
      content: { role: 'model', parts: partsOf(result) },
      finishReason: REASONS[result.finishReason],
      index: 0,
    },
  ],
  usageMetadata: toGeminiUsage(result.usage),
  ...identityOf(answer),
})

const partsOf = (result: ChatResult): readonly JsonObject[] => [
  ...thoughtsOf(result),
  ...(result.text === '' ? [] : [{ text: result.text }]),
  ...(result.media ?? []).map(({ mimeType, base64 }) => ({ inlineData: { mimeType, data: base64 } })),
  ...result.toolCalls.map(toCallPart),
]

const thoughtsOf = (result: ChatResult): readonly JsonObject[] => {
  const blocks: readonly Reasoning[] = result.reasoningBlocks ?? [{ text: result.reasoning }]
  return blocks.flatMap(({ text, vendorState }) =>
    text === '' && !vendorState ? [] : [{ text, thought: true, ...signed(vendorState) }],
  )
}

/** What the vendor signed, as it wrote it; what another vendor wants back is sealed. */
export const signed = (state: VendorState | undefined): { readonly thoughtSignature?: string } => {
  if (!state || Object.keys(state).length === 0) return {}
  const own = state.gemini?.thoughtSignature
  return { thoughtSignature: typeof own === 'string' ? own : sealState(state) }
}

export const toCallPart = (call: ToolCall): JsonObject => ({
  functionCall: { id: call.id, name: call.name, args: inputOf(call.argumentsJson) },
  ...signed(call.vendorState as VendorState | undefined),
})

export const finishReason = (reason: FinishReason): string => REASONS[reason]

export const identityOf = (answer: AnswerIdentity) => ({ modelVersion: answer.model, responseId: answer.id })

/** Here thinking is counted beside the candidates, and the cache within the prompt. */
export const toGeminiUsage = (usage: ModelUsage): JsonObject => {
  const thoughts = usage.reasoningTokens ?? 0
  return {
    promptTokenCount: usage.promptTokens,
    candidatesTokenCount: Math.max(0, usage.completionTokens - thoughts),
    totalTokenCount: usage.totalTokens,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    ...(usage.cachedTokens !== undefined && { cachedContentTokenCount: usage.cachedTokens }),
  }
}
