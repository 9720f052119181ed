// What the gateway did last, and how its targets are, over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { cursorQuery, time } from './shapes.ts'

const milliseconds = z.number().meta({ description: 'Milliseconds.' })

export const gatewayAttempt = z
  .object({
    target: z.string(),
    account: z.string().meta({ description: 'The key: `openai`, or `openai#2` where a provider has several.' }),
    elapsedMs: milliseconds,
    errorClass: z
      .enum(['auth', 'quota', 'caller', 'service', 'business', 'aborted'])
      .nullable()
      .meta({ description: 'Null: it answered.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'GatewayAttempt' })

export const gatewayCall = z
  .object({
    id: z.string(),
    door: z.string().meta({ description: 'The protocol or the kind of the call; `node` for nodes of apps.' }),
    model: z.string().meta({ description: 'As the caller wrote it.' }),
    target: z.string().nullable().meta({ description: 'Who answered; null: nobody.' }),
    router: z.string().nullable(),
    rule: z.string().nullable(),
    reasons: z.array(z.string()).meta({ description: 'Why these targets in this order.' }),
    keyId: z.string().nullable(),
    appId: z.string().nullable(),
    user: z.string().nullable(),
    cache: z.enum(['off', 'miss', 'hit', 'semantic-hit', 'joined']),
    attempts: z.array(gatewayAttempt),
    status: z.enum(['succeeded', 'failed', 'aborted']),
    errorCode: z.string().nullable(),
    promptTokens: z.int().nullable(),
    completionTokens: z.int().nullable(),
    estimated: z.boolean(),
    costUsd: z.string().nullable().meta({ description: 'US dollars as an exact decimal; null: no price is known.' }),
    startedAt: time(),
    elapsedMs: milliseconds,
    firstTokenMs: milliseconds.nullable(),
  })
  .meta({ id: 'GatewayCall' })

export const targetHealth = z
  .object({
    target: z.string(),
    state: z.enum(['closed', 'open', 'half-open']).meta({ description: 'Of its breaker; open: it fails.' }),
    opensInMs: milliseconds.meta({ description: 'Milliseconds until it is tried again; 0 unless open.' }),
    pending: z.int().meta({ description: 'Calls under way.' }),
    calls: z.int().meta({ description: 'Ended in the last ten seconds.' }),
    failures: z.int(),
    firstTokenMs: milliseconds.nullable().meta({ description: 'Moving average; null before the first answer.' }),
    tokenMs: milliseconds.nullable(),
    lastError: z.string().nullable(),
    lastAnswerAt: time().nullable(),
    accounts: z.array(z.object({ id: z.string(), usable: z.boolean(), reason: z.string().nullable() })),
  })
  .meta({ id: 'TargetHealth' })

export const warmUpStatus = z
  .object({
    target: z.string(),
    status: z.enum(['pending', 'warm', 'failed']),
    elapsedMs: milliseconds.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'WarmUpStatus' })

export const listGatewayCalls = defineOperation({
  method: 'GET',
  path: '/api/gateway/calls',
  id: 'listGatewayCalls',
  summary: 'Lists the last calls of this process with what was decided and tried.',
  tag: 'Gateway',
  query: z.object({ limit: cursorQuery.limit }),
  answers: { 200: { description: 'Newest first.', schema: z.object({ data: z.array(gatewayCall) }) } },
  errors: [400, 403],
})

export const getGatewayHealth = defineOperation({
  method: 'GET',
  path: '/api/gateway/health',
  id: 'getGatewayHealth',
  summary: 'Tells how the targets are that were asked or are watched.',
  tag: 'Gateway',
  answers: {
    200: {
      description: 'Every target.',
      schema: z.object({
        data: z.array(targetHealth),
        warmUp: z.array(warmUpStatus).meta({ description: 'Of the models that are warmed at the start.' }),
      }),
    },
  },
  errors: [403],
})

export const gatewayCallOperations = [listGatewayCalls, getGatewayHealth] as const
