// The batchEmbedContents format. Wire format: ai.google.dev/api/embeddings.

import { own, type ValueObject } from '../../../base/value.ts'
import type { EmbeddingFormat } from '../http/kinds.ts'
import { listAt } from '../http/reading.ts'
import { readGeminiError, resourceOf } from './wire.ts'

export const geminiEmbedding: EmbeddingFormat = {
  batchTexts: 100,
  batchTokens: 200_000,
  encode(model, texts) {
    const resource = resourceOf(model)
    return {
      path: `/${resource}:batchEmbedContents`,
      body: { requests: texts.map((text) => ({ model: resource, content: { parts: [{ text }] } })) },
    }
  },
  decode(body) {
    const vectors = listAt(body, 'embeddings').map((item) => own(item as ValueObject, 'values'))
    // The vendor counts no tokens here.
    return { vectors, promptTokens: undefined }
  },
  readError: readGeminiError,
}
