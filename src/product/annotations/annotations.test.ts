// Stored answers: what is found, what is counted, and jobs that outlive their process.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { createScriptedEmbedding, type ScriptedEmbedding } from '../../../test/support/scripted-embedding.ts'
import { createIds, silentLog, systemClock } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import { ModelError } from '../../model/errors.ts'
import { createAppStore } from '../apps/store.ts'
import { type Caller, systemCaller } from '../caller.ts'
import type { AppId } from '../ids.ts'
import { createTenantStore } from '../tenants/store.ts'
import { createAnnotations } from './annotations.ts'
import { createReplyStore } from './reply-store.ts'
import type { Annotations } from './spec.ts'
import { createAnnotationStore } from './store.ts'

const caller = systemCaller()
const stranger: Caller = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
const SETTINGS = { scoreThreshold: 0.8, embeddingProvider: 'scripted', embeddingModel: 'embed' }
/** Cosines to `refund`: 1, 0.9, 0.6 and 0. */
const VECTORS = {
  refund: [1, 0],
  'money back': [0.9, Math.sqrt(1 - 0.81)],
  'late parcel': [0.6, 0.8],
  weather: [0, 1],
}

noteSkippedDatabases()

describe.each(databases)('on $name', (database) => {
  let db: Database
  let appId: AppId
  let model: ScriptedEmbedding
  let annotations: Annotations
  /** Pauses between attempts. */
  let pauses: number[]

  const clock = {
    ...systemClock,
    sleep: async (ms: number) => {
      pauses.push(ms)
    },
  }

  const open = (options: { readonly maxAnnotations?: number; readonly maxIndexBytes?: number } = {}): Annotations => {
    const seams = { db, clock, ids: createIds(clock) }
    return createAnnotations({
      store: createAnnotationStore(seams),
      replies: createReplyStore(seams),
      models: { embedding: (name) => (name?.provider === 'scripted' && name.name === 'embed' ? model : undefined) },
      usage: { beside: () => () => {} },
      clock,
      log: silentLog,
      ...options,
    })
  }

  const newApp = async (): Promise<AppId> =>
    (await createAppStore({ db, clock, ids: createIds(clock) }).create(caller, { name: 'a', mode: 'chat' })).id

  const switchOn = async (scoreThreshold = SETTINGS.scoreThreshold): Promise<void> => {
    const job = await annotations.enable(caller, appId, { ...SETTINGS, scoreThreshold })
    await annotations.settled()
    expect(await annotations.job(caller, appId, job.id)).toMatchObject({ status: 'completed', error: null })
  }

  const add = (question: string, answer = `about ${question}`) =>
    annotations.create(caller, appId, { question, answer })

  beforeEach(async () => {
    pauses = []
    db = await database.open({ clock, ids: createIds(clock) })
    await createTenantStore({ db, clock, ids: createIds(clock) }).ensure(caller, 'test')
    appId = await newApp()
    model = createScriptedEmbedding(VECTORS)
    annotations = open()
  })
  afterEach(async () => {
    await annotations.close()
    await db.close()
  })

  describe('annotations', () => {
    it('are listed newest first, by page and by keyword', async () => {
      for (const question of ['One', 'Two', 'Three']) await add(question, question === 'Two' ? 'the ONE' : 'else')
      const questions = async (page: number, limit: number, keyword?: string) => {
        const found = await annotations.list(caller, { appId, page, limit, ...(keyword !== undefined && { keyword }) })
        return [found.items.map((item) => item.question), found.hasMore, found.total]
      }
      expect(await questions(1, 2)).toEqual([['Three', 'Two'], true, 3])
      expect(await questions(2, 2)).toEqual([['One'], false, 3])
      expect(await questions(9, 2)).toEqual([[], false, 3])
      expect(await questions(1, 9, 'one')).toEqual([['Two', 'One'], false, 2])
      expect(await questions(1, 9, '%')).toEqual([[], false, 0])
    })

    it('are changed and removed by their own tenant alone', async () => {
      const { id } = await add('One')
      const changed = await annotations.update(caller, appId, id, { question: 'One?', answer: 'Yes' })
      expect(changed).toMatchObject({ id, question: 'One?', answer: 'Yes', hitCount: 0 })
      const missing = { code: 'annotation/not-found' }
      const text = { question: 'x', answer: 'y' }
      await expect(annotations.update(stranger, appId, id, text)).rejects.toMatchObject(missing)
      await expect(annotations.update(caller, await newApp(), id, text)).rejects.toMatchObject(missing)
      await expect(annotations.remove(stranger, appId, id)).rejects.toMatchObject(missing)
      await annotations.remove(caller, appId, id)
      await expect(annotations.remove(caller, appId, id)).rejects.toMatchObject(missing)
    })

    it('are bounded in number', async () => {
      annotations = open({ maxAnnotations: 2 })
      await add('One')
      const { id } = await add('Two')
      await expect(add('Three')).rejects.toMatchObject({ code: 'annotation/too-many', details: { limit: 2 } })
      await annotations.remove(caller, appId, id)
      await add('Three')
    })
  })

  describe('a match', () => {
    const match = (query: string) => annotations.match(caller, appId, query)

    it('is looked for only when the reply is on', async () => {
      await add('refund')
      expect(await match('refund')).toBeUndefined()
      await switchOn()
      expect(await match('refund')).toMatchObject({ question: 'refund', answer: 'about refund', score: 1 })
      await annotations.disable(caller, appId)
      expect(await match('refund')).toBeUndefined()
      expect(await annotations.settings(caller, appId)).toEqual({ ...SETTINGS, enabled: false })
    })

    it.each([
      ['refund', 0.8, 'refund', 1],
      ['money back', 0.8, 'refund', 0.9],
      ['late parcel', 0.8, undefined, 0],
      ['late parcel', 0.5, 'refund', 0.6],
      ['unheard of', 0.1, undefined, 0],
      ['', 0, undefined, 0],
    ])('of %j from %d on is %s', async (query, threshold, question, score) => {
      await add('refund')
      await switchOn(threshold)
      const hit = await match(query)
      expect(hit?.question).toBe(question)
      if (hit) expect(hit.score).toBeCloseTo(score, 5)
    })

    it('is the nearest one, but the very words win without asking the model', async () => {
      await add('weather')
      await add('refund')
      await add('something else')
      await switchOn(0.5)
      expect((await match('money back'))?.question).toBe('refund')
      const asked = model.calls.length
      expect(await match('  something else\n')).toMatchObject({ question: 'something else', score: 1 })
      expect(model.calls).toHaveLength(asked)
    })

    it('counts as a hit and names the author', async () => {
      const { id } = await add('refund')
      await switchOn()
      const hit = await match('money back')
      expect(hit).toMatchObject({ id, author: { id: 'system', name: '' } })
      await match('refund')
      await match('weather')
      expect((await annotations.list(caller, { appId, page: 1, limit: 9 })).items).toMatchObject([{ hitCount: 2 }])
    })

    it('sees what was added, changed and removed since', async () => {
      await switchOn()
      expect(await match('money back')).toBeUndefined()
      const { id } = await add('refund')
      expect((await match('money back'))?.answer).toBe('about refund')
      await annotations.update(caller, appId, id, { question: 'refund', answer: 'new answer' })
      expect((await match('money back'))?.answer).toBe('new answer')
      expect(model.calls.filter((texts) => texts.includes('refund'))).toHaveLength(1)
      await annotations.update(caller, appId, id, { question: 'weather', answer: 'rain' })
      expect(await match('money back')).toBeUndefined()
      expect((await match('weather'))?.answer).toBe('rain')
      await annotations.remove(caller, appId, id)
      expect(await match('weather')).toBeUndefined()
    })

    it('sees what another process changed', async () => {
      await add('refund')
      await switchOn()
      expect(await match('money back')).toBeDefined()
      const other = open()
      await other.create(caller, appId, { question: 'money back', answer: 'elsewhere' })
      expect((await match('money back'))?.answer).toBe('elsewhere')
      await other.close()
    })

    it('does not need room in memory', async () => {
      annotations = open({ maxIndexBytes: 1 })
      await add('refund')
      await switchOn()
      expect((await match('money back'))?.question).toBe('refund')
      expect((await match('refund'))?.question).toBe('refund')
    })

    it('is nothing when the model fails, except for the very words', async () => {
      await add('refund')
      await switchOn()
      model.failure = new ModelError('model/auth', { details: { provider: 'scripted' } })
      expect(await match('money back')).toBeUndefined()
      expect((await match('refund'))?.score).toBe(1)
      await add('weather')
      expect((await match('weather'))?.answer).toBe('about weather')
      model.failure = undefined
      expect((await match('money back'))?.question).toBe('refund')
    })

    it('ends with the caller', async () => {
      await add('refund')
      await switchOn()
      const controller = new AbortController()
      const held = model.hold()
      const matching = annotations.match(caller, appId, 'money back', controller.signal)
      await held
      controller.abort(new Error('gone'))
      await expect(matching).rejects.toThrow('gone')
    })

    it('is none of another tenant or app', async () => {
      await add('refund')
      await switchOn()
      expect(await annotations.match(stranger, appId, 'refund')).toBeUndefined()
      expect(await annotations.match(caller, await newApp(), 'refund')).toBeUndefined()
    })
  })

  describe('a job', () => {
    it('refuses a model that is not there', async () => {
      const settings = { ...SETTINGS, embeddingModel: 'other' }
      await expect(annotations.enable(caller, appId, settings)).rejects.toMatchObject({
        code: 'annotation/model-missing',
        details: { provider: 'scripted', model: 'other' },
      })
      expect(await annotations.settings(caller, appId)).toBeUndefined()
    })

    it('embeds everything in batches, and a second one nothing', async () => {
      for (let i = 0; i < 130; i++) await add(`q${i}`)
      await switchOn()
      expect(model.calls.map((texts) => texts.length)).toEqual([64, 64, 2])
      await switchOn(0.5)
      expect(model.calls).toHaveLength(3)
      expect(await annotations.settings(caller, appId)).toMatchObject({ enabled: true, scoreThreshold: 0.5 })
    })

    it('tries again when the vendor is busy, and says so when it stays busy', async () => {
      await add('refund')
      model.failure = new ModelError('model/rate-limited', { retryable: true, details: { provider: 'scripted' } })
      const job = await annotations.enable(caller, appId, SETTINGS)
      expect(job).toMatchObject({ action: 'enable', status: 'waiting' })
      await annotations.settled()
      expect(pauses).toEqual([1_000, 2_000, 4_000])
      expect(await annotations.job(caller, appId, job.id)).toEqual({
        id: job.id,
        action: 'enable',
        status: 'error',
        error: 'The provider scripted asks to slow down.',
      })
      expect(await annotations.settings(caller, appId)).toMatchObject({ enabled: false })
    })

    it('gives way to the one after it', async () => {
      await add('refund')
      const held = model.hold()
      const first = await annotations.enable(caller, appId, SETTINGS)
      await held
      const second = await annotations.disable(caller, appId)
      model.release()
      await annotations.settled()
      expect(await annotations.job(caller, appId, first.id)).toMatchObject({ status: 'error' })
      expect(await annotations.job(caller, appId, second.id)).toMatchObject({ status: 'completed' })
      expect(await annotations.settings(caller, appId)).toMatchObject({ enabled: false })
    })

    it('is taken up where a killed process left it', async () => {
      for (let i = 0; i < 70; i++) await add(`q${i}`)
      const held = model.hold(1)
      const job = await annotations.enable(caller, appId, SETTINGS)
      await held
      // The first process is gone here, in the middle of its second batch: nothing of it writes again.
      model = createScriptedEmbedding(VECTORS)
      const next = open()
      expect(await next.job(caller, appId, job.id)).toMatchObject({ status: 'processing' })
      expect(await next.resume()).toBe(1)
      await next.settled()
      expect(await next.job(caller, appId, job.id)).toMatchObject({ status: 'completed' })
      expect(await next.match(caller, appId, 'q69')).toMatchObject({ score: 1 })
      expect(await next.resume()).toBe(0)
      expect(model.calls.map((texts) => texts.length)).toEqual([6])
      await next.close()
    })

    it('of another app or tenant is unknown', async () => {
      const job = await annotations.enable(caller, appId, SETTINGS)
      await annotations.settled()
      const unknown = { code: 'annotation/job-not-found' }
      await expect(annotations.job(stranger, appId, job.id)).rejects.toMatchObject(unknown)
      await expect(annotations.job(caller, await newApp(), job.id)).rejects.toMatchObject(unknown)
    })
  })
})
