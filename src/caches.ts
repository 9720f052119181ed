// The caches in front of chat models, put together from their tiers.

import { messageOf } from './base/errors.ts'
import type { Metrics } from './base/metrics.ts'
import type { Seams } from './base/seams.ts'
import type { Config } from './config.ts'
import type { Database } from './db/spec.ts'
import { createChatCache, type OpenedCache } from './model/cache/chat-cache.ts'
import { createDatabaseStore } from './model/cache/drivers/database.ts'
import { linesOfFile } from './model/cache/drivers/lines-of-file.ts'
import { createMemoryTier } from './model/cache/drivers/memory.ts'
import { scopeOf } from './model/cache/scope.ts'
import type { CacheMode, EntryTier } from './model/cache/spec.ts'
import { readWarmUp } from './model/cache/warm-up.ts'
import type { ModelDirectory } from './model/spec.ts'
import type { Caller } from './product/caller.ts'
import { type CacheRecords, createCacheRecords } from './product/gateway/cache-records.ts'
import type { GatewayCaller } from './product/gateway/spec.ts'
import type { AppId } from './product/ids.ts'

export interface CacheHouse {
  readonly cache: OpenedCache
  /** For calls that ask for none. */
  readonly mode: CacheMode
  readonly scopeOf: (by: Pick<GatewayCaller, 'caller' | 'appId' | 'user'>) => string
  readonly records: CacheRecords
  /** Removes what was kept for an app or for its users. */
  readonly forgetApp: (caller: Caller, appId: AppId) => Promise<unknown>
}

export interface CacheSurroundings {
  readonly db: Database
  readonly models: Pick<ModelDirectory, 'embedding'>
  readonly metrics: Metrics
}

/** Answers of the warm-up file come in while the caches are already asked. */
export const openCaches = async (config: Config, seams: Seams, given: CacheSurroundings): Promise<CacheHouse> => {
  const settings = config.gateway.cache
  const { clock, random, log } = seams
  const { memoryEntries, memoryBytes, storedEntries, storedBytes, minHitsPerHour } = settings
  const stored = { db: given.db, clock, maxEntries: storedEntries, maxBytes: storedBytes, minHitsPerHour }
  const cache = createChatCache({
    settings: { ...settings, maxAnswerBytes: settings.answerBytes, maxVectors: settings.vectors },
    memory: createMemoryTier({ clock, maxEntries: memoryEntries, maxBytes: memoryBytes, minHitsPerHour }),
    between: await openRedis(config, seams),
    store: storedEntries > 0 && storedBytes > 0 ? createDatabaseStore(stored) : undefined,
    embedding: settings.vectors > 0 ? embeddingOf(config, seams, given) : undefined,
    clock,
    random,
    log,
    metrics: given.metrics,
  })
  const mode = modeOf(settings.mode)
  const { warmUpFile } = settings
  if (warmUpFile !== undefined) void warmUp(cache, { path: warmUpFile, semantic: mode.semantic, log })
  return {
    cache,
    mode,
    scopeOf: ({ caller, appId, user }) => scopeOf({ owner: caller.tenantId, app: appId, user }, settings.scope),
    records: createCacheRecords(cache.control),
    forgetApp: ({ tenantId }, app) =>
      cache.control.invalidate(
        tenantId,
        { scope: scopeOf({ owner: tenantId, app, user: null }, 'app') },
        { dryRun: false },
      ),
  }
}

const modeOf = (mode: Config['gateway']['cache']['mode']): CacheMode =>
  mode === 'off'
    ? { read: false, write: false }
    : { read: true, write: true, semantic: mode === 'exact' ? 'off' : mode }

const openRedis = async ({ redis: { url, prefix } }: Config, { clock, log }: Seams): Promise<readonly EntryTier[]> => {
  if (url === undefined) return []
  // The client is only loaded by those who use it.
  const { createRedisTier } = await import('./model/cache/drivers/redis.ts')
  return [createRedisTier({ url, prefix, clock, log })]
}

const embeddingOf = ({ gateway }: Config, { log }: Seams, { models }: CacheSurroundings) => {
  const written = gateway.cache.embedding
  const cut = written?.indexOf('/') ?? 0
  const model = written
    ? models.embedding({ provider: written.slice(0, cut), name: written.slice(cut + 1) })
    : models.embedding()
  if (!model) log.warn('cache-embedding-missing', { model: written ?? 'models.embedding' })
  return model
}

const warmUp = async (
  cache: OpenedCache,
  { path, semantic, log }: { path: string; semantic: CacheMode['semantic']; log: Seams['log'] },
): Promise<void> => {
  const report = ({ line, reason }: { line: number; reason: string }) =>
    log.warn('cache-warm-up-refused', { path, line, reason })
  await cache
    .warmUp(readWarmUp(linesOfFile(path), { semantic, report }))
    .catch((error: unknown) => log.warn('cache-warm-up-failed', { path, reason: messageOf(error) }))
}
