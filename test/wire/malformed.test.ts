// Requests that are wrong in one way each, for every operation there is: each gets a typed refusal in the words of its surface,
// and nothing else happens. What is promised to be forgiven is served, and every right request is right.
//
// Order matters here: what changes something comes after everything that must not.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCESS } from '../../src/api/access.ts'
import { routePath } from '../../src/api/route.ts'
import { doorOperations, gatewayRouteOperations } from '../../src/wire/gateway/operations.ts'
import type { Operation } from '../../src/wire/operation.ts'
import { operations as appOperations } from '../../src/wire/operations.ts'
import { keptState } from '../support/kept-state.ts'
import { malformedOf } from '../support/malformed.ts'
import { bareRequests, brokenBytes } from '../support/malformed-bytes.ts'
import { BODY_LIMIT, bodyText, FILE_LIMIT, goodRequest } from '../support/malformed-requests.ts'
import { type Good, keyOf, prepareTargets, type Targets } from '../support/malformed-targets.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { refusalProblems } from '../support/refusals.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'
import { closeConnections, send, sendBytes, type WireAnswer, type WireRequest } from '../support/wire-requests.ts'

const operations = [...appOperations, ...gatewayRouteOperations]

let vendor: VendorServer
let platform: TestPlatform
let targets: Targets
let before: Readonly<Record<string, string>>
let asked: number
let heldBefore: number
const rejections: unknown[] = []
const onRejection = (reason: unknown) => void rejections.push(reason)

beforeAll(async () => {
  process.on('unhandledRejection', onRejection)
  vendor = await startOpenAi()
  platform = await startPlatform({
    server: { bodyLimitBytes: BODY_LIMIT },
    uploads: { documentBytes: FILE_LIMIT },
    providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
    models: { default: 'acme/acme-large', transcription: 'acme/ears', speech: 'acme/mouth' },
  })
  targets = await prepareTargets(platform)
  before = await keptState(platform)
  asked = vendor.requests.length
  heldBefore = heldBytes()
})
afterAll(async () => {
  process.off('unhandledRejection', onRejection)
  closeConnections()
  await platform.close()
  await vendor.close()
})

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const heldBytes = (): number => {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const goodOf = (operation: Operation): Good => {
  const good = targets.goods[keyOf(operation)]
  if (!good) throw new Error(`there is no right request for ${keyOf(operation)}`)
  return good
}

const secretFor = (operation: Operation): string | undefined => {
  const by = ACCESS[`${operation.method} ${routePath(operation.path)}`]?.by
  if (by === 'anyone') return undefined
  return goodOf(operation).secret ?? (by === 'app-key' ? targets.apps.workflow.key : targets.token)
}

const sendAs = (operation: Operation, request: WireRequest): Promise<WireAnswer> => {
  const secret = secretFor(operation)
  const headers = { ...(secret !== undefined && { authorization: `Bearer ${secret}` }), ...request.headers }
  return send(platform.url, { ...request, headers })
}

/** Tries all, a few at a time. */
const problemsOf = async <T>(cases: readonly T[], tried: (one: T) => Promise<string | undefined>) => {
  const found: string[] = []
  const rest = cases.values()
  const work = async () => {
    for (const one of rest) {
      const problem = await tried(one)
      if (problem !== undefined) found.push(problem)
    }
  }
  await Promise.all(Array.from({ length: 6 }, work))
  return found
}

const nothingHappened = async (): Promise<void> => {
  expect(await keptState(platform)).toEqual(before)
  expect(platform.logged).toEqual([])
  expect(rejections).toEqual([])
  expect(vendor.requests).toHaveLength(asked)
  expect(Object.getOwnPropertyNames(Object.prototype).filter((name) => OWN_NAMES.has(name) === false)).toEqual([])
  expect('polluted' in {}).toBe(false)
}
const OWN_NAMES = new Set(Object.getOwnPropertyNames(Object.prototype))

const cases = operations.map((operation) => [keyOf(operation), operation, malformedOf(operation)] as const)
const total = cases.reduce((sum, [, , list]) => sum + list.length, 0)

it('every operation has a right request', () => {
  expect(Object.keys(targets.goods).sort()).toEqual(operations.map(keyOf).sort())
})

describe(`${total} malformed requests`, () => {
  it.each(cases)('%s', async (_, operation, list) => {
    const problems = await problemsOf(list, async (bad) => {
      const answer = await sendAs(operation, bad.request(goodOf(operation)))
      const found = refusalProblems(answer, operation, bad)
      return found.length > 0 ? `${bad.title}: ${found.join(' · ')}` : undefined
    })
    expect(problems).toEqual([])
    await nothingHappened()
  })
})

const paths = [...new Set(operations.map(({ path }) => path))]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
/** A path with every method it has none for. HEAD is as good as GET. */
const patternOf = ({ path }: Operation): RegExp => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)
const wrongMethods = paths.flatMap((path) => {
  const own = operations.filter((operation) => operation.path === path)
  const known = own.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  // `/api/apps/check` is also an `/api/apps/{app_id}` that is not there.
  const isShadowed = (method: string) =>
    [...operations, ...doorOperations].some((other) => other.method === method && patternOf(other).test(path))
  return METHODS.filter((method) => !known.includes(method) && !isShadowed(method === 'HEAD' ? 'GET' : method)).map(
    (method) => ({ method, path, known, own: own[0] }),
  )
})

