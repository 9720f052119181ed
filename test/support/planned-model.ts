// A chat model that says what a test planned, part by part, and keeps the requests it got.

import type {
  ChatModel,
  ChatRequest,
  ChatStreamPart,
  ModelDirectory,
  ModelFeature,
  ToolCall,
} from '../../src/model/spec.ts'

export interface Planned {
  /** Pieces of text, other parts, or an error to throw at that place. A plain text is one piece. */
  readonly reply: string | readonly (string | ChatStreamPart | Error)[]
  readonly features?: readonly ModelFeature[]
  readonly contextTokens?: number
  readonly toolCalls?: readonly ToolCall[]
}

const USAGE = { promptTokens: 7, completionTokens: 3, totalTokens: 10, estimated: false }

export const plannedModel = (plan: Planned): { models: ModelDirectory; model: ChatModel; requests: ChatRequest[] } => {
  const requests: ChatRequest[] = []
  const parts = typeof plan.reply === 'string' ? [plan.reply] : plan.reply
  const model: ChatModel = {
    provider: 'planned',
    name: 'model',
    features: new Set(plan.features ?? []),
    ...(plan.contextTokens === undefined ? {} : { contextTokens: plan.contextTokens }),
    async *stream(request, signal) {
      requests.push(request)
      for (const part of parts) {
        signal?.throwIfAborted()
        if (part instanceof Error) throw part
        yield typeof part === 'string' ? { type: 'text-delta', text: part } : part
      }
      yield { type: 'finish', reason: 'stop', usage: USAGE }
    },
    async generate(request) {
      requests.push(request)
      const text = parts.flatMap((part) => {
        if (part instanceof Error) throw part
        return typeof part === 'string' ? [part] : []
      })
      return { text: text.join(''), reasoning: '', toolCalls: plan.toolCalls ?? [], finishReason: 'stop', usage: USAGE }
    },
  }
  const models: ModelDirectory = {
    resolve: () => ({ type: 'exact', model }),
    defaultModel: model,
    embedding: () => undefined,
    transcription: () => undefined,
    speech: () => undefined,
    rerank: () => undefined,
    moderation: () => undefined,
    list: () => [],
  }
  return { models, model, requests }
}
