// The answers of models that are kept, over the management API.

import type { FastifyInstance } from 'fastify'
import type { CacheCounts, ListedEntry } from '../../model/cache/spec.ts'
import { getCache, invalidateCache, listCacheEntries } from '../../wire/management/cache.ts'
import { memberCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime, toPageBody } from './lists.ts'

export const cacheRoutes =
  ({ caches, clock }: Pick<ServerParts, 'caches' | 'clock'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, getCache, async ({ request }) => {
      const { counts, memory, stored, categories } = await caches.report(memberCallerOf(request).caller)
      return { counts, hitRate: hitRateOf(counts), memory, stored: stored ?? null, categories: [...categories] }
    })
    addRoute(server, listCacheEntries, async ({ query, request }) => {
      const { caller, grants } = memberCallerOf(request)
      const { scope, target, limit } = query
      const after = readPlace(query.cursor)
      const filter = { ...(scope !== undefined && { scope }), ...(target !== undefined && { target }) }
      const page = await caches.list(caller, filter, { limit, ...(after && { after }) })
      const mayRead = grants.has('conversation.read')
      return toPageBody(
        page,
        (entry) => toBody(entry, mayRead),
        ({ createdAt, key }) => ({ at: createdAt, id: key }),
      )
    })
    addRoute(server, invalidateCache, ({ body, request }) => {
      const { olderThanMs, dryRun, scope, target, text } = body
      const filter = {
        ...(scope !== undefined && { scope }),
        ...(target !== undefined && { target }),
        ...(text !== undefined && { text }),
        ...(olderThanMs !== undefined && { before: clock.now() - olderThanMs }),
      }
      return caches.invalidate(memberCallerOf(request).caller, filter, { dryRun })
    })
  }

const toBody = (entry: ListedEntry, mayRead: boolean) => ({
  key: entry.key,
  scope: entry.scope,
  target: entry.target,
  question: mayRead ? entry.question : null,
  answer: mayRead ? entry.answer : null,
  hits: entry.hits,
  sizeBytes: entry.sizeBytes,
  createdAt: isoTime(entry.createdAt),
  expiresAt: isoTime(entry.expiresAt),
})

/** Thousandths tell nobody more. */
const hitRateOf = ({ hits, semanticHits, joined, misses }: CacheCounts): number | null => {
  const helped = hits + semanticHits + joined
  return helped + misses === 0 ? null : Math.round((1_000 * helped) / (helped + misses)) / 1_000
}

const PLACE = /^(\d{1,15}) ([0-9a-f]{64})$/

/** @throws ApiError `api/invalid-param` for what this list did not give */
const readPlace = (cursor: string | undefined): { readonly createdAt: number; readonly key: string } | undefined => {
  if (cursor === undefined) return undefined
  const [, time, key] = PLACE.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (time === undefined || key === undefined) throw invalidParam('cursor', 'is none that this list gave')
  return { createdAt: Number(time), key }
}
