// The typed client against a scripted server: tokens are renewed once, refusals are typed.

import { describe, expect, test } from 'vitest'
import { createManagementClient, dataOf } from './client.ts'
import { ManagementError } from './errors.ts'
import type { TokenStore, Tokens } from './tokens.ts'

const BASE = 'http://heddle.test'

const pair = (n: number): Tokens => ({
  tokenType: 'Bearer',
  accessToken: `access-${n}`,
  accessExpiresAt: '2030-01-01T00:00:00.000Z',
  refreshToken: `refresh-${n}`,
  refreshExpiresAt: '2030-01-01T00:00:00.000Z',
  tenantId: 'tenant_00000000-0000-7000-8000-000000000001',
})

const json = (status: number, body: unknown, headers = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

const refusal = (status: number, code: string, more = {}, headers = {}): Response =>
  json(status, { error: { code, message: `It is ${code}.`, ...more }, requestId: 'req_1' }, headers)

/** Knows the newest pair only; a refresh token works once. */
const startServer = (newest = 1) => {
  const calls: string[] = []
  let valid = newest
  let ended = false
  const fetch = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    calls.push(`${request.method} ${path} ${token}`.trim())
    if (path === '/api/auth/refresh') {
      const { refreshToken } = (await request.json()) as { refreshToken: string }
      if (ended || refreshToken !== `refresh-${valid}`) {
        ended = true
        return refusal(401, 'account/signed-out')
      }
      valid++
      return json(200, pair(valid))
    }
    if (path === '/api/auth/password') return refusal(401, 'account/wrong-credentials')
    if (token !== `access-${valid}` || ended) return refusal(401, 'api/unauthorized')
    return request.method === 'POST'
      ? json(201, { got: await request.json() })
      : json(200, { items: [], nextCursor: null })
  }
  return {
    calls,
    fetch,
    /** Access tokens that were given out stop working. */
    expire: () => {
      valid++
    },
  }
}

const createStore = (first?: Tokens): TokenStore & { kept: Tokens | undefined } => {
  const store = {
    kept: first,
    read: async () => store.kept,
    renew: async (renew: (present: Tokens) => Promise<Tokens | undefined>) => {
      store.kept = store.kept && (await renew(store.kept))
      return store.kept
    },
  }
  return store
}

const clientOf = (server: ReturnType<typeof startServer>, tokens: TokenStore) =>
  createManagementClient({ baseUrl: BASE, fetch: server.fetch, as: { tokens } })

describe('an account', () => {
  test('shows its access token, and needs no other while it is good', async () => {
    const server = startServer()
    await dataOf(clientOf(server, createStore(pair(1))).GET('/api/apps'))
    expect(server.calls).toEqual(['GET /api/apps access-1'])
  })

  test('renews a token that is refused and sends the call again, its body included', async () => {
    const server = startServer(2)
    const store = createStore({ ...pair(2), accessToken: 'access-1' })
    const body = { mode: 'workflow', name: 'One' } as const
    expect(await dataOf(clientOf(server, store).POST('/api/apps', { body }))).toEqual({ got: body })
    expect(server.calls).toEqual(['POST /api/apps access-1', 'POST /api/auth/refresh', 'POST /api/apps access-3'])
    expect(store.kept).toEqual(pair(3))
  })

  test('renews once for calls that are refused together', async () => {
    const server = startServer(2)
    const client = clientOf(server, createStore({ ...pair(2), accessToken: 'access-1' }))
    await Promise.all(Array.from({ length: 5 }, () => dataOf(client.GET('/api/apps'))))
    expect(server.calls.filter((call) => call.includes('refresh'))).toHaveLength(1)
  })

  test('takes over what another program has renewed', async () => {
    const server = startServer(2)
    const store = createStore(pair(2))
    const reads = [pair(1)]
    const stale: TokenStore = { ...store, read: async () => reads.pop() ?? store.read() }
    await dataOf(clientOf(server, stale).GET('/api/apps'))
    expect(server.calls).toEqual(['GET /api/apps access-1', 'GET /api/apps access-2'])
  })

  test('renews in its turn when what another program renewed is refused as well', async () => {
    const server = startServer(3)
    const store = createStore({ ...pair(3), accessToken: 'access-2' })
    const reads = [pair(1)]
    const stale: TokenStore = {
      ...store,
      read: async () => reads.pop() ?? store.read(),
      renew: (renew) => store.renew(renew),
    }
    await dataOf(clientOf(server, stale).GET('/api/apps'))
    expect(server.calls).toEqual([
      ...['GET /api/apps access-1', 'GET /api/apps access-2', 'POST /api/auth/refresh', 'GET /api/apps access-4'],
    ])
  })

  test('is told when its sign-in has ended, and is forgotten', async () => {
    const server = startServer(5)
    const store = createStore(pair(1))
    await expect(dataOf(clientOf(server, store).GET('/api/apps'))).rejects.toMatchObject({
      status: 401,
      code: 'api/unauthorized',
    })
    expect(store.kept).toBeUndefined()
    await expect(dataOf(clientOf(server, store).GET('/api/apps'))).rejects.toMatchObject({ status: 401 })
    expect(server.calls.at(-1)).toBe('GET /api/apps')
  })

  test('does not renew because of a wrong password', async () => {
    const server = startServer()
    const call = clientOf(server, createStore(pair(1))).PUT('/api/auth/password', {
      body: { current: 'wrong', next: 'right and long' },
    })
    await expect(dataOf(call)).rejects.toMatchObject({ code: 'account/wrong-credentials' })
    expect(server.calls).toHaveLength(1)
  })

  test('keeps its sign-in when renewing breaks off', async () => {
    const store = createStore(pair(1))
    const fetch = async (request: Request) => {
      if (request.url.endsWith('/refresh')) throw new TypeError('the line is cut')
      return refusal(401, 'api/unauthorized')
    }
    const client = createManagementClient({ baseUrl: BASE, fetch, as: { tokens: store } })
    await expect(client.GET('/api/apps')).rejects.toThrow('the line is cut')
    expect(store.kept).toEqual(pair(1))
  })
})

test('a key is shown as it is, and nothing is renewed', async () => {
  const server = startServer()
  const client = createManagementClient({ baseUrl: BASE, fetch: server.fetch, as: { key: 'tenant-x' } })
  await expect(dataOf(client.GET('/api/apps'))).rejects.toBeInstanceOf(ManagementError)
  expect(server.calls).toEqual(['GET /api/apps tenant-x'])
})

const issues = [{ path: 'a', code: 'app/x', message: 'No.' }]
test.each([
  [
    refusal(400, 'api/invalid-param', { param: 'name', issues }),
    {
      status: 400,
      code: 'api/invalid-param',
      message: 'It is api/invalid-param.',
      param: 'name',
      issues,
      requestId: 'req_1',
    },
  ],
  [
    refusal(429, 'account/too-many-attempts', {}, { 'retry-after': '7' }),
    { status: 429, issues: [], retryAfterSeconds: 7 },
  ],
  [
    new Response('<html>Bad gateway</html>', { status: 502 }),
    { status: 502, code: 'api/unreadable', message: 'The server answered with status 502.' },
  ],
  [json(500, { error: { code: 7, issues: 'none' } }), { status: 500, code: 'api/unreadable' }],
  [refusal(400, 'app/x', { issues: [...issues, { path: 1 }] }), { issues }],
])('a refusal is typed', async (response, expected) => {
  const client = createManagementClient({ baseUrl: BASE, fetch: async () => response })
  const error = await dataOf(client.GET('/api/apps')).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ManagementError)
  expect(error).toMatchObject(expected)
})
