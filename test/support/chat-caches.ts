// Caches to test: their parts with small bounds, questions, and answers that count how often they were asked for.

import { silentMetrics } from '../../src/base/metrics.ts'
import { silentLog } from '../../src/base/seams.ts'
import { type ChatCacheParts, createChatCache } from '../../src/model/cache/chat-cache.ts'
import { createMemoryTier } from '../../src/model/cache/drivers/memory.ts'
import type { CacheMode, CacheQuestion, FreshAnswer } from '../../src/model/cache/spec.ts'
import { createOfflineProvider, OFFLINE_EMBEDDING } from '../../src/model/drivers/offline.ts'
import type { ChatRequest, ChatStreamPart } from '../../src/model/spec.ts'
import { createManualClock, type ManualClock } from './vendors/manual-clock.ts'

export const TENANT = 'tenant_11111111-1111-7111-8111-111111111111'
export const STRANGER = 'tenant_22222222-2222-7222-8222-222222222222'
export const TARGET = 'openai/gpt'

export const SETTINGS = {
  ttlMs: 3_600_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  auditShare: 0,
  maxAnswerBytes: 100_000,
  threshold: 0.85,
  epsilon: 0.05,
  delta: 0.02,
  maxVectors: 1_000,
  embedMs: 1_000,
}

export const offlineEmbedding = () => {
  const provider = createOfflineProvider({ ids: { next: (prefix) => `${prefix}_1` } })
  const model = provider.embedding?.(OFFLINE_EMBEDDING)
  if (!model) throw new Error('the built-in embedding is gone')
  return model
}

export interface CacheGiven extends Partial<Omit<ChatCacheParts, 'settings' | 'clock'>> {
  readonly clock?: ManualClock
  readonly settings?: Partial<ChatCacheParts['settings']>
  readonly maxEntries?: number
  readonly minHitsPerHour?: number
}

export const createTestCache = (given: CacheGiven = {}) => {
  const { clock = createManualClock(), maxEntries = 100, minHitsPerHour = 0, settings, ...parts } = given
  const memory = createMemoryTier({ clock, maxEntries, maxBytes: 10_000_000, minHitsPerHour })
  const cache = createChatCache({
    memory,
    between: [],
    store: undefined,
    embedding: undefined,
    random: { next: () => 0.5 },
    log: silentLog,
    metrics: silentMetrics,
    ...parts,
    clock,
    settings: { ...SETTINGS, ...settings },
  })
  return { cache, clock, memory }
}

export const ON: CacheMode = { read: true, write: true }

export const ask = (
  text: string,
  given: Partial<Omit<CacheQuestion, 'request'>> & { readonly request?: Partial<ChatRequest> } = {},
): CacheQuestion => ({
  scope: TENANT,
  target: TARGET,
  variant: '',
  mode: ON,
  ...given,
  request: { messages: [{ role: 'user', content: text }], ...given.request },
})

export const FINISH: ChatStreamPart = {
  type: 'finish',
  reason: 'stop',
  usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5, estimated: false },
}

export const say = (...texts: readonly string[]): readonly ChatStreamPart[] => [
  ...texts.map((text) => ({ type: 'text-delta', text }) as const),
  FINISH,
]

/** A source that answers with these parts, and counts. */
export const answering = (parts: readonly ChatStreamPart[], target = TARGET) => {
  const source = {
    calls: 0,
    fresh: async (_signal: AbortSignal): Promise<FreshAnswer> => {
      source.calls++
      return {
        target,
        parts: (async function* () {
          yield* parts
        })(),
      }
    },
  }
  return source
}

export const collect = async (parts: AsyncIterable<ChatStreamPart>): Promise<readonly ChatStreamPart[]> => {
  const all: ChatStreamPart[] = []
  for await (const part of parts) all.push(part)
  return all
}

/** A promise with its ends in hand. */
export const gate = <T = void>() => {
  let open: (value: T) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}
