// The answers of models that are kept, over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { cursorQuery, time } from './shapes.ts'

const sizes = { entries: z.int(), bytes: z.int().meta({ description: 'By estimate.' }) }

export const cacheSizes = z.object(sizes).meta({ id: 'CacheSizes' })

export const cacheCategory = z
  .object({
    id: z.string(),
    scope: z.string(),
    target: z.string(),
    state: z.enum(['learning', 'serving', 'abstaining', 'disabled']).meta({
      description: '`abstaining`: to serve would break a bound; `disabled`: answers have changed.',
    }),
    labels: z.int().meta({ description: 'Pairs of questions whose answers were compared.' }),
    compared: z.int().meta({ description: 'Of the newest would-be hits.' }),
    wrong: z.int(),
    wrongShare: z.number().meta({ description: 'The running bound of wrong ÷ hits; 1 while nothing is known.' }),
    servesFrom: z
      .number()
      .nullable()
      .meta({ description: 'The lowest similarity that is served for a new entry; null: none.' }),
    served: z.int(),
    audits: z.int(),
  })
  .meta({ id: 'CacheCategory' })

export const cacheReport = z
  .object({
    counts: z
      .object({ hits: z.int(), semanticHits: z.int(), joined: z.int(), misses: z.int(), passed: z.int() })
      .meta({ description: 'Questions of the tenant to this process since it started; `passed`: not for the caches.' }),
    hitRate: z
      .number()
      .nullable()
      .meta({ description: 'Answered without a call of their own; null before the first.' }),
    memory: cacheSizes,
    stored: cacheSizes.nullable().meta({ description: 'Null: nothing is kept in the database.' }),
    categories: z.array(cacheCategory).meta({ description: 'Kinds of similar questions this process has met.' }),
  })
  .meta({ id: 'CacheReport' })

export const cacheEntry = z
  .object({
    key: z.string(),
    scope: z.string(),
    target: z.string(),
    question: z.string().nullable().meta({ description: 'Null without the permission `conversation.read`.' }),
    answer: z.string().nullable().meta({ description: 'Null without the permission `conversation.read`.' }),
    hits: z.int(),
    sizeBytes: z.int(),
    createdAt: time(),
    expiresAt: time(),
  })
  .meta({ id: 'CacheEntry' })

const filter = {
  scope: plainText().min(1).max(1_000).optional().meta({ description: 'This scope and those below it.' }),
  target: plainText().min(1).max(300).optional(),
}

export const getCache = defineOperation({
  method: 'GET',
  path: '/api/gateway/cache',
  id: 'getCache',
  summary: 'Tells how much is kept for the tenant, how often it helped, and how far similar questions are trusted.',
  tag: 'Gateway',
  answers: { 200: { description: 'The numbers.', schema: cacheReport } },
  errors: [403],
})

export const listCacheEntries = defineOperation({
  method: 'GET',
  path: '/api/gateway/cache/entries',
  id: 'listCacheEntries',
  summary: 'Lists the answers that are kept for the tenant, newest first.',
  tag: 'Gateway',
  query: z.object({
    ...filter,
    limit: cursorQuery.limit,
    cursor: plainText().max(300).optional(),
  }),
  answers: {
    200: {
      description: 'A page.',
      schema: z.object({ items: z.array(cacheEntry), nextCursor: z.string().nullable() }),
    },
  },
  errors: [400, 403],
})

export const invalidateCache = defineOperation({
  method: 'POST',
  path: '/api/gateway/cache/invalidate',
  id: 'invalidateCache',
  summary: 'Removes answers that are kept for the tenant: all, or those that meet every condition.',
  tag: 'Gateway',
  body: z.strictObject({
    ...filter,
    olderThanMs: z.int().min(0).max(2_592_000_000).optional().meta({ description: 'Milliseconds.' }),
    text: plainText().min(1).max(1_000).optional().meta({ description: 'Part of the question, in any case.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Count only.' }),
  }),
  answers: { 200: { description: 'How many were or would be removed.', schema: cacheSizes } },
  errors: [400, 403],
})

export const cacheOperations = [getCache, listCacheEntries, invalidateCache] as const
