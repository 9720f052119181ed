// Apps over the management API: from blank to published and back, by two people at once, and gone at once.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as appCalls from '../../src/wire/management/apps.ts'
import * as versionCalls from '../../src/wire/management/versions.ts'
import { appFile, chain, end, llm, start, template } from '../support/app-files.ts'
import {
  type KnownBody,
  type ManagementClient,
  managementClient,
  refusal,
  signInOwner,
  tenantClient,
} from '../support/management.ts'
import { startPlatform, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const { createApp, deleteApp, duplicateApp, exportApp, exportAppWithSecrets, getApp, importApp, listApps, updateApp } =
  appCalls
const {
  deleteDraft,
  diffApp,
  getDraft,
  getVersion,
  listVersions,
  publishDraft,
  publishVersion,
  putDraft,
  restoreVersion,
} = versionCalls
const STRANGERS = 'tenant_33333333-3333-7333-8333-333333333333'
const MISSING = 'app_44444444-4444-7444-8444-444444444444'
const MODES = ['workflow', 'advanced-chat', 'chat', 'agent-chat', 'completion'] as const

let vendor: VendorServer
let platform: TestPlatform
let owner: ManagementClient
let stranger: ManagementClient
beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
  owner = await signInOwner(platform)
  await platform.addApp(echo(), STRANGERS)
  stranger = await tenantClient(platform, STRANGERS)
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
})

const echo = (text = 'Hello.', secret = 's3cret') =>
  appFile({
    mode: 'workflow',
    environment: [{ id: 'e1', name: 'token', value_type: 'secret', value: secret, description: '' }],
    nodes: { start: start(), say: template(text), end: end({ said: ['say', 'output'] }) },
    edges: chain('start', 'say', 'end'),
  })

/** A published app with a key. */
const addEcho = async () => {
  const { id, key } = await platform.addApp(echo())
  const params = { app_id: id }
  const run = async () => {
    const response = await post({ url: platform.url, key }, '/v1/workflows/run', { inputs: {}, user: 'ada' })
    const body: KnownBody = await response.json()
    return response.ok ? body.data.outputs.said : [response.status, body.code]
  }
  const draft = async () => (await owner(getDraft, { params })).body
  const edit = async (text: string) => {
    const { hash: baseHash } = await draft()
    return owner(putDraft, { params, body: { text: JSON.stringify(echo(text, '')), baseHash } })
  }
  return { id, key, params, run, draft, edit }
}

describe('a blank app', () => {
  it.each(MODES)('of the mode %s can be published as it is, and has no version before', async (mode) => {
    const { body: app } = await owner(createApp, { body: { mode, name: `Blank ${mode}`, description: 'New.' } })
    expect(app).toMatchObject({ mode, description: 'New.', publishedVersionId: null, hasDraft: true, apiEnabled: true })
    const params = { app_id: app.id }
    expect((await owner(getDraft, { params })).body).toMatchObject({ exists: true, runnable: true, issues: [] })
    expect(refusal(await owner(exportApp, { params }))).toEqual([409, 'app/not-published'])
    expect(refusal(await owner(deleteDraft, { params }))).toEqual([409, 'app/not-published'])
    const { body: version } = await owner(publishDraft, { params, body: { name: 'First' } })
    expect(version).toMatchObject({ number: 1, name: 'First', published: true })
    expect((await owner(getApp, { params })).body).toMatchObject({ publishedVersionId: version.id, hasDraft: false })
  })

  it('answers at once', async () => {
    const { body: app } = await owner(createApp, { body: { mode: 'advanced-chat', name: 'Talk' } })
    await owner(publishDraft, { params: { app_id: app.id } })
    const { secret: key } = await platform.platform.keys.create(platform.platform.caller, {
      scope: 'app',
      appId: app.id,
      name: '',
    })
    vendor.reply({ text: 'Good day.' })
    const body = { inputs: {}, user: 'ada', query: 'Hi' }
    const response = await post({ url: platform.url, key }, '/v1/chat-messages', body)
    expect(await response.json()).toMatchObject({ answer: 'Good day.' })
  })
})

