// Files over HTTP: uploading and naming them in runs; and what strangers, odd names and odd bodies get.

import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorization, filesApp, formOf, readJson } from '../support/forms.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'

const STRANGER = 'tenant_22222222-2222-7222-8222-222222222222'
const MISSING = '00000000-0000-7000-8000-000000000000'

let platform: TestPlatform
let app: TestApp
let sibling: TestApp
let foreign: TestApp
let tenantKey: string

beforeAll(async () => {
  platform = await startPlatform({
    server: { bodyLimitBytes: 65_536 },
    uploads: { imageBytes: 1_000, documentBytes: 200_000, audioBytes: 50_000, blockedExtensions: ['.EXE'] },
  })
  app = await platform.addApp(filesApp)
  sibling = await platform.addApp(filesApp)
  foreign = await platform.addApp(filesApp, STRANGER)
  const { keys, caller } = platform.platform
  tenantKey = (await keys.create(caller, { scope: 'tenant', name: 'admin' })).secret
})
afterAll(() => platform.close())

const upload = (form: FormData, key = app.key) =>
  fetch(`${platform.url}/v1/files/upload`, { method: 'POST', headers: authorization(key), body: form })

const uploaded = async (form = formOf('hello'), key = app.key): Promise<{ id: string } & Record<string, unknown>> => {
  const response = await upload(form, key)
  expect(response.status).toBe(201)
  return readJson(response)
}

/** A form as bytes, for what no well-behaved client sends. */
const raw = (parts: readonly string[], end = '\r\n--XX--\r\n') =>
  fetch(`${platform.url}/v1/files/upload`, {
    method: 'POST',
    headers: { ...authorization(app.key), 'content-type': 'multipart/form-data; boundary=XX' },
    body: `${parts.map((part) => `--XX\r\n${part}`).join('\r\n')}${end}`,
  })

const part = (filename: string, type: string | undefined = 'text/plain', name = 'file', content = 'hello') =>
  `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n${content}`

const codeOf = async (response: Response | Promise<Response>) => {
  const answer = await response
  return [answer.status, (await readJson(answer)).code]
}

