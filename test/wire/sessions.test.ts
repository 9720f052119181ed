// A conversation goes on wherever its next turn arrives and whatever was forgotten in between; the numbers tell who knew it.

import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemSeams } from '../../src/base/seams.ts'
import { parseConfig } from '../../src/config.ts'
import { createPlatform, type Platform } from '../../src/platform.ts'
import { fromWireId } from '../../src/product/ids.ts'
import { answer, appFile, chain, llm, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { noteSkippedRedis, redisPrefix, redisUrl } from '../support/redis.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

noteSkippedRedis()

const chatFile = appFile({
  mode: 'advanced-chat',
  conversation: [{ id: 'v', name: 'mood', value_type: 'string', value: 'calm', description: '' }],
  nodes: {
    start: start(),
    llm: llm('', {
      prompt_template: [{ id: 's', role: 'system', text: 'Be brief.' }],
      memory: { window: { enabled: false }, query_prompt_template: '{{#sys.query#}}' },
    }),
    answer: answer('{{#llm.text#}}'),
  },
  edges: chain('start', 'llm', 'answer'),
})

let vendor: VendorServer
beforeAll(async () => {
  vendor = await startOpenAi()
})
afterAll(() => vendor.close())

interface Side {
  readonly url: string
  readonly platform: Platform
}

const open = async (config: Record<string, unknown> = {}) => {
  const all = { ...withOpenAi(vendor), ...config }
  const first = await startPlatform(all, 'sqlite')
  return { first, all, app: await first.addApp(chatFile) }
}

/** A second platform over the same data folder, as another process would have it. */
const openBeside = async (first: TestPlatform, config: Record<string, unknown>) => {
  const parsed = parseConfig({ file: { ...config, dataDir: first.folder }, environment: {} })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  const platform = await createPlatform(parsed.value, systemSeams())
  const server = platform.createServer()
  await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    platform,
    url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    async close() {
      await platform.runs.close()
      server.server.closeAllConnections()
      await server.close()
      await platform.close()
    },
  }
}

const body = (query: string, conversation = '') => ({
  inputs: {},
  query,
  user: 'ada',
  conversation_id: conversation,
  auto_generate_name: false,
})

/** One turn: what is asked comes back as `re: …`. @returns the conversation */
const say = async ({ url }: Pick<Side, 'url'>, { key }: TestApp, query: string, conversation = ''): Promise<string> => {
  vendor.reply({ text: `re: ${query}` })
  const response = await post({ url, key }, '/v1/chat-messages', {
    ...body(query, conversation),
    response_mode: 'blocking',
  })
  expect(response.status).toBe(200)
  const said = (await response.json()) as { answer: string; conversation_id: string }
  expect(said.answer).toBe(`re: ${query}`)
  return said.conversation_id
}

/** What the model was reminded of at its last call. */
const reminded = (): string[] =>
  vendor.requests
    .at(-1)
    ?.body.messages.slice(1, -1)
    .map(({ content }: { content: string }) => content)

