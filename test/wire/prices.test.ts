// What answers cost, where callers and members see it: to the last digit, over all calls of a run, and from the prices of the
// target that answered.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getRun, listRuns } from '../../src/wire/management/runs.ts'
import { getUsage } from '../../src/wire/management/usage.ts'
import { appFile, basicApp, chain, end, humanInput, llm, start } from '../support/app-files.ts'
import { type KnownBody, type ManagementClient, signInOwner } from '../support/management.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const TOOK = { prompt: 41, completion: 12 }
/** Dollars for a million tokens. The third model has no price. */
const PRICES = [
  { target: 'acme/acme-large', prompt: '0.5', completion: '1.5' },
  { target: 'acme/acme-small', prompt: '0.15', completion: '0.6' },
]
const model = (name: string) => ({ model: { provider: 'acme', name, mode: 'chat', completion_params: {} } })

/** As a node and a message show it; what is left out is the latency. */
const LARGE = {
  prompt_tokens: 41,
  prompt_unit_price: '0.5',
  prompt_price_unit: '0.000001',
  prompt_price: '0.0000205',
  completion_tokens: 12,
  completion_unit_price: '1.5',
  completion_price_unit: '0.000001',
  completion_price: '0.000018',
  total_tokens: 53,
  total_price: '0.0000385',
  currency: 'USD',
}
const SMALL = {
  ...LARGE,
  prompt_unit_price: '0.15',
  prompt_price: '0.00000615',
  completion_unit_price: '0.6',
  completion_price: '0.0000072',
  total_price: '0.00001335',
}
const UNPRICED = {
  ...LARGE,
  prompt_unit_price: '0',
  prompt_price_unit: '0',
  prompt_price: '0',
  completion_unit_price: '0',
  completion_price_unit: '0',
  completion_price: '0',
  total_price: '0',
}
/** Large and small together: the unit prices differ. */
const BOTH = {
  ...LARGE,
  prompt_tokens: 82,
  prompt_unit_price: '0',
  prompt_price: '0.00002665',
  completion_tokens: 24,
  completion_unit_price: '0',
  completion_price: '0.0000252',
  total_tokens: 106,
  total_price: '0.00005185',
}

let vendor: VendorServer
let platform: TestPlatform
let owner: ManagementClient

beforeAll(async () => {
  vendor = await startOpenAi()
  vendor.reply({ text: 'Well.', usage: TOOK })
  const panels = { two: { members: ['acme/acme-large', 'acme/acme-small'] } }
  const routers = {
    either: { default: { targets: ['acme/acme-small'] } },
    together: { default: { panel: 'two' } },
  }
  platform = await startPlatform({ ...withOpenAi(vendor), gateway: { prices: PRICES, panels, routers } })
  owner = await signInOwner(platform)
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
})

/** Asks the models one after another; shows the usage of each. */
const asking = (mode: 'workflow' | 'advanced-chat', names: readonly string[]) => {
  const ids = names.map((_, index) => `llm${index}`)
  const models = Object.fromEntries(names.map((name, index) => [ids[index], llm('Say.', model(name))]))
  const last = ids.at(-1) ?? ''
  const nodes =
    mode === 'workflow'
      ? { end: end(Object.fromEntries(ids.map((id) => [id, [id, 'usage']]))) }
      : { end: { type: 'answer', answer: `{{#${last}.text#}}` } }
  return appFile({ mode, nodes: { start: start(), ...models, ...nodes }, edges: chain('start', ...ids, 'end') })
}

const call = (app: TestApp) => ({ url: platform.url, key: app.key })
const runWorkflow = async (app: TestApp): Promise<KnownBody> =>
  (await post(call(app), '/v1/workflows/run', { inputs: {}, user: 'ada', response_mode: 'blocking' })).json()
const chatBody = { inputs: {}, query: 'Hi', user: 'ada' }
const chat = async (app: TestApp): Promise<KnownBody> =>
  (await post(call(app), '/v1/chat-messages', { ...chatBody, response_mode: 'blocking' })).json()
const messagesOf = async (app: TestApp, conversation: string): Promise<KnownBody> => {
  const headers = { authorization: `Bearer ${app.key}` }
  const url = `${platform.url}/v1/messages?user=ada&conversation_id=${conversation}`
  const { data }: KnownBody = await (await fetch(url, { headers })).json()
  return data
}
const lastRun = async (app: TestApp): Promise<KnownBody> => {
  const { items }: KnownBody = (await owner(listRuns, { query: { appId: app.id } })).body
  const { body }: KnownBody = await owner(getRun, { params: { run_id: items[0].id } })
  expect(body.costUsd).toBe(items[0].costUsd)
  return body
}

describe.each([
  ['a basic app', () => basicApp('chat')],
  ['a graph', () => asking('advanced-chat', ['acme-large'])],
])('a chat of %s', (_, file) => {
  it('says what it cost', async () => {
    const app = await platform.addApp(file())
    const answer = await chat(app)
    expect(answer.metadata.usage).toEqual({ ...LARGE, latency: expect.any(Number) })
    await using stream = await openStream(call(app), '/v1/chat-messages', chatBody)
    const ended = await stream.until('message_end')
    expect(ended.metadata.usage).toEqual({ ...LARGE, latency: expect.any(Number) })
    const [message] = await messagesOf(app, answer.conversation_id)
    expect(message).toMatchObject({ total_price: '0.0000385', currency: 'USD' })
    expect(await lastRun(app)).toMatchObject({ costUsd: '0.0000385' })
  })
})

