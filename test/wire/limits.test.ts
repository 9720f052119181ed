// Limits, budgets and costs on a whole platform: set over the management API, felt by callers of the gateway, kept over a restart.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { createTenantStore } from '../../src/product/tenants/store.ts'
import {
  deleteBudget,
  deleteLimit,
  listBudgets,
  listLimits,
  putBudget,
  putLimit,
} from '../../src/wire/management/limits.ts'
import { getUsage } from '../../src/wire/management/usage.ts'
import { type KnownBody, type ManagementClient, refusal, signInOwner, tenantClient } from '../support/management.ts'
import { startPlatform, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const STRANGERS = 'tenant_33333333-3333-7333-8333-333333333333'
const PRICE = { target: 'acme/acme-large', prompt: 1, completion: '2.5' }

let vendor: VendorServer
let platform: TestPlatform
let owner: ManagementClient
let folder: string
let key: { readonly id: string; readonly secret: string }

const start = async () => {
  const gateway = { prices: [PRICE], budgets: [{ subject: 'user', id: 'poor', window: 'total', limitUsd: '0.00001' }] }
  // On PostgreSQL every platform of a test has a schema of its own: nothing would be left after a restart.
  platform = await startPlatform({ ...withOpenAi(vendor), gateway }, 'sqlite', { folder })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-limits-'))
  vendor = await startOpenAi()
  vendor.reply({ text: 'Well.', usage: { prompt: 100, completion: 40 } })
  await start()
  owner = await signInOwner(platform)
  const made = await platform.platform.keys.create(systemCaller(), { scope: 'gateway', name: 'test' })
  key = { id: made.key.id, secret: made.secret }
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (changes: Record<string, unknown> = {}): Promise<Response> =>
  fetch(`${platform.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'acme/acme-large',
      messages: [{ role: 'user', content: 'Say something.' }],
      max_tokens: 100,
      ...changes,
    }),
  })

describe('limits', () => {
  it('are set, listed, felt and deleted', async () => {
    const params = { name: 'speed' }
    const body = { subject: 'key', requests: 2, periodMs: 60_000, target: 'acme/*' } as const
    const set: KnownBody = (await owner(putLimit, { params, body })).body
    expect(set).toEqual({ name: 'speed', ...body, updatedAt: expect.any(String) })
    expect((await owner(listLimits)).body).toEqual({ items: [set] })
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(25)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(30)
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('Too many requests') } })
    expect(vendor.requests).toHaveLength(2)
    await owner(deleteLimit, { params })
    expect((await owner(listLimits)).body).toEqual({ items: [] })
    expect((await ask()).status).toBe(200)
    expect(refusal(await owner(deleteLimit, { params }))).toEqual([404, 'limits/not-found'])
  })

  it('say what they limit', async () => {
    const refused = await owner(putLimit, { params: { name: 'x' }, body: { subject: 'key' } })
    expect(refusal(refused)).toEqual([400, 'api/invalid-param'])
  })
})

describe('budgets', () => {
  const params = { name: 'month' }

  it('are reserved, settled and kept over a restart', async () => {
    const body = { subject: 'tenant', window: 'month', limitUsd: '0.001' } as const
    const set: KnownBody = (await owner(putBudget, { params, body })).body
    expect(set).toMatchObject({
      ...body,
      name: 'month',
      spentUsd: '0',
      resetsAt: expect.stringMatching(/-01T00:00:00/),
    })
    expect((await ask()).status).toBe(200)
    // 100 × 1 + 40 × 2.5 millionths of a dollar.
    expect((await owner(listBudgets)).body).toMatchObject({ items: [{ spentUsd: '0.0002' }] })
    expect((await ask({ max_tokens: 400 })).status).toBe(429)
    const refused = await ask({ max_tokens: 400 })
    expect(await refused.json()).toMatchObject({ error: { type: 'insufficient_quota' } })
    await platform.close()
    await start()
    owner = await signInOwner(platform)
    expect((await owner(listBudgets)).body).toMatchObject({ items: [{ spentUsd: '0.0002' }] })
    expect((await ask({ max_tokens: 400 })).status).toBe(429)
    expect((await ask()).status).toBe(200)
    await owner(deleteBudget, { params })
    expect((await ask({ max_tokens: 400 })).status).toBe(200)
  })

  it('of the configuration hold for whom they name', async () => {
    expect((await ask({ user: 'poor' })).status).toBe(429)
    expect((await ask({ user: 'rich' })).status).toBe(200)
  })

  it('of a tenant are its own', async () => {
    const seams = { db: platform.database, clock: systemClock, ids: createIds(systemClock) }
    await createTenantStore(seams).ensure(systemCaller(STRANGERS), 'strangers')
    const stranger = await tenantClient(platform, STRANGERS)
    await owner(putBudget, { params, body: { subject: 'tenant', window: 'day', limitUsd: '1' } })
    expect((await stranger(listBudgets)).body).toEqual({ items: [] })
    expect(refusal(await stranger(deleteBudget, { params }))).toEqual([404, 'limits/not-found'])
    await owner(deleteBudget, { params })
  })
})

describe('costs', () => {
  it('are in the usage, by key', async () => {
    const usage: KnownBody = (await owner(getUsage, { query: { groupBy: 'key' } })).body
    const [mine] = usage.groups
    expect(mine).toMatchObject({ key: key.id, name: 'test', unpricedCalls: 0, estimatedCostUsd: '0' })
    expect(Number(mine.costUsd)).toBeCloseTo(mine.calls * 0.0002, 9)
    expect(mine.promptTokens).toBe(mine.calls * 100)
  })
})
