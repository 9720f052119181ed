// Runs and conversations over the management API: found over all apps, looked into, stopped.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { toWireId } from '../../src/product/ids.ts'
import { listConversationMessages, listConversations } from '../../src/wire/management/conversations.ts'
import { getRun, listRuns, stopRun } from '../../src/wire/management/runs.ts'
import { addMember } from '../support/accounts.ts'
import { answer, appFile, chain, code, end, llm, start } from '../support/app-files.ts'
import {
  type KnownBody,
  type ManagementClient,
  type ManagementInput,
  managementClient,
  refusal,
  signInOwner,
  tenantClient,
} from '../support/management.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const STRANGERS = 'tenant_33333333-3333-7333-8333-333333333333'
const MISSING = '44444444-4444-7444-8444-444444444444'

let vendor: VendorServer
let platform: TestPlatform
let owner: ManagementClient
let stranger: ManagementClient
let workflow: TestApp
let chat: TestApp
beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
  owner = await signInOwner(platform)
  workflow = await platform.addApp(looping)
  chat = await platform.addApp(talking)
  await platform.addApp(looping, STRANGERS)
  stranger = await tenantClient(platform, STRANGERS)
})
afterEach(() => vendor.release())
afterAll(async () => {
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
})

/** Doubles each number in an iteration; what is no number fails. */
const looping = appFile({
  mode: 'workflow',
  nodes: {
    start: start({ variable: 'word', type: 'text-input' }),
    list: code('function main() { return { numbers: [1, 2, 3] } }', { numbers: 'array[number]' }),
    each: {
      type: 'iteration',
      start_node_id: 'first',
      iterator_selector: ['list', 'numbers'],
      output_selector: ['double', 'result'],
      output_type: 'array[number]',
    },
    first: { type: 'iteration-start', parent: 'each' },
    double: {
      ...code('function main({ n }) { return { result: n * 2 } }', { result: 'number' }, { n: ['each', 'item'] }),
      parent: 'each',
    },
    end: end({ doubled: ['each', 'output'], word: ['start', 'word'] }),
  },
  edges: [...chain('start', 'list', 'each', 'end'), 'first>double'],
})

const talking = appFile({
  mode: 'advanced-chat',
  nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
  edges: chain('start', 'llm', 'answer'),
})

const runWorkflow = async (user: string, word: string): Promise<string> => {
  const call = { url: platform.url, key: workflow.key }
  const response = await post(call, '/v1/workflows/run', { inputs: { word }, user })
  return `run_${((await response.json()) as KnownBody).workflow_run_id}`
}
const say = async (user: string, query: string, conversation_id = ''): Promise<KnownBody> => {
  vendor.reply({ text: `You said ${query}` })
  const call = { url: platform.url, key: chat.key }
  const response = await post(call, '/v1/chat-messages', { inputs: {}, user, query, conversation_id })
  return response.json()
}
const idsOf = ({ body }: { readonly body: { readonly items: readonly { readonly id: string }[] } }) =>
  body.items.map(({ id }) => id)

