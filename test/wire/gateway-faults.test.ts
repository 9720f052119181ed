// What goes wrong at a vendor does not reach the caller while another target is well: every fault, plain and streaming, where bytes
// pass through and where they are converted.

import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { startAnthropic } from '../support/vendors/anthropic.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { type Fault, TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

/** Each has a target of its own, so that no breaker of one decides about another. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'a status 500': { type: 'status', status: 500 },
  'a status 503': { type: 'status', status: 503 },
  'a status 529': { type: 'status', status: 529 },
  'a 429 with Retry-After': { type: 'status', status: 429, headers: { 'retry-after': '20' } },
  'a 429 without Retry-After': { type: 'status', status: 429 },
  'a refused key': { type: 'status', status: 401 },
  'an account without money': { type: 'status', status: 402 },
  'a model that is not there': { type: 'status', status: 404 },
  'a page instead of an answer': { type: 'status', status: 502, body: '<html>Bad gateway</html>' },
  'an error inside a success': { type: 'error-in-answer', status: 500 },
  'no JSON': { type: 'malformed' },
  'a connection that is reset at once': { type: 'reset', afterBytes: 0 },
  'a connection that is cut at once': { type: 'cut', afterBytes: 0 },
  'half a chunk': { type: 'cut', afterBytes: 20 },
  'silence instead of an answer': { type: 'silent' },
  'silence after the headers': { type: 'hold', afterBytes: 0 },
  'silence inside the first chunk': { type: 'hold', afterBytes: 15 },
}
const names = Object.keys(FAULTS)
const modelOf = (name: string): string => `m${names.indexOf(name)}`

let platform: TestPlatform
let secret: string
let client: OpenAI
let well: VendorServer
const sick: Record<string, VendorServer> = {}

beforeAll(async () => {
  well = await startOpenAi()
  well.reply({ text: 'All is well.' })
  sick.openai = await startOpenAi()
  sick.anthropic = await startAnthropic()
  for (const vendor of Object.values(sick)) vendor.reply({ text: 'I am sick.' })
  const limits = { idleTimeoutMs: 400, answerTimeoutMs: 400, apiKey: TEST_KEY }
  const routers = (provider: string, short: string) =>
    Object.fromEntries(
      names.map((name) => [
        `${short}-${modelOf(name)}`,
        { default: { targets: `${provider}/${modelOf(name)}`, fallback: ['well/acme-large'] } },
      ]),
    )
  platform = await startPlatform({
    providers: {
      well: { type: 'openai-compatible', baseUrl: `${well.url}/v1`, apiKey: TEST_KEY, models: ['acme-large'] },
      same: { type: 'openai-compatible', baseUrl: `${sick.openai.url}/v1`, ...limits },
      other: { type: 'anthropic', baseUrl: sick.anthropic.url, ...limits },
    },
    gateway: {
      resilience: { retries: 1, retryMs: 1, heartbeatMs: 0 },
      routers: { ...routers('same', 's'), ...routers('other', 'o') },
    },
  })
  secret = (await platform.platform.keys.create(platform.platform.caller, { scope: 'gateway', name: 'test' })).secret
  client = new OpenAI({ apiKey: secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
})
afterAll(async () => {
  for (const vendor of Object.values(sick)) vendor.release()
  await platform.close()
  await Promise.all([well, ...Object.values(sick)].map((vendor) => vendor.close()))
})

const messages = [{ role: 'user' as const, content: 'How are you?' }]

const ask = async (model: string, streaming: boolean): Promise<string> => {
  if (!streaming) return (await client.chat.completions.create({ model, messages })).choices[0]?.message.content ?? ''
  let text = ''
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? ''
  }
  return text
}

describe.each([
  ['passed through', 's', 'openai'],
  ['converted', 'o', 'anthropic'],
] as const)('%s', (_, short, vendor) => {
  it.each(names)('nobody notices %s', async (name) => {
    const router = `${short}-${modelOf(name)}`
    for (const streaming of [false, true, true]) {
      sick[vendor]?.fault(FAULTS[name] as Fault)
      expect(await ask(router, streaming)).toBe('All is well.')
    }
    expect(sick[vendor]?.requests.length).toBeGreaterThan(0)
  })
})

const failure = (promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
  promise.then(
    () => {
      throw new Error('it answered')
    },
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  )

it('a vendor that is well again a moment later answers itself', async () => {
  sick.openai?.fault({ type: 'status', status: 500 })
  expect(await ask('same/again', false)).toBe('I am sick.')
  sick.openai?.fault({ type: 'reset', afterBytes: 0 })
  expect(await ask('same/again', true)).toBe('I am sick.')
})

it('a stream that breaks after its first words ends with an error, and nobody else goes on with it', async () => {
  const before = well.requests.length
  sick.openai?.fault({ type: 'stream-error', kind: 'overloaded' })
  await failure(ask('s-m0', true))
  expect(well.requests).toHaveLength(before)
})

it('what the caller did wrong is told as it is, and asked of nobody else', async () => {
  const before = well.requests.length
  sick.openai?.fault({ type: 'status', status: 400, message: 'temperature must be below 2' })
  const error = await failure(ask('s-m1', false))
  expect(error.status).toBe(400)
  expect(error.message).toContain('temperature must be below 2')
  expect(well.requests).toHaveLength(before)
})

it('failures, breakers and fallbacks are seen in health, in the last calls and in the numbers', async () => {
  const model = 's-m2'
  const count = 12
  sick.openai?.fault({ type: 'status', status: 500, times: count })
  for (let i = 0; i < count; i++) expect(await ask(model, false)).toBe('All is well.')
  sick.openai?.fault()
  const headers = { authorization: `Bearer ${secret}` }
  const health = (await (await fetch(`${platform.url}/v1/models/health`, { headers })).json()) as {
    data: readonly Record<string, unknown>[]
  }
  expect(health.data.find((entry) => Object.values(entry).includes('same/m2'))).toMatchObject({ state: 'open' })
  const numbers = await platform.platform.callManagement(new Request('http://in.process/metrics'))
  const text = await numbers.text()
  expect(text).toMatch(/heddle_gateway_breaker_open\{target="same\/m2"\} 1/)
  expect(text).toMatch(/heddle_gateway_failed_attempts_total\{target="same\/m2",class="service"\} [1-9]/)
  const calls = await platform.platform.callManagement(new Request('http://in.process/api/gateway/calls?limit=1'))
  expect(await calls.json()).toMatchObject({
    data: [{ model, router: model, target: 'well/acme-large', status: 'succeeded', door: 'openai-chat' }],
  })
})
