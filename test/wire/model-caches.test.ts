// Kept answers as callers and members see them, over HTTP: hits, streams, what the management API tells and removes.

import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { createTenantStore } from '../../src/product/tenants/store.ts'
import { deleteApp } from '../../src/wire/management/apps.ts'
import { getCache, invalidateCache, listCacheEntries } from '../../src/wire/management/cache.ts'
import { addMember } from '../support/accounts.ts'
import { appFile, chain, end, llm, start } from '../support/app-files.ts'
import { type ManagementClient, managementClient, refusal, signInOwner, tenantClient } from '../support/management.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { post } from '../support/service-stream.ts'

let platform: TestPlatform
let owner: ManagementClient
let client: OpenAI

beforeAll(async () => {
  platform = await startPlatform({ gateway: { cache: { mode: 'exact' }, resilience: { retries: 0, heartbeatMs: 0 } } })
  owner = await signInOwner(platform)
  const { keys, caller } = platform.platform
  const { secret } = await keys.create(caller, { scope: 'gateway', name: 'test' })
  client = new OpenAI({ apiKey: secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
})
afterAll(() => platform.close())

const ask = async (content: string) => {
  const { data, response } = await client.chat.completions
    .create({ model: 'offline/heddle-offline', messages: [{ role: 'user', content }] })
    .withResponse()
  return { text: data.choices[0]?.message.content, cache: response.headers.get('x-heddle-cache') }
}

const stream = async (content: string): Promise<string> => {
  const parts = await client.chat.completions.create({
    model: 'offline/heddle-offline',
    messages: [{ role: 'user', content }],
    stream: true,
  })
  let text = ''
  for await (const part of parts) text += part.choices[0]?.delta.content ?? ''
  return text
}

describe('kept answers', () => {
  it('come back, plain and as a stream', async () => {
    const first = await ask('What is a heddle?')
    const again = await ask('What is a heddle?')
    expect(again.text).toBe(first.text)
    expect(first.cache).toMatch(/^miss/)
    expect(again.cache).toMatch(/exact; age=\d+$/)
    expect(await stream('What is a heddle?')).toBe(first.text)
    const { body } = await owner(getCache)
    expect(body.counts).toMatchObject({ hits: 2, misses: 1 })
    expect(body.hitRate).toBe(0.667)
    expect(body.memory.entries).toBe(1)
  })

  it('are shown to members, their texts only to those who may read conversations', async () => {
    const { body } = await owner(listCacheEntries, { query: { limit: '1' } })
    expect(body.items[0]).toMatchObject({ target: 'offline/heddle-offline', question: 'What is a heddle?' })
    const { accounts, caller } = platform.platform
    const email = 'viewer@example.org'
    const password = 'correct horse battery'
    await addMember(accounts, caller, { email, role: 'viewer', name: 'Viewer', password })
    const { accessToken } = await accounts.signIn(email, password, { userAgent: 'test' })
    const viewer = managementClient(platform.url, accessToken)
    const seen = await viewer(listCacheEntries)
    expect(seen.body.items[0]).toMatchObject({ key: body.items[0].key, question: null, answer: null })
    expect(refusal(await viewer(invalidateCache, { body: {} }))).toEqual([403, 'api/forbidden'])
  })

  it('are removed by their own tenant alone, after a dry run', async () => {
    const strangers = 'tenant_33333333-3333-7333-8333-333333333333'
    const {
      database: db,
      platform: { caller },
    } = platform
    await createTenantStore({ db, clock: systemClock, ids: createIds(systemClock) }).ensure(
      { ...caller, tenantId: strangers },
      'x',
    )
    const stranger = await tenantClient(platform, strangers)
    expect((await stranger(listCacheEntries)).body.items).toEqual([])
    expect((await stranger(invalidateCache, { body: {} })).body.entries).toBe(0)
    expect((await owner(invalidateCache, { body: { text: 'HEDDLE', dryRun: true } })).body.entries).toBe(1)
    expect((await owner(invalidateCache, { body: { text: 'loom' } })).body.entries).toBe(0)
    expect((await owner(invalidateCache, { body: { olderThanMs: 3_600_000 } })).body.entries).toBe(0)
    expect((await ask('What is a heddle?')).cache).toMatch(/exact/)
    expect((await owner(invalidateCache, { body: { text: 'HEDDLE' } })).body.entries).toBe(1)
    expect((await ask('What is a heddle?')).cache).toMatch(/^miss/)
  })

  it('go with their app, and no others do', async () => {
    const cache = { mode: 'exact', scope: 'app' } as const
    const house = await startPlatform({ gateway: { cache, resilience: { retries: 0, heartbeatMs: 0 } } })
    try {
      const asking = appFile({
        mode: 'workflow',
        nodes: { start: start(), llm: llm('Say it.'), end: end({ said: ['llm', 'text'] }) },
        edges: chain('start', 'llm', 'end'),
      })
      const [gone, kept] = [await house.addApp(asking), await house.addApp(asking)]
      const run = async ({ key }: typeof gone) => {
        const answer = await post({ url: house.url, key }, '/v1/workflows/run', { inputs: {}, user: 'ada' })
        expect(answer.status).toBe(200)
        await answer.text()
      }
      for (const app of [gone, kept]) await run(app)
      const member = await signInOwner(house)
      const scopes = async () =>
        (await member(listCacheEntries)).body.items.map((item: { scope: string }) => item.scope)
      await expect.poll(scopes).toHaveLength(2)
      await member(deleteApp, { params: { app_id: gone.id } })
      await house.platform.purgeDeletedApps()
      const { tenantId } = house.platform.caller
      await expect.poll(scopes).toEqual([`${tenantId}/${kept.id}`])
      expect((await member(getCache)).body.memory.entries).toBe(1)
    } finally {
      await house.close()
    }
  })

  it('are listed page by page, and no other cursor is taken', async () => {
    await ask('Second question?')
    // Answers are written down in the background.
    await expect.poll(async () => (await owner(listCacheEntries, {})).body.items.length).toBeGreaterThan(1)
    const { body } = await owner(listCacheEntries, { query: { limit: '1' } })
    const next = await owner(listCacheEntries, { query: { limit: '1', cursor: body.nextCursor } })
    expect(next.body.items[0].key).not.toBe(body.items[0].key)
    expect(next.body.nextCursor).toBeNull()
    expect(refusal(await owner(listCacheEntries, { query: { cursor: 'x' } }))).toEqual([400, 'api/invalid-param'])
  })
})