/** What is kept on disk, descriptions and unfinished parts included. */
const kept = () =>
  readdirSync(join(platform.folder, 'files'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  ).length

const run = async (inputs: object, user = 'ann', key = app.key) => {
  const response = await fetch(`${platform.url}/v1/workflows/run`, {
    method: 'POST',
    headers: { ...authorization(key), 'content-type': 'application/json' },
    body: JSON.stringify({ inputs, user, response_mode: 'blocking' }),
  })
  return { status: response.status, body: await readJson(response) }
}

const local = (id: string, type = 'document') => ({ type, transfer_method: 'local_file', upload_file_id: id })

describe('POST /v1/files/upload', () => {
  it('keeps a file, and says what it is', async () => {
    const file = await uploaded(formOf('héllo', 'Über uns.TXT'))
    expect(file).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reference: null,
      name: 'Über uns.TXT',
      size: 6,
      extension: 'txt',
      mime_type: 'text/plain',
      created_by: expect.stringMatching(/^[0-9a-f-]{36}$/),
      created_at: expect.any(Number),
      preview_url: null,
      source_url: `/v1/files/${file.id}/preview`,
      original_url: null,
      user_id: null,
      tenant_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      conversation_id: null,
      file_key: null,
    })
  })

  it('takes the user before or after the file, and nobody in particular', async () => {
    const after = new FormData()
    after.set('file', new File(['x'], 'a.txt', { type: 'text/plain' }))
    after.set('user', 'ann')
    const [one, two, three] = [
      await uploaded(after),
      await uploaded(),
      await uploaded(formOf('x', 'a.txt', 'text/plain', null)),
    ]
    expect(one.created_by).toBe(two.created_by)
    expect(three.created_by).not.toBe(one.created_by)
  })

  it('takes files beyond the limit of JSON bodies', async () => {
    expect((await uploaded(formOf('x'.repeat(150_000)))).size).toBe(150_000)
  })

  it.each<[string, () => Response | Promise<Response>, [number, string]]>([
    [
      'no form',
      () => fetch(`${platform.url}/v1/files/upload`, { method: 'POST', headers: authorization(app.key) }),
      [400, 'no_file_uploaded'],
    ],
    ['an empty form', () => upload(new FormData()), [400, 'no_file_uploaded']],
    ['another name', () => raw([part('a.txt', 'text/plain', 'attachment')]), [400, 'no_file_uploaded']],
    [
      'a field named file',
      () => raw(['Content-Disposition: form-data; name="file"\r\n\r\nhello']),
      [400, 'no_file_uploaded'],
    ],
    ['two files', () => raw([part('a.txt'), part('b.txt')]), [400, 'too_many_files']],
    ['three files', () => raw([part('a.txt'), part('b.txt'), part('c.txt')]), [400, 'too_many_files']],
    ['no name', () => raw([part('')]), [400, 'filename_not_exists_error']],
    ['no type', () => raw([part('a.txt', '')]), [415, 'unsupported_file_type']],
    [
      'no type line',
      () => raw(['Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello']),
      [415, 'unsupported_file_type'],
    ],
    ['an odd type', () => raw([part('a.txt', 'text')]), [415, 'unsupported_file_type']],
    ['a blocked extension', () => upload(formOf('x', 'setup.ExE')), [400, 'file_extension_blocked']],
    [
      'too many parts',
      () => raw(Array.from({ length: 25 }, (_, i) => `Content-Disposition: form-data; name="f${i}"\r\n\r\nx`)),
      [400, 'invalid_param'],
    ],
    [
      'a huge field',
      () => raw([`Content-Disposition: form-data; name="user"\r\n\r\n${'x'.repeat(20_000)}`, part('a.txt')]),
      [400, 'invalid_param'],
    ],
    ['a long user', () => upload(formOf('x', 'a.txt', 'text/plain', 'x'.repeat(256))), [400, 'invalid_param']],
    ['a user with NUL', () => upload(formOf('x', 'a.txt', 'text/plain', 'a\0b')), [400, 'invalid_param']],
    [
      'a prototype field',
      () => raw(['Content-Disposition: form-data; name="__proto__"\r\n\r\nx', part('a.txt')]),
      [400, 'invalid_param'],
    ],
    ['a form cut in the file', () => raw([part('a.txt')], ''), [400, 'invalid_param']],
    ['a form cut in a header', () => raw(['Content-Disposition: form-data; name="fi'], ''), [400, 'invalid_param']],
    [
      'no boundary',
      () =>
        fetch(`${platform.url}/v1/files/upload`, {
          method: 'POST',
          headers: { ...authorization(app.key), 'content-type': 'multipart/form-data' },
          body: 'x',
        }),
      [400, 'invalid_param'],
    ],
  ])('refuses %s, and keeps nothing', async (_, send, expected) => {
    const before = kept()
    expect(await codeOf(send())).toEqual(expected)
    expect(kept()).toBe(before)
  })

  it.each([
    '../../etc/passwd',
    'a/b.txt',
    '/etc/passwd',
    'C:\\x.txt',
    '..\\..\\x',
    '..',
    '.',
    'a\tb.txt',
    'a\x7fb.txt',
    'x'.repeat(256),
  ])('refuses the name %j', async (name) => {
    const before = kept()
    expect(await codeOf(raw([part(name)]))).toEqual([400, 'invalid_param'])
    const encoded = `Content-Disposition: form-data; name="file"; filename*=UTF-8''${encodeURIComponent(name)}\r\nContent-Type: text/plain\r\n\r\nx`
    expect(await codeOf(raw([encoded]))).toEqual([400, 'invalid_param'])
    expect(kept()).toBe(before)
  })

  it.each<[string, string, number]>([
    ['a.png', 'image/png', 1_000],
    ['a.PNG', 'text/plain', 1_000],
    ['a.mp3', 'audio/mpeg', 50_000],
    ['a.bin', 'audio/mpeg', 50_000],
    ['a.bin', 'application/octet-stream', 200_000],
  ])('bounds %s as %s to %i bytes', async (name, type, bytes) => {
    expect((await upload(formOf(Buffer.alloc(bytes), name, type))).status).toBe(201)
    const before = kept()
    const refused = await upload(formOf(Buffer.alloc(bytes + 1), name, type))
    expect(refused.status).toBe(413)
    expect(await refused.json()).toEqual({ status: 413, code: 'file_too_large', message: '' })
    expect(kept()).toBe(before)
  })

  it('hears a client out that only listens after it has sent everything', async () => {
    const bytes = Buffer.concat([Buffer.from(`--XX\r\n${part('a.png', 'image/png')}`), Buffer.alloc(16 * 1024 * 1024)])
    const sending = request(`${platform.url}/v1/files/upload`, {
      method: 'POST',
      headers: { ...authorization(app.key), 'content-type': 'multipart/form-data; boundary=XX' },
    })
    const answered = once(sending, 'response')
    await new Promise<void>((resolve) => sending.end(bytes, () => resolve()))
    const [answer] = (await answered) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    answer.resume()
  })

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream'])(
    'does not take %s for an upload',
    async (type) => {
      const body = JSON.stringify({
        file: {
          filepath: '/etc/passwd',
          path: '/etc/passwd',
          originalFilename: 'a.txt',
          mimetype: 'text/plain',
          _buf: 'x',
        },
        files: { file: { filepath: '/etc/passwd' } },
        user: 'ann',
      })
      const response = await fetch(`${platform.url}/v1/files/upload`, {
        method: 'POST',
        headers: { ...authorization(app.key), 'content-type': type },
        body,
      })
      expect(await codeOf(response)).toEqual([415, 'unsupported_media_type'])
    },
  )

  it('takes nothing from strangers, before a byte is kept', async () => {
    const before = kept()
    for (const key of ['nonsense', tenantKey]) expect((await upload(formOf('x'), key)).status).toBe(401)
    expect(kept()).toBe(before)
  })

  it('keeps nothing of a client that leaves in the middle', async () => {
    const before = kept()
    const { port } = new URL(platform.url)
    const socket = connect(Number(port), '127.0.0.1')
    const body = `--XX\r\n${part('a.txt')}`
    socket.write(
      `POST /v1/files/upload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${app.key}\r\ncontent-type: multipart/form-data; boundary=XX\r\ncontent-length: ${body.length + 1_000}\r\n\r\n${body}`,
    )
    // Its first bytes are on disk.
    await expect.poll(kept).toBe(before + 1)
    socket.destroy()
    await expect.poll(kept).toBe(before)
  })
})