describe('apps', () => {
  it('are listed page by page, by mode and by name', async () => {
    for (const name of ['Needle 1', 'needle 2', 'Needle 3']) await owner(createApp, { body: { mode: 'chat', name } })
    const names: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { search: 'NEEDLE', mode: ['chat', 'completion'], limit: 2, ...(cursor && { cursor }) }
      const { body } = await owner(listApps, { query })
      expect(body.items.length).toBeLessThanOrEqual(2)
      names.push(...body.items.map(({ name }: { name: string }) => name))
      cursor = body.nextCursor
    }
    expect(names).toEqual(['Needle 3', 'needle 2', 'Needle 1'])
    expect((await owner(listApps, { query: { search: 'needle', mode: 'workflow' } })).body.items).toEqual([])
    expect(refusal(await owner(listApps, { query: { cursor: 'bm90aGluZw' } }))).toEqual([400, 'api/invalid-param'])
    expect(refusal(await owner(listApps, { query: { limit: 101 } }))).toEqual([400, 'api/invalid-param'])
    expect(refusal(await owner(listApps, { query: { mode: 'none' } }))).toEqual([400, 'api/invalid-param'])
  })

  it('are renamed, and exported under their present name', async () => {
    const { params } = await addEcho()
    const body = { name: 'Renamed: yes', icon: { value: '🐢' }, description: 'Other.' }
    const changed = await owner(updateApp, { params, body })
    expect(changed.body).toMatchObject({ ...body, icon: { type: 'emoji', value: '🐢', background: '#FFFFFF' } })
    const exported = await owner(exportApp, { params })
    expect(exported.headers.get('content-type')).toBe('application/yaml; charset=utf-8')
    expect(exported.body).toContain("name: 'Renamed: yes'")
    expect(exported.body).not.toContain('s3cret')
    expect((await owner(exportAppWithSecrets, { params })).body).toContain('s3cret')
    expect(refusal(await owner(updateApp, { params, body: { name: ' ' } }))).toEqual([400, 'api/invalid-param'])
    expect(refusal(await owner(updateApp, { params, body: { nmae: 'x' } }))).toEqual([400, 'api/invalid-param'])
  })

  it('refuse calls with their keys while their API is off', async () => {
    const { params, run } = await addEcho()
    expect(await run()).toBe('Hello.')
    expect((await owner(updateApp, { params, body: { apiEnabled: false } })).body.apiEnabled).toBe(false)
    expect(await run()).toEqual([403, 'forbidden'])
    await owner(updateApp, { params, body: { apiEnabled: true } })
    expect(await run()).toBe('Hello.')
  })

  it('are copied with their secrets: a draft as a draft, a version as a version', async () => {
    const { params, edit } = await addEcho()
    await edit('Draft.')
    const fromDraft = await owner(duplicateApp, { params })
    expect(fromDraft.body).toMatchObject({ name: 'Test app copy', publishedVersionId: null, hasDraft: true })
    const fromVersion = await owner(duplicateApp, { params, body: { source: 'published', name: 'Mine' } })
    expect(fromVersion.body).toMatchObject({ name: 'Mine', hasDraft: false })
    const text = await owner(exportAppWithSecrets, { params: { app_id: fromVersion.body.id } })
    expect(text.body).toContain('Hello.')
    expect(text.body).toContain('s3cret')
    const copy = { app_id: fromDraft.body.id }
    expect((await owner(exportAppWithSecrets, { params: copy, query: { source: 'draft' } })).body).toContain('s3cret')
  })

  it('are imported, or refused with every problem', async () => {
    const { body } = await owner(importApp, { body: { text: JSON.stringify(echo()), name: 'Brought' } })
    expect(body.app).toMatchObject({ name: 'Brought', mode: 'workflow' })
    expect(body.report).toMatchObject({ runnable: true, nodes: { start: 1, end: 1, 'template-transform': 1 } })
    const bad = JSON.stringify({ app: { mode: 'none', name: [] } })
    const refused = await owner(importApp, { body: { text: bad } })
    expect(refusal(refused)).toEqual([400, 'app/invalid-file'])
    expect(refused.body.error).toMatchObject({ param: 'text', issues: [{ path: 'app.mode' }, { path: 'app.name' }] })
    const checked = await owner(appCalls.checkApp, { body: { text: bad } })
    expect(checked.body).toMatchObject({ ok: false, issues: refused.body.error.issues, report: null })
    expect(refusal(await owner(importApp, { body: {} }))).toEqual([400, 'api/invalid-param'])
  })
})

