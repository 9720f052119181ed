// What apps used, over the management API: the sums are those the vendor counted itself.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/base/seams.ts'
import { getUsage } from '../../src/wire/management/usage.ts'
import { appFile, basicApp, chain, end, llm, start } from '../support/app-files.ts'
import { type KnownBody, type ManagementClient, refusal, signInOwner, tenantClient } from '../support/management.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const STRANGERS = 'tenant_33333333-3333-7333-8333-333333333333'
const TOOK = { prompt: 11, completion: 3 }

let vendor: VendorServer
let platform: TestPlatform
let owner: ManagementClient
let workflow: TestApp
let chat: TestApp
let echo: TestApp

const small = (provider = 'acme') => ({ provider, name: 'acme-small', mode: 'chat', completion_params: {} })

/** Asks the large model in a loop of three rounds, then the small one. */
const looping = appFile({
  mode: 'workflow',
  nodes: {
    start: start({ variable: 'word', type: 'text-input' }),
    again: {
      type: 'loop',
      start_node_id: 'first',
      loop_count: 3,
      loop_variables: [],
      break_conditions: [],
      logical_operator: 'and',
    },
    first: { type: 'loop-start', parent: 'again' },
    large: { ...llm('Go on.'), parent: 'again' },
    small: llm('{{#start.word#}}', { model: small() }),
    end: end({ said: ['small', 'text'] }),
  },
  edges: [...chain('start', 'again', 'small', 'end'), 'first>large'],
})

/** The vendor's own count of what it answered, by model. */
const vendorCounts = () => {
  const calls: Record<string, number> = {}
  for (const { body } of vendor.requests) {
    if (!JSON.stringify(body).includes('explode')) calls[body.model] = (calls[body.model] ?? 0) + 1
  }
  return calls
}

const figures = (runs: number, failedRuns: number, calls: number) => ({
  runs,
  failedRuns,
  calls,
  promptTokens: calls * TOOK.prompt,
  completionTokens: calls * TOOK.completion,
  totalTokens: calls * (TOOK.prompt + TOOK.completion),
  cachedTokens: 0,
  reasoningTokens: 0,
  costUsd: null,
  estimatedCostUsd: '0',
  unpricedCalls: calls,
})

const read = async (query: Record<string, string> = {}): Promise<KnownBody> => (await owner(getUsage, { query })).body

const runWorkflow = (app: TestApp, user: string, word: string) =>
  post({ url: platform.url, key: app.key }, '/v1/workflows/run', { inputs: { word }, user })

const say = async (user: string, query: string): Promise<KnownBody> =>
  (await post({ url: platform.url, key: chat.key }, '/v1/chat-messages', { inputs: {}, query, user })).json()

beforeAll(async () => {
  vendor = await startOpenAi()
  vendor.reply({ text: 'Well.', usage: TOOK })
  vendor.refuse(({ body }) =>
    JSON.stringify(body).includes('explode') ? { status: 400, message: 'not that' } : undefined,
  )
  platform = await startPlatform(withOpenAi(vendor))
  owner = await signInOwner(platform)
  workflow = await platform.addApp(looping)
  chat = await platform.addApp(
    basicApp('chat', { model: small('acme'), suggested_questions_after_answer: { enabled: true } }),
  )
  echo = await platform.addApp(
    appFile({
      mode: 'workflow',
      nodes: { start: start({ variable: 'word', type: 'text-input' }), end: end({ said: ['start', 'word'] }) },
      edges: chain('start', 'end'),
    }),
  )
  await platform.addApp(looping, STRANGERS)
  await runWorkflow(workflow, 'ann', 'one')
  await runWorkflow(workflow, 'bob', 'two')
  await runWorkflow(workflow, 'bob', 'explode')
  await say('ann', 'Hello?')
  await runWorkflow(echo, 'ann', 'nothing asked')
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
})

