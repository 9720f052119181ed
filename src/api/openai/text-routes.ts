// Embeddings, moderations and rankings.

import type { FastifyInstance } from 'fastify'
import { createEmbedding, createModeration, rerank } from '../../wire/gateway/embeddings.ts'
import { gatewayCallerOf } from '../authenticate.ts'
import { headerText } from '../doors/header-text.ts'
import { addRoute } from '../route.ts'
import { unlessGone } from '../unless-gone.ts'
import { tellDropped } from './dropped-fields.ts'
import type { GatewayRouteParts } from './route-parts.ts'

export const textRoutes =
  ({ gateway }: Pick<GatewayRouteParts, 'gateway'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, createEmbedding, async ({ body, request, reply }) => {
      const { model, input, dimensions, user } = body
      tellDropped(createEmbedding, Object.keys(body), { request, reply, model })
      const known = gatewayCallerOf(request)
      const by = user ? { ...known, user } : known
      const call = { model, texts: [input].flat(), dimensions: dimensions ?? undefined }
      return unlessGone(reply, async (signal) => {
        const { target, vectors, promptTokens } = await gateway.embed(by, call, signal)
        reply.header('x-heddle-target', headerText(target))
        const write = body.encoding_format === 'base64' ? toBase64 : toNumbers
        return {
          object: 'list',
          data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: write(vector) })),
          model,
          usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
        }
      })
    })

    addRoute(server, createModeration, async ({ body, request, reply }) => {
      const model = body.model ?? ''
      tellDropped(createModeration, Object.keys(body), { request, reply, model })
      const call = { model, texts: textsOf(body.input) }
      return unlessGone(reply, async (signal) => {
        const { target, verdicts } = await gateway.moderate(gatewayCallerOf(request), call, signal)
        reply.header('x-heddle-target', headerText(target))
        return {
          id: `modr-${uuidOf(request.id)}`,
          model: model || target,
          results: verdicts.map(({ flagged, categories, scores }) => ({
            flagged,
            categories,
            category_scores: scores,
          })),
        }
      })
    })

    addRoute(server, rerank, async ({ body, request, reply }) => {
      const { model, query, top_n: topN } = body
      tellDropped(rerank, Object.keys(body), { request, reply, model })
      const documents = body.documents.map((document) => (typeof document === 'string' ? document : document.text))
      const call = { model, query, documents, topN: topN ?? undefined }
      return unlessGone(reply, async (signal) => {
        const { target, results, tokens } = await gateway.rerank(gatewayCallerOf(request), call, signal)
        reply.header('x-heddle-target', headerText(target))
        return {
          id: `rerank-${uuidOf(request.id)}`,
          model,
          results: results.map(({ index, score }) => ({
            index,
            relevance_score: score,
            ...(body.return_documents && { document: { text: documents[index] } }),
          })),
          usage: { total_tokens: tokens },
        }
      })
    })
  }

/** Nine digits are enough for any 32-bit float, and shorter than the 64-bit number next to it. */
const toNumbers = (vector: Float32Array): readonly number[] =>
  Array.from(vector, (value) => Number(value.toPrecision(9)))

const toBase64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

/** Parts are of one text, everything else stands by itself. */
const textsOf = (input: string | readonly (string | { readonly text: string })[]): readonly string[] => {
  if (typeof input === 'string') return [input]
  const isParts = input.every((one) => typeof one !== 'string')
  const texts = input.map((one) => (typeof one === 'string' ? one : one.text))
  return isParts ? [texts.join('\n')] : texts
}

const uuidOf = (requestId: string): string => requestId.slice(requestId.indexOf('_') + 1)
