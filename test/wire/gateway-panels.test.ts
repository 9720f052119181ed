// Panels and stages behind a router, as callers of a door meet them.

import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

const vendors: Record<string, VendorServer> = {}
let platform: TestPlatform
let client: OpenAI

beforeAll(async () => {
  for (const name of ['one', 'two', 'three']) vendors[name] = await startOpenAi()
  platform = await startPlatform({
    providers: Object.fromEntries(
      Object.entries(vendors).map(([name, { url }]) => [
        name,
        { type: 'openai-compatible', baseUrl: `${url}/v1`, apiKey: TEST_KEY, models: ['m'] },
      ]),
    ),
    models: { default: 'one/m' },
    gateway: {
      resilience: { retries: 0, heartbeatMs: 0 },
      warmUp: ['one/m'],
      panels: {
        jury: { members: ['one/m', 'two/m', 'three/m'], quorum: 2, fusion: 'vote' },
        first: { mode: 'race', members: ['one/m', 'two/m'] },
      },
      stages: {
        hidden: { type: 'sensitive-words', words: ['dragon', '机密'], action: 'mask' },
        banned: { type: 'sensitive-words', words: ['bomb'], action: 'refuse', where: 'input' },
      },
      routers: {
        judged: { default: { panel: 'jury' } },
        quick: { default: { panel: 'first' } },
        tame: { default: { targets: 'one/m', stages: ['banned', 'hidden'] } },
      },
    },
  })
  const { keys, caller } = platform.platform
  const { secret } = await keys.create(caller, { scope: 'gateway', name: 'test' })
  client = new OpenAI({ apiKey: secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
})
afterAll(async () => {
  for (const vendor of Object.values(vendors)) vendor.release()
  await platform.close()
  await Promise.all(Object.values(vendors).map((vendor) => vendor.close()))
})
beforeEach(() => {
  for (const vendor of Object.values(vendors)) vendor.fault()
})

const say = (texts: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(texts)) vendors[name]?.reply({ text })
}
const messages = [{ role: 'user' as const, content: 'Which colour?' }]
const stream = async (model: string): Promise<string> => {
  let text = ''
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? ''
  }
  return text
}

it('a panel votes, whole and as a stream, counts all its members, and learns from what callers say', async () => {
  say({ one: 'red', two: 'Blue.', three: 'blue' })
  const { data, response } = await client.chat.completions.create({ model: 'judged', messages }).withResponse()
  expect(data.choices[0]?.message.content?.toLowerCase()).toContain('blue')
  // Two of one mind decide; the third may not have been waited for.
  expect([2 * 18, 3 * 18]).toContain(data.usage?.total_tokens)
  expect((await stream('judged')).toLowerCase()).toContain('blue')
  const told = await platform.platform.callManagement(
    new Request('http://in.process/api/gateway/panels/jury/feedback', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ callId: response.headers.get('x-heddle-call'), correct: true }),
    }),
  )
  expect(told.status).toBe(200)
})

it('a panel answers while enough of its members do, and says who failed when not', async () => {
  say({ one: 'red', two: 'red', three: 'red' })
  vendors.three?.fault({ type: 'status', status: 500 })
  expect((await client.chat.completions.create({ model: 'judged', messages })).choices[0]?.message.content).toBe('red')
  for (const name of ['one', 'two', 'three']) vendors[name]?.fault({ type: 'status', status: 500 })
  await expect(client.chat.completions.create({ model: 'judged', messages })).rejects.toMatchObject({
    code: 'fuse/no-quorum',
  })
})

it('a race is won by who answers, and the other call ends', async () => {
  say({ one: 'slow', two: 'fast' })
  vendors.one?.fault({ type: 'hold', afterBytes: 0 })
  const asked = vendors.one?.nextRequest()
  expect(await stream('quick')).toBe('fast')
  await (await asked)?.hungUp
})

it('stages hide words in answers, however they are cut, and refuse requests without asking anybody', async () => {
  say({ one: 'The drag on and the dragon guard 机密 papers.' })
  expect(await stream('tame')).toBe('The drag on and the ****** guard ** papers.')
  const before = vendors.one?.requests.length
  const refused = client.chat.completions.create({ model: 'tame', messages: [{ role: 'user', content: 'a bomb' }] })
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'stage/refused' })
  expect(vendors.one?.requests).toHaveLength(before ?? -1)
})

it('models are warmed at the start, and health says so', async () => {
  const read = async () =>
    (await (await platform.platform.callManagement(new Request('http://in.process/api/gateway/health'))).json()) as {
      warmUp: readonly { status: string }[]
    }
  await expect.poll(async () => (await read()).warmUp).toMatchObject([{ target: 'one/m', status: 'warm' }])
})
