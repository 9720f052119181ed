// Models whose calls are counted: everything passes through unchanged, and what each call took is told to whoever counts.
//
// M1  A call is noted once, when it is over, under the model that answered: a substitute counts as itself.
// M2  A call that failed before it said anything is not noted. One that broke off after is, by estimate: vendors bill it.

import type {
  ChatModel,
  ChatRequest,
  ChatStreamPart,
  EmbeddingModel,
  ModelDirectory,
  ModelMatch,
  ModelUsage,
} from './spec.ts'
import { estimatedUsage, estimateTokens } from './usage.ts'

/** What one call of a model took. Tokens are whole and not negative. */
export interface ModelCall {
  readonly provider: string
  readonly model: string
  readonly promptTokens: number
  readonly completionTokens: number
  /** Parts of the prompt and of the completion that have prices of their own; as in `ModelUsage`. */
  readonly cachedTokens?: number
  readonly cacheWriteTokens?: number
  readonly audioTokens?: number
  readonly reasoningTokens?: number
  readonly images?: number
  /** The tokens are by estimate. Default false. */
  readonly estimated?: boolean
  /** Where it was settled already. Absent: whoever counts asks the price book. */
  readonly costNanoUsd?: number
}

/** Called once a call, when it is over. Never throws. */
export type NoteCall = (call: ModelCall) => void

/** The same models; calls of chat and embedding models are noted. Speech has no tokens: it passes uncounted. */
export const meterModels = (models: ModelDirectory, note: NoteCall): ModelDirectory => ({
  resolve: (reference) => meterMatch(models.resolve(reference), note),
  get defaultModel() {
    const model = models.defaultModel
    return model && meterChat(model, note)
  },
  embedding(reference) {
    const model = models.embedding(reference)
    return model && meterEmbedding(model, note)
  },
  transcription: (reference) => models.transcription(reference),
  speech: (reference) => models.speech(reference),
  rerank: (reference) => models.rerank(reference),
  moderation: (reference) => models.moderation(reference),
  list: () => models.list(),
})

const meterMatch = (match: ModelMatch, note: NoteCall): ModelMatch =>
  match.type === 'missing' ? match : { type: match.type, model: meterChat(match.model, note) }

export const meterChat = (model: ChatModel, note: NoteCall): ChatModel => {
  const tell = (usage: ModelUsage) => note(toModelCall(model, usage))
  return {
    provider: model.provider,
    name: model.name,
    features: model.features,
    ...(model.contextTokens !== undefined && { contextTokens: model.contextTokens }),
    stream: (request, signal) => meterStream(model.stream(request, signal), request, tell),
    async generate(request, signal) {
      const result = await model.generate(request, signal)
      tell(result.usage)
      return result
    },
  }
}

export const meterEmbedding = (model: EmbeddingModel, note: NoteCall): EmbeddingModel => ({
  provider: model.provider,
  name: model.name,
  async embed(texts, signal) {
    const result = await model.embed(texts, signal)
    note(toModelCall(model, { promptTokens: result.promptTokens, completionTokens: 0, estimated: false }))
    return result
  },
})

/** Hands the stream through part by part; no generator, since every piece of every answer passes here. */
const meterStream = (
  parts: AsyncIterable<ChatStreamPart>,
  request: ChatRequest,
  tell: (usage: ModelUsage) => void,
): AsyncIterable<ChatStreamPart> => ({
  [Symbol.asyncIterator]() {
    const inner = parts[Symbol.asyncIterator]()
    let said = ''
    let over = false
    const close = (usage: ModelUsage | undefined): void => {
      if (over) return
      over = true
      if (usage) tell(usage)
      else if (said !== '') tell(estimatedUsage(request, estimateTokens(said)))
    }
    const look = (result: IteratorResult<ChatStreamPart, unknown>) => {
      if (result.done) close(undefined)
      else if (result.value.type === 'finish') close(result.value.usage)
      else if (result.value.type === 'text-delta' || result.value.type === 'reasoning-delta') said += result.value.text
      return result
    }
    const fail = (error: unknown): never => {
      close(undefined)
      throw error
    }
    return {
      next: () => inner.next().then(look, fail),
      async return() {
        close(undefined)
        await inner.return?.()
        return { done: true, value: undefined }
      },
    }
  },
})

export const toModelCall = (
  { provider, name }: Pick<ChatModel, 'provider' | 'name'>,
  usage: Omit<ModelUsage, 'totalTokens'>,
): ModelCall => {
  const { cachedTokens, cacheWriteTokens, audioTokens, reasoningTokens, images } = usage
  return {
    provider,
    model: name,
    promptTokens: toCount(usage.promptTokens),
    completionTokens: toCount(usage.completionTokens),
    ...(cachedTokens && { cachedTokens: toCount(cachedTokens) }),
    ...(cacheWriteTokens && { cacheWriteTokens: toCount(cacheWriteTokens) }),
    ...(audioTokens && { audioTokens: toCount(audioTokens) }),
    ...(reasoningTokens && { reasoningTokens: toCount(reasoningTokens) }),
    ...(images && { images: toCount(images) }),
    ...(usage.estimated && { estimated: true }),
  }
}

/** Vendors write their own numbers; sums stay exact whatever these are. */
const MOST_TOKENS = 1_000_000_000

const toCount = (tokens: number): number => (tokens > 0 ? Math.min(Math.trunc(tokens), MOST_TOKENS) : 0)