describe('a workflow', () => {
  it('adds up what its nodes cost', async () => {
    const app = await platform.addApp(asking('workflow', ['acme-large', 'acme-small']))
    const { data } = await runWorkflow(app)
    expect(data.outputs.llm0).toMatchObject(LARGE)
    expect(data.outputs.llm1).toMatchObject(SMALL)
    await using stream = await openStream(call(app), '/v1/workflows/run', { inputs: {}, user: 'ada' })
    const finished = (await stream.rest()).filter(
      ({ event, data }) => event === 'node_finished' && data.node_type === 'llm',
    )
    expect(finished.map(({ data }) => data.execution_metadata)).toMatchObject([
      { total_tokens: 53, total_price: '0.0000385', currency: 'USD' },
      { total_tokens: 53, total_price: '0.00001335', currency: 'USD' },
    ])
    const run = await lastRun(app)
    expect(run.costUsd).toBe('0.00005185')
    expect(run.nodes.map((node: KnownBody) => node.costUsd)).toEqual([null, '0.0000385', '0.00001335', null])
    const usage: KnownBody = (await owner(getUsage, { query: { appId: app.id } })).body
    expect(usage.total.costUsd).toBe('0.0001037')
  })

  it.each([
    ['differ', ['acme-large', 'acme-small'], BOTH],
    ['are one', ['acme-small', 'acme-small'], { ...BOTH, ...twice(SMALL) }],
    ['are known for one', ['acme-small', 'acme-other'], { ...BOTH, ...SMALL, ...tokensOf(BOTH) }],
    ['are not known', ['acme-other'], UNPRICED],
  ])('shows unit prices that %s', async (_, names, usage) => {
    const app = await platform.addApp(asking('advanced-chat', names))
    expect((await chat(app)).metadata.usage).toMatchObject(usage)
  })

  it('says nothing of prices that nobody knows', async () => {
    const app = await platform.addApp(asking('workflow', ['acme-other']))
    const { data } = await runWorkflow(app)
    expect(data.outputs.llm0).toMatchObject(UNPRICED)
    const run = await lastRun(app)
    expect([run.costUsd, ...run.nodes.map((node: KnownBody) => node.costUsd)]).toEqual([null, null, null, null])
    const talking = await platform.addApp(asking('advanced-chat', ['acme-other']))
    const [message] = await messagesOf(talking, (await chat(talking)).conversation_id)
    expect(message).toMatchObject({ total_price: null, currency: null })
  })
})

describe('a run that waits for people', () => {
  it('keeps what it cost before', async () => {
    const nodes = {
      start: start(),
      first: llm('Say.', model('acme-large')),
      ask: humanInput(),
      second: llm('Say.', model('acme-small')),
      end: end({ said: ['second', 'text'] }),
    }
    const edges = ['start>first', 'first>ask', 'ask:ok>second', 'second>end']
    const app = await platform.addApp(appFile({ mode: 'workflow', nodes, edges }))
    await using stream = await openStream(call(app), '/v1/workflows/run', { inputs: {}, user: 'ada' })
    const { data, task_id } = await stream.until('human_input_required')
    await stream.rest()
    expect((await lastRun(app)).costUsd).toBe('0.0000385')
    const answer = { inputs: { note: 'fine' }, action: 'ok', user: 'ada' }
    expect((await post(call(app), `/v1/form/human_input/${data.form_token}`, answer)).status).toBe(200)
    await platform.untilOver(task_id)
    expect(await lastRun(app)).toMatchObject({ status: 'succeeded', costUsd: '0.00005185' })
  })
})

describe('a router', () => {
  const routed = (name: string) => ({ model: { provider: 'router', name, mode: 'chat', completion_params: {} } })
  it.each([
    ['either', SMALL],
    ['together', { ...BOTH, prompt_unit_price: '0', completion_unit_price: '0' }],
  ])('%s: the prices are those of who answered', async (name, usage) => {
    const app = await platform.addApp(basicApp('chat', routed(name)))
    expect((await chat(app)).metadata.usage).toMatchObject(usage)
  })
})

describe('a kept answer', () => {
  it('costs nothing', async () => {
    await using cached = await startPlatform({
      ...withOpenAi(vendor),
      gateway: { prices: PRICES, cache: { mode: 'exact' } },
    })
    const app = await cached.addApp(basicApp('chat'))
    const ask = async (): Promise<KnownBody> =>
      (
        await post({ url: cached.url, key: app.key }, '/v1/chat-messages', { ...chatBody, response_mode: 'blocking' })
      ).json()
    expect((await ask()).metadata.usage).toMatchObject(LARGE)
    expect((await ask()).metadata.usage).toMatchObject({
      ...UNPRICED,
      ...{ prompt_price_unit: '0.000001', completion_price_unit: '0.000001' },
    })
  })
})

function tokensOf({ prompt_tokens, completion_tokens, total_tokens }: typeof BOTH) {
  return { prompt_tokens, completion_tokens, total_tokens }
}

/** The prices of two equal calls. */
function twice({ prompt_unit_price, completion_unit_price }: typeof SMALL) {
  return {
    prompt_unit_price,
    prompt_price: '0.0000123',
    completion_unit_price,
    completion_price: '0.0000144',
    total_price: '0.0000267',
  }
}
