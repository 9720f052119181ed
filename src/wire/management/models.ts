// Which providers and models this installation has, over the management API. Never their keys or addresses.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'

const tag = 'Models'

const kind = z.enum(['chat', 'embedding', 'transcription', 'speech', 'rerank', 'moderation'])
const feature = z.enum(['tools', 'structured-output', 'vision', 'audio', 'video', 'document', 'reasoning'])

export const model = z
  .object({
    provider: z.string(),
    name: z.string(),
    kind,
    features: z.array(feature),
    contextTokens: z.number().int().nullable().meta({ description: 'Null when unknown.' }),
    isDefault: z.boolean().meta({ description: 'True for the one taken where nobody names a model of the kind.' }),
  })
  .meta({ id: 'Model' })

export const provider = z
  .object({
    name: z.string().meta({ description: 'As the operator named it.' }),
    type: z.string().meta({ description: 'The wire format it speaks, such as `openai-compatible`.' }),
    models: z.array(model).meta({ description: 'Those known by name; a provider may serve more.' }),
  })
  .meta({ id: 'Provider' })

export const listProviders = defineOperation({
  method: 'GET',
  path: '/api/providers',
  id: 'listProviders',
  summary: 'Lists the configured providers with the models known of each.',
  tag,
  answers: { 200: { description: 'All providers.', schema: z.object({ items: z.array(provider) }) } },
  errors: [403],
})

export const listModels = defineOperation({
  method: 'GET',
  path: '/api/models',
  id: 'listModels',
  summary: 'Lists the known models of all providers.',
  tag,
  query: z.object({ kind: kind.optional() }),
  answers: { 200: { description: 'All models.', schema: z.object({ items: z.array(model) }) } },
  errors: [400, 403],
})

export const modelOperations = [listProviders, listModels] as const
