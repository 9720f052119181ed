// Secrets: shown once, recognised by hash, gone at once when revoked here and within a second when revoked elsewhere.

import { afterEach, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { createIds, silentLog, systemClock } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import { createAppStore } from '../apps/store.ts'
import { systemCaller } from '../caller.ts'
import { createTenantStore } from '../tenants/store.ts'
import { createKeys } from './keys.ts'
import { createKeyStore } from './store.ts'

const caller = systemCaller()
noteSkippedDatabases()

describe.each(databases)('keys on $name', ({ open: openDatabase }) => {
  let db: Database | undefined
  afterEach(() => db?.close())

  const setUp = async () => {
    let now = 0
    let lookups = 0
    const clock = { ...systemClock, now: () => now, elapsed: () => now }
    db = await openDatabase({
      clock,
      ids: createIds(clock),
      trace: (sql) => {
        if (/"hash" = [?$]/.test(sql)) lookups++
      },
    })
    const seams = { db, clock, ids: createIds(clock) }
    await createTenantStore(seams).ensure(caller, 'test')
    const apps = createAppStore(seams)
    const app = await apps.create(caller, { name: 'a', mode: 'chat' })
    const open = () => createKeys({ store: createKeyStore(seams), clock, log: silentLog })
    return {
      app,
      apps,
      keys: open(),
      /** As in a second process on the same database. */
      elsewhere: open(),
      pass: (ms: number) => {
        now += ms
      },
      lookups: () => lookups,
    }
  }

  describe('keys', () => {
    it('stand for their tenant, scope and app, and are never stored', async () => {
      const { keys, app } = await setUp()
      const { key, secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: 'first' })
      expect(secret).toMatch(/^app-[A-Za-z0-9_-]{32}$/)
      expect(key).toMatchObject({ scope: 'app', appId: app.id, prefix: secret.slice(0, 8), revokedAt: null })
      expect(await keys.verify(secret)).toEqual({
        keyId: key.id,
        tenantId: caller.tenantId,
        scope: 'app',
        appId: app.id,
        apiEnabled: true,
      })
      expect(JSON.stringify(await db?.kysely.selectFrom('api_keys').selectAll().execute())).not.toContain(
        secret.slice(8),
      )
      const dataset = await keys.create(caller, { scope: 'dataset', name: 'knowledge' })
      expect(dataset.secret).toMatch(/^dataset-/)
      expect((await keys.list(caller)).length).toBe(2)
      expect((await keys.list(caller, { appId: app.id })).map((found) => found.id)).toEqual([key.id])
    })

    it('are unknown when anything differs', async () => {
      const { keys, app } = await setUp()
      const { secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      for (const wrong of ['', 'app-', secret.slice(4), `${secret}x`, secret.toUpperCase(), 'x'.repeat(10_000)]) {
        expect(await keys.verify(wrong), wrong.slice(0, 50)).toBeUndefined()
      }
    })

    it('are looked up once a second', async () => {
      const { keys, app, pass, lookups } = await setUp()
      const { secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      for (let i = 0; i < 5; i++) await keys.verify(secret)
      expect(lookups()).toBe(1)
      pass(999)
      await keys.verify(secret)
      expect(keys.verifyNow(secret)).toEqual(await keys.verify(secret))
      expect(lookups()).toBe(1)
      pass(1)
      expect(keys.verifyNow(secret)).toBeUndefined()
      await keys.verify(secret)
      expect(lookups()).toBe(2)
    })

    it('stop at once where they are revoked, and within a second elsewhere', async () => {
      const { keys, elsewhere, app, pass } = await setUp()
      const { key, secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      await Promise.all([keys.verify(secret), elsewhere.verify(secret)])
      expect(await keys.revoke(caller, key.id)).toBe(true)
      expect(await keys.revoke(caller, key.id)).toBe(false)
      expect(keys.verifyNow(secret)).toBeUndefined()
      expect(await keys.verify(secret)).toBeUndefined()
      pass(1_000)
      expect(await elsewhere.verify(secret)).toBeUndefined()
    })

    it('go with their app, and say when it takes no calls', async () => {
      const { keys, app, apps } = await setUp()
      const { secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      expect(await keys.verify(secret)).toMatchObject({ apiEnabled: true })
      await apps.update(caller, app.id, { apiEnabled: false })
      keys.forgetApp(caller, app.id)
      expect(await keys.verify(secret)).toMatchObject({ apiEnabled: false })
      await apps.markDeleted(caller, app.id)
      keys.forgetApp(caller, app.id)
      expect(await keys.verify(secret)).toBeUndefined()
      expect((await keys.list(caller))[0]?.revokedAt).not.toBeNull()
      // One that was being made while the app was deleted.
      const late = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      expect(await keys.verify(late.secret)).toBeUndefined()
      expect((await keys.page(caller, { limit: 10 })).items).toEqual([])
    })

    it('are not remembered by a question that a revocation overtook', async () => {
      const { keys, app } = await setUp()
      const { key, secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      const asked = keys.verify(secret)
      await Promise.all([asked, keys.revoke(caller, key.id)])
      expect(await keys.verify(secret)).toBeUndefined()
    })

    it('note when they were used, about once a minute', async () => {
      const { keys, app, pass } = await setUp()
      const { secret } = await keys.create(caller, { scope: 'app', appId: app.id, name: '' })
      const lastUsed = async () => (await keys.list(caller))[0]?.lastUsedAt
      pass(5_000)
      await keys.verify(secret)
      await db?.write([{ sql: "update tenants set name = name where tenant_id = ''", parameters: [] }])
      expect(await lastUsed()).toBe(5_000)
      pass(30_000)
      await keys.verify(secret)
      await db?.write([{ sql: "update tenants set name = name where tenant_id = ''", parameters: [] }])
      expect(await lastUsed()).toBe(5_000)
      pass(30_000)
      await keys.verify(secret)
      await db?.write([{ sql: "update tenants set name = name where tenant_id = ''", parameters: [] }])
      expect(await lastUsed()).toBe(65_000)
    })
  })
})
