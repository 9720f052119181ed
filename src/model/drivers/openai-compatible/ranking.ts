// Ranking of documents as Cohere's v2, Jina and vLLM speak it, and embeddings as Cohere speaks them.
// Wire formats: docs.cohere.com/reference/rerank and /embed; jina.ai/reranker; docs.vllm.ai (Re-rank API).

import { own, type Value, type ValueObject } from '../../../base/value.ts'
import type { EmbeddingFormat, RerankFormat } from '../http/kinds.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'
import { readOpenAiError } from './errors.ts'

/** Cohere and its imitators say an error as a bare message. */
const readError: RerankFormat['readError'] = (body) => {
  const message = textAt(body, 'message')
  const isAnswer = listAt(body, 'results').length > 0 || objectAt(body, 'embeddings') !== undefined
  return readOpenAiError(body) ?? (message === undefined || isAnswer ? undefined : { message })
}

export const openRerank: RerankFormat = {
  encode: (model, query, documents, most) => ({
    path: '/rerank',
    body: { model, query, documents: [...documents], top_n: most },
  }),
  decode(body) {
    const usage = objectAt(body, 'usage')
    const billed = objectAt(objectAt(body, 'meta'), 'tokens')
    return {
      results: listAt(body, 'results').map((result) => ({
        index: numberAt(result, 'index') ?? Number.NaN,
        score: numberAt(result, 'relevance_score') ?? numberAt(result, 'score') ?? Number.NaN,
      })),
      tokens: numberAt(usage, 'total_tokens') ?? numberAt(billed, 'input_tokens'),
    }
  },
  readError,
}

/** @param path where the call goes; at clouds the model stands in it */
export const createCohereEmbedding = (path: (model: string) => string, modelInBody: boolean): EmbeddingFormat => ({
  batchTexts: 96,
  batchTokens: 200_000,
  encode: (model, texts) => ({
    path: path(model),
    body: {
      ...(modelInBody && { model }),
      texts: [...texts],
      input_type: 'search_document',
      embedding_types: ['float'],
    },
  }),
  decode(body) {
    const given = (own((body ?? {}) as ValueObject, 'embeddings') ?? []) as Value
    const vectors = Array.isArray(given) ? given : listAt(given, 'float')
    const billed = objectAt(objectAt(body, 'meta'), 'billed_units')
    return { vectors, promptTokens: numberAt(billed, 'input_tokens') }
  },
  readError,
})
