// Runs: they end once, lists find them, and those of dead processes are ended at start.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases, type OpenedDatabase } from '../../../test/support/databases.ts'
import { float } from '../../base/number.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import { type App, createAppStore } from '../apps/store.ts'
import { systemCaller } from '../caller.ts'
import { createEndUserStore } from '../end-users/store.ts'
import type { EndUserId } from '../ids.ts'
import { createTenantStore } from '../tenants/store.ts'
import { createNodeExecutionStore, type NodeExecution } from './node-executions.ts'
import { createRunStore, type NewRun, type RunEnd } from './store.ts'

const caller = systemCaller()
const clock = { ...systemClock, now: () => 10_000 }
const ids = createIds(systemClock)
noteSkippedDatabases()

describe.each(databases)('runs on $name', (database) => {
  let db: OpenedDatabase
  let app: App
  beforeEach(async () => {
    db = await database.open({ clock, ids })
    await createTenantStore({ db, clock, ids }).ensure(caller, 'test')
    app = await createAppStore({ db, clock, ids }).create(caller, { name: 'a', mode: 'workflow' })
  })
  afterEach(() => db.close())

  const newRun = (fields: Partial<NewRun> = {}): NewRun => ({
    id: ids.next('run'),
    appId: app.id,
    versionId: null,
    endUserId: null,
    conversationId: null,
    messageId: null,
    traceId: null,
    taskId: 'task',
    mode: 'workflow',
    source: 'service-api',
    inputs: {},
    startedAt: 1_000,
    ...fields,
  })
  const end = (fields: Partial<RunEnd> = {}): RunEnd => ({
    status: 'succeeded',
    outputs: {},
    error: null,
    errorCode: null,
    steps: 3,
    tokens: 20,
    promptTokens: 1,
    completionTokens: 2,
    costNanoUsd: 7,
    exceptions: 0,
    finishedAt: 2_000,
    elapsedMs: 1_000.25,
    ...fields,
  })

  describe('a run', () => {
    it('keeps what went in and what came out, exactly', async () => {
      const runs = createRunStore({ db, clock, ids })
      const run = newRun({ inputs: { n: float(1), text: 'x' } })
      await db.write([runs.start(caller, run)])
      expect(await runs.get(caller, app.id, run.id)).toMatchObject({ status: 'running', finishedAt: null, steps: 0 })
      await db.write([runs.finish(caller, run.id, end({ outputs: { n: float(2) } }))])
      expect(await runs.get(caller, app.id, run.id)).toMatchObject({
        status: 'succeeded',
        inputs: { n: float(1), text: 'x' },
        outputs: { n: float(2) },
        elapsedMs: 1_000.25,
        tokens: 20,
      })
    })

    it('ends once', async () => {
      const runs = createRunStore({ db, clock, ids })
      const run = newRun()
      await db.write([runs.start(caller, run)])
      expect(await db.write([runs.finish(caller, run.id, end({ status: 'stopped' }))])).toBe(1)
      expect(await db.write([runs.finish(caller, run.id, end())])).toBe(0)
      expect(await runs.get(caller, app.id, run.id)).toMatchObject({ status: 'stopped' })
    })

    it('has its nodes in start order, each once', async () => {
      const runs = createRunStore({ db, clock, ids })
      const nodes = createNodeExecutionStore({ db })
      const run = newRun()
      const node = (index: number): NodeExecution => ({
        id: ids.next('node'),
        runId: run.id,
        nodeId: `n${index}`,
        nodeType: 'code',
        title: '',
        index,
        predecessorId: null,
        frame: { iterationId: 'i', iterationIndex: 2 },
        status: 'running',
        inputs: {},
        outputs: {},
        processData: {},
        metadata: {},
        error: null,
        errorType: null,
        tokens: 0,
        costNanoUsd: null,
        retries: 0,
        startedAt: 1,
        finishedAt: null,
        elapsedMs: null,
      })
      const [a, b] = [node(1), node(2)]
      const done: NodeExecution = {
        ...a,
        status: 'exception',
        error: 'e',
        errorType: 'T',
        elapsedMs: 0.5,
        finishedAt: 2,
      }
      await db.write([runs.start(caller, run), nodes.save(caller, b), nodes.save(caller, a), nodes.save(caller, done)])
      expect(await nodes.list(caller, run.id)).toEqual([done, b])
    })
  })

  describe('lists', () => {
    it('filter by state, time, user and text, and count', async () => {
      const runs = createRunStore({ db, clock, ids })
      const users = createEndUserStore({ db, clock, ids })
      const user = await users.ensure(caller, { appId: app.id, origin: 'service-api', externalId: 'u1' })
      const add = (startedAt: number, text: string, endUserId: EndUserId | null, status: RunEnd['status']) => {
        const run = newRun({ startedAt, inputs: { text }, endUserId, taskId: text })
        return db.write([runs.start(caller, run), runs.finish(caller, run.id, end({ status }))])
      }
      await add(1, 'Alpha 100%', user.id, 'succeeded')
      await add(2, 'beta', null, 'failed')
      await add(3, 'gamma_x', user.id, 'succeeded')
      const find = async (filter: object) => {
        const page = await runs.list(caller, { appId: app.id, page: 1, limit: 20, ...filter })
        expect(page.total).toBe(page.items.length)
        return page.items.map((run) => run.taskId)
      }
      expect(await find({})).toEqual(['gamma_x', 'beta', 'Alpha 100%'])
      expect(await find({ statuses: ['failed'] })).toEqual(['beta'])
      expect(await find({ createdAfter: 2 })).toEqual(['gamma_x', 'beta'])
      expect(await find({ createdBefore: 2, createdAfter: 2 })).toEqual(['beta'])
      expect(await find({ endUserExternalId: 'u1' })).toEqual(['gamma_x', 'Alpha 100%'])
      expect(await find({ keyword: 'alpha' })).toEqual(['Alpha 100%'])
      expect(await find({ keyword: '%' })).toEqual(['Alpha 100%'])
      expect(await find({ keyword: 'a_x' })).toEqual(['gamma_x'])
      expect(await find({ keyword: '\\' })).toEqual([])
      const second = await runs.list(caller, { appId: app.id, page: 2, limit: 2 })
      expect([second.items.map((run) => run.taskId), second.total, second.hasMore]).toEqual([['Alpha 100%'], 3, false])
    })
  })

  describe('markInterrupted', () => {
    it('ends runs of processes that are gone, and no others', async () => {
      const gone = await db.again()
      const alive = await db.again()
      const [lost, lostNode, kept, ended] = [newRun(), ids.next('node'), newRun(), newRun()]
      const dying = createRunStore({ db: gone, clock, ids })
      const node: NodeExecution = {
        id: lostNode,
        runId: lost.id,
        nodeId: 'n',
        nodeType: 'llm',
        title: '',
        index: 1,
        predecessorId: null,
        frame: {},
        status: 'running',
        inputs: {},
        outputs: {},
        processData: {},
        metadata: {},
        error: null,
        errorType: null,
        tokens: 0,
        costNanoUsd: null,
        retries: 0,
        startedAt: 1,
        finishedAt: null,
        elapsedMs: null,
      }
      await gone.write([
        dying.start(caller, lost),
        createNodeExecutionStore({ db: gone }).save(caller, node),
        dying.start(caller, ended),
        dying.finish(caller, ended.id, end()),
      ])
      await alive.write([createRunStore({ db: alive, clock, ids }).start(caller, kept)])
      await gone.close()

      const runs = createRunStore({ db, clock, ids })
      expect(await runs.markInterrupted()).toBe(1)
      expect(await runs.markInterrupted()).toBe(0)
      expect(await runs.get(caller, app.id, lost.id)).toMatchObject({
        status: 'failed',
        errorCode: 'run/interrupted',
        finishedAt: 10_000,
        elapsedMs: 9_000,
      })
      expect(await runs.get(caller, app.id, kept.id)).toMatchObject({ status: 'running' })
      expect(await runs.get(caller, app.id, ended.id)).toMatchObject({ status: 'succeeded' })
      expect(await createNodeExecutionStore({ db }).list(caller, lost.id)).toMatchObject([{ status: 'failed' }])
    })
  })
})
