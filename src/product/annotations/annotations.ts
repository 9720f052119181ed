// What apps do with stored answers: keep them, and give one instead of running when a query is near enough.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import { meterEmbedding } from '../../model/metered.ts'
import type { ModelDirectory } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { AnnotationId, AppId } from '../ids.ts'
import type { UsageRecorder } from '../usage/recorder.ts'
import { AnnotationError } from './errors.ts'
import { createMatchIndexes, type MatchIndex } from './question-vectors.ts'
import { createReplyJobs, embeddingModelOf } from './reply-jobs.ts'
import type { ReplyStore, StoredReplySettings } from './reply-store.ts'
import type { Annotations } from './spec.ts'
import type { AnnotationStore } from './store.ts'

export interface AnnotationsParts {
  readonly store: AnnotationStore
  readonly replies: ReplyStore
  readonly models: Pick<ModelDirectory, 'embedding'>
  readonly usage: Pick<UsageRecorder, 'beside'>
  readonly clock: Pick<Clock, 'sleep' | 'after'>
  readonly log: Log
  /** Of one app. Default 10,000. */
  readonly maxAnnotations?: number
  /** Of the vectors of all apps in memory. Default 64 MiB. */
  readonly maxIndexBytes?: number
}

interface Search {
  readonly index: MatchIndex
  readonly settings: StoredReplySettings
  readonly query: string
  readonly signal: AbortSignal | undefined
}

const MOST_ANNOTATIONS = 10_000
const INDEX_BYTES = 64 * 1024 * 1024
/** How long adding an annotation waits for its vector. Milliseconds. */
const EMBEDDING_PATIENCE_MS = 10_000
/** Characters of a query that is worth embedding: no question is longer. */
const LONGEST_QUERY = 32_768

export const createAnnotations = (parts: AnnotationsParts): Annotations => {
  const { store, replies, models, usage, clock, log } = parts
  const most = parts.maxAnnotations ?? MOST_ANNOTATIONS
  const indexes = createMatchIndexes(store, parts.maxIndexBytes ?? INDEX_BYTES)
  const jobs = createReplyJobs(parts)

  /** A new question gets its vector at once when the reply is on. Without one it is found by its very words, and the next
   *  change tries again. */
  const embedNew = async (caller: Caller, appId: AppId): Promise<void> => {
    const settings = await replies.settings(caller, appId)
    if (!settings?.enabled) return
    const patience = new AbortController()
    const cancel = clock.after(EMBEDDING_PATIENCE_MS, () => patience.abort())
    try {
      await jobs.embedSome(caller, appId, settings, patience.signal)
    } catch (error) {
      log.warn('annotation-not-embedded', { appId, reason: messageOf(error) })
    } finally {
      cancel()
    }
  }

  const nearest = async (caller: Caller, appId: AppId, { index, settings, query, signal }: Search) => {
    if (!index.hasVectors || query.trim() === '' || query.length > LONGEST_QUERY) return undefined
    const note = usage.beside(caller, { appId, endUserId: null })
    const { vectors } = await meterEmbedding(embeddingModelOf(models, settings), note).embed([query], signal)
    const found = vectors[0] && index.nearest(vectors[0])
    return found && found.score >= settings.scoreThreshold ? found : undefined
  }

  const find = async (caller: Caller, appId: AppId, query: string, signal: AbortSignal | undefined) => {
    const settings = await replies.settings(caller, appId)
    if (!settings?.enabled) return undefined
    const index = await indexes.get(caller, appId, settings)
    const same = index.byQuestion(query)
    if (same) return { id: same, score: 1 }
    try {
      return await nearest(caller, appId, { index, settings, query, signal })
    } catch (error) {
      signal?.throwIfAborted()
      log.warn('annotation-match-failed', { appId, reason: messageOf(error) })
      return undefined
    }
  }

  return {
    list: (caller, list) => store.list(caller, list),

    async create(caller, appId, text) {
      const annotation = await store.create(caller, appId, text, most)
      if (!annotation) throw new AnnotationError('annotation/too-many', { details: { limit: most } })
      await embedNew(caller, appId)
      return annotation
    },

    async update(caller, appId, id: AnnotationId, text) {
      const annotation = await store.update(caller, appId, id, text)
      if (!annotation) throw new AnnotationError('annotation/not-found')
      await embedNew(caller, appId)
      return annotation
    },

    async remove(caller, appId, id) {
      if (!(await store.delete(caller, appId, id))) throw new AnnotationError('annotation/not-found')
    },

    async settings(caller, appId) {
      const stored = await replies.settings(caller, appId)
      if (!stored) return undefined
      const { revision: _, ...settings } = stored
      return settings
    },

    async enable(caller, appId, settings) {
      embeddingModelOf(models, settings)
      const job = await replies.enable(caller, appId, settings)
      jobs.start(caller, appId, job)
      return job
    },

    async disable(caller, appId) {
      const job = await replies.disable(caller, appId)
      jobs.start(caller, appId, job)
      return job
    },

    async job(caller, appId, id) {
      const job = await replies.job(caller, appId, id)
      if (!job) throw new AnnotationError('annotation/job-not-found')
      return job
    },

    async match(caller, appId, query, signal) {
      signal?.throwIfAborted()
      const found = await find(caller, appId, query, signal)
      const hit = found && (await store.hit(caller, appId, found.id))
      return hit && { ...hit, score: found.score }
    },

    resume: () => jobs.resume(),
    settled: () => jobs.settled(),
    close: () => jobs.close(),
  }
}
