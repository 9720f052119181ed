// The guarded fetch against real servers on the loopback, which the tests open by the allow list.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GuardedRequestInit } from '../../base/seams.ts'
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.fixture.ts'
import type { Lookup } from './connections.ts'
import { createGuardedFetch, type GuardedFetchOptions } from './undici.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
let seen: Seen[] = []
let routes: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {}
let server: Server
let other: Server
let tls: ReturnType<typeof createTlsServer>
let at = ''
let elsewhere = ''
const portOf = (one: { address(): unknown }) => (one.address() as AddressInfo).port

const answer = (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const url = request.url ?? ''
    seen.push({ method: request.method ?? '', url, headers: request.headers, body: Buffer.concat(chunks).toString() })
    const route = routes[url]
    if (route) route(response, request)
    else response.end('ok')
  })
}
beforeAll(async () => {
  server = createServer(answer)
  other = createServer(answer)
  tls = createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, answer)
  for (const one of [server, other, tls]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${portOf(server)}`
  elsewhere = `http://127.0.0.1:${portOf(other)}`
})
afterAll(async () => {
  for (const one of [server, other, tls]) {
    one.closeAllConnections()
    await new Promise((resolve) => one.close(resolve))
  }
})
beforeEach(() => {
  seen = []
  routes = {}
})

const make = (options: Partial<GuardedFetchOptions> = {}, lookup?: Lookup) =>
  createGuardedFetch({ allowPrivate: ['127.0.0.1'], ...options }, lookup ? { lookup } : {})
const guarded = make()
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error) => (typeof error.code === 'string' ? error.code : error.name),
  )
const redirect = (status: number, location: string) => (response: ServerResponse) => {
  response.writeHead(status, { location })
  response.end('gone')
}