describe('a run that names an upload', () => {
  it('reads it', async () => {
    const { id } = await uploaded(formOf('the text of the file', 'notes.txt'))
    const { status, body } = await run({ one: local(id), many: [local(id), local(id, 'custom')] })
    expect(status).toBe(200)
    expect(body.data).toMatchObject({ status: 'succeeded', outputs: { text: 'the text of the file' } })
    expect(body.data.outputs.file).toMatchObject({
      type: 'document',
      filename: 'notes.txt',
      extension: '.txt',
      size: 20,
    })
  })

  it('is refused for any other user, app and tenant, as for a file that is not there', async () => {
    const mine = await uploaded()
    const unnamed = await uploaded(formOf('x', 'a.txt', 'text/plain', null))
    const elsewhere = await uploaded(formOf('x'), sibling.key)
    const abroad = await uploaded(formOf('x'), foreign.key)
    const missing = await run({ one: local(MISSING) })
    expect(missing).toMatchObject({ status: 400, body: { code: 'invalid_param', params: 'inputs.one' } })
    for (const [id, user, key] of [
      [mine.id, 'bob', app.key],
      [mine.id, 'DEFAULT-USER', app.key],
      [mine.id, 'ann', sibling.key],
      [mine.id, 'ann', foreign.key],
      [unnamed.id, 'ann', app.key],
      [elsewhere.id, 'ann', app.key],
      [abroad.id, 'ann', app.key],
      ['', 'ann', app.key],
      ['../../x', 'ann', app.key],
      [`file_${MISSING}`, 'ann', app.key],
    ] as const) {
      expect(await run({ one: local(id) }, user, key)).toEqual(missing)
    }
    expect((await run({ many: [local(mine.id), local(abroad.id)] })).body).toMatchObject({ params: 'inputs.many[1]' })
    expect((await run({ one: { ...local(mine.id), type: 'image' } })).body).toMatchObject({
      code: 'invalid_param',
      params: 'inputs.one.type',
    })
  })

  it('asks for no more uploads than an honest call names', async () => {
    const { id } = await uploaded()
    const many = (length: number) => run({ many: Array.from({ length }, () => local(id)) })
    expect((await many(200)).status).toBe(200)
    expect(await many(201)).toMatchObject({ status: 400, body: { params: 'inputs.many[200]' } })
  })
})

it('nothing of all this was a failure of the server', () => {
  expect(platform.logged).toEqual([])
})
