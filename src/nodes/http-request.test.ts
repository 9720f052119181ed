// Against real servers on the loopback interface.

import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compileBody, createNodeContext, type NodeSetting } from '../../test/support/node-context.ts'
import { FileValue } from '../flow/file.ts'
import { httpRequest } from './http-request.ts'
import type { FileAccess } from './spec.ts'

interface Got {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let server: Server
let origin = ''
let got: Got[] = []
let answer: RequestListener

beforeEach(async () => {
  got = []
  answer = (_, response) => response.setHeader('content-type', 'application/json').end('{"ok":true}')
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      got.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const stored: { filename: string; mimeType: string; size: number }[] = []
const fileOf = (filename: string, mimeType = 'text/plain') =>
  new FileValue({
    id: null,
    type: 'document',
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: filename,
    filename,
    extension: '.txt',
    mimeType,
    size: 3,
    url: null,
  })
const files: FileAccess = {
  read: async (file) => ({ bytes: Buffer.from(`<${file.fields.filename}>`), mimeType: file.fields.mimeType ?? '' }),
  store: async (bytes, about) => {
    stored.push({ ...about, size: bytes.byteLength })
    return fileOf(about.filename, about.mimeType)
  },
}

const POOL = {
  start: {
    x: 'a b',
    q: 'say "hi"',
    lines: 'one\ntwo: 2',
    file: fileOf('f1.txt'),
    files: [fileOf('f1.txt'), fileOf('f2.txt')],
  },
  env: { key: 'secret-key-123456' },
}
const send = (data: object, setting: NodeSetting = {}) => {
  const node = {
    method: 'get',
    url: `${origin}/p`,
    authorization: { type: 'no-auth' },
    headers: '',
    params: '',
    body: { type: 'none', data: [] },
    ...data,
  }
  const { context } = createNodeContext({
    pool: POOL,
    types: { 'env.key': 'secret' },
    services: { fetch, files },
    ...setting,
  })
  return Promise.resolve(compileBody(httpRequest, node).run(context))
}

describe('the head of a request', () => {
  test('method, address, parameters and headers', async () => {
    const outcome = await send({
      method: 'DELETE',
      url: `${origin}/{{#start.x#}}?z=1`,
      params: 'q:{{#start.lines#}}\n\nk:1\nk:2\nempty:',
      headers: 'X-One: 1\nX-Empty:\nX-Two:{{#start.x#}}:b\n\nx-one: 2',
    })
    expect(outcome.type).toBe('success')
    const url = new URL(got[0]?.url ?? '', origin)
    expect(url.pathname).toBe('/a%20b')
    expect([...url.searchParams]).toEqual([
      ['z', '1'],
      ['q', 'one\ntwo: 2'],
      ['k', '1'],
      ['k', '2'],
      ['empty', ''],
    ])
    expect(got[0]).toMatchObject({ method: 'DELETE', headers: { 'x-one': '2', 'x-empty': '', 'x-two': 'a b:b' } })
  })

  const auth = (config: object, header: string, value: string) =>
    test(JSON.stringify(config), async () => {
      const outcome = await send({ authorization: { type: 'api-key', config } })
      expect(got[0]?.headers[header]).toBe(value)
      expect(JSON.stringify(outcome.processData)).not.toContain(value)
    })
  auth({ type: 'bearer', api_key: '{{#env.key#}}' }, 'authorization', 'Bearer secret-key-123456')
  auth({ type: 'basic', api_key: 'user:password' }, 'authorization', 'Basic dXNlcjpwYXNzd29yZA==')
  auth({ type: 'basic', api_key: 'dXNlcjpwYXNz' }, 'authorization', 'Basic dXNlcjpwYXNz')
  auth({ type: 'custom', api_key: 'k-123456789', header: 'X-API-Key' }, 'x-api-key', 'k-123456789')
  auth({ type: 'custom', api_key: 'k-123456789', header: '' }, 'authorization', 'k-123456789')

  test('secret variables are masked in the trace and in messages', async () => {
    const sent = await send({ url: `${origin}/{{#env.key#}}` })
    expect(got[0]?.url).toBe('/secret-key-123456')
    expect(JSON.stringify(sent.processData)).toContain('*'.repeat(20))
    const failed = await send({ url: 'ftp://{{#env.key#}}' })
    expect(failed).toMatchObject({ type: 'failure', failure: { message: expect.not.stringContaining('key-123') } })
  })
})

describe('bodies', () => {
  const check = (name: string, data: object, type: string, body: string | RegExp) =>
    test(name, async () => {
      await send({ method: 'post', ...data })
      expect(got[0]?.headers['content-type'] ?? '').toMatch(new RegExp(type))
      if (typeof body === 'string') expect(got[0]?.body).toBe(body)
      else expect(got[0]?.body).toMatch(body)
    })
  const item = (value: string) => [{ key: '', type: 'text', value }]
  check('raw', { body: { type: 'raw-text', data: item('<{{#start.x#}}>') } }, 'text/plain', '<a b>')
  check(
    'json',
    { body: { type: 'json', data: item('{"a": 1.0, "b": {{#start.x#}} }') } },
    'application/json',
    '{"a":1.0,"b":"a b"}',
  )
  check(
    'json, big and mended',
    { body: { type: 'json', data: "{'n': 12345678901234567890,}" } },
    'json',
    '{"n":12345678901234567890}',
  )
  check(
    'own type wins',
    { headers: 'content-type: application/x+json', body: { type: 'json', data: '[1]' } },
    '^application/x\\+json$',
    '[1]',
  )
  check(
    'form',
    {
      body: {
        type: 'x-www-form-urlencoded',
        data: [
          { key: 'a', type: 'text', value: '{{#start.q#}}' },
          { key: 'a', value: '2' },
        ],
      },
    },
    'application/x-www-form-urlencoded',
    'a=say+%22hi%22&a=2',
  )
  check('binary', { body: { type: 'binary', data: [{ type: 'file', file: ['start', 'file'] }] } }, '^$', '<f1.txt>')
  check(
    'multipart with files',
    {
      headers: 'Content-Type: multipart/form-data; boundary=wrong',
      body: {
        type: 'form-data',
        data: [
          { key: 'a"b', type: 'text', value: '1' },
          { key: 'f', type: 'file', file: ['start', 'files'] },
        ],
      },
    },
    '^multipart/form-data; boundary=----form',
    /^------form\w+\r\nContent-Disposition: form-data; name="a%22b"\r\n\r\n1\r\n------form\w+\r\nContent-Disposition: form-data; name="f"; filename="f1.txt"\r\nContent-Type: text\/plain\r\n\r\n<f1.txt>\r\n[\s\S]*filename="f2.txt"[\s\S]*\r\n------form\w+--\r\n$/,
  )
  check(
    'multipart without parts',
    { body: { type: 'form-data', data: [] } },
    'multipart',
    /name="__multipart_placeholder__"/,
  )
})

describe('responses', () => {
  const check = (type: string | undefined, body: string | Buffer, expected: 'text' | 'file', disposition?: string) =>
    test(`${type} ${disposition ?? ''} is ${expected}`, async () => {
      answer = (_, response) => {
        if (type !== undefined) response.setHeader('content-type', type)
        if (disposition !== undefined) response.setHeader('content-disposition', disposition)
        response.end(body)
      }
      const { outputs } = await send({ url: `${origin}/dir/report` })
      expect(outputs?.body).toBe(expected === 'text' ? body.toString() : '')
      expect(outputs?.files).toHaveLength(expected === 'text' ? 0 : 1)
    })
  check('application/json; charset=utf-8', '{"a":1}', 'text')
  check('text/html', '<p>ü</p>', 'text')
  check('text/csv', 'a,b', 'text')
  check(undefined, 'plain', 'text')
  check('application/vnd.x+xml', '<a/>', 'text')
  check('application/octet-stream', '{"a":1}', 'text')
  check('application/octet-stream', Buffer.from([0xff, 0xfe, 0x7b]), 'file')
  check('application/pdf', '%PDF-1.7', 'file')
  check('image/png', Buffer.from([137, 80]), 'file')
  check('text/plain', 'kept', 'file', 'attachment; filename="../../n.txt"')

  test('a stored file has a safe name and its type', () => {
    expect(stored).toContainEqual({ filename: 'n.txt', mimeType: 'text/plain', size: 4 })
    expect(stored).toContainEqual({ filename: 'report.png', mimeType: 'image/png', size: 2 })
  })

  test('other charsets are read', async () => {
    answer = (_, response) =>
      response.setHeader('content-type', 'text/plain; charset=gbk').end(Buffer.from([0xc4, 0xe3]))
    expect((await send({})).outputs?.body).toBe('你')
  })

  const tooLarge = (type: string, size: number) =>
    test(`${type} of ${size} bytes is refused`, async () => {
      answer = (_, response) => response.setHeader('content-type', type).end(Buffer.alloc(size, 97))
      expect(await send({})).toMatchObject({ type: 'failure', failure: { type: 'ResponseSizeError' } })
    })
  tooLarge('text/plain', 1024 * 1024 + 1)
  tooLarge('image/png', 10 * 1024 * 1024 + 1)
})

describe('failures', () => {
  const fails = (name: string, data: object, type: string) =>
    test(name, async () => expect(await send(data)).toMatchObject({ type: 'failure', failure: { type } }))
  fails('no server', { url: 'http://127.0.0.1:1/' }, 'HttpRequestNodeError')
  fails('no address', { url: '{{#start.x#}}' }, 'InvalidURLError')
  fails('options', { method: 'options' }, 'InvalidHttpMethodError')
  fails(
    'empty key',
    { authorization: { type: 'api-key', config: { type: 'bearer', api_key: '' } } },
    'AuthorizationConfigError',
  )
  fails('no item', { method: 'post', body: { type: 'json', data: '' } }, 'RequestBodyError')
  fails('hopeless json', { method: 'post', body: { type: 'json', data: '}{' } }, 'RequestBodyError')
  fails(
    'no file',
    { method: 'post', body: { type: 'binary', data: [{ file: ['start', 'nope'] }] } },
    'RequestBodyError',
  )

  const status = (name: string, data: object, type: 'success' | 'failure') =>
    test(name, async () => {
      answer = (_, response) => {
        response.statusCode = 404
        response.end('gone')
      }
      const outcome = await send(data)
      expect(outcome).toMatchObject({ type, outputs: { status_code: 404, body: 'gone' } })
      if (outcome.type === 'failure') expect(outcome.failure.type).toBe('HTTPResponseCodeError')
    })
  status('404 is a result', { error_strategy: 'none' }, 'success')
  status('404 fails with a strategy', { error_strategy: 'fail-branch' }, 'failure')
  status('404 fails with retries', { retry_config: { retry_enabled: true, max_retries: 1 } }, 'failure')

  test('an abort is thrown on', async () => {
    const controller = new AbortController()
    answer = () => controller.abort()
    await expect(send({}, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
    server.closeAllConnections()
  })

  test('wrong settings are refused with their place', () => {
    expect(() => compileBody(httpRequest, { method: 'trace', url: 'x' })).toThrow('method')
    expect(() => compileBody(httpRequest, { method: 'get', url: 'x', authorization: { type: 'api-key' } })).toThrow(
      'authorization.config',
    )
  })
})
