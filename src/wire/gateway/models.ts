// What callers of the gateway may ask for, and how it fares.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'

const tag = 'Models'

export const gatewayModel = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int().meta({ description: 'Always 0: nobody says when a model was made.' }),
    owned_by: z.string().meta({ description: 'The provider; `router` or `app` for those.' }),
    kind: z.enum(['chat', 'embedding', 'transcription', 'speech', 'rerank', 'moderation', 'router', 'app']),
  })
  .meta({ id: 'GatewayModel' })

export const listGatewayModels = defineOperation({
  method: 'GET',
  path: '/v1/models',
  id: 'listModels',
  summary: 'Lists models, routers and apps that can be asked',
  tag,
  answers: {
    200: { description: 'All of them.', schema: z.object({ object: z.literal('list'), data: z.array(gatewayModel) }) },
  },
})

export const getGatewayModel = defineOperation({
  method: 'GET',
  path: '/v1/models/{model}',
  id: 'getModel',
  summary: 'Shows one of them',
  tag,
  params: z.object({ model: z.string().meta({ description: 'Slashes may be escaped or not.' }) }),
  answers: { 200: { description: 'The model.', schema: gatewayModel } },
  errors: [404],
})

const targetHealth = z
  .object({
    id: z.string(),
    object: z.literal('model.health'),
    state: z.enum(['closed', 'open', 'half-open']).meta({ description: 'Of the breaker: `closed` lets calls pass.' }),
    opens_in_ms: z.int().meta({ description: 'Until the next probe; 0 unless open.' }),
    pending: z.int(),
    calls: z.int().meta({ description: 'Of the last minutes.' }),
    failures: z.int(),
    first_token_ms: z.number().nullable(),
    token_ms: z.number().nullable(),
    last_error: z.string().nullable(),
    last_answer_at: z.string().nullable().meta({ format: 'date-time' }),
    accounts: z.array(z.object({ id: z.string(), usable: z.boolean(), reason: z.string().nullable() })),
  })
  .meta({ id: 'ModelHealth' })

export const listModelHealth = defineOperation({
  method: 'GET',
  path: '/v1/models/health',
  id: 'listModelHealth',
  summary: 'Tells how the models fare that were asked',
  tag,
  answers: {
    200: { description: 'All of them.', schema: z.object({ object: z.literal('list'), data: z.array(targetHealth) }) },
  },
})
