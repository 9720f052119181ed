// The built-in models that need no vendor, no key and no network. The chat model is no language model and says so: fixed
// rules pick sentences, follow simple instructions, sort and extract. The same request always gets the same answer.

import { isNumber, toNumber } from '../../base/number.ts'
import { type Ids, nextTurn } from '../../base/seams.ts'
import { own } from '../../base/value.ts'
import { ModelError } from '../errors.ts'
import { collectResult } from '../fold.ts'
import type {
  ChatModel,
  ChatRequest,
  ChatStreamPart,
  EmbeddingModel,
  ModelFeature,
  ModelKind,
  ModelProvider,
  RerankModel,
} from '../spec.ts'
import { estimatedUsage, estimateTokens } from '../usage.ts'
import { answerOffline } from './offline/answer.ts'
import { embedOffline } from './offline/embedding.ts'
import { cutText, piecesOf } from './offline/pieces.ts'
import { scoreOffline } from './offline/reranking.ts'

export const OFFLINE_PROVIDER = 'offline'
export const OFFLINE_MODEL = 'heddle-offline'
export const OFFLINE_EMBEDDING = 'heddle-embed'
export const OFFLINE_RERANK = 'heddle-rerank'
/** Documents of one call. Source: the contract of RerankModel. */
const MAX_DOCUMENTS = 1_000
const FEATURES: ReadonlySet<ModelFeature> = new Set(['tools', 'structured-output'])

export const createOfflineProvider = (seams: { readonly ids: Ids }): ModelProvider => {
  const model = createOfflineModel(seams.ids)
  return {
    name: OFFLINE_PROVIDER,
    type: 'offline',
    family: 'offline',
    chat: (modelName) => (modelName === OFFLINE_MODEL ? model : undefined),
    embedding: (modelName) => (modelName === OFFLINE_EMBEDDING ? offlineEmbedding : undefined),
    rerank: (modelName) => (modelName === OFFLINE_RERANK ? offlineRerank : undefined),
    ping: async () => {},
    models: () => [...KINDS.keys()],
    kindOf: (modelName) => KINDS.get(modelName) ?? 'chat',
  }
}

const KINDS: ReadonlyMap<string, ModelKind> = new Map([
  [OFFLINE_MODEL, 'chat'],
  [OFFLINE_EMBEDDING, 'embedding'],
  [OFFLINE_RERANK, 'rerank'],
])

const offlineRerank: RerankModel = {
  provider: OFFLINE_PROVIDER,
  name: OFFLINE_RERANK,
  async rerank(query, documents, options, signal) {
    signal?.throwIfAborted()
    if (documents.length === 0 || documents.length > MAX_DOCUMENTS) {
      const message = `1 to ${MAX_DOCUMENTS} documents can be ranked at once, not ${documents.length}`
      const details = { provider: OFFLINE_PROVIDER, model: OFFLINE_RERANK, message }
      throw new ModelError('model/bad-request', { details })
    }
    const scores = await scoreOffline(query, documents, signal)
    const results = scores.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score)
    return {
      results: results.slice(0, Math.max(1, options?.topN ?? documents.length)),
      tokens: documents.reduce((sum, text) => sum + estimateTokens(text), estimateTokens(query)),
    }
  },
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
      const id = ids.next('call')
      if (request.toolFragments) {
        yield { type: 'tool-start', index: 0, id, name }
        yield { type: 'tool-delta', index: 0, argumentsJson }
      }
      yield { type: 'tool-call', call: { id, name, argumentsJson } }
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
