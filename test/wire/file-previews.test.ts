// Files over HTTP: reading what messages have, and the files of a tenant over the management API.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { FileValue } from '../../src/flow/file.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { createMessageFileStore, messageFileRows } from '../../src/product/conversations/message-files.ts'
import { createMessageStore } from '../../src/product/conversations/messages.ts'
import { createConversationStore } from '../../src/product/conversations/store.ts'
import { createEndUserStore } from '../../src/product/end-users/store.ts'
import { authorization, filesApp, formOf, readJson } from '../support/forms.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'

const STRANGER = 'tenant_22222222-2222-7222-8222-222222222222'
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const MISSING = '00000000-0000-7000-8000-000000000000'

let platform: TestPlatform
let app: TestApp
let sibling: TestApp
let foreign: TestApp
let tenantKey: string
let foreignTenantKey: string

beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.addApp(filesApp)
  sibling = await platform.addApp(filesApp)
  foreign = await platform.addApp(filesApp, STRANGER)
  const { keys, caller } = platform.platform
  tenantKey = (await keys.create(caller, { scope: 'tenant', name: 'admin' })).secret
  foreignTenantKey = (await keys.create(systemCaller(STRANGER), { scope: 'tenant', name: 'admin' })).secret
})
afterAll(() => platform.close())

const upload = (form: FormData, key = app.key) =>
  fetch(`${platform.url}/v1/files/upload`, { method: 'POST', headers: authorization(key), body: form })

const uploaded = async (form = formOf('hello'), key = app.key): Promise<{ id: string } & Record<string, unknown>> => {
  const response = await upload(form, key)
  expect(response.status).toBe(201)
  return readJson(response)
}

const codeOf = async (response: Response | Promise<Response>) => {
  const answer = await response
  return [answer.status, (await readJson(answer)).code]
}

/** A message of the app that has these files. */
const attach = async (to: TestApp, fileIds: readonly string[], tenant?: `tenant_${string}`) => {
  const caller = tenant ? systemCaller(tenant) : platform.platform.caller
  const ids = createIds(systemClock)
  const seams = { db: platform.database, clock: systemClock, ids }
  const user = await createEndUserStore(seams).ensure(caller, {
    appId: to.id,
    origin: 'service-api',
    externalId: 'ann',
  })
  const talk = await createConversationStore(seams).create(caller, { appId: to.id, endUserId: user.id, name: 'talk' })
  const message = {
    id: ids.next('msg'),
    appId: to.id,
    conversationId: talk.id,
    endUserId: user.id,
    runId: null,
    query: 'q',
    answer: 'a',
    inputs: {},
    files: [],
    status: 'normal',
    error: null,
    promptTokens: 0,
    completionTokens: 0,
    costNanoUsd: null,
    elapsedMs: 0,
    metadata: {},
    createdAt: 1,
  } as const
  const files: FileValue[] = []
  for (const id of fileIds) {
    const upload = await platform.database.kysely
      .selectFrom('uploads')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', `file_${id}`)
      .executeTakeFirstOrThrow()
    files.push(
      new FileValue({
        id: null,
        type: 'document',
        transferMethod: 'local_file',
        remoteUrl: null,
        relatedId: upload.id,
        filename: upload.filename,
        extension: `.${upload.extension}`,
        mimeType: upload.mime_type,
        size: upload.size_bytes,
        url: null,
      }),
    )
  }
  const store = createMessageFileStore(seams)
  const rows = messageFileRows(files, { appId: to.id, messageId: message.id, belongsTo: 'user', createdAt: 1 }, ids)
  await platform.database.write([
    createMessageStore(seams).save(caller, message),
    ...rows.map((row) => store.save(caller, row)),
  ])
  return { message, listed: await store.list(caller, to.id, [message.id]) }
}

const preview = (
  id: string,
  { key = app.key, query = '', headers = {} as Record<string, string>, method = 'GET' } = {},
) => fetch(`${platform.url}/v1/files/${id}/preview${query}`, { method, headers: { ...authorization(key), ...headers } })