describe('requests', () => {
  test('answers like fetch', async () => {
    routes['/a?b=c'] = (response) => {
      response.writeHead(201, 'Made', { 'set-cookie': ['a=1', 'b=2'], 'x-name': 'Zoë' })
      response.end('{"x":1}')
    }
    const response = await guarded(`${at}/a?b=c#d`)
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.statusText, response.ok]).toEqual([201, 'Made', true])
    expect([response.url, response.redirected]).toEqual([`${at}/a?b=c`, false])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.json()).toEqual({ x: 1 })
  })

  const form = new FormData()
  form.set('field', 'välue')
  form.set('file', new File(['bytes'], 'a.txt', { type: 'text/plain' }))
  test.each<[string, GuardedRequestInit, string, RegExp | undefined]>([
    ['text', { body: 'hé' }, 'hé', /^text\/plain;charset=UTF-8$/],
    ['own type wins', { body: '{}', headers: { 'Content-Type': 'application/json' } }, '{}', /^application\/json$/],
    ['form', { body: new URLSearchParams({ a: 'b c' }) }, 'a=b+c', /^application\/x-www-form-urlencoded/],
    ['bytes', { body: new Uint8Array([104, 105]) }, 'hi', undefined],
    ['buffer', { body: new Uint8Array([104, 105]).buffer }, 'hi', undefined],
    ['blob', { body: new Blob(['hi'], { type: 'image/png' }) }, 'hi', /^image\/png$/],
    ['stream', { body: new Blob(['hi']).stream() as never }, 'hi', undefined],
    ['nothing', {}, '', undefined],
  ])('sends %s', async (_, init, body, type) => {
    await (await guarded(`${at}/`, { method: 'POST', ...init })).text()
    expect(seen[0]?.body).toBe(body)
    if (type) expect(seen[0]?.headers['content-type']).toMatch(type)
    else expect(seen[0]?.headers['content-type']).toBeUndefined()
  })

  test('sends multipart forms with their length', async () => {
    await guarded(`${at}/`, { method: 'POST', body: form })
    expect(seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(seen[0]?.headers['content-length']).toBeDefined()
    expect(seen[0]?.body).toContain('välue')
  })

  test('a body may go with GET, a Request may be given, lower-case methods are fine', async () => {
    await guarded(`${at}/get`, { method: 'get', body: 'query' })
    await guarded(new Request(`${at}/req`, { method: 'PUT', body: 'x', headers: { 'x-a': 'b' } }))
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/get', 'query'],
      ['PUT', '/req', 'x'],
    ])
    expect(seen[1]?.headers['x-a']).toBe('b')
  })

  test('user info becomes basic authentication, unless a header is given', async () => {
    await guarded(`http://us%20er:p%40ss@127.0.0.1:${portOf(server)}/`)
    await guarded(`http://a:b@127.0.0.1:${portOf(server)}/`, { headers: { authorization: 'Bearer t' } })
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([`Basic ${btoa('us er:p@ss')}`, 'Bearer t'])
  })

  test('framing headers of callers are not sent', async () => {
    const headers = {
      'content-length': '99',
      'transfer-encoding': 'chunked',
      connection: 'close',
      expect: '100-continue',
    }
    await guarded(`${at}/`, { method: 'POST', body: 'abc', headers })
    expect(seen[0]?.headers).toMatchObject({ 'content-length': '3', connection: 'keep-alive' })
    expect(seen[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  test.each<[string, GuardedRequestInit]>([
    ['method', { method: 'CONNECT' }],
    ['method text', { method: 'GET / HTTP/1.1\r\nX: y' }],
    ['header value', { headers: { 'x-a': 'a\r\nb: c' } }],
    ['header name', { headers: { 'x a': 'b' } }],
    ['header charset', { headers: { 'x-a': '漢' } }],
  ])('refuses a bad %s', async (_, init) => {
    expect(await failure(guarded(`${at}/`, init))).toBe('outbound/bad-request')
    expect(seen).toEqual([])
  })

  test('HEAD, 204 and 304 have no body and keep the connection', async () => {
    routes['/204'] = (response) => response.writeHead(204).end()
    routes['/304'] = (response) => response.writeHead(304).end()
    expect((await guarded(`${at}/`, { method: 'HEAD' })).body).toBeNull()
    expect((await guarded(`${at}/204`)).body).toBeNull()
    expect((await guarded(`${at}/304`)).body).toBeNull()
  })
})

describe('redirects', () => {
  test.each<[number, string, string, string]>([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [301, 'PUT', 'PUT', 'data'],
    [302, 'PATCH', 'PATCH', 'data'],
    [307, 'POST', 'POST', 'data'],
    [308, 'POST', 'POST', 'data'],
    [303, 'GET', 'GET', 'data'],
  ])('%i after %s sends %s', async (status, method, expected, body) => {
    routes['/from'] = redirect(status, '/to')
    const response = await guarded(`${at}/from`, { method, body: 'data', headers: { 'content-type': 'a/b' } })
    expect([response.redirected, response.url, await response.text()]).toEqual([true, `${at}/to`, 'ok'])
    expect([seen[1]?.method, seen[1]?.body]).toEqual([expected, body])
    expect(seen[1]?.headers['content-type']).toBe(body === '' ? undefined : 'a/b')
  })

  const credentials = { authorization: 'Bearer t', cookie: 'a=b', 'proxy-authorization': 'x', 'x-kept': 'y' }
  test('credentials stay at their origin', async () => {
    routes['/same'] = redirect(302, `${at}/end`)
    routes['/other'] = redirect(302, `${elsewhere}/end`)
    routes['/name'] = redirect(302, `http://user:pw@127.0.0.1:${portOf(other)}/end`)
    await guarded(`${at}/same`, { headers: credentials })
    expect(seen[1]?.headers).toMatchObject(credentials)
    await guarded(`${at}/other`, { headers: credentials })
    expect(seen[3]?.headers['x-kept']).toBe('y')
    for (const name of ['authorization', 'cookie', 'proxy-authorization'])
      expect(seen[3]?.headers[name]).toBeUndefined()
    await guarded(`http://secret:pw@127.0.0.1:${portOf(server)}/name`)
    expect(seen[5]?.headers.authorization).toBe(`Basic ${btoa('user:pw')}`)
  })

  test.each([
    ['http://127.0.0.2/', 'outbound/forbidden-address'],
    ['//127.0.0.2/', 'outbound/forbidden-address'],
    ['http://2130706434/', 'outbound/forbidden-address'],
    ['http://[::1]/', 'outbound/forbidden-address'],
    ['http://169.254.169.254/latest/meta-data/', 'outbound/forbidden-address'],
    ['http://private.example/', 'outbound/forbidden-address'],
    ['file:///etc/passwd', 'outbound/forbidden-scheme'],
    ['gopher://127.0.0.1/', 'outbound/forbidden-scheme'],
    ['http://[', 'outbound/bad-url'],
  ])('to %s is judged', async (location, code) => {
    const lookup: Lookup = async () => [{ address: '10.1.2.3', family: 4 }]
    routes['/from'] = redirect(302, location)
    expect(await failure(make({}, lookup)(`${at}/from`))).toBe(code)
    expect(seen.length).toBe(1)
  })

  test('end at the limit', async () => {
    for (let i = 0; i < 9; i++) routes[`/${i}`] = redirect(302, `/${i + 1}`)
    expect(await (await guarded(`${at}/4`)).text()).toBe('ok')
    expect(await failure(guarded(`${at}/3`))).toBe('outbound/too-many-redirects')
    expect(await failure(guarded(`${at}/8`, { redirect: 'error' }))).toBe('outbound/too-many-redirects')
    const manual = await guarded(`${at}/8`, { redirect: 'manual' })
    expect([manual.status, manual.headers.get('location')]).toEqual([302, '/9'])
  })

  test('a stream cannot be sent twice; a redirect without a place is an answer', async () => {
    routes['/307'] = redirect(307, '/to')
    const body = new Blob(['x']).stream() as never
    expect(await failure(guarded(`${at}/307`, { method: 'POST', body }))).toBe('outbound/bad-request')
    routes['/none'] = (response) => response.writeHead(302).end('here')
    expect(await (await guarded(`${at}/none`)).text()).toBe('here')
  })

  test('non-ASCII places are read as UTF-8', async () => {
    routes['/from'] = (response) => {
      response.socket?.end(Buffer.from('HTTP/1.1 302 Found\r\nLocation: /té\r\nContent-Length: 0\r\n\r\n'))
    }
    await guarded(`${at}/from`)
    expect(seen[1]?.url).toBe('/t%C3%A9')
  })
})

describe('names', () => {
  test('a listed name may resolve anywhere, others may not', async () => {
    const lookup: Lookup = async () => [{ address: '127.0.0.1', family: 4 }]
    const open = make({ allowPrivate: ['Intranet.example.'] }, lookup)
    expect(await (await open(`http://intranet.example:${portOf(server)}/`)).text()).toBe('ok')
    expect(seen[0]?.headers.host).toBe(`intranet.example:${portOf(server)}`)
    expect(await failure(open(`http://sub.intranet.example:${portOf(server)}/`))).toBe('outbound/forbidden-address')
    expect(await failure(open(`${at}/`))).toBe('outbound/forbidden-address')
  })

  test('a reserved name needs a listed address, and the closed ones of a name are not tried', async () => {
    const lookup: Lookup = async () => [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]
    const url = `http://app.localhost:${portOf(server)}/`
    expect(await (await make({ allowPrivate: ['127.0.0.0/8'] }, lookup)(url)).text()).toBe('ok')
    expect(await failure(make({ allowPrivate: ['10.0.0.0/8'] }, lookup)(url))).toBe('outbound/forbidden-address')
    const publicly: Lookup = async () => [{ address: '8.8.8.8', family: 4 }]
    expect(await failure(make({}, publicly)('http://db.internal/'))).toBe('outbound/forbidden-address')
  })

  test('the connection goes to the address that was checked, whatever the name says next', async () => {
    let asked = 0
    // First the one open address, then (as a rebinding server would) one that no rule opens and nobody listens on.
    const lookup: Lookup = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.9', family: 4 }]
    const open = make({}, lookup)
    const first = await open(`http://rebind.example:${portOf(server)}/`, { headers: { connection: 'close' } })
    expect(await first.text()).toBe('ok')
    expect(asked).toBe(1)
    expect(await failure(make({}, lookup)(`http://rebind.example:${portOf(server)}/`))).toBe(
      'outbound/forbidden-address',
    )
    expect(asked).toBe(2)
    expect(seen.length).toBe(1)
  })

  test('failures of the resolver are typed', async () => {
    const fails: Lookup = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    expect(await failure(make({}, fails)('http://nowhere.example/'))).toBe('outbound/unreachable')
    expect(await failure(make({}, async () => [])('http://empty.example/'))).toBe('outbound/forbidden-address')
    const odd: Lookup = async () => [{ address: 'not-an-ip', family: 4 }]
    expect(await failure(make({}, odd)('http://odd.example/'))).toBe('outbound/forbidden-address')
  })

  test('a listed IPv6 address is reached by its literal', async () => {
    const six = createServer(answer)
    const there = await new Promise((resolve) => {
      six.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true))
    })
    if (!there) return console.warn('skipped: no IPv6 loopback')
    expect(await (await make({ allowPrivate: ['::1/128'] })(`http://[::1]:${portOf(six)}/`)).text()).toBe('ok')
    six.closeAllConnections()
    six.close()
  })

  test('rules that cannot be read are refused at once', () => {
    for (const entry of ['10.0.0.0/33', 'a b', 'http://x', '', '*.example', '127.0.0.1:80', '10.0.0.0/']) {
      expect(() => make({ allowPrivate: [entry] })).toThrow(expect.objectContaining({ code: 'outbound/bad-rule' }))
    }
  })
})