describe('runs', () => {
  it('are found by app, user, state, source, time and text, over all apps', async () => {
    const first = await runWorkflow('ada', 'walrus')
    const second = await runWorkflow('bob', 'carpenter')
    const talk = await say('ada', 'oyster')
    const find = async (query: ManagementInput['query']) =>
      idsOf(await owner(listRuns, { query: { limit: 100, ...query } }))
    expect(await find({ appId: workflow.id })).toEqual([second, first])
    expect(await find({ appId: workflow.id, user: 'ada' })).toEqual([first])
    const [talkRun] = await find({ appId: chat.id })
    expect(await find({})).toEqual([talkRun, second, first])
    expect(await find({ user: 'ada' })).toEqual([talkRun, first])
    expect(await find({ keyword: 'WALRUS' })).toEqual([first])
    expect(await find({ keyword: '%' })).toEqual([])
    expect(await find({ conversationId: `conv_${talk.conversation_id}` })).toEqual([talkRun])
    expect(await find({ status: ['failed', 'stopped'] })).toEqual([])
    expect(await find({ status: ['succeeded', 'failed'], source: 'service-api' })).toHaveLength(3)
    expect(await find({ source: 'console' })).toEqual([])
    expect(await find({ traceId: 'none' })).toEqual([])
    const { body } = await owner(getRun, { params: { run_id: second } })
    expect(await find({ from: body.createdAt })).toEqual([talkRun, second])
    expect(await find({ to: body.createdAt, appId: workflow.id })).toEqual([second, first])
    expect(await find({ from: '2100-01-01T00:00:00+02:00' })).toEqual([])
  })

  it('are listed page by page, without gaps and repetitions', async () => {
    for (const word of ['a', 'b', 'c']) await runWorkflow('paged', word)
    const all = idsOf(await owner(listRuns, { query: { user: 'paged' } }))
    const paged: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await owner(listRuns, { query: { user: 'paged', limit: 1, ...(cursor && { cursor }) } })
      paged.push(...idsOf(page))
      cursor = page.body.nextCursor
    }
    expect([paged, paged.length]).toEqual([all, 3])
  })

  it.each([
    ['appId', 'x'],
    ['conversationId', 'run_1'],
    ['status', 'done'],
    ['from', 'yesterday'],
    ['limit', '0'],
    ['cursor', '%%%'],
  ])('are not looked for by %s=%s', async (name, value) => {
    const refused = await owner(listRuns, { query: { [name]: value } })
    expect(refusal(refused)).toEqual([400, 'api/invalid-param'])
    expect(refused.body.error.param).toContain(name)
  })

  it('tell everything about their nodes, also inside iterations', async () => {
    const { body } = await owner(getRun, { params: { run_id: await runWorkflow('ada', 'seal') } })
    expect(body).toMatchObject({
      appId: workflow.id,
      appName: 'Test app',
      user: 'ada',
      status: 'succeeded',
      inputs: { word: 'seal' },
      outputs: { doubled: [2, 4, 6], word: 'seal' },
      message: null,
      costUsd: null,
      nodesTruncated: false,
      error: null,
    })
    const doubles = body.nodes.filter(({ nodeId }: { nodeId: string }) => nodeId === 'double')
    expect(doubles.map(({ inputs, outputs }: Record<string, unknown>) => [inputs, outputs])).toEqual([
      [{ n: 1 }, { result: 2 }],
      [{ n: 2 }, { result: 4 }],
      [{ n: 3 }, { result: 6 }],
    ])
    const frames = doubles.map(({ frame }: { frame: object }) => JSON.stringify(frame))
    expect(new Set(frames).size).toBe(3)
    expect(body.nodes.map(({ index }: { index: number }) => index)).toEqual(
      body.nodes.map((_: unknown, i: number) => i + 1),
    )
  })

  it('of a chat come with their message and their tokens', async () => {
    const { message_id, conversation_id } = await say('eve', 'clam')
    const [id] = idsOf(await owner(listRuns, { query: { conversationId: `conv_${conversation_id}` } }))
    const { body } = await owner(getRun, { params: { run_id: id ?? '' } })
    expect(body.message).toMatchObject({ id: `msg_${message_id}`, query: 'clam', answer: 'You said clam', runId: id })
    expect(body.tokens).toBe(body.promptTokens + body.completionTokens)
    expect(body.tokens).toBeGreaterThan(0)
    expect(body.nodes.find(({ type }: { type: string }) => type === 'llm').tokens).toBe(body.tokens)
  })

  it('are stopped by their id, and stay as they ended', async () => {
    vendor.reply({ text: 'One two three four five six seven.' })
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const asked = vendor.nextRequest()
    const body = { inputs: {}, user: 'ada', query: 'Count.' }
    const stream = await openStream({ url: platform.url, key: chat.key }, '/v1/chat-messages', body)
    const { workflow_run_id } = await stream.until('workflow_started')
    const request = await asked
    const params = { run_id: `run_${workflow_run_id}` }
    expect((await owner(getRun, { params })).body).toMatchObject({
      status: 'running',
      finishedAt: null,
      elapsedMs: null,
    })
    expect(refusal(await stranger(stopRun, { params }))).toEqual([404, 'run/not-found'])
    const stopped = await owner(stopRun, { params })
    expect([stopped.status, stopped.body]).toEqual([202, { stopping: true }])
    await stream.rest()
    await request.hungUp
    expect((await owner(getRun, { params })).body).toMatchObject({ status: 'stopped', finishedAt: expect.any(String) })
    expect((await owner(stopRun, { params })).body).toEqual({ stopping: false })
  })

  it('of another tenant are missing, in the same words as what never was', async () => {
    const id = await runWorkflow('ada', 'otter')
    for (const call of [getRun, stopRun]) {
      const [foreign, missing, malformed] = await Promise.all(
        [id, `run_${MISSING}`, 'run_x'].map((run_id) => stranger(call, { params: { run_id } })),
      )
      expect(foreign && refusal(foreign)).toEqual([404, 'run/not-found'])
      const words = (given: typeof foreign) => ({ ...given?.body, requestId: '' })
      expect([words(foreign), words(malformed)]).toEqual([words(missing), words(missing)])
    }
    expect(idsOf(await stranger(listRuns, { query: { appId: workflow.id } }))).toEqual([])
    expect(idsOf(await stranger(listRuns, { query: { keyword: 'otter' } }))).toEqual([])
  })
})

