// The table of access, the operations, the routes and the document speak of the same calls.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateTypes } from '../../scripts/generate-client.mjs'
import { ACCESS } from '../../src/api/access.ts'
import { createOpenApiDocument } from '../../src/api/openapi.ts'
import { API_INFO } from '../../src/api/openapi-route.ts'
import { routePath } from '../../src/api/route.ts'
import { gatewayOperations } from '../../src/wire/gateway/operations.ts'
import { operations } from '../../src/wire/operations.ts'
import { openApiProblems } from '../support/openapi-problems.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { read } from '../support/project-files.ts'

/** For machines that watch the process, and for the documents themselves. */
const NO_OPERATION = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /api/openapi.json',
  'GET /v1/gateway/openapi.json',
]
/** Ids of models contain slashes: the router has a wildcard where the document has a parameter. */
const WILD = /\/models\/(?:\*|:\w+.*)$/

const document = createOpenApiDocument(operations, API_INFO)

test('every call has access and one operation', () => {
  const inOneForm = (call: string): string => call.replace(WILD, '/models/*')
  const calls = [...operations, ...gatewayOperations].map(({ method, path }) =>
    inOneForm(`${method} ${routePath(path)}`),
  )
  // Google's addresses are no patterns that the document could write down.
  const open = Object.keys(ACCESS).filter((call) => !NO_OPERATION.includes(call) && !call.includes(' /v1beta/'))
  expect([...new Set(calls)].sort()).toEqual([...new Set(open.map(inOneForm))].sort())
})

test('the document is valid', () => {
  expect(openApiProblems(JSON.parse(JSON.stringify(document)))).toEqual([])
})

test('the types of the client are those of the document; otherwise: npm run generate', async () => {
  expect((await generateTypes(document)) === read('src/wire/client/schema.ts')).toBe(true)
})

describe('a server', () => {
  let platform: TestPlatform
  beforeAll(async () => {
    platform = await startPlatform()
  })
  afterAll(() => platform.close())

  test('has a route for every call', async () => {
    const server = platform.platform.createServer()
    await server.ready()
    const missing = Object.keys(ACCESS).filter((call) => {
      const [method = '', url = ''] = call.split(' ')
      // The router knows addresses without their last slash.
      return !server.hasRoute({ method: method as 'GET', url: url.replace(/(?<=.)\/$/, '') })
    })
    await server.close()
    expect(missing).toEqual([])
  })

  test('trusts nobody who listens to it, while its own process calls it as an owner', async () => {
    const inside = (path: string) => platform.platform.callManagement(new Request(`http://localhost${path}`))
    expect((await inside('/api/apps')).status).toBe(200)
    // No person stands behind it, and no app.
    expect([(await inside('/api/auth/me')).status, (await inside('/v1/info')).status]).toEqual([403, 401])
    for (const headers of [{}, { authorization: 'Bearer trusted' }]) {
      expect((await fetch(`${platform.url}/api/apps`, { headers })).status).toBe(401)
    }
  })

  test('gives the document to anyone, and says when it is the same', async () => {
    const first = await fetch(`${platform.url}/api/openapi.json`)
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(await first.json()).toEqual(JSON.parse(JSON.stringify(document)))
    const etag = first.headers.get('etag') ?? ''
    const ask = (tag: string) => fetch(`${platform.url}/api/openapi.json`, { headers: { 'if-none-match': tag } })
    expect((await ask(etag)).status).toBe(304)
    expect((await ask(`"other", W/${etag}`)).status).toBe(304)
    const other = await ask('"other"')
    expect([other.status, (await other.text()).length > 1_000]).toEqual([200, true])
  })
})
