// Many clients at once: those who leave anywhere, more than there is room for, and a server that is closing.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appFile, chain, end, llm, start, template } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const ROOM = 55
let vendor: VendorServer
let platform: TestPlatform
let echo: TestApp
let asking: TestApp
const rejections: unknown[] = []
const onRejection = (reason: unknown) => void rejections.push(reason)

beforeAll(async () => {
  process.on('unhandledRejection', onRejection)
  vendor = await startOpenAi()
  platform = await startPlatform({ ...withOpenAi(vendor), runs: { concurrent: ROOM } })
  echo = await platform.addApp(
    appFile({
      mode: 'workflow',
      nodes: {
        start: start({ variable: 'n', type: 'number' }),
        say: template('{{ n }}', { n: ['start', 'n'] }),
        end: end({ n: ['say', 'output'] }),
      },
      edges: chain('start', 'say', 'end'),
    }),
  )
  asking = await platform.addApp(
    appFile({
      mode: 'workflow',
      nodes: { start: start(), llm: llm('Go.'), end: end({ said: ['llm', 'text'] }) },
      edges: chain('start', 'llm', 'end'),
    }),
  )
})
afterAll(async () => {
  process.off('unhandledRejection', onRejection)
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
  expect(rejections).toEqual([])
})

const callFor = (app: TestApp) => ({ url: platform.url, key: app.key })

const statusesOf = async (app: TestApp): Promise<Record<string, number>> => {
  const rows = await platform.database.kysely
    .selectFrom('runs')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .where('app_id', '=', app.id)
    .groupBy('status')
    .execute()
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]))
}

/** Waits for what is still going on. */
const untilQuiet = async (app: TestApp): Promise<void> => {
  const rows = await platform.database.kysely
    .selectFrom('runs')
    .select('task_id')
    .where('app_id', '=', app.id)
    .where('status', '=', 'running')
    .execute()
  await Promise.all(rows.map(({ task_id }) => platform.untilOver(task_id)))
}

describe('a crowd', () => {
  it('of clients who leave after any number of events: every run ends well', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const stream = await openStream(callFor(echo), '/v1/workflows/run', { inputs: { n }, user: `u${n}` })
        let left = n % 9
        for await (const { event } of stream) {
          expect(event).toMatch(/^[a-z_]+$/)
          if (left-- === 0) break
        }
        stream.leave()
      }),
    )
    await untilQuiet(echo)
    expect(await statusesOf(echo)).toEqual({ succeeded: 40 })
  })

  it('gets its own answers, each of them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const response = await post(callFor(echo), '/v1/workflows/run', { inputs: { n }, user: `u${n % 7}` })
        return ((await response.json()) as { data: { outputs: unknown } }).data.outputs
      }),
    )
    expect(answers).toEqual(answers.map((_, n) => ({ n: String(n) })))
  })

  it('of which some find no room is told so, and served when there is room again', async () => {
    const streams = []
    for (let n = 0; n < ROOM; n++) {
      // The fault holds for one request, so the vendor must have seen it before the next comes.
      vendor.fault({ type: 'silent' })
      const seen = vendor.nextRequest()
      const stream = await openStream(callFor(asking), '/v1/workflows/run', { inputs: {}, user: 'u' })
      streams.push({ stream, taskId: (await stream.until('workflow_started')).task_id })
      await seen
    }
    const refused = await post(callFor(asking), '/v1/workflows/run', { inputs: {}, user: 'u' })
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { status: 429, code: 'too_many_requests', message: expect.stringContaining(String(ROOM)) },
    ])
    const [first, ...others] = streams
    await post(callFor(asking), `/v1/workflows/tasks/${first?.taskId}/stop`, { user: 'u' })
    await first?.stream.rest()
    const served = await post(callFor(echo), '/v1/workflows/run', { inputs: { n: 1 }, user: 'u' })
    expect(served.status).toBe(200)

    // Closing ends what goes on, also for those who come at the last moment; nothing stays behind.
    const late = post(callFor(echo), '/v1/workflows/run', { inputs: { n: 2 }, user: 'u' })
    await platform.platform.runs.close()
    for (const { stream } of others) expect((await stream.rest()).at(-1)?.data.status).toBe('stopped')
    expect([200, 503]).toContain((await late).status)
    const refusedLate = await post(callFor(echo), '/v1/workflows/run', { inputs: { n: 3 }, user: 'u' })
    expect(await refusedLate.json()).toEqual({
      status: 503,
      code: 'service_unavailable',
      message: expect.any(String),
    })
    expect(await statusesOf(asking)).toEqual({ stopped: ROOM })
    expect((await statusesOf(echo)).running).toBeUndefined()
  })
})
