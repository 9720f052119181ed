// A provider whose embedding calls are merged. One batch a model: the same name gives the same model.

import type { EmbeddingModel, ModelProvider } from '../spec.ts'
import { type BatchOptions, batchEmbedding } from './batch-embedding.ts'

/** Names are made up by users where any name is served. */
const MOST_MODELS = 500

export const batchedProvider = (provider: ModelProvider, options: BatchOptions): ModelProvider => {
  if (!provider.embedding || options.maxTexts < 2) return provider
  const models = new Map<string, EmbeddingModel>()
  return {
    ...provider,
    embedding(name) {
      const known = models.get(name)
      if (known) return known
      const model = provider.embedding?.(name)
      if (!model) return undefined
      const batched = batchEmbedding(model, options)
      if (models.size >= MOST_MODELS) models.clear()
      models.set(name, batched)
      return batched
    },
  }
}