describe('usage', () => {
  it('is what the vendor counted, by model', async () => {
    expect(vendorCounts()).toEqual({ 'acme-large': 9, 'acme-small': 3 })
    const { total, groups, truncated } = await read({ groupBy: 'model' })
    expect(total).toEqual(figures(5, 1, 12))
    expect(groups).toEqual([
      { key: 'acme/acme-large', name: 'acme-large', ...figures(3, 1, 9) },
      { key: 'acme/acme-small', name: 'acme-small', ...figures(3, 0, 3) },
    ])
    expect(truncated).toBe(false)
  })

  it('is summed up by app, and by the users of each app', async () => {
    expect((await read()).groups).toEqual([
      { key: workflow.id, name: 'Test app', ...figures(3, 1, 11) },
      { key: chat.id, name: 'Test app', ...figures(1, 0, 1) },
      { key: echo.id, name: 'Test app', ...figures(1, 0, 0) },
    ])
    const { groups, total } = await read({ groupBy: 'user', appId: workflow.id })
    expect(total).toEqual(figures(3, 1, 11))
    expect(groups).toEqual([
      { key: expect.stringMatching(/^user_/), name: 'bob', ...figures(2, 1, 7) },
      { key: expect.stringMatching(/^user_/), name: 'ann', ...figures(1, 0, 4) },
    ])
  })

  it('is summed up by day, within the time asked for', async () => {
    const { groups, total } = await read({ groupBy: 'day' })
    const days = groups.map((group: KnownBody) => group.key)
    expect(days.every((day: string) => /^\d{4}-\d\d-\d\d$/.test(day))).toBe(true)
    expect(groups.reduce((sum: number, group: KnownBody) => sum + group.calls, 0)).toBe(total.calls)
    const before = await read({ groupBy: 'day', from: '2001-01-01T00:00:00Z', to: '2001-12-31T23:59:59Z' })
    expect(before).toMatchObject({ from: '2001-01-01T00:00:00.000Z', to: '2001-12-31T23:59:59.000Z', groups: [] })
    expect(before.total).toEqual(figures(0, 0, 0))
  })

  it('is nothing to other tenants, whatever app they name', async () => {
    const stranger = await tenantClient(platform, STRANGERS)
    for (const query of [{}, { appId: workflow.id }, { groupBy: 'model' }, { groupBy: 'user' }]) {
      const { body } = await stranger(getUsage, { query: query as Record<string, string> })
      expect(body).toMatchObject({ total: figures(0, 0, 0), groups: [] })
    }
  })

  it('names what is wrong with a question', async () => {
    const refuse = async (query: Record<string, string>) => refusal(await owner(getUsage, { query }))
    expect(await refuse({ groupBy: 'weekday' })).toEqual([400, 'api/invalid-param'])
    expect(await refuse({ appId: 'mine' })).toEqual([400, 'api/invalid-param'])
    expect(await refuse({ from: 'yesterday' })).toEqual([400, 'api/invalid-param'])
    const backwards = { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }
    expect(await refuse(backwards)).toEqual([400, 'api/invalid-param'])
  })

  it('is one row a run and model, and none for runs that ask no model', async () => {
    const rows = await platform.database.kysely
      .selectFrom('model_usage')
      .select(['app_id', 'model', 'calls'])
      .where('tenant_id', '=', platform.platform.caller.tenantId)
      .orderBy('id')
      .execute()
    const large = { app_id: workflow.id, model: 'acme-large', calls: 3 }
    const one = { app_id: workflow.id, model: 'acme-small', calls: 1 }
    expect(rows).toHaveLength(6)
    expect(rows).toEqual(expect.arrayContaining([large, one, { ...one, app_id: chat.id }]))
    expect(rows.filter((row) => row.model === 'acme-large')).toEqual([large, large, large])
  })

  it('shows in the metrics', async () => {
    const { secret } = await platform.platform.keys.create(platform.platform.caller, { scope: 'tenant', name: 'n' })
    const response = await fetch(`${platform.url}/metrics`, { headers: { authorization: `Bearer ${secret}` } })
    const text = await response.text()
    expect(text).toContain('heddle_model_calls_total{provider="acme",model="acme-large"} 9')
    expect(text).toContain('heddle_model_tokens_total{provider="acme",model="acme-large",type="prompt"} 99')
    expect(text).toContain('heddle_model_tokens_total{provider="acme",model="acme-small",type="completion"} 9')
  })

  it('counts suggested questions for the user, without a run', async () => {
    const { message_id } = await say('cleo', 'Hello?')
    const suggested = await fetch(`${platform.url}/v1/messages/${message_id}/suggested?user=cleo`, {
      headers: { authorization: `Bearer ${chat.key}` },
    })
    expect(suggested.status).toBe(200)
    const ofCleo = async () =>
      (await read({ groupBy: 'user' })).groups.find((group: KnownBody) => group.name === 'cleo')
    // It is written in the background.
    while ((await ofCleo())?.calls !== 2) await nextTurn()
    expect(await ofCleo()).toMatchObject(figures(1, 0, 2))
  })

  it('counts what a stopped run had been told, by estimate', async () => {
    vendor.reply({ text: 'A long answer to somebody who leaves.', usage: TOOK })
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const call = { url: platform.url, key: chat.key }
    const body = { inputs: {}, query: 'Tell me.', user: 'dora' }
    await using stream = await openStream(call, '/v1/chat-messages', body)
    const { task_id } = await stream.until('message')
    await post(call, `/v1/chat-messages/${task_id}/stop`, { user: 'dora' })
    await stream.rest()
    vendor.release()
    const ofDora = async () =>
      (await read({ groupBy: 'user' })).groups.find((group: KnownBody) => group.name === 'dora')
    while ((await ofDora())?.calls !== 1) await nextTurn()
    expect((await ofDora()).completionTokens).toBeGreaterThan(0)
  })

  it('stays when the app is deleted', async () => {
    const before = await read({ groupBy: 'model' })
    await platform.platform.apps.delete(platform.platform.caller, workflow.id)
    while ((await read({ appId: workflow.id })).total.runs > 0) await nextTurn()
    const after = await read({ groupBy: 'model' })
    expect(after.groups).toMatchObject(before.groups.map(({ key, calls }: KnownBody) => ({ key, calls })))
    expect((await read()).groups[0]).toMatchObject({ key: workflow.id, name: null, runs: 0, calls: 11 })
  })
})
