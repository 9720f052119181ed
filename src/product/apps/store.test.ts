// Apps and versions: numbers without gaps, one published pointer, deletion that takes everything along.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import { systemCaller } from '../caller.ts'
import { createTenantStore } from '../tenants/store.ts'
import { hashDocument } from './app-lock.ts'
import { type App, type AppStore, createAppStore } from './store.ts'
import { createVersionStore, type VersionStore } from './version-store.ts'

const caller = systemCaller()
noteSkippedDatabases()

describe.each(databases)('apps on $name', ({ open }) => {
  let db: Database
  let apps: AppStore
  let versions: VersionStore
  let now = 1_000
  beforeAll(async () => {
    const clock = { ...systemClock, now: () => now }
    const seams = { clock, ids: createIds(clock) }
    db = await open(seams)
    apps = createAppStore({ db, ...seams })
    versions = createVersionStore({ db, ...seams })
    await createTenantStore({ db, ...seams }).ensure(caller, 'test')
  })
  afterAll(() => db.close())

  describe('apps', () => {
    it('begin unpublished, or published with a first version', async () => {
      const bare = await apps.create(caller, { name: 'bare', mode: 'chat' })
      expect(bare).toMatchObject({ publishedVersionId: null, description: '' })
      expect(await versions.getPublished(caller, bare.id)).toBeUndefined()
      const full = await apps.create(caller, { name: 'full', mode: 'chat' }, { document: 'v1', note: 'imported' })
      expect(await versions.getPublished(caller, full.id)).toMatchObject({
        id: full.publishedVersionId,
        number: 1,
        document: 'v1',
        note: 'imported',
        hash: hashDocument('v1'),
        createdBy: 'system',
      })
    })

    it('number versions without gaps, also when drafts are published at once, and publish any of them', async () => {
      const app = await apps.create(caller, { name: 'x', mode: 'chat' }, { document: 'v1' })
      for (const document of ['v2', 'v3', 'v4']) {
        const before = await versions.getPublished(caller, app.id)
        expect(await apps.saveDraft(caller, app.id, { document, baseHash: before?.hash ?? null })).toMatchObject({
          id: app.id,
        })
        const baseHash = hashDocument(document)
        const twice = [1, 2].map(() => versions.publishDraft(caller, app.id, { baseHash }))
        expect((await Promise.all(twice)).filter((version) => version === 'changed')).toHaveLength(1)
      }
      expect(await versions.getPublished(caller, app.id)).toMatchObject({ number: 4, document: 'v4' })
      const page = await versions.list(caller, app.id, { limit: 2, before: 4 })
      expect([page.items.map((version) => version.number), page.hasMore]).toEqual([[3, 2], true])
      expect(page.items[0]).not.toHaveProperty('document')
      const second = page.items[1]?.id ?? 'ver_none'
      expect(await versions.publish(caller, app.id, second)).toBe(true)
      expect((await versions.getPublished(caller, app.id))?.document).toBe('v2')

      const other = await apps.create(caller, { name: 'y', mode: 'chat' })
      expect(await versions.publish(caller, other.id, second)).toBe(false)
      expect(await versions.publishDraft(caller, 'app_none', { baseHash: '' })).toBeUndefined()
    })

    it('save a draft only for those who know what it replaces', async () => {
      const app = await apps.create(caller, { name: 'x', mode: 'chat' })
      const save = (document: string | null, baseHash: string | null) =>
        apps.saveDraft(caller, app.id, { document, baseHash })
      expect(await save('a', hashDocument('nothing'))).toBe('changed')
      expect(await save('a', null)).toMatchObject({ draftUpdatedAt: now })
      expect(await apps.getDraft(caller, app.id)).toEqual({ document: 'a', updatedAt: now })
      const both = await Promise.all(['b', 'c'].map((document) => save(document, hashDocument('a'))))
      expect(both.filter((saved) => saved === 'changed')).toHaveLength(1)
      const kept = (await apps.getDraft(caller, app.id))?.document ?? ''
      expect(await save(null, hashDocument(kept))).toMatchObject({ draftUpdatedAt: null })
      expect(await apps.getDraft(caller, app.id)).toBeUndefined()
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

    it('change, and are gone for every reader once deleted', async () => {
      const app = await apps.create(caller, { name: 'x', mode: 'chat' }, { document: 'v1' })
      const changed = await apps.update(caller, app.id, { name: 'z', icon: { value: '🐢' }, apiEnabled: false })
      expect(changed).toMatchObject({ name: 'z', icon: { type: null, value: '🐢' }, mode: 'chat', apiEnabled: false })
      expect(await apps.markDeleted(caller, app.id)).toBe(true)
      expect(await apps.markDeleted(caller, app.id)).toBe(false)
      expect(await apps.get(caller, app.id)).toBeUndefined()
      expect(await apps.update(caller, app.id, { name: 'q' })).toBeUndefined()
      expect(await apps.saveDraft(caller, app.id, { document: 'd', baseHash: hashDocument('v1') })).toBeUndefined()
      expect(await versions.getPublished(caller, app.id)).toBeUndefined()
      expect(await versions.publish(caller, app.id, app.publishedVersionId ?? 'ver_none')).toBe(false)
      const listed = await apps.list(caller, { limit: 100 })
      expect(listed.items.map(({ id }) => id)).not.toContain(app.id)
    })

    it('are found by mode and by text in the name', async () => {
      const made = await apps.create(caller, { name: 'Weather 100%', mode: 'workflow' })
      const find = async (modes: string[], search: string) =>
        (await apps.list(caller, { limit: 100, modes, search })).items.map(({ id }) => id)
      expect(await find(['workflow'], 'wEATHER 100%')).toEqual([made.id])
      expect(await find(['chat'], 'weather')).toEqual([])
      expect(await find(['workflow'], 'weather_')).toEqual([])
    })
  })
})