describe('conversations', () => {
  it('are listed by app and user, latest first, with their messages', async () => {
    const first = await say('mia', 'one')
    const second = await say('mia', 'two')
    await say('mia', 'three', first.conversation_id)
    const other = await say('noa', 'four')
    const ids = [first, second, other].map(({ conversation_id }) => `conv_${conversation_id}`)
    const [one, two] = ids
    const listed = await owner(listConversations, { query: { appId: chat.id, user: 'mia' } })
    expect(idsOf(listed)).toEqual([one, two])
    expect(listed.body.items[0]).toMatchObject({ appId: chat.id, user: 'mia', turns: 2, inputs: {} })
    const page = await owner(listConversations, { query: { appId: chat.id, user: 'mia', limit: 1 } })
    const rest = { appId: chat.id, user: 'mia', limit: 1, cursor: page.body.nextCursor }
    expect(idsOf(await owner(listConversations, { query: rest }))).toEqual([two])
    expect(idsOf(await owner(listConversations, { query: { appId: chat.id } }))).toEqual(expect.arrayContaining(ids))

    const params = { conversation_id: one ?? '' }
    const queries = ({ body }: { body: { items: { query: string }[] } }) => body.items.map(({ query }) => query)
    expect(queries(await owner(listConversationMessages, { params }))).toEqual(['three', 'one'])
    const newest = await owner(listConversationMessages, { params, query: { limit: 1 } })
    const older = { params, query: { limit: 1, cursor: newest.body.nextCursor } }
    expect(queries(await owner(listConversationMessages, older))).toEqual(['one'])
    // The cursor of another conversation's list leads nowhere.
    const elsewhere = { params: { conversation_id: two ?? '' }, query: { cursor: newest.body.nextCursor } }
    expect(refusal(await owner(listConversationMessages, elsewhere))).toEqual([404, 'conversation/not-found'])
  })

  it('of another tenant are missing, and closed to those who only look at apps', async () => {
    const { conversation_id } = await say('zoe', 'secret')
    const ask = (id: string) => stranger(listConversationMessages, { params: { conversation_id: id } })
    for (const id of [`conv_${conversation_id}`, `conv_${MISSING}`, toWireId(`conv_${MISSING}`)]) {
      expect(refusal(await ask(id))).toEqual([404, 'conversation/not-found'])
    }
    expect(refusal(await stranger(listConversations, { query: { appId: chat.id } }))).toEqual([404, 'app/not-found'])
    expect(refusal(await owner(listConversations))).toEqual([400, 'api/invalid-param'])
    const { accounts, caller } = platform.platform
    const person = { email: 'viewer@example.org', name: 'Vera', password: 'correct horse battery' }
    await addMember(accounts, caller, { ...person, role: 'viewer' })
    const { accessToken } = await accounts.signIn(person.email, person.password, { userAgent: 'test' })
    const viewer = managementClient(platform.url, accessToken)
    expect(refusal(await viewer(listConversations, { query: { appId: chat.id } }))).toEqual([403, 'api/forbidden'])
    const runs = idsOf(await viewer(listRuns, { query: { conversationId: `conv_${conversation_id}` } }))
    const params = { run_id: runs[0] ?? '' }
    expect((await viewer(getRun, { params })).body.message).toBeNull()
    expect((await owner(getRun, { params })).body.message).toMatchObject({ query: 'secret' })
  })
})
