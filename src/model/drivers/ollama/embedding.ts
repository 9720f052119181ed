// The /api/embed format. Wire format: github.com/ollama/ollama, docs/api.md.

import type { EmbeddingFormat } from '../http/kinds.ts'
import { listAt, numberAt } from '../http/reading.ts'
import { readOllamaError } from './wire.ts'

export const ollamaEmbedding: EmbeddingFormat = {
  // The server has no limit of its own; long batches only delay others.
  batchTexts: 512,
  batchTokens: 200_000,
  encode: (model, texts) => ({ path: '/api/embed', body: { model, input: [...texts] } }),
  decode: (body) => ({
    vectors: listAt(body, 'embeddings'),
    promptTokens: numberAt(body, 'prompt_eval_count'),
  }),
  readError: readOllamaError,
}
