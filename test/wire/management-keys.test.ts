// Keys, settings, providers and models over the management API.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey, listKeys, revokeKey } from '../../src/wire/management/keys.ts'
import { listModels, listProviders } from '../../src/wire/management/models.ts'
import { getSettings, updateSettings } from '../../src/wire/management/settings.ts'
import { addMember } from '../support/accounts.ts'
import { appFile, chain, end, start } from '../support/app-files.ts'
import { type ManagementClient, managementClient, refusal, signInOwner, tenantClient } from '../support/management.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

const STRANGERS = 'tenant_33333333-3333-7333-8333-333333333333'
const file = appFile({
  mode: 'workflow',
  nodes: { start: start(), end: end({}) },
  edges: chain('start', 'end'),
})

let vendor: VendorServer
let platform: TestPlatform
let owner: ManagementClient
let stranger: ManagementClient
let app: TestApp
beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
  owner = await signInOwner(platform)
  app = await platform.addApp(file)
  await platform.addApp(file, STRANGERS)
  stranger = await tenantClient(platform, STRANGERS)
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
})

const run = async (key: string): Promise<number> =>
  (await post({ url: platform.url, key }, '/v1/workflows/run', { inputs: {}, user: 'ada' })).status

describe('a key', () => {
  it('shows its secret once, and stops working when it is revoked', async () => {
    const { body } = await owner(createKey, { body: { scope: 'app', appId: app.id, name: 'Phone' } })
    expect(body.secret).toMatch(/^app-[\w-]{32}$/)
    expect(body.key).toMatchObject({ scope: 'app', appId: app.id, name: 'Phone', revokedAt: null, lastUsedAt: null })
    expect(body.secret.startsWith(body.key.prefix)).toBe(true)
    expect(await run(body.secret)).toBe(200)
    const { body: listed } = await owner(listKeys, { query: { appId: app.id } })
    expect(listed.items[0]).toMatchObject({ id: body.key.id, lastUsedAt: expect.any(String) })
    expect(JSON.stringify(listed)).not.toContain(body.secret)
    const params = { key_id: body.key.id }
    expect(refusal(await stranger(revokeKey, { params }))).toEqual([404, 'api/not-found'])
    expect(await run(body.secret)).toBe(200)
    expect((await owner(revokeKey, { params })).status).toBe(204)
    expect(await run(body.secret)).toBe(401)
    expect(refusal(await owner(revokeKey, { params }))).toEqual([404, 'api/not-found'])
    const after = await owner(listKeys, { query: { appId: app.id } })
    expect(after.body.items[0].revokedAt).not.toBeNull()
  })

  it.each(['dataset', 'gateway', 'tenant'] as const)(
    'of the scope %s begins with it and is of no app',
    async (scope) => {
      const { body } = await owner(createKey, { body: { scope } })
      expect(body.secret.startsWith(`${scope}-`)).toBe(true)
      expect(body.key).toMatchObject({ scope, appId: null, name: '' })
      expect(await run(body.secret)).toBe(401)
      const answer = await managementClient(platform.url, body.secret)(listKeys, { query: { scope, limit: 1 } })
      expect(answer.status).toBe(scope === 'tenant' ? 200 : 401)
    },
  )

  it.each([
    [{ scope: 'app' }, [400, 'api/invalid-param'], 'appId'],
    [{ scope: 'all' }, [400, 'api/invalid-param'], 'scope'],
    [{ scope: 'tenant', appId: 'app_x' }, [400, 'api/invalid-param'], 'appId'],
    [{ scope: 'app', appId: 'app_x' }, [404, 'app/not-found'], undefined],
    [{ scope: 'app', appId: 'app_44444444-4444-7444-8444-444444444444' }, [404, 'app/not-found'], undefined],
    [{ scope: 'dataset', name: 'x'.repeat(201) }, [400, 'api/invalid-param'], 'name'],
  ])('is not made of %j', async (body, code, param) => {
    const answer = await owner(createKey, { body })
    expect(refusal(answer)).toEqual(code)
    expect(answer.body.error.param).toBe(param)
  })

  it("is not made for another tenant's app", async () => {
    const answer = await stranger(createKey, { body: { scope: 'app', appId: app.id } })
    expect(refusal(answer)).toEqual([404, 'app/not-found'])
    expect((await stranger(listKeys, { query: { appId: app.id } })).body.items).toEqual([])
  })

  it('never lets its maker do more than before', async () => {
    const { accounts, caller } = platform.platform
    const person = { email: 'operator@example.org', name: 'Otto', password: 'correct horse battery' }
    await addMember(accounts, caller, { ...person, role: 'operator' })
    const { accessToken } = await accounts.signIn(person.email, person.password, { userAgent: 'test' })
    const operator = managementClient(platform.url, accessToken)
    expect(refusal(await operator(createKey, { body: { scope: 'tenant' } }))).toEqual([403, 'api/forbidden'])
    expect((await operator(createKey, { body: { scope: 'app', appId: app.id } })).status).toBe(201)
    expect(refusal(await operator(updateSettings, { body: { tenantName: 'Mine' } }))).toEqual([403, 'api/forbidden'])
  })

  it('is listed page by page', async () => {
    const made: string[] = []
    for (let i = 0; i < 5; i++) made.unshift((await owner(createKey, { body: { scope: 'gateway' } })).body.key.id)
    const ids: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { body } = await owner(listKeys, { query: { scope: 'gateway', limit: 2, ...(cursor && { cursor }) } })
      ids.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.nextCursor
    }
    expect(ids.slice(0, 5)).toEqual(made)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('settings', () => {
  it('are those of the tenant', async () => {
    const changed = await owner(updateSettings, { body: { tenantName: '  Acme  ' } })
    expect(changed.body).toMatchObject({ tenantName: 'Acme', tenantId: platform.platform.caller.tenantId })
    expect((await owner(getSettings)).body).toEqual(changed.body)
    expect((await owner(updateSettings, { body: {} })).body).toEqual(changed.body)
    expect((await stranger(getSettings)).body).toMatchObject({ tenantName: 'another', tenantId: STRANGERS })
    expect(refusal(await stranger(updateSettings, { body: { tenantName: 'x' } }))).toEqual([403, 'api/forbidden'])
    expect(refusal(await owner(updateSettings, { body: { tenantName: '' } }))).toEqual([400, 'api/invalid-param'])
    expect(refusal(await owner(updateSettings, { body: { name: 'x' } }))).toEqual([400, 'api/invalid-param'])
  })
})

describe('models', () => {
  it('are known by provider and kind, the defaults marked, no secret shown', async () => {
    const { body } = await owner(listProviders)
    const names = body.items.map(({ name, type }: Record<string, string>) => [name, type])
    expect(names).toEqual([
      ['acme', 'openai-compatible'],
      ['offline', 'offline'],
    ])
    expect(JSON.stringify(body)).not.toContain(TEST_KEY)
    expect(JSON.stringify(body)).not.toContain(vendor.url)
    const { body: chat } = await owner(listModels, { query: { kind: 'chat' } })
    const defaults = chat.items.filter(({ isDefault }: { isDefault: boolean }) => isDefault)
    expect(defaults).toMatchObject([{ provider: 'acme', name: 'acme-large', kind: 'chat' }])
    const { body: embedding } = await owner(listModels, { query: { kind: 'embedding' } })
    expect(embedding.items).toMatchObject([{ provider: 'offline', kind: 'embedding', isDefault: true }])
  })
})