/** Lookups of sessions by the tier that answered. */
const lookups = async ({ url, platform }: Side): Promise<Record<string, number>> => {
  const { secret } = await platform.keys.create(platform.caller, { scope: 'tenant', name: 'numbers' })
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${secret}` } })
  expect(response.status).toBe(200)
  const rows = (await response.text()).matchAll(/^heddle_session_lookups_total\{tier="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...rows].map(([, tier, count]) => [tier, Number(count)]))
}

describe('a conversation', () => {
  it('is known from memory turn by turn', async () => {
    const { first, app } = await open()
    const talk = await say(first, app, 'a')
    await say(first, app, 'b', talk)
    await say(first, app, 'c', talk)
    expect(reminded()).toEqual(['a', 're: a', 'b', 're: b'])
    expect(await lookups(first)).toEqual({ memory: 2 })
    await first.close()
    expect(first.logged).toEqual([])
  })

  it('goes on when the memory has lost it', async () => {
    const { first, app } = await open({ sessions: { memoryEntries: 1 } })
    const talk = await say(first, app, 'a')
    const other = await say(first, app, 'x')
    await say(first, app, 'b', talk)
    expect(reminded()).toEqual(['a', 're: a'])
    await say(first, app, 'y', other)
    expect(reminded()).toEqual(['x', 're: x'])
    expect(await lookups(first)).toEqual({ records: 2 })
    await first.close()
  })

  it('goes on in another process, and is not taken up where this one left it', async () => {
    const { first, all, app } = await open()
    const second = await openBeside(first, all)
    const talk = await say(first, app, 'a')
    await say(second, app, 'b', talk)
    expect(reminded()).toEqual(['a', 're: a'])
    await say(first, app, 'c', talk)
    expect(reminded()).toEqual(['a', 're: a', 'b', 're: b'])
    expect(await lookups(first)).toEqual({ records: 1 })
    await second.close()
    await first.close()
  })

  it('goes on after a restart', async () => {
    const { first, all, app } = await open()
    const talk = await say(first, app, 'a')
    await first.platform.runs.close()
    const second = await openBeside(first, all)
    await say(second, app, 'b', talk)
    expect(reminded()).toEqual(['a', 're: a'])
    await second.close()
    await first.close()
  })

  it.runIf(redisUrl)('is known to the other process by Redis', async () => {
    const redis = { url: redisUrl, prefix: redisPrefix() }
    const { first, all, app } = await open({ redis, sessions: { redisMs: 60_000 } })
    const second = await openBeside(first, all)
    // Until Redis is connected, the records answer; then each process finds what the other one did.
    const talk = await say(first, app, '0')
    const told = ['0', 're: 0']
    for (let turn = 1; !(await lookups(second)).redis || !(await lookups(first)).redis; turn++) {
      await say(turn % 2 === 0 ? first : second, app, String(turn), talk)
      expect(reminded()).toEqual(told)
      told.push(String(turn), `re: ${turn}`)
    }
    await second.close()
    await first.close()
  })

  it('needs no Redis that is configured', async () => {
    const { first, app } = await open({ redis: { url: 'redis://127.0.0.1:1' }, sessions: { memoryEntries: 0 } })
    const talk = await say(first, app, 'a')
    await say(first, app, 'b', talk)
    expect(reminded()).toEqual(['a', 're: a'])
    await first.close()
  })

  it('knows of turns side by side, of two processes, when both are over', async () => {
    const { first, app } = await open()
    const otherVendor = await startOpenAi()
    const second = await openBeside(first, withOpenAi(otherVendor))
    const talk = await say(first, app, 'a')
    vendor.reply({ text: 're: slow' })
    vendor.fault({ type: 'hold', afterBytes: 0 })
    const asked = vendor.nextRequest()
    const slow = await openStream({ url: first.url, key: app.key }, '/v1/chat-messages', body('slow', talk))
    await asked
    otherVendor.reply({ text: 're: quick' })
    const quick = await openStream({ url: second.url, key: app.key }, '/v1/chat-messages', body('quick', talk))
    await quick.rest()
    vendor.release()
    await slow.rest()
    await say(first, app, 'last', talk)
    expect(reminded()).toEqual(['a', 're: a', 'slow', 're: slow', 'quick', 're: quick'])
    expect(await lookups(first)).toEqual({ memory: 1, records: 1 })
    await second.close()
    await first.close()
    await otherVendor.close()
  })

  it('keeps a variable that was set while a turn went on, and counts each change once', async () => {
    const { first, app } = await open()
    const talk = await say(first, app, 'a')
    vendor.fault({ type: 'hold', afterBytes: 0 })
    const asked = vendor.nextRequest()
    const stream = await openStream({ url: first.url, key: app.key }, '/v1/chat-messages', body('b', talk))
    await asked
    const id = fromWireId('conv', talk)
    if (!id) throw new Error('no conversation')
    const { caller, conversations, apps } = first.platform
    const own = { owner: { appId: app.id, origin: 'service-api', externalId: 'ada' }, id } as const
    const declared = (await apps.open(caller, app.id)).file.conversation
    const [mood] = (await conversations.variables(caller, own, { declared, limit: 5 })).items
    expect(mood?.value).toBe('calm')
    await conversations.setVariable(caller, own, { declared, variableId: mood?.id ?? '', value: 'merry' })
    vendor.release()
    await stream.rest()
    const now = await conversations.get(caller, own)
    expect(now.variables).toEqual({ mood: 'merry' })
    expect(now.revision).toBe(3)
    await first.close()
  })

  it('that is removed while a turn goes on stays removed, and the turn ends well', async () => {
    const { first, app } = await open()
    const talk = await say(first, app, 'a')
    vendor.reply({ text: 're: b' })
    vendor.fault({ type: 'hold', afterBytes: 0 })
    const asked = vendor.nextRequest()
    const stream = await openStream({ url: first.url, key: app.key }, '/v1/chat-messages', body('b', talk))
    await asked
    const id = fromWireId('conv', talk)
    if (!id) throw new Error('no conversation')
    const { caller, conversations } = first.platform
    const owner = { appId: app.id, origin: 'service-api', externalId: 'ada' } as const
    await conversations.remove(caller, { owner, id })
    vendor.release()
    const frames = await stream.rest()
    expect(frames.at(-1)?.data.status).toBe('succeeded')
    const rows = await first.database.kysely
      .selectFrom('messages')
      .select('id')
      .where('tenant_id', '=', caller.tenantId)
      .execute()
    expect(rows).toEqual([])
    expect((await conversations.list(caller, owner, { limit: 5 })).items).toEqual([])
    const runs = await first.database.kysely
      .selectFrom('runs')
      .select('status')
      .where('tenant_id', '=', caller.tenantId)
      .execute()
    expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    await first.close()
    expect(first.logged).toEqual([])
  })
})
