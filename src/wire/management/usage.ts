// What apps used, over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { time } from './shapes.ts'

const figures = {
  runs: z.int(),
  failedRuns: z.int(),
  calls: z.int().meta({ description: 'Calls of models that were answered.' }),
  promptTokens: z.int(),
  completionTokens: z.int(),
  totalTokens: z.int(),
  cachedTokens: z.int().meta({ description: "Of the prompt: read from the vendors' caches." }),
  reasoningTokens: z.int().meta({ description: 'Of the completion: thinking.' }),
  costUsd: z
    .string()
    .nullable()
    .meta({ description: 'US dollars as an exact decimal. Null: of none of the calls a price is known.' }),
  estimatedCostUsd: z.string().meta({ description: 'Of the cost: by tokens that are estimated.' }),
  unpricedCalls: z.int().meta({ description: 'Calls whose price is not known; the cost is without them.' }),
}

export const usageTotal = z.object(figures).meta({ id: 'UsageTotal' })

export const usageGroup = z
  .object({
    key: z.string().nullable().meta({
      description:
        'Id of the app, the user or the key, `provider/model`, the name of the router, or the day as `2026-01-31` in UTC. Users of the gateway go by the name their caller gave. Null: calls without one.',
    }),
    name: z.string().nullable().meta({
      description:
        "The app's name, the caller's own name for the user, the key's or the model's; null for days and routers, and for what is gone.",
    }),
    ...figures,
  })
  .meta({ id: 'UsageGroup' })

export const usage = z
  .object({
    from: time(),
    to: time(),
    total: usageTotal,
    groups: z.array(usageGroup).meta({
      description: 'At most 1,000: days newest first, others by tokens. A run counts for each model it asked.',
    }),
    truncated: z.boolean().meta({ description: 'True when there are more groups.' }),
  })
  .meta({ id: 'Usage' })

export const getUsage = defineOperation({
  method: 'GET',
  path: '/api/usage',
  id: 'getUsage',
  summary: 'Sums up runs, calls of models, tokens and costs by app, model, user, key, router or day.',
  tag: 'Usage',
  query: z.object({
    groupBy: z
      .enum(['app', 'model', 'user', 'key', 'router', 'day'])
      .default('app')
      .meta({ description: 'Default `app`.' }),
    appId: plainText().max(100).optional(),
    from: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Created at this time or later. Default: 30 days before `to`.' }),
    to: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Created at this time or earlier. Default: now.' }),
  }),
  answers: { 200: { description: 'The sums.', schema: usage } },
  errors: [400, 403],
})

export const usageOperations = [getUsage] as const
