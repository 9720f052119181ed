// Vectors, judgements and rankings of texts.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { count, filledText, model, openBody, optionalModel, optionalName, text, texts } from './parts.ts'

const tag = 'Texts'

/** Of one call. Source: platform.openai.com/docs/api-reference/embeddings. */
export const MOST_TEXTS = 2_048
export const MOST_DOCUMENTS = 1_000

const promptUsage = z.object({ prompt_tokens: z.int(), total_tokens: z.int() })

export const createEmbedding = defineOperation({
  method: 'POST',
  path: '/v1/embeddings',
  id: 'createEmbedding',
  summary: 'Turns texts into vectors',
  tag,
  body: openBody({
    model,
    input: texts(MOST_TEXTS),
    encoding_format: z
      .enum(['float', 'base64'], 'must be float or base64')
      .nullish()
      .meta({ description: 'Default `float`. `base64`: 32-bit floats, little endian.' }),
    dimensions: count(100_000).meta({ description: 'Refused where the model cannot shorten its vectors.' }),
    user: optionalName,
  }),
  answers: {
    200: {
      description: 'One vector a text, in order.',
      schema: z.object({
        object: z.literal('list'),
        data: z.array(
          z.object({
            object: z.literal('embedding'),
            index: z.int(),
            embedding: z.union([z.array(z.number()), z.string()]),
          }),
        ),
        model: z.string(),
        usage: promptUsage,
      }),
    },
  },
  errors: [404, 429, 502, 503, 504],
})

const moderationPart = z.object(
  { type: z.literal('text', 'must be text: pictures are not judged here'), text: text() },
  { error: 'must be a text or a part' },
)

export const createModeration = defineOperation({
  method: 'POST',
  path: '/v1/moderations',
  id: 'createModeration',
  summary: 'Says what is wrong with texts',
  tag,
  body: openBody({
    model: optionalModel,
    input: z
      .union(
        [text(), z.array(z.union([text(), moderationPart], { error: 'must be a text' })).min(1, 'must not be empty')],
        {
          error: ({ input }) =>
            input === undefined || input === null
              ? 'is required'
              : 'must be a text or a list of texts; pictures are not judged here',
        },
      )
      .meta({ description: 'Texts, each judged by itself; parts are judged as one.' }),
  }),
  answers: {
    200: {
      description: 'One verdict a text.',
      schema: z.object({
        id: z.string(),
        model: z.string(),
        results: z.array(
          z.object({
            flagged: z.boolean(),
            categories: z.record(z.string(), z.boolean()),
            category_scores: z.record(z.string(), z.number()),
          }),
        ),
      }),
    },
  },
  errors: [404, 429, 502, 503, 504],
})

const document = z.union([filledText(), z.looseObject({ text: filledText() })], {
  error: 'must be a text, or an object with a text',
})

export const rerank = defineOperation({
  method: 'POST',
  path: '/v1/rerank',
  id: 'rerank',
  summary: 'Orders documents by how well they answer a question',
  tag,
  body: openBody({
    model,
    query: filledText(),
    documents: z
      .array(document, {
        error: ({ input }) => (input === undefined || input === null ? 'is required' : 'must be a list'),
      })
      .min(1, 'must not be empty')
      .max(MOST_DOCUMENTS, `must have at most ${MOST_DOCUMENTS} documents`),
    top_n: count(MOST_DOCUMENTS).meta({ description: 'Default: all.' }),
    return_documents: z.boolean({ error: 'must be true or false' }).nullish(),
  }),
  answers: {
    200: {
      description: 'The best first.',
      schema: z.object({
        id: z.string(),
        model: z.string(),
        results: z.array(
          z.object({
            index: z.int(),
            relevance_score: z.number(),
            document: z.object({ text: z.string() }).optional(),
          }),
        ),
        usage: z.object({ total_tokens: z.int() }),
      }),
    },
  },
  errors: [404, 429, 502, 503, 504],
})
