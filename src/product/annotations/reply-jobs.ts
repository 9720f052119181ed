// Carries out the jobs that turn replies on and off, in the background, a few at a time.
//
// B1  What a job has embedded is written batch by batch, so that a job taken up again goes on where it stopped.
// B2  A job that is not over when the process ends stays so in the records; the next start takes it up.

import { isAbort, messageOf, PlatformError } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import { meterEmbedding } from '../../model/metered.ts'
import type { EmbeddingModel, ModelDirectory } from '../../model/spec.ts'
import { type Caller, systemCaller } from '../caller.ts'
import type { AppId } from '../ids.ts'
import type { UsageRecorder } from '../usage/recorder.ts'
import { AnnotationError } from './errors.ts'
import { modelName } from './question-vectors.ts'
import type { ReplyStore, StoredReplySettings } from './reply-store.ts'
import type { AnnotationJob } from './spec.ts'
import type { AnnotationStore } from './store.ts'

export interface ReplyJobsParts {
  readonly store: AnnotationStore
  readonly replies: ReplyStore
  readonly models: Pick<ModelDirectory, 'embedding'>
  readonly usage: Pick<UsageRecorder, 'beside'>
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Log
}

export interface ReplyJobs {
  /** Carries the job out once it is its turn. Returns at once, never throws. */
  start(caller: Caller, appId: AppId, job: Pick<AnnotationJob, 'id' | 'action'>): void
  /** Embeds the app's questions that wait for it, at most one batch.
   *  @returns how many waited @throws ModelError, AnnotationError `annotation/model-missing` */
  embedSome(caller: Caller, appId: AppId, settings: StoredReplySettings, signal: AbortSignal): Promise<number>
  resume(): Promise<number>
  settled(): Promise<void>
  close(): Promise<void>
}

/** Questions of one call of the model. Vendors take from 96 on. */
const BATCH = 64
/** Jobs at the same time: each waits for a vendor most of its life. */
const AT_ONCE = 4
const ATTEMPTS = 4
const FIRST_PAUSE_MS = 1_000
/** Batches of one job. Ten thousand questions make 160; the rest is for questions that change meanwhile. */
const MOST_BATCHES = 400

export const createReplyJobs = (parts: ReplyJobsParts): ReplyJobs => {
  const { store, replies, clock, log } = parts
  const closing = new AbortController()
  const waiting: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()

  const advance = (): void => {
    while (running.size < AT_ONCE && !closing.signal.aborted) {
      const next = waiting.shift()
      if (!next) return
      const run: Promise<void> = next().finally(() => {
        running.delete(run)
        advance()
      })
      running.add(run)
    }
  }

  const embedSome: ReplyJobs['embedSome'] = async (caller, appId, settings, signal) => {
    const name = modelName(settings)
    const questions = await store.pending(caller, appId, name, BATCH)
    if (questions.length === 0) return 0
    const note = parts.usage.beside(caller, { appId, endUserId: null })
    const model = meterEmbedding(embeddingModelOf(parts.models, settings), note)
    const { vectors } = await model.embed(
      questions.map(({ question }) => question),
      signal,
    )
    const made = questions.flatMap((question, i) => {
      const vector = vectors[i]
      return vector ? [{ ...question, vector }] : []
    })
    await store.saveVectors(caller, appId, name, made)
    return questions.length
  }

  /** The vendor may be busy for a while; a job has time. */
  const embedPatiently = async (caller: Caller, appId: AppId, settings: StoredReplySettings): Promise<number> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await embedSome(caller, appId, settings, closing.signal)
      } catch (error) {
        const again = error instanceof PlatformError && error.retryable && attempt < ATTEMPTS
        if (!again) throw error
        await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), closing.signal)
      }
    }
  }

  /** False when another job took this one's place. */
  const embedAll = async (caller: Caller, appId: AppId, id: AnnotationJob['id']): Promise<boolean> => {
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      const settings = await replies.settings(caller, appId)
      if (!settings || !(await replies.process(caller, id))) return false
      if ((await embedPatiently(caller, appId, settings)) === 0) return true
    }
    throw new Error('The questions changed faster than they could be embedded.')
  }

  const carryOut = async (caller: Caller, appId: AppId, job: Pick<AnnotationJob, 'id' | 'action'>): Promise<void> => {
    try {
      const enables = job.action === 'enable'
      if (enables && !(await embedAll(caller, appId, job.id))) return
      if (!(await replies.complete(caller, appId, job)) || !enables) return
      // What was added after the last look and before the reply was on.
      const settings = await replies.settings(caller, appId)
      if (settings) await embedPatiently(caller, appId, settings)
    } catch (error) {
      if (closing.signal.aborted) return
      log.warn('annotation-job-failed', { jobId: job.id, reason: messageOf(error) })
      await replies.fail(caller, job.id, reasonOf(error))
    }
  }

  const start: ReplyJobs['start'] = (caller, appId, job) => {
    waiting.push(() =>
      carryOut(caller, appId, job).catch((error: unknown) => {
        log.error('annotation-job-broken', { jobId: job.id, reason: messageOf(error) })
      }),
    )
    advance()
  }

  return {
    start,
    embedSome,

    async resume() {
      const jobs = await replies.unfinished()
      for (const { tenantId, appId, id, action } of jobs) start(systemCaller(tenantId), appId, { id, action })
      return jobs.length
    },

    async settled() {
      while (running.size > 0) await Promise.all(running)
    },

    async close() {
      closing.abort()
      waiting.length = 0
      await Promise.all(running)
    },
  }
}

/** @throws AnnotationError `annotation/model-missing` */
export const embeddingModelOf = (
  models: Pick<ModelDirectory, 'embedding'>,
  {
    embeddingProvider: provider,
    embeddingModel: name,
  }: Pick<StoredReplySettings, 'embeddingProvider' | 'embeddingModel'>,
): EmbeddingModel => {
  const model = models.embedding({ provider, name })
  if (!model) throw new AnnotationError('annotation/model-missing', { details: { provider, model: name } })
  return model
}

/** What of a failure its owner may read: texts of ours; anything else might tell too much. */
const reasonOf = (error: unknown): string =>
  error instanceof PlatformError && !isAbort(error) ? error.message : 'The questions could not be embedded.'