it(`${wrongMethods.length} wrong methods`, async () => {
  const problems = await problemsOf(wrongMethods, async ({ method, path, known, own }) => {
    if (!own) return 'no operation'
    const answer = await sendAs(own, { method, path: goodRequest(own, goodOf(own)).path })
    const allowed = String(answer.headers.allow ?? '').split(', ')
    const found =
      method === 'HEAD'
        ? answer.text === ''
          ? []
          : ['a body']
        : refusalProblems(answer, { method, path }, { statuses: [405] })
    const missing = known.filter((one) => !allowed.includes(one))
    const all = [...found, ...(answer.status === 405 ? [] : [answer.status]), ...missing.map((one) => `no ${one}`)]
    return all.length > 0 ? `${method} ${path}: ${all.join(' · ')} (${allowed})` : undefined
  })
  expect(problems).toEqual([])
  await nothingHappened()
})

const bytes = operations.flatMap((operation) => brokenBytes(operation).map((broken) => [operation, broken] as const))

it(`${bytes.length} requests that HTTP does not allow, or that end early`, async () => {
  const problems = await problemsOf(bytes, async ([operation, { title, make, ends }]) => {
    const answer = await sendBytes(platform.url, make(goodOf(operation), secretFor(operation)), ends)
    const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
    // Whoever ends a request early may be past hearing an answer.
    const fits = statuses.every((status) => status >= 400 && status < 500) && (ends || statuses.length > 0)
    return fits ? undefined : `${keyOf(operation)}: ${title}: ${answer.slice(0, 300)}`
  })
  expect(problems).toEqual([])
  await nothingHappened()
})

it.each(bareRequests)('%s', async (_, request, statuses) => {
  const [head = '', body = ''] = (await sendBytes(platform.url, request, false)).split('\r\n\r\n')
  expect(statuses).toContain(Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]))
  // Nobody knows yet whose words to use.
  expect(JSON.parse(body)).toEqual({
    status: expect.any(Number),
    code: expect.stringMatching(/^[a-z_]+$/),
    message: expect.any(String),
  })
  await nothingHappened()
})

it('leaves no memory behind', () => {
  // Some hundred MB came in.
  expect(heldBytes() - heldBefore).toBeLessThan(150 * 2 ** 20)
})

const find = (key: string): Operation => {
  const operation = operations.find((one) => keyOf(one) === key)
  if (!operation) throw new Error(key)
  return operation
}
const reads = operations.filter(({ method }) => method === 'GET')
const JSON_TYPE = { 'content-type': 'application/json' }