describe('GET /v1/files/{id}/preview', () => {
  it('gives the bytes of a file that a message has', async () => {
    const { id } = await uploaded(formOf(PNG, 'bild ü.png', 'image/png'))
    expect(await codeOf(preview(id))).toEqual([404, 'file_not_found'])
    const { listed } = await attach(app, [id])
    expect(listed).toMatchObject([{ fileId: `file_${id}`, filename: 'bild ü.png', belongsTo: 'user', sizeBytes: 16 }])
    const response = await preview(id)
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '16',
      'cache-control': 'private, max-age=3600',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    expect(response.headers.get('content-disposition')).toBeNull()
    const attachment = await preview(id, { query: '?as_attachment=true&user=whoever' })
    expect(attachment.headers.get('content-type')).toBe('application/octet-stream')
    expect(attachment.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''bild%20%C3%BC.png")
    const head = await preview(id, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '16', ''])
  })

  it('tells other apps of the tenant that it is not theirs, and everybody else nothing', async () => {
    const { id } = await uploaded()
    await attach(app, [id])
    expect(await codeOf(preview(id, { key: sibling.key }))).toEqual([403, 'file_access_denied'])
    const abroad = await readJson(preview(id, { key: foreign.key }))
    expect(abroad).toEqual(await readJson(preview(MISSING)))
    expect(abroad.code).toBe('file_not_found')
    await attach(sibling, [id])
    expect((await preview(id, { key: sibling.key })).status).toBe(200)
    for (const odd of ['x', '..%2f..%2fetc', `file_${id}`]) {
      expect(await codeOf(preview(odd))).toEqual([404, 'file_not_found'])
    }
  })

  it.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/xml',
    'application/javascript',
  ])('never shows %s as a page', async (type) => {
    const { id } = await uploaded(formOf('<script>alert(1)</script>', 'a.txt', type))
    await attach(app, [id])
    const { headers } = await preview(id)
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toMatch(/^attachment/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each<[string | undefined, number, string | null, string]>([
    [undefined, 200, null, '0123456789'],
    ['bytes=0-3', 206, 'bytes 0-3/10', '0123'],
    ['bytes=4-', 206, 'bytes 4-9/10', '456789'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=-99', 206, 'bytes 0-9/10', '0123456789'],
    ['bytes=8-99', 206, 'bytes 8-9/10', '89'],
    ['bytes=10-', 416, 'bytes */10', ''],
    ['bytes=-0', 416, 'bytes */10', ''],
    ['bytes=5-2', 200, null, '0123456789'],
    ['bytes=0-1,4-5', 200, null, '0123456789'],
    ['chars=0-1', 200, null, '0123456789'],
  ])('range %s of a sound', async (range, status, contentRange, body) => {
    const { id } = await uploaded(formOf('0123456789', 'a.mp3', 'audio/mpeg'))
    await attach(app, [id])
    const response = await preview(id, { headers: range === undefined ? {} : { range } })
    expect(response.headers.get('accept-ranges')).toBe('bytes')
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
      status,
      contentRange,
      body,
    ])
  })

  it('gives no ranges of documents', async () => {
    const { id } = await uploaded()
    await attach(app, [id])
    const response = await preview(id, { headers: { range: 'bytes=0-1' } })
    expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, null])
    expect(await response.text()).toBe('hello')
  })
})

describe('/api/files', () => {
  const call = (path: string, init: RequestInit = {}, key = tenantKey) =>
    fetch(`${platform.url}/api/files${path}`, { ...init, headers: { ...authorization(key), ...init.headers } })

  it('uploads, lists, describes, gives and deletes', async () => {
    const created = await call('', { method: 'POST', body: formOf('member', 'plan.txt') })
    expect(created.status).toBe(201)
    const file = await readJson(created)
    expect(file).toMatchObject({
      filename: 'plan.txt',
      mimeType: 'text/plain',
      sizeBytes: 6,
      appId: null,
      endUserId: null,
    })
    expect(await (await call(`/${file.id}`)).json()).toEqual(file)
    const content = await call(`/${file.id}/content?download=true`)
    expect(content.headers.get('content-disposition')).toMatch(/plan\.txt$/)
    expect(await content.text()).toBe('member')
    expect((await call(`/${file.id}`, { method: 'DELETE' })).status).toBe(204)
    for (const [path, method] of [
      [`/${file.id}`, 'GET'],
      [`/${file.id}/content`, 'GET'],
      [`/${file.id}`, 'DELETE'],
    ] as const) {
      const gone = await call(path, { method })
      expect(gone.status).toBe(404)
      expect((await readJson(gone)).error.code).toBe('upload/not-found')
    }
  })

  it('lists page by page, each file once', async () => {
    const listAll = async () => {
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: { items: { id: string }[]; nextCursor: string | null } = await readJson(
          call(`?limit=7${cursor && `&cursor=${cursor}`}`),
        )
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
      }
      return seen
    }
    const seen = await listAll()
    expect(seen.length).toBeGreaterThan(14)
    expect(new Set(seen).size).toBe(seen.length)
    expect((await call('?cursor=nonsense')).status).toBe(400)
  })

  it('shows nothing to another tenant, whose answers are as for what is missing', async () => {
    const { id } = await uploaded()
    const abroad = (path: string, method = 'GET') => call(path, { method }, foreignTenantKey)
    const shape = async (response: Response) => [response.status, (await readJson(response)).error]
    for (const [suffix, method] of [
      ['', 'GET'],
      ['/content', 'GET'],
      ['', 'DELETE'],
    ] as const) {
      const theirs = await shape(await abroad(`/file_${id}${suffix}`, method))
      expect(theirs).toEqual(await shape(await abroad(`/file_${MISSING}${suffix}`, method)))
      expect(theirs[0]).toBe(404)
    }
    expect(JSON.stringify(await (await abroad('?limit=100')).json())).not.toContain(id)
    expect((await call(`/file_${id}/content`)).status).toBe(200)
  })

  it('does not take JSON for an upload', async () => {
    const response = await call('', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"file":{}}',
    })
    expect(response.status).toBe(415)
  })
})

it('nothing of all this was a failure of the server', () => {
  expect(platform.logged).toEqual([])
})
