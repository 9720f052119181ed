// Embeddings of Bedrock: each maker's own format behind one address.
// Wire formats: docs.aws.amazon.com/bedrock (model parameters of Titan and of Cohere embeddings).

import { own, type ValueObject } from '../../../base/value.ts'
import type { EmbeddingFormat } from '../http/kinds.ts'
import { numberAt } from '../http/reading.ts'
import { createCohereEmbedding } from '../openai-compatible/ranking.ts'
import { readBedrockError } from './errors.ts'

const path = (model: string): string => `/model/${encodeURIComponent(model)}/invoke`

const titan: EmbeddingFormat = {
  // One text a call.
  batchTexts: 1,
  batchTokens: 200_000,
  encode: (model, texts) => ({ path: path(model), body: { inputText: texts[0] ?? '' } }),
  decode: (body) => ({
    vectors: [own((body ?? {}) as ValueObject, 'embedding')],
    promptTokens: numberAt(body, 'inputTextTokenCount'),
  }),
  readError: readBedrockError,
}

const cohere: EmbeddingFormat = { ...createCohereEmbedding(path, false), readError: readBedrockError }

export const bedrockEmbedding = (model: string): EmbeddingFormat => (/(?:^|\.)cohere\./.test(model) ? cohere : titan)
