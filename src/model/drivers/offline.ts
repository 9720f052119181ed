// The built-in models that need no vendor, no key and no network. The chat model is no language model and says so: fixed
// rules pick sentences, follow simple instructions, sort and extract. The same request always gets the same answer.

import { isNumber, toNumber } from '../../base/number.ts'
import { type Ids, nextTurn } from '../../base/seams.ts'
import { own } from '../../base/value.ts'
import { collectResult } from '../fold.ts'
import type { ChatModel, ChatRequest, ChatStreamPart, EmbeddingModel, ModelFeature, ModelProvider } from '../spec.ts'
import { estimatedUsage, estimateTokens } from '../usage.ts'
import { answerOffline } from './offline/answer.ts'
import { embedOffline } from './offline/embedding.ts'
import { cutText, piecesOf } from './offline/pieces.ts'

export const OFFLINE_PROVIDER = 'offline'
export const OFFLINE_MODEL = 'heddle-offline'
export const OFFLINE_EMBEDDING = 'heddle-embed'
const FEATURES: ReadonlySet<ModelFeature> = new Set(['tools', 'structured-output'])

export const createOfflineProvider = (seams: { readonly ids: Ids }): ModelProvider => {
  const model = createOfflineModel(seams.ids)
  return {
    name: OFFLINE_PROVIDER,
    type: 'offline',
    chat: (modelName) => (modelName === OFFLINE_MODEL ? model : undefined),
    embedding: (modelName) => (modelName === OFFLINE_EMBEDDING ? offlineEmbedding : undefined),
    models: () => [OFFLINE_MODEL, OFFLINE_EMBEDDING],
    kindOf: (modelName) => (modelName === OFFLINE_EMBEDDING ? 'embedding' : 'chat'),
  }
}

const offlineEmbedding: EmbeddingModel = {
  provider: OFFLINE_PROVIDER,
  name: OFFLINE_EMBEDDING,
  async embed(texts, signal) {
    const vectors: Float32Array[] = []
    let promptTokens = 0
    for (const text of texts) {
      // Thousands of long texts must not hold the process up for seconds.
      await nextTurn()
      signal?.throwIfAborted()
      vectors.push(embedOffline(text))
      promptTokens += estimateTokens(text)
    }
    return { vectors, promptTokens }
  },
}

const createOfflineModel = (ids: Ids): ChatModel => {
  async function* stream(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<ChatStreamPart, void> {
    signal?.throwIfAborted()
    const answer = answerOffline(request)
    if (answer.type === 'call') {
      const { name, argumentsJson } = answer.call
      yield { type: 'tool-call', call: { id: ids.next('call'), name, argumentsJson } }
      yield {
        type: 'finish',
        reason: 'tool-calls',
        usage: estimatedUsage(request, estimateTokens(name) + estimateTokens(argumentsJson)),
        model: OFFLINE_MODEL,
      }
      return
    }
    const { text, cutBy } = cutText(answer.text, request.stop ?? [], maxTokens(request))
    for (const piece of piecesOf(text)) {
      signal?.throwIfAborted()
      yield { type: 'text-delta', text: piece }
    }
    yield {
      type: 'finish',
      reason: cutBy === 'length' ? 'length' : 'stop',
      usage: estimatedUsage(request, estimateTokens(text)),
      model: OFFLINE_MODEL,
    }
  }
  return {
    provider: OFFLINE_PROVIDER,
    name: OFFLINE_MODEL,
    features: FEATURES,
    stream,
    generate: (request, signal) => collectResult(stream(request, signal), OFFLINE_PROVIDER),
  }
}

const maxTokens = (request: ChatRequest): number | undefined => {
  for (const name of ['max_tokens', 'max_completion_tokens', 'max_output_tokens']) {
    const value = own(request.parameters ?? {}, name)
    if (isNumber(value) && toNumber(value) > 0) return toNumber(value)
  }
  return undefined
}