describe('a draft', () => {
  it('is published, rolled back and restored; versions never change', async () => {
    const { params, run, draft, edit } = await addEcho()
    const first = await draft()
    expect(first).toMatchObject({ exists: false, runnable: true })
    expect((await edit('Second.')).body).toMatchObject({ exists: true, runnable: true })
    expect(await run()).toBe('Hello.')
    const second = await owner(publishDraft, { params, body: { name: 'Two', note: 'Says second.' } })
    expect(second.body).toMatchObject({ number: 2, name: 'Two', note: 'Says second.', published: true })
    expect(await run()).toBe('Second.')

    const { body: versions } = await owner(listVersions, { params })
    expect(versions.items.map(({ number, published }: Record<string, unknown>) => [number, published])).toEqual([
      [2, true],
      [1, false],
    ])
    const one = { ...params, version_id: versions.items[1].id }
    const before = (await owner(getVersion, { params: one })).body
    expect(before).toMatchObject({ number: 1, hash: first.hash, text: first.text, published: false })
    await owner(publishVersion, { params: one })
    expect(await run()).toBe('Hello.')
    expect((await owner(getVersion, { params: one })).body).toEqual({ ...before, published: true })

    const two = { ...params, version_id: second.body.id }
    const restored = await owner(restoreVersion, { params: two })
    expect(restored.body).toMatchObject({ exists: true, hash: second.body.hash })
    expect(await run()).toBe('Hello.')
    expect((await owner(deleteDraft, { params, query: { baseHash: restored.body.hash } })).status).toBe(204)
    expect(await draft()).toMatchObject({ exists: false, hash: first.hash })
    const page = await owner(listVersions, { params, query: { limit: 1 } })
    const next = await owner(listVersions, { params, query: { limit: 1, cursor: page.body.nextCursor } })
    expect([next.body.items[0].number, next.body.nextCursor]).toEqual([1, null])
  })

  it('is not overwritten by somebody who saw another one', async () => {
    const { params, draft, edit } = await addEcho()
    const seen = await draft()
    const text = JSON.stringify(echo('Mine.'))
    await edit('Theirs.')
    const stale = { params, body: { text, baseHash: seen.hash } }
    expect(refusal(await owner(putDraft, stale))).toEqual([409, 'app/draft-changed'])
    const byHeader = { params, body: { text }, headers: { 'if-match': `"${seen.hash}"` } }
    expect(refusal(await owner(putDraft, byHeader))).toEqual([409, 'app/draft-changed'])
    for (const call of [publishDraft, deleteDraft]) {
      const body = call === publishDraft ? { body: { baseHash: seen.hash } } : { headers: { 'if-match': seen.hash } }
      expect(refusal(await owner(call, { params, ...body }))).toEqual([409, 'app/draft-changed'])
    }
    const now = await owner(getDraft, { params })
    expect(now.headers.get('etag')).toBe(`"${now.body.hash}"`)
    expect(now.body.text).toContain('Theirs.')
    const etag = now.headers.get('etag') ?? ''
    const both = await Promise.all(
      ['A.', 'B.'].map((said) =>
        owner(putDraft, { params, body: { text: JSON.stringify(echo(said)) }, headers: { 'if-match': etag } }),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('keeps secrets that come back empty, takes new ones, and never shows them', async () => {
    const { params, draft } = await addEcho()
    const seen = await draft()
    expect(seen.text).not.toContain('s3cret')
    const save = (text: string) => owner(putDraft, { params, body: { text } })
    expect((await save(seen.text)).body).toMatchObject({ hash: seen.hash, text: seen.text, exists: true })
    expect(refusal(await owner(publishDraft, { params }))).toEqual([409, 'app/nothing-to-publish'])
    const revealed = async () => (await owner(exportAppWithSecrets, { params, query: { source: 'draft' } })).body
    expect(await revealed()).toContain('s3cret')
    await save(JSON.stringify(echo('Hello.', 'other')))
    expect(await revealed()).toContain('other')
    expect((await draft()).text).not.toContain('other')
    const { body: diff } = await owner(diffApp, { params })
    expect(diff.variables.environment.changed).toEqual([{ name: 'token', changes: [{ path: 'value', secret: true }] }])
    const row = await platform.database.kysely
      .selectFrom('apps')
      .select('draft_document')
      .where('id', '=', params.app_id)
      .executeTakeFirstOrThrow()
    expect(row.draft_document).not.toMatch(/other|s3cret/)
  })

  it('may lack what it needs, but is not published so', async () => {
    const { params, run } = await addEcho()
    const lacking = appFile({
      mode: 'workflow',
      nodes: {
        start: start(),
        search: {
          type: 'tool',
          provider_id: 'acme',
          tool_name: 'search',
          tool_parameters: {},
          tool_configurations: {},
        },
        end: end({}),
      },
      edges: chain('start', 'search', 'end'),
    })
    const saved = await owner(putDraft, { params, body: { text: JSON.stringify(lacking) } })
    expect(saved.body).toMatchObject({ exists: true, runnable: false, report: { runnable: false } })
    const refused = await owner(publishDraft, { params })
    expect(refusal(refused)).toEqual([409, 'app/not-runnable'])
    expect(refused.body.error.issues).toEqual(saved.body.issues)
    expect(saved.body.issues).toMatchObject([{ code: 'app/unmet-need', path: 'workflow.graph.nodes[1]' }])
    expect(await run()).toBe('Hello.')
  })

  it('is refused when it cannot be read, and when it is another kind of app', async () => {
    const { params, draft } = await addEcho()
    const before = await draft()
    const save = async (text: string) => (await owner(putDraft, { params, body: { text } })).body.error
    expect(await save('a: [')).toMatchObject({ code: 'app/invalid-file', issues: [{ code: 'app/yaml-syntax' }] })
    expect(await save('[]')).toMatchObject({ issues: [{ code: 'app/not-a-map' }] })
    const chat = appFile({ mode: 'advanced-chat', nodes: { start: start() }, edges: [] })
    expect(await save(JSON.stringify(chat))).toMatchObject({ issues: [{ code: 'app/other-mode', path: 'app.mode' }] })
    expect(await draft()).toEqual(before)
  })

  it('is compared with what is published', async () => {
    const { params, edit } = await addEcho()
    expect((await owner(diffApp, { params })).body.equal).toBe(true)
    await edit('Changed.')
    const { body } = await owner(diffApp, { params })
    expect(body).toMatchObject({ equal: false, nodes: { added: [], removed: [] }, layout: 0, truncated: false })
    expect(body.nodes.changed).toEqual([
      {
        id: 'say',
        type: 'template-transform',
        title: 'say',
        changes: [{ path: 'template', before: 'Hello.', after: 'Changed.' }],
      },
    ])
    const back = await owner(diffApp, { params, query: { from: 'draft', to: 'published' } })
    expect(back.body.nodes.changed[0].changes[0]).toMatchObject({ before: 'Changed.', after: 'Hello.' })
    const query = { from: 'ver_nonsense' }
    expect(refusal(await owner(diffApp, { params, query }))).toEqual([404, 'app/version-not-found'])
  })
})

describe('what belongs to another tenant', () => {
  it('is missing, in the same words as what never was', async () => {
    const { id, params } = await addEcho()
    const { body: versions } = await owner(listVersions, { params })
    const calls = [...appCalls.appOperations, ...versionCalls.versionOperations].filter(({ path }) =>
      path.includes('{app_id}'),
    )
    expect(calls.length).toBeGreaterThan(14)
    for (const call of calls) {
      const body = call === putDraft ? { text: JSON.stringify(echo()) } : 'body' in call ? {} : undefined
      const ask = (app_id: string) =>
        stranger(call, { params: { app_id, version_id: versions.items[0].id }, ...(body && { body }) })
      const [foreign, missing, malformed] = [await ask(id), await ask(MISSING), await ask('app_x')]
      expect([call.id, foreign.status]).toEqual([call.id, 404])
      const words = ({ body }: typeof foreign) => ({ ...body, requestId: '' })
      expect(words(foreign), call.id).toEqual(words(missing))
      expect(words(malformed), call.id).toEqual(words(missing))
    }
    const { body } = await stranger(listApps, { query: { limit: 100 } })
    expect(body.items.map(({ id }: { id: string }) => id)).not.toContain(id)
    // A version of another app of the same tenant is as missing.
    const other = await addEcho()
    const foreign = { ...other.params, version_id: versions.items[0].id }
    for (const call of [getVersion, publishVersion, restoreVersion]) {
      expect(refusal(await owner(call, { params: foreign }))).toEqual([404, 'app/version-not-found'])
    }
  })

  it('is not reached without the right', async () => {
    const nobody = managementClient(platform.url, 'tenant-guess')
    expect(refusal(await nobody(listApps))).toEqual([401, 'api/unauthorized'])
    const { key } = await addEcho()
    expect(refusal(await managementClient(platform.url, key)(listApps))).toEqual([401, 'api/unauthorized'])
  })
})

describe('deleting an app', () => {
  const rowsOf = async (appId: string) => {
    const { kysely } = platform.database
    const count = async (table: 'runs' | 'conversations' | 'end_users' | 'api_keys' | 'app_versions') =>
      (
        await kysely
          .selectFrom(table)
          .select('id')
          .where('app_id', '=', appId as `app_${string}`)
          .execute()
      ).length
    const tables = ['runs', 'conversations', 'end_users', 'api_keys', 'app_versions'] as const
    const apps = await kysely
      .selectFrom('apps')
      .select('id')
      .where('id', '=', appId as `app_${string}`)
      .execute()
    return [apps.length, ...(await Promise.all(tables.map(count)))]
  }

  it('stops its running runs and its keys at once, and leaves nothing behind', async () => {
    const { id, key } = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: { start: start(), llm: llm('Go.'), end: end({ said: ['llm', 'text'] }) },
        edges: chain('start', 'llm', 'end'),
      }),
    )
    vendor.reply({ text: 'One two three four five six seven.' })
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const asked = vendor.nextRequest()
    const stream = await openStream({ url: platform.url, key }, '/v1/workflows/run', { inputs: {}, user: 'ada' })
    await stream.until('workflow_started')
    const request = await asked
    const params = { app_id: id }
    expect((await owner(deleteApp, { params })).status).toBe(204)
    const response = await post({ url: platform.url, key }, '/v1/workflows/run', { inputs: {}, user: 'ada' })
    expect(response.status).toBe(401)
    expect(refusal(await owner(getApp, { params }))).toEqual([404, 'app/not-found'])
    expect(refusal(await owner(deleteApp, { params }))).toEqual([404, 'app/not-found'])
    const rest = await stream.rest()
    await request.hungUp
    expect(rest.at(-1)).toMatchObject({ event: 'workflow_finished', data: { status: 'stopped' } })
    vendor.release()
    // Takes part in the purge that is going on, or finds nothing left.
    await platform.platform.purgeDeletedApps()
    expect(await rowsOf(id)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('takes the bytes of its uploads along, and no others', async () => {
    const [gone, kept] = [await addEcho(), await addEcho()]
    const { tenantId } = platform.platform.caller
    const upload = async ({ id, key }: typeof gone) => {
      const form = new FormData()
      form.append('file', new Blob([id], { type: 'text/plain' }), 'note.txt')
      form.append('user', 'ada')
      const headers = { authorization: `Bearer ${key}` }
      const response = await fetch(`${platform.url}/v1/files/upload`, { method: 'POST', headers, body: form })
      expect(response.status).toBe(201)
      const fileId = `file_${((await response.json()) as KnownBody).id}`
      return join(platform.folder, 'files', tenantId, fileId.slice(-2), `${fileId}.bytes`)
    }
    const paths = [await upload(gone), await upload(kept)]
    const present = () => paths.map((path) => existsSync(path))
    expect(present()).toEqual([true, true])
    await owner(deleteApp, { params: gone.params })
    await platform.platform.purgeDeletedApps()
    expect(await rowsOf(gone.id)).toEqual([0, 0, 0, 0, 0, 0])
    expect(present()).toEqual([false, true])
  })

  it('is finished at the next start', async () => {
    const { id } = await addEcho()
    await platform.database.kysely.updateTable('apps').set({ deleted_at: 1 }).where('id', '=', id).execute()
    expect((await rowsOf(id))[0]).toBe(1)
    await platform.platform.purgeDeletedApps()
    expect(await rowsOf(id)).toEqual([0, 0, 0, 0, 0, 0])
  })
})
