// Apps and versions: numbers without gaps, one published pointer, deletion that takes everything along.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import { systemCaller } from '../caller.ts'
import { createTenantStore } from '../tenants/store.ts'
import { type App, type AppStore, createAppStore, hashDocument } from './store.ts'

const caller = systemCaller()
noteSkippedDatabases()

describe.each(databases)('apps on $name', ({ open }) => {
  let db: Database
  let apps: AppStore
  let now = 1_000
  beforeAll(async () => {
    const clock = { ...systemClock, now: () => now }
    const seams = { clock, ids: createIds(clock) }
    db = await open(seams)
    apps = createAppStore({ db, ...seams })
    await createTenantStore({ db, ...seams }).ensure(caller, 'test')
  })
  afterAll(() => db.close())

  describe('apps', () => {
    it('begin unpublished, or published with a first version', async () => {
      const bare = await apps.create(caller, { name: 'bare', mode: 'chat' })
      expect(bare).toMatchObject({ publishedVersionId: null, description: '' })
      expect(await apps.getPublished(caller, bare.id)).toBeUndefined()
      const full = await apps.create(caller, { name: 'full', mode: 'chat' }, { document: 'v1', note: 'imported' })
      expect(await apps.getPublished(caller, full.id)).toMatchObject({
        id: full.publishedVersionId,
        number: 1,
        document: 'v1',
        note: 'imported',
        hash: hashDocument('v1'),
        createdBy: 'system',
      })
    })

    it('number versions without gaps, also when added at once, and publish any of them', async () => {
      const app = await apps.create(caller, { name: 'x', mode: 'chat' }, { document: 'v1' })
      const added = await Promise.all(
        ['v2', 'v3', 'v4'].map((document) => apps.addVersion(caller, app.id, { document })),
      )
      expect(added.map((version) => version?.number)).toEqual([2, 3, 4])
      expect((await apps.getPublished(caller, app.id))?.number).toBe(1)
      const third = added[1]
      if (!third) throw new Error('no version')
      expect(await apps.publish(caller, app.id, third.id)).toBe(true)
      expect((await apps.getPublished(caller, app.id))?.document).toBe('v3')
      const page = await apps.listVersions(caller, app.id, { limit: 2, before: 4 })
      expect([page.items.map((version) => version.number), page.hasMore]).toEqual([[3, 2], true])
      expect(page.items[0]).not.toHaveProperty('document')

      const other = await apps.create(caller, { name: 'y', mode: 'chat' })
      expect(await apps.publish(caller, other.id, third.id)).toBe(false)
      expect(await apps.addVersion(caller, 'app_none', { document: '' })).toBeUndefined()
    })

    it('page newest first without gaps', async () => {
      const made: string[] = []
      for (const at of [2_000, 3_000, 3_000, 4_000]) {
        now = at
        made.unshift((await apps.create(caller, { name: 'p', mode: 'chat' })).id)
      }
      const read: App[] = []
      while (read.length < 4) {
        const after = read.at(-1)
        const page = await apps.list(caller, { limit: 1, ...(after && { after }) })
        read.push(...page.items)
      }
      expect(read.map((app) => app.id)).toEqual(made)
    })

    it('change, and go with all that is theirs', async () => {
      const app = await apps.create(caller, { name: 'x', mode: 'chat' }, { document: 'v1' })
      const changed = await apps.update(caller, app.id, { name: 'z', icon: { value: '🐢' } })
      expect(changed).toMatchObject({ name: 'z', icon: { type: null, value: '🐢' }, mode: 'chat' })
      expect(await apps.delete(caller, app.id)).toBe(true)
      expect(await apps.delete(caller, app.id)).toBe(false)
      expect(await apps.get(caller, app.id)).toBeUndefined()
      expect(await apps.getVersion(caller, app.publishedVersionId ?? 'ver_none')).toBeUndefined()
    })
  })
})