describe('limits', () => {
  const text = 'x'.repeat(1000)
  test.each<[string, string | undefined, Buffer]>([
    ['gzip', 'gzip', gzipSync(text)],
    ['x-gzip', 'X-GZIP', gzipSync(text)],
    ['deflate with header', 'deflate', deflateSync(text)],
    ['deflate without header', 'deflate', deflateRawSync(text)],
    ['brotli', 'br', brotliCompressSync(text)],
    ['two layers', 'gzip, br', brotliCompressSync(gzipSync(text))],
    ['plain', undefined, Buffer.from(text)],
    ['identity', 'identity', Buffer.from(text)],
    ['unknown', 'zpaq', Buffer.from(text)],
    ['chopped gzip', 'gzip', gzipSync(text).subarray(0, -4)],
  ])('%s: decoded, and counted after decoding', async (_, encoding, body) => {
    routes['/'] = (response) => {
      if (encoding) response.setHeader('content-encoding', encoding)
      response.end(body)
    }
    expect(await (await guarded(`${at}/`, { maxResponseBytes: 1000 })).text()).toBe(text)
    const small = guarded(`${at}/`, { maxResponseBytes: 999 }).then((response) => response.text())
    expect(await failure(small)).toBe('outbound/too-large')
  })

  test('a bomb is cut off early', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024)))
    routes['/'] = (response) => {
      response.setHeader('content-encoding', 'gzip, gzip')
      response.end(bomb)
    }
    const response = await guarded(`${at}/`, { maxResponseBytes: 100_000 })
    let read = 0
    const drain = async () => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) read += chunk.byteLength
    }
    expect(await failure(drain())).toBe('outbound/too-large')
    expect(read).toBeLessThanOrEqual(100_000)
  })

  test('an announced length is enough to refuse; HEAD may announce anything', async () => {
    routes['/'] = (response) => response.writeHead(200, { 'content-length': '5000' }).flushHeaders()
    expect(await failure(guarded(`${at}/`, { maxResponseBytes: 4999 }))).toBe('outbound/too-large')
    expect((await guarded(`${at}/`, { method: 'HEAD', maxResponseBytes: 1 })).status).toBe(200)
  })

  test('broken bodies are typed', async () => {
    routes['/gzip'] = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all')
    routes['/cut'] = (response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('half', () => response.destroy())
    }
    const read = (path: string) => failure(guarded(`${at}${path}`).then((response) => response.text()))
    expect(await read('/gzip')).toBe('outbound/unreachable')
    expect(await read('/cut')).toBe('outbound/unreachable')
  })

  test('silence ends, before the headers and within the body', async () => {
    routes['/silent'] = () => {}
    routes['/stall'] = (response) => response.write('first')
    expect(await failure(guarded(`${at}/silent`, { readTimeoutMs: 50 }))).toBe('outbound/timeout')
    const stalled = guarded(`${at}/stall`, { readTimeoutMs: 50 }).then((response) => response.text())
    expect(await failure(stalled)).toBe('outbound/timeout')
    const never: Lookup = () => new Promise(() => {})
    expect(await failure(make({}, never)('http://slow.example/', { connectTimeoutMs: 50 }))).toBe('outbound/timeout')
  })

  test('a kept-alive connection that was closed meanwhile is replaced, for safe requests only', async () => {
    let requests = 0
    const fickle = createSocketServer((socket) => {
      socket.on('data', () => {
        if (++requests % 2 === 1) socket.destroy()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    await new Promise<void>((resolve) => fickle.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${portOf(fickle)}/`
    const text = async (init: GuardedRequestInit = {}) => (await guarded(url, init)).text()
    expect([await text(), requests]).toEqual(['ok', 2])
    expect(await failure(text({ method: 'POST', body: 'x' }))).toBe('outbound/unreachable')
    expect(requests).toBe(3)
    fickle.close()
  })

  test('nobody listening, and answers that are no HTTP', async () => {
    const closed = createSocketServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const port = portOf(closed)
    await new Promise((resolve) => closed.close(resolve))
    await expect(guarded(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'outbound/unreachable',
      retryable: true,
    })
    routes['/odd'] = (response) => response.socket?.end('what?')
    expect(await failure(guarded(`${at}/odd`))).toBe('outbound/unreachable')
  })
})

describe('abort', () => {
  test('before, while connecting, while waiting, while reading', async () => {
    expect(await failure(guarded(`${at}/`, { signal: AbortSignal.abort() }))).toBe('AbortError')
    expect(seen).toEqual([])

    const connecting = new AbortController()
    const stuck: Lookup = () => {
      connecting.abort()
      return new Promise(() => {})
    }
    expect(await failure(make({}, stuck)('http://slow.example/', { signal: connecting.signal }))).toBe('AbortError')

    const waiting = new AbortController()
    const reason = new Error('enough')
    routes['/silent'] = () => waiting.abort(reason)
    await expect(guarded(`${at}/silent`, { signal: waiting.signal })).rejects.toBe(reason)

    const reading = new AbortController()
    routes['/stall'] = (response) => response.write('first')
    const response = await guarded(`${at}/stall`, { signal: reading.signal })
    const text = response.text()
    reading.abort(reason)
    await expect(text).rejects.toBe(reason)
  })

  test('an answer nobody reads may break without harm', async () => {
    const abort = new AbortController()
    routes['/stall'] = (response) => response.write('first')
    await guarded(`${at}/stall`, { signal: abort.signal })
    abort.abort()
    routes['/cut'] = (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(gzipSync('half').subarray(0, 12), () => response.destroy())
    }
    await guarded(`${at}/cut`)
    await (await guarded(`${at}/`)).text()
  })

  test('leaving the body closes the connection', async () => {
    const closed = new Promise((resolve) => {
      routes['/stall'] = (response) => {
        response.on('close', resolve)
        response.write('first')
      }
    })
    await (await guarded(`${at}/stall`)).body?.cancel()
    await closed
  })
})

describe('TLS', () => {
  test('certificates are verified unless the request says otherwise', async () => {
    const url = `https://127.0.0.1:${portOf(tls)}/`
    expect(await failure(guarded(url))).toBe('outbound/unreachable')
    expect(await (await guarded(url, { verifyTls: false })).text()).toBe('ok')
    // The pool of the careless request must not serve the careful one.
    expect(await failure(guarded(url))).toBe('outbound/unreachable')
  })
})
