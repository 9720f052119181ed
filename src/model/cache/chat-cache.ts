// Builds the caches in front of chat models from their tiers, and keeps them in order while they are open.

import type { Metrics } from '../../base/metrics.ts'
import type { Clock, Log, Random } from '../../base/seams.ts'
import type { EmbeddingModel } from '../spec.ts'
import { Background } from './background.ts'
import { toEntry } from './entry.ts'
import { ExactTiers } from './exact.ts'
import { keyOf, neighbourhoodOf } from './key.ts'
import { Lookup, type LookupSettings } from './lookup.ts'
import { createCacheNumbers } from './numbers.ts'
import type { AnswerJudge } from './semantic/compare.ts'
import { SemanticTier } from './semantic/semantic.ts'
import type { CacheControl, ChatCache, EntryStore, EntryTier, MemoryTier } from './spec.ts'
import type { WarmAnswer } from './warm-up.ts'

export interface ChatCacheSettings extends LookupSettings {
  /** Similarity from which the mode `simple` serves, 0 to 1. */
  readonly threshold: number
  /** Largest probability that one hit of the mode `bounded` is wrong. */
  readonly epsilon: number
  /** Largest share of its hits that are wrong. */
  readonly delta: number
  /** Vectors of questions in memory. */
  readonly maxVectors: number
  /** Longest wait for a vector. Milliseconds. */
  readonly embedMs: number
}

export interface ChatCacheParts {
  readonly settings: ChatCacheSettings
  readonly memory: MemoryTier
  /** Between memory and store, nearest first. */
  readonly between: readonly EntryTier[]
  /** Absent: memory is all there is. */
  readonly store: EntryStore | undefined
  /** Absent: no similar questions. */
  readonly embedding: EmbeddingModel | undefined
  /** Absent: answers are compared as texts and as data. */
  readonly judge?: AnswerJudge
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
}

export interface OpenedCache extends ChatCache {
  readonly control: CacheControl
  /** Keeps answers that came from elsewhere. Never rejects. */
  warmUp(answers: Iterable<WarmAnswer> | AsyncIterable<WarmAnswer>): Promise<void>
  /** Writes, drops and learns what is due; runs by itself every minute. Never rejects. */
  sweep(): Promise<void>
  /** Resolves when nothing goes on beside requests. */
  idle(): Promise<void>
}

const SWEEP_MS = 60_000
const BESIDE = 8
const BESIDE_MS = 120_000

export const createChatCache = (parts: ChatCacheParts): OpenedCache => {
  const { settings, memory, store, embedding, clock, random, log, metrics } = parts
  const { ttlMs, staleWhileRevalidateMs, staleIfErrorMs } = settings
  const keepMs = ttlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs)
  const exact = new ExactTiers({ memory, between: parts.between, store, clock, log, metrics, keepMs })
  const semantic = embedding && new SemanticTier({ ...settings, embedding, store, clock, log })
  const background = new Background({ most: BESIDE, limitMs: BESIDE_MS, clock, log })
  const numbers = createCacheNumbers(metrics)
  const { judge } = parts
  const lookup = new Lookup({ exact, semantic, judge, background, numbers, clock, random, log, settings })
  const held = () => numbers.held(memory.sizes(), semantic?.size ?? 0)

  const sweep = async (): Promise<void> => {
    await exact.sweep()
    await semantic?.save()
    held()
  }
  let closed = false
  let sweeping: Promise<void> | undefined
  let cancel = () => {}
  const sweepLater = () => {
    cancel = clock.after(SWEEP_MS, () => {
      sweeping = sweep().finally(() => {
        if (!closed) sweepLater()
      })
    })
  }
  sweepLater()
  const prepared = exact.prepare()

  return {
    through: (question, fresh, signal) => lookup.through(question, fresh, signal),
    control: {
      report: async (owner) => ({
        counts: numbers.of(owner),
        memory: memory.sizes(owner),
        stored: await store?.sizes(owner),
        categories: semantic?.reports(owner) ?? [],
      }),
      async invalidate(owner, filter, { dryRun }) {
        const found = await exact.sizes(owner, filter)
        if (dryRun) return found
        lookup.invalidated()
        await exact.invalidate(owner, filter)
        // All of them: nobody knows which belong to what was removed. Those of other entries are only read again in part.
        if (found.entries > 0) semantic?.forgetVectors()
        return found
      },
      async list(owner, filter, page) {
        if (store) return store.list(owner, filter, page)
        const { after, limit } = page
        const all = memory.list(owner, filter)
        const start = after ? all.findIndex((entry) => entry.key === after.key) + 1 : 0
        return all.slice(start, start + limit)
      },
    },
    async warmUp(answers) {
      for await (const { question, parts: answer } of answers) {
        const key = keyOf(question)
        const neighbourhood = neighbourhoodOf(question)
        const mode = question.mode.semantic ?? 'off'
        const vector =
          semantic && neighbourhood && mode !== 'off' ? await semantic.vectorOf(neighbourhood.text) : undefined
        const entry = toEntry({ question, key, parts: answer, vector, createdAt: clock.now() })
        exact.keep(entry)
        semantic?.add(entry)
        await exact.settled()
      }
      held()
    },
    sweep,
    idle: async () => {
      await prepared
      await background.idle()
      await exact.settled()
    },
    async close() {
      closed = true
      cancel()
      await background.close()
      await prepared
      await sweeping
      await semantic?.save()
      await exact.close()
    },
  }
}
