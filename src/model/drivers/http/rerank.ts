// A rerank model behind HTTP: trusts neither the order, the count nor the places that come back.

import { ModelError } from '../../errors.ts'
import type { RerankModel } from '../../spec.ts'
import { estimateTokens } from '../../usage.ts'
import { callJson } from './call-json.ts'
import type { Connection } from './connection.ts'
import type { RerankFormat } from './kinds.ts'

/** Documents of one call. Source: the contract of RerankModel. */
const MAX_DOCUMENTS = 1_000

export const createHttpRerank = (format: RerankFormat, connection: Connection, name: string): RerankModel => {
  const badResponse = (message: string): ModelError =>
    new ModelError('model/bad-response', { details: { provider: connection.provider, message } })
  return {
    provider: connection.provider,
    name,
    async rerank(query, documents, options, signal) {
      signal?.throwIfAborted()
      if (documents.length === 0 || documents.length > MAX_DOCUMENTS) {
        const message = `1 to ${MAX_DOCUMENTS} documents can be ranked at once, not ${documents.length}`
        throw new ModelError('model/bad-request', { details: { provider: connection.provider, model: name, message } })
      }
      const most = Math.min(Math.max(1, Math.trunc(options?.topN ?? documents.length)), documents.length)
      const body = await callJson(
        format,
        { connection, model: name, signal },
        format.encode(name, query, documents, most),
      )
      const { results, tokens } = format.decode(body)
      if (results.length === 0) throw badResponse('an answer without a ranking')
      const seen = new Set<number>()
      for (const { index, score } of results) {
        const inside = Number.isInteger(index) && index >= 0 && index < documents.length
        if (!inside || seen.has(index) || !Number.isFinite(score)) throw badResponse('a ranking of other documents')
        seen.add(index)
      }
      return {
        results: results.toSorted((a, b) => b.score - a.score).slice(0, most),
        tokens: tokens ?? documents.reduce((sum, text) => sum + estimateTokens(text), estimateTokens(query)),
      }
    },
  }
}