describe('what is forgiven', () => {
  it.each(reads.map((operation) => [keyOf(operation), operation] as const))('%s', async (_, operation) => {
    const good = goodRequest(operation, goodOf(operation))
    const [address, query = ''] = good.path.split('?')
    const habits: WireRequest[] = [
      { ...good, headers: JSON_TYPE },
      { ...good, method: 'HEAD' },
      { ...good, path: `/${good.path}` },
      { ...good, path: `${address}/?${query}` },
      { ...good, path: `${address}?${query}&pinned=false&__proto__=1&constructor[prototype]=2&x=1&x=2` },
      { ...good, headers: { 'x-long': 'x'.repeat(10_000), 'x-trace-id': 'x'.repeat(2_000), traceparent: 'x' } },
      { ...good, headers: { accept: 'image/png', 'accept-encoding': 'br;q=0', range: 'bytes=9-1', expect: 'x' } },
      { ...good, headers: { ...JSON_TYPE, 'last-event-id': '-1' }, body: '{"user":1' },
    ]
    for (const habit of habits) {
      const { status, text } = await sendAs(operation, habit)
      expect([status, status < 300 ? '' : text], JSON.stringify(habit).slice(0, 300)).toEqual([200, ''])
    }
    expect(platform.logged).toEqual([])
  })

  const run = 'POST /v1/workflows/run'
  const chat = 'POST /v1/chat-messages'
  it.each<[string, string, (good: Good) => Partial<WireRequest>]>([
    ['a user that is a number', run, (good) => ({ body: bodyText(good, { user: '12' }) })],
    ['a user that is true', run, (good) => ({ body: bodyText(good, { user: 'true' }) })],
    ['a user without end', run, (good) => ({ body: bodyText(good, { user: '1e999' }) })],
    ['a user of half a character', run, (good) => ({ body: bodyText(good, { user: '"\\ud800"' }) })],
    ['fields that nobody knows', run, (good) => ({ body: bodyText(good, { x: '[{"y":1e999}]', '': 'null' }) })],
    ['files that are null', run, (good) => ({ body: bodyText(good, { files: 'null', response_mode: 'null' }) })],
    ['a conversation that is empty', chat, (good) => ({ body: bodyText(good, { conversation_id: '""' }) })],
    ['a conversation that is null', chat, (good) => ({ body: bodyText(good, { conversation_id: 'null' }) })],
    ['NUL in a question', chat, (good) => ({ body: bodyText(good, { query: '"a\\u0000b"' }) })],
    ['NUL in an input', run, (good) => ({ body: bodyText(good, { inputs: '{"word":"a\\u0000b"}' }) })],
    ['one field twice', run, (good) => ({ body: bodyText(good).replace('{', '{"user":{},"inputs":1,') })],
    [
      'keys of prototypes',
      run,
      (good) => ({
        body: bodyText(good, { constructor: '{"prototype":{"polluted":1}}', prototype: '{"polluted":1}' }).replace(
          '{',
          '{"__proto__":{"polluted":1},',
        ),
      }),
    ],
    [
      'keys of prototypes in inputs',
      run,
      (good) => ({ body: bodyText(good, { inputs: '{"word":"x","__proto__":{"polluted":1},"constructor":1}' }) }),
    ],
    ['a trace id that does not fit', run, () => ({ headers: { ...JSON_TYPE, 'x-trace-id': 'a b' } })],
    ['a trace id too long', run, () => ({ headers: { ...JSON_TYPE, 'x-trace-id': 'x'.repeat(129) } })],
    ['a trace id that is no text', run, (good) => ({ body: bodyText(good, { trace_id: '{"a":[1]}' }) })],
    [
      'a trace parent that is none',
      run,
      () => ({ headers: { ...JSON_TYPE, traceparent: `00-${'g'.repeat(32)}-1-1` } }),
    ],
    ['a charset', run, () => ({ headers: { 'content-type': 'application/json; charset=utf-8' } })],
    ['a body of untold length', run, () => ({ chunked: true })],
    [
      'a task that nobody knows',
      'POST /v1/workflows/tasks/{task_id}/stop',
      () => ({ path: '/v1/workflows/tasks/x/stop' }),
    ],
    ['a limit beyond the greatest', 'GET /v1/apps/annotations', () => ({ path: '/v1/apps/annotations?limit=5000' })],
  ])('%s', async (_, key, change) => {
    const operation = find(key)
    const good = goodOf(operation)
    const { status, text } = await sendAs(operation, { ...goodRequest(operation, good), ...change(good) })
    expect([status, text.slice(0, 300)]).toEqual([200, expect.anything()])
    expect(JSON.parse(text).data?.status ?? 'succeeded').toBe('succeeded')
    expect(platform.logged).toEqual([])
    expect('polluted' in {}).toBe(false)
  })

  it('leaves no trace id that does not fit', async () => {
    const traces = await platform.database.kysely.selectFrom('runs').select('trace_id').distinct().execute()
    expect(traces).toEqual([{ trace_id: null }])
  })

  it.each(
    operations.filter(({ method, body }) => method === 'DELETE' && !body).map((one) => [keyOf(one), one] as const),
  )('%s with a body', async (_, operation) => {
    const request = { ...goodRequest(operation, goodOf(operation)), headers: JSON_TYPE, body: '{"user":"ada"}' }
    expect((await sendAs(operation, request)).status).toBe(204)
  })
})

describe('all of them right', () => {
  const rest = operations.filter(({ method, body }) => method !== 'DELETE' || body)
  it.each(rest.map((operation) => [keyOf(operation), operation] as const))('%s', async (_, operation) => {
    const good = goodOf(operation)
    const { status, text } = await sendAs(operation, goodRequest(operation, good))
    const expected = good.status ?? Math.min(...Object.keys(operation.answers).map(Number))
    expect([status, status === expected ? '' : text]).toEqual([expected, ''])
    expect(platform.logged).toEqual([])
  })
})
