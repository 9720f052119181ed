// Published apps as models of the gateway, and the models of apps through it.

import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { answer, appFile, chain, end, llm, start, template } from '../support/app-files.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

let platform: TestPlatform
let vendor: VendorServer
let client: OpenAI
let stranger: OpenAI
let chatKey: string

const named = (file: object, name: string): object => ({ ...file, app: { ...(file as { app: object }).app, name } })

beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform({
    providers: {
      acme: {
        type: 'openai-compatible',
        baseUrl: `${vendor.url}/v1`,
        apiKey: TEST_KEY,
        models: ['acme-large', 'acme-small'],
      },
    },
    models: { default: 'acme/acme-large' },
    gateway: {
      resilience: { retries: 1, retryMs: 1, heartbeatMs: 0 },
      prices: [{ target: 'acme/*', prompt: '2', completion: '10' }],
      routers: {
        either: {
          default: { targets: 'acme/acme-small', fallback: ['acme/acme-large'], parameters: { temperature: 0.9 } },
        },
      },
    },
  })
  const chat = appFile({
    mode: 'advanced-chat',
    nodes: {
      start: start(),
      llm: llm('{{#sys.query#}}', {
        memory: { window: { enabled: false, size: 10 }, query_prompt_template: '{{#sys.query#}}' },
      }),
      answer: answer('{{#llm.text#}}!'),
    },
    edges: chain('start', 'llm', 'answer'),
  })
  chatKey = (await platform.addApp(named(chat, 'Helper'))).key
  const workflow = appFile({
    mode: 'workflow',
    nodes: {
      start: start({ variable: 'topic', label: 'Topic', type: 'text-input', required: true }),
      template: template('About {{ topic }}.', { topic: ['start', 'topic'] }),
      end: end({ text: ['template', 'output'] }),
    },
    edges: chain('start', 'template', 'end'),
  })
  await platform.addApp(named(workflow, 'Essay'))
  const routed = appFile({
    mode: 'workflow',
    nodes: {
      start: start(),
      llm: llm('Go.', { model: { provider: 'router', name: 'either', mode: 'chat', completion_params: {} } }),
      end: end({ text: ['llm', 'text'] }),
    },
    edges: chain('start', 'llm', 'end'),
  })
  await platform.addApp(named(routed, 'Routed'))
  const { keys, caller } = platform.platform
  const open = (secret: string) => new OpenAI({ apiKey: secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
  client = open((await keys.create(caller, { scope: 'gateway', name: 'ours' })).secret)
  const foreign = { ...caller, tenantId: 'tenant_00000000-0000-7000-8000-0000000000aa' as const }
  await platform.addApp(named(workflow, 'Theirs'), foreign.tenantId)
  stranger = open((await keys.create(foreign, { scope: 'gateway', name: 'theirs' })).secret)
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
})
beforeEach(() => {
  vendor.reply({ text: 'Good day' })
  vendor.fault()
})

it('a chat app answers, whole and as a stream, and knows what was said before', async () => {
  const messages = [
    { role: 'user' as const, content: 'I am Ada.' },
    { role: 'assistant' as const, content: 'Hello Ada.' },
    { role: 'user' as const, content: 'Who am I?' },
  ]
  const plain = await client.chat.completions.create({ model: 'app:Helper', messages })
  expect(plain.choices[0]).toMatchObject({ message: { content: 'Good day!' }, finish_reason: 'stop' })
  expect(plain.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
  const asked = vendor.requests.at(-1)?.body.messages.map(({ content }: { content: string }) => content)
  expect(asked).toEqual(expect.arrayContaining(['I am Ada.', 'Hello Ada.', 'Who am I?']))
  let text = ''
  for await (const chunk of await client.chat.completions.create({ model: 'app:Helper', messages, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? ''
  }
  expect(text).toBe('Good day!')
})

it('a workflow takes the question as its one input', async () => {
  const asked = await client.chat.completions.create({
    model: 'app:Essay',
    messages: [{ role: 'user', content: 'rivers' }],
  })
  expect(asked.choices[0]?.message.content).toBe('About rivers.')
})

it('apps are listed, and those of other tenants are not there', async () => {
  const ids = async (who: OpenAI) => (await who.models.list()).data.map(({ id }) => id)
  expect(await ids(client)).toEqual(expect.arrayContaining(['app:Helper', 'app:Essay', 'either', 'acme/acme-large']))
  expect(await ids(stranger)).not.toContain('app:Helper')
  const messages = [{ role: 'user' as const, content: 'Hi' }]
  for (const model of ['app:Helper', 'app:Nobody']) {
    await expect(stranger.chat.completions.create({ model, messages })).rejects.toMatchObject({ status: 404 })
  }
})

it('a run that fails is a failure here', async () => {
  vendor.fault({ type: 'status', status: 400, message: 'no such thing' })
  const asked = client.chat.completions.create({ model: 'app:Helper', messages: [{ role: 'user', content: 'Hi' }] })
  await expect(asked).rejects.toMatchObject({ status: expect.any(Number) })
})

it('nodes are tried again where the vendor stumbles, and may name a router', async () => {
  vendor.fault({ type: 'status', status: 503 })
  const asked = await client.chat.completions.create({
    model: 'app:Routed',
    messages: [{ role: 'user', content: 'x' }],
  })
  expect(asked.choices[0]?.message.content).toBe('Good day')
  const [first, second] = vendor.requests.slice(-2).map(({ body }) => body)
  expect([first.model, second.model]).toEqual(['acme-small', 'acme-large'])
  expect(second.temperature).toBe(0.9)
})

it('what runs cost is booked at the target that answered', async () => {
  const response = await fetch(`${platform.url}/v1/chat-messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${chatKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'Hi', inputs: {}, user: 'u', response_mode: 'blocking' }),
  })
  expect(response.status).toBe(200)
  const calls = await platform.platform.callManagement(new Request('http://in.process/api/gateway/calls?limit=1'))
  // 11 tokens at 2 and 7 at 10 dollars a million.
  expect(await calls.json()).toMatchObject({
    data: [{ door: 'node', target: 'acme/acme-large', costUsd: '0.000092', promptTokens: 11, completionTokens: 7 }],
  })
})
