// API keys over the management API. A secret is shown once, when its key is made.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { cursorQuery, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Keys'

const scope = z.enum(['app', 'dataset', 'gateway', 'tenant']).meta({
  description:
    '`app`: the Service API of one app. `dataset`: knowledge. `gateway`: models. `tenant`: this API, but for members and settings.',
})

export const apiKey = z
  .object({
    id: prefixedId('key'),
    scope,
    appId: prefixedId('app').nullable().meta({ description: 'Set exactly when the scope is `app`.' }),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters of the secret, to recognise it by.' }),
    createdAt: time(),
    createdBy: z.string(),
    lastUsedAt: time().nullable().meta({ description: 'To about a minute.' }),
    revokedAt: time().nullable(),
  })
  .meta({ id: 'ApiKey' })

export const listKeys = defineOperation({
  method: 'GET',
  path: '/api/keys',
  id: 'listKeys',
  summary: 'Lists keys, newest first, revoked ones included.',
  tag,
  query: z.object({ ...cursorQuery, appId: plainText().max(100).optional(), scope: scope.optional() }),
  answers: { 200: { description: 'A page of keys.', schema: pageOf(apiKey) } },
  errors: [400, 403],
})

export const createKey = defineOperation({
  method: 'POST',
  path: '/api/keys',
  id: 'createKey',
  summary: 'Makes a key and shows its secret, this once.',
  tag,
  body: z.strictObject({
    scope,
    appId: plainText().max(100).optional().meta({ description: 'Required for the scope `app`, and only there.' }),
    name: plainText().trim().max(200).default(''),
  }),
  answers: {
    201: {
      description: 'The key.',
      schema: z.object({ key: apiKey, secret: z.string().meta({ description: 'Never shown again.' }) }),
    },
  },
  errors: [400, 403, 404],
})

export const revokeKey = defineOperation({
  method: 'DELETE',
  path: '/api/keys/{key_id}',
  id: 'revokeKey',
  summary: 'Revokes a key. It stops working at once.',
  tag,
  params: pathIds('key_id'),
  answers: { 204: { description: 'The key is revoked.' } },
  errors: [403, 404],
})

export const keyOperations = [listKeys, createKey, revokeKey] as const
