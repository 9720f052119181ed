// Counts as they are written and summed up: exactly once, in the background, in the order that is promised.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { createIds, type LogFields, silentLog, systemClock } from '../../base/seams.ts'
import type { Database, Statement } from '../../db/spec.ts'
import { createPriceBook, toPriceList } from '../../model/limit/prices.ts'
import { systemCaller } from '../caller.ts'
import { createTenantStore } from '../tenants/store.ts'
import { createUsageNumbers } from './numbers.ts'
import { createUsageRecorder } from './recorder.ts'
import { createUsageStore, type NewUsage } from './store.ts'
import { createUsage } from './usage.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 0, 31, 12)
const clock = { ...systemClock, now: () => NOW }
const ids = createIds(systemClock)
const app = ids.next('app')
const ann = ids.next('user')
const CALL = { provider: 'p', model: 'm', promptTokens: 10, completionTokens: 1 }

noteSkippedDatabases()
describe.each(databases)('usage on $name', ({ open }) => {
  let db: Database
  const seen: string[] = []
  beforeAll(async () => {
    db = await open({ clock, ids, trace: (text) => void seen.push(text) })
  })
  afterAll(() => db.close())

  const newTenant = async () => {
    const caller = systemCaller(ids.next('tenant'))
    await createTenantStore({ db, clock, ids }).ensure(caller, 'test')
    const store = createUsageStore({ db })
    return { caller, store, usage: createUsage({ store, clock }) }
  }
  const openRecorder = (write: Database['write'] = (batch) => db.write(batch)) => {
    const lost: (LogFields | undefined)[] = []
    const log = { ...silentLog, error: (_: string, fields?: LogFields) => void lost.push(fields) }
    const parts = { db: { write }, store: createUsageStore({ db }), clock, ids, log, metrics: silentMetrics }
    return { recorder: createUsageRecorder(parts), lost }
  }
  const aRun = () => ({ appId: app, endUserId: ann, runId: ids.next('run'), createdAt: NOW })
  const used = (part: Partial<NewUsage>): NewUsage => ({
    id: ids.next('usage'),
    runId: null,
    appId: app,
    endUserId: ann,
    provider: 'p',
    model: 'm',
    calls: 1,
    promptTokens: 1,
    completionTokens: 1,
    cachedTokens: 0,
    reasoningTokens: 0,
    costNanoUsd: null,
    priceVersion: null,
    estimated: false,
    createdAt: NOW,
    ...part,
  })

  it('writes the counts of a run once, however often its end is tried', async () => {
    const { caller, usage } = await newTenant()
    const { recorder } = openRecorder()
    const run = recorder.ofRun(caller, aRun())
    run.note(CALL)
    run.note({ ...CALL, model: 'other' })
    run.note(CALL)
    await db.write(run.end())
    expect(run.end()).toHaveLength(2)
    await db.write(run.end())
    const { groups } = await usage.summary(caller, { groupBy: 'model' })
    expect(groups.map(({ key, runs, calls, totalTokens }) => [key, runs, calls, totalTokens])).toEqual([
      ['p/m', 1, 2, 22],
      ['p/other', 1, 1, 11],
    ])
  })

  it('has nothing to write for a run that asked no model', async () => {
    const { caller } = await newTenant()
    seen.length = 0
    const { recorder } = openRecorder()
    expect(recorder.ofRun(caller, aRun()).end()).toEqual([])
    await recorder.close()
    expect(seen).toEqual([])
  })

  it('writes by itself what a run is told after its end, as of that run', async () => {
    const { caller, usage } = await newTenant()
    const { recorder, lost } = openRecorder()
    const run = recorder.ofRun(caller, aRun())
    run.note(CALL)
    await db.write(run.end())
    run.note(CALL)
    await recorder.close()
    const { groups } = await usage.summary(caller, { groupBy: 'model' })
    expect(groups).toMatchObject([{ runs: 1, calls: 2, totalTokens: 22 }])
    expect(lost).toEqual([])
  })

  it('adds up calls beside runs while a batch is under way', async () => {
    const { caller, usage } = await newTenant()
    let finish: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      finish = resolve
    })
    const batches: number[] = []
    const { recorder } = openRecorder(async (batch: readonly Statement[]) => {
      batches.push(batch.length)
      await held
      return db.write(batch)
    })
    const note = recorder.beside(caller, { appId: app, endUserId: null })
    note(CALL)
    note(CALL)
    note(CALL)
    recorder.beside(caller, { appId: app, endUserId: ann })(CALL)
    finish()
    await recorder.close()
    expect(batches).toEqual([1, 2])
    const { total, groups } = await usage.summary(caller, { groupBy: 'user' })
    expect(total).toMatchObject({ runs: 0, calls: 4 })
    expect(groups.map(({ key, calls }) => [key, calls])).toEqual([
      [null, 3],
      [ann, 1],
    ])
  })

  it('says what could not be written, and lets only so many sums wait', async () => {
    const { caller } = await newTenant()
    const { recorder, lost } = openRecorder(() => Promise.reject(new Error('no disk')))
    const note = recorder.beside(caller, { appId: app, endUserId: null })
    for (let i = 0; i <= 10_001; i++) note({ ...CALL, model: `m${i}` })
    expect(lost).toEqual([{ rows: 1, reason: 'too many sums wait' }])
    await recorder.close()
    expect(lost.slice(1, 3)).toEqual([
      { rows: 1, reason: 'no disk' },
      { rows: 500, reason: 'no disk' },
    ])
  })

  it('ends a day at midnight in UTC, and lists the newest first', async () => {
    const { caller, store, usage } = await newTenant()
    const midnight = Date.UTC(2026, 0, 31)
    await db.write([
      store.add(caller, used({ createdAt: midnight - 1 })),
      store.add(caller, used({ createdAt: midnight })),
      store.add(caller, used({ createdAt: midnight + DAY - 1 })),
      store.add(caller, used({ createdAt: NOW - 40 * DAY })),
    ])
    const days = async (range: { from?: number; to?: number }) => {
      const { groups } = await usage.summary(caller, { groupBy: 'day', ...range })
      return groups.map(({ key, calls }) => [key, calls])
    }
    expect(await days({ from: 0, to: midnight + DAY })).toEqual([
      ['2026-01-31', 2],
      ['2026-01-30', 1],
      ['2025-12-22', 1],
    ])
    expect(await days({})).toEqual([
      ['2026-01-31', 1],
      ['2026-01-30', 1],
    ])
    expect(await days({ from: midnight, to: midnight })).toEqual([['2026-01-31', 1]])
  })

  it('keeps sums exact beyond 32 bits', async () => {
    const { caller, store, usage } = await newTenant()
    const many = { promptTokens: 3_000_000_000, completionTokens: 5 }
    await db.write([store.add(caller, used(many)), store.add(caller, used(many))])
    const { total } = await usage.summary(caller, { groupBy: 'app' })
    expect(total).toMatchObject({ promptTokens: 6_000_000_000, completionTokens: 10, totalTokens: 6_000_000_010 })
  })

  it('lists the 1,000 largest groups and says that there are more', async () => {
    const { caller, store, usage } = await newTenant()
    const users = Array.from({ length: 1_001 }, (_, i) => used({ endUserId: ids.next('user'), promptTokens: 10 + i }))
    await db.write(users.map((one) => store.add(caller, one)))
    const { groups, total, truncated } = await usage.summary(caller, { groupBy: 'user' })
    expect([groups.length, truncated, total.calls]).toEqual([1_000, true, 1_001])
    expect(groups[0]?.promptTokens).toBe(1_010)
    expect(groups.at(-1)?.promptTokens).toBe(11)
  })

  it('adds up what calls cost, by key, router and user, with what is by estimate and what nobody knows', async () => {
    const { caller, usage } = await newTenant()
    const prices = createPriceBook({
      overrides: [{ target: 'p/m', prices: toPriceList({ prompt: 1, cachedPrompt: 0.5, completion: 2 }, 'v1') }],
    })
    const parts = { db, store: createUsageStore({ db }), clock, ids, log: silentLog, metrics: silentMetrics, prices }
    const recorder = createUsageRecorder(parts)
    const keyId = ids.next('key')
    const owner = {
      appId: null,
      endUserId: null,
      externalUser: 'ann',
      keyId,
      door: 'anthropic',
      router: 'cheap',
      cache: 'miss',
    }
    const call = { ...CALL, promptTokens: 1_000, completionTokens: 10 }
    recorder.beside(caller, owner)({ ...call, cachedTokens: 400 })
    recorder.beside(caller, owner)({ ...call, estimated: true })
    recorder.beside(caller, { ...owner, router: null })({ ...call, model: 'unknown' })
    recorder.beside(caller, { ...owner, cache: 'hit' })({ ...call, costNanoUsd: 0 })
    await recorder.close()
    // 600 × 1 + 400 × 0.5 + 10 × 2 = 820 and 1,000 + 20 = 1,020 millionths of a dollar.
    const sums = { costNanoUsd: 1_840_000, estimatedCostNanoUsd: 1_020_000, unpricedCalls: 0, cachedTokens: 400 }
    expect((await usage.summary(caller, { groupBy: 'router', to: NOW })).groups).toMatchObject([
      { key: 'cheap', name: null, calls: 3, ...sums },
      { key: null, calls: 1, costNanoUsd: null, unpricedCalls: 1 },
    ])
    expect((await usage.summary(caller, { groupBy: 'key', to: NOW })).groups).toMatchObject([
      { key: keyId, name: null, calls: 4, ...sums, unpricedCalls: 1 },
    ])
    expect((await usage.summary(caller, { groupBy: 'user', to: NOW })).groups).toMatchObject([
      { key: 'ann', name: 'ann', calls: 4 },
    ])
    expect((await usage.summary(caller, { groupBy: 'app', to: NOW })).groups).toMatchObject([{ key: null, calls: 4 }])
    const rows = await db.kysely
      .selectFrom('model_usage')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .execute()
    expect(
      rows.map((row) => [row.model, row.cache, row.price_version, row.estimated, row.cost_nano_usd]).sort(),
    ).toEqual([
      ['m', 'hit', 'v1', 0, 0],
      ['m', 'miss', 'v1', 0, 820_000],
      ['m', 'miss', 'v1', 1, 1_020_000],
      ['unknown', 'miss', null, 0, null],
    ])
  })
})

describe('the numbers of models', () => {
  it('count together what is beyond the first 200 models', () => {
    const counted: Record<string, number> = {}
    const counter = (name: string) => ({
      add(labels: Readonly<Record<string, string>> = {}, by = 1) {
        const key = [name, ...Object.values(labels)].join(' ')
        counted[key] = (counted[key] ?? 0) + by
      },
    })
    const numbers = createUsageNumbers({ ...silentMetrics, counter })
    for (let i = 0; i < 205; i++) numbers.called({ ...CALL, model: `m${i}` }, undefined)
    numbers.called({ ...CALL, model: 'm7' }, 2_500_000)
    expect(counted).toMatchObject({
      'heddle_model_calls_total p m7': 2,
      'heddle_model_tokens_total p m7 prompt': 20,
      'heddle_model_tokens_total p m7 completion': 2,
      'heddle_model_calls_total other other': 5,
      'heddle_model_cost_usd_total p m7': 0.0025,
    })
    expect(counted).not.toHaveProperty(['heddle_model_calls_total p m200'])
  })
})
