// What end users do with their conversations, and what nobody else can do with them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { float } from '../../base/number.ts'
import { createIds, silentLog, systemClock } from '../../base/seams.ts'
import type { Value } from '../../base/value.ts'
import type { Database } from '../../db/spec.ts'
import type { AppVariable } from '../apps/file/spec.ts'
import { createAppStore } from '../apps/store.ts'
import { type Caller, systemCaller } from '../caller.ts'
import { createEndUserStore } from '../end-users/store.ts'
import type { AppId, ConversationId } from '../ids.ts'
import { createMemoryTier } from '../sessions/memory-tier.ts'
import { createSessions } from '../sessions/sessions.ts'
import type { SessionTier } from '../sessions/spec.ts'
import { createTenantStore } from '../tenants/store.ts'
import { type Conversations, createConversations } from './conversations.ts'
import { createFeedbackStore } from './feedbacks.ts'
import { createMessageFileStore } from './message-files.ts'
import { createMessageStore, type Message } from './messages.ts'
import { createConversationStore } from './store.ts'

const caller = systemCaller()
const elsewhere = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MAX_BYTES = 1_000
noteSkippedDatabases()

const variable = (name: string, type: AppVariable['type'], value: Value, id = name): AppVariable => ({
  id,
  name,
  type,
  value,
  description: `the ${name}`,
})

const TITLED = '11111111-1111-4111-8111-11111111111A'
const declared: readonly AppVariable[] = [
  variable('log', 'array[string]', []),
  variable('title', 'string', 'none', TITLED),
  variable('count', 'integer', 1),
  variable('share', 'float', 0.5),
  variable('flag', 'boolean', false),
  variable('facts', 'object', {}),
  variable('numbers', 'array[number]', []),
  variable('objects', 'array[object]', []),
  variable('flags', 'array[boolean]', []),
]

describe.each(databases)('own conversations on $name', ({ open }) => {
  let db: Database
  let appId: AppId
  let otherApp: AppId
  let use: Conversations
  let tier: SessionTier
  const ids = createIds(systemClock)
  const clock = systemClock
  const createStores = () => {
    const seams = { db, clock, ids }
    return {
      endUsers: createEndUserStore(seams),
      conversations: createConversationStore(seams),
      messages: createMessageStore(seams),
      messageFiles: createMessageFileStore(seams),
      feedbacks: createFeedbackStore(seams),
    }
  }
  let stores: ReturnType<typeof createStores>

  beforeAll(async () => {
    db = await open({ clock, ids })
    stores = createStores()
    const seams = { db, clock, ids }
    for (const tenant of [caller, elsewhere]) await createTenantStore(seams).ensure(tenant, 'test')
    appId = (await createAppStore(seams).create(caller, { name: 'a', mode: 'advanced-chat' })).id
    otherApp = (await createAppStore(seams).create(caller, { name: 'b', mode: 'advanced-chat' })).id
    tier = createMemoryTier({ clock, ttlMs: 60_000, maxEntries: 100, maxBytes: 1_000_000 })
    use = createConversations({
      ...stores,
      sessions: createSessions({ tiers: [tier], messages: stores.messages, log: silentLog, metrics: silentMetrics }),
      naming: {
        title: async (_, { query }) => `About ${query}`,
        afterFirstTurn: () => {},
        close: async () => {},
      },
      maxVariableBytes: MAX_BYTES,
    })
  })
  afterAll(() => db.close())

  const ownerOf = (externalId: string, app = appId) => ({ appId: app, origin: 'service-api', externalId }) as const

  const begin = async (externalId: string) => {
    const owner = ownerOf(externalId)
    const endUser = await stores.endUsers.ensure(caller, owner)
    const talk = await stores.conversations.create(caller, { appId, endUserId: endUser.id, name: 'new' })
    const message: Omit<Message, 'feedback'> = {
      id: ids.next('msg'),
      appId,
      conversationId: talk.id,
      endUserId: endUser.id,
      runId: null,
      query: 'the sea',
      answer: 'It is wide.',
      inputs: {},
      files: [],
      status: 'normal',
      error: null,
      promptTokens: 0,
      completionTokens: 0,
      costNanoUsd: null,
      elapsedMs: 0,
      metadata: {},
      createdAt: clock.now(),
    }
    return { own: { owner, id: talk.id }, endUser, talk, message }
  }

  const codeOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'done',
      (error) => error?.code,
    )

  it('are not found by another user, origin, app or tenant, nor when they never were', async () => {
    const { own, talk } = await begin('ada')
    await stores.endUsers.ensure(caller, ownerOf('eve'))
    await stores.endUsers.ensure(caller, ownerOf('ada', otherApp))
    await stores.endUsers.ensure(caller, { ...ownerOf('ada'), origin: 'web-app' })
    const strangers: [Caller, Parameters<Conversations['get']>[1]][] = [
      [caller, { ...own, owner: ownerOf('eve') }],
      [caller, { ...own, owner: ownerOf('never seen') }],
      [caller, { ...own, owner: { ...ownerOf('ada'), origin: 'web-app' } }],
      [caller, { ...own, owner: ownerOf('ada', otherApp) }],
      [elsewhere, own],
      [caller, { ...own, id: ids.next('conv') }],
    ]
    for (const [by, conversation] of strangers) {
      const change = { declared, variableId: TITLED, value: 'x' }
      const { owner, id: after } = conversation
      const calls = [
        use.get(by, conversation),
        use.rename(by, conversation, 'mine'),
        use.autoName(by, conversation),
        use.remove(by, conversation),
        use.variables(by, conversation, { declared, limit: 5 }),
        use.setVariable(by, conversation, change),
        use.list(by, owner, { limit: 5, after }),
      ]
      expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'conversation/not-found'))
    }
    expect(await use.get(caller, own)).toEqual(talk)
    expect(await use.list(elsewhere, own.owner, { limit: 5 })).toEqual({ items: [], hasMore: false })
    expect(await stores.endUsers.find(caller, ownerOf('never seen'))).toBeUndefined()
  })

  it('are listed, named by hand and by a model', async () => {
    const { own, message } = await begin('bob')
    const page = await use.list(caller, own.owner, { limit: 5 })
    expect(page.items.map(({ id }) => id)).toEqual([own.id])
    expect((await use.rename(caller, own, '  Holidays 🏖 ')).name).toBe('Holidays 🏖')
    for (const bad of ['', '  ', 'x'.repeat(256), '🏖'.repeat(256)]) {
      expect(await codeOf(use.rename(caller, own, bad))).toBe('conversation/bad-name')
    }
    expect((await use.rename(caller, own, '🏖'.repeat(255))).name).toBe('🏖'.repeat(255))
    expect((await use.autoName(caller, own)).name).toBe('🏖'.repeat(255))
    await db.write([stores.messages.save(caller, message)])
    expect((await use.autoName(caller, own)).name).toBe('About the sea')
  })

  it('show the declared variables with the values they have', async () => {
    const { own, talk } = await begin('cyd')
    await db.write([stores.conversations.saveVariables(caller, talk.id, { share: float(1), gone: 'undeclared' })])
    const all = await use.variables(caller, own, { declared, limit: 100 })
    expect(all.hasMore).toBe(false)
    expect(all.items.map(({ name, type, value }) => [name, type, value])).toEqual([
      ['log', 'array[string]', []],
      ['title', 'string', 'none'],
      ['count', 'number', 1],
      ['share', 'number', float(1)],
      ['flag', 'boolean', false],
      ['facts', 'object', {}],
      ['numbers', 'array[number]', []],
      ['objects', 'array[object]', []],
      ['flags', 'array[boolean]', []],
    ])
    const known = all.items.map(({ id }) => id)
    expect(known[1]).toBe(TITLED.toLowerCase())
    expect(known.filter((id) => !UUID.test(id))).toEqual([])
    expect(new Set(known).size).toBe(known.length)
    const again = await use.variables(caller, own, { declared, limit: 100 })
    expect(again.items.map(({ id }) => id)).toEqual(known)
    const other = await use.variables(caller, (await begin('cyd')).own, { declared, limit: 1 })
    expect(other.items[0]?.id).not.toBe(known[0])

    const read: string[] = []
    for (let hasMore = true; hasMore; ) {
      const after = read.at(-1)
      const page = await use.variables(caller, own, { declared, limit: 4, ...(after && { after }) })
      read.push(...page.items.map(({ id }) => id))
      hasMore = page.hasMore
    }
    expect(read).toEqual(known)
    expect((await use.variables(caller, own, { declared, limit: 5, name: 'flag' })).items).toHaveLength(1)
    expect((await use.variables(caller, own, { declared, limit: 5, name: 'nothing' })).items).toEqual([])
    const unknown = use.variables(caller, own, { declared, limit: 5, after: 'x' })
    expect(await codeOf(unknown)).toBe('conversation/bad-cursor')
  })

  it('tell two variables of one id apart', async () => {
    const { own } = await begin('cyd')
    const twins = [variable('a', 'string', '', TITLED), variable('b', 'string', '', TITLED)]
    const { items } = await use.variables(caller, own, { declared: twins, limit: 5 })
    expect(new Set(items.map(({ id }) => id)).size).toBe(2)
    const variableId = items[1]?.id ?? ''
    expect((await use.setVariable(caller, own, { declared: twins, variableId, value: 'x' })).name).toBe('b')
  })

  describe('variables that are set', () => {
    const TYPE = 'conversation/variable-type'
    it.each<[name: string, value: Value, outcome: string]>([
      ['title', 'new', 'done'],
      ['title', 5, TYPE],
      ['title', null, TYPE],
      ['count', 5, 'done'],
      ['count', 2.5, 'done'],
      ['count', 2n ** 70n, 'done'],
      ['count', '5', TYPE],
      ['count', true, TYPE],
      ['share', float(3), 'done'],
      ['flag', true, 'done'],
      ['flag', 1, TYPE],
      ['facts', { a: [null, { b: float(1) }] }, 'done'],
      ['facts', [], TYPE],
      ['facts', float(1), TYPE],
      ['log', ['a', ''], 'done'],
      ['log', ['a', 1], TYPE],
      ['log', 'a', TYPE],
      ['numbers', [1, float(2), 2.5], 'done'],
      ['numbers', [1, null], TYPE],
      ['objects', [{}, { __proto__x: 1 }], 'done'],
      ['objects', [{}, []], TYPE],
      ['flags', [true, false], 'done'],
      ['flags', [true, 'false'], TYPE],
      ['title', 'x'.repeat(MAX_BYTES), 'conversation/variable-too-large'],
    ])('%s, row %#', async (name, value, outcome) => {
      const { own } = await begin('dan')
      const [found] = (await use.variables(caller, own, { declared, limit: 5, name })).items
      const change = { declared, variableId: found?.id.toUpperCase() ?? '', value }
      expect(await codeOf(use.setVariable(caller, own, change))).toBe(outcome)
      const [now] = (await use.variables(caller, own, { declared, limit: 5, name })).items
      expect(now?.value).toEqual(outcome === 'done' ? value : found?.value)
      expect((await use.get(caller, own)).revision).toBe(outcome === 'done' ? 1 : 0)
    })

    it('are unknown when they are not declared', async () => {
      const { own } = await begin('dan')
      const change = { declared, variableId: ids.next('x').slice(2), value: 'x' }
      expect(await codeOf(use.setVariable(caller, own, change))).toBe('conversation/variable-not-found')
    })

    it('do not lose one another', async () => {
      const { own } = await begin('dan')
      const { items } = await use.variables(caller, own, { declared, limit: 100 })
      const idOf = (name: string) => items.find((item) => item.name === name)?.id ?? ''
      await Promise.all([
        use.setVariable(caller, own, { declared, variableId: idOf('title'), value: 'x' }),
        use.setVariable(caller, own, { declared, variableId: idOf('count'), value: 7 }),
        use.setVariable(caller, own, { declared, variableId: idOf('flag'), value: true }),
      ])
      const { variables, revision } = await use.get(caller, own)
      expect(variables).toEqual({ title: 'x', count: 7, flag: true })
      expect(revision).toBe(3)
    })
  })

  it('leave nothing behind when they are removed, also by a turn that is still going on', async () => {
    const { own, talk, endUser, message } = await begin('eli')
    await db.write([stores.messages.save(caller, message)])
    const rating = { appId, messageId: message.id, endUserId: endUser.id, rating: 'like', content: null } as const
    await stores.feedbacks.give(caller, rating)
    const file = {
      id: ids.next('mfile'),
      appId,
      messageId: message.id,
      fileId: null,
      type: 'image',
      transferMethod: 'remote_url',
      url: 'https://example.org/a.png',
      belongsTo: 'user',
      filename: 'a.png',
      mimeType: null,
      sizeBytes: null,
      createdAt: 1,
    } as const
    expect(await db.write([stores.messageFiles.save(caller, file)])).toBe(1)
    const key = `${caller.tenantId}:${appId}:${talk.id}`
    await tier.set(key, { revision: 0, history: [] })

    await use.remove(caller, own)
    const late = { ...message, id: ids.next('msg') }
    await db.write([
      stores.messages.save(caller, late),
      stores.messages.save(caller, message),
      stores.messageFiles.save(caller, { ...file, id: ids.next('mfile') }),
      stores.conversations.saveVariables(caller, talk.id, { a: 1 }),
      stores.conversations.advance(caller, talk.id),
    ])
    expect(await codeOf(use.get(caller, own))).toBe('conversation/not-found')
    expect(await codeOf(use.remove(caller, own))).toBe('conversation/not-found')
    expect(await tier.get(key)).toBeUndefined()
    for (const table of ['messages', 'feedbacks', 'message_files'] as const) {
      const rows = await db.kysely.selectFrom(table).selectAll().where('tenant_id', '=', caller.tenantId).execute()
      const left = rows.filter(
        (row) => JSON.stringify(row).includes(message.id) || JSON.stringify(row).includes(late.id),
      )
      expect(left, table).toEqual([])
    }
    const reference = { appId, conversationId: talk.id as ConversationId, limit: 5 }
    expect(await stores.messages.exchanges(caller, reference)).toEqual([])
  })

  it('keep a message without a conversation as long as its app is there', async () => {
    const { message } = await begin('fay')
    const alone = { ...message, id: ids.next('msg'), conversationId: null }
    await db.write([stores.messages.save(caller, alone)])
    expect((await stores.messages.get(caller, { appId, id: alone.id }))?.query).toBe('the sea')
    const gone = { ...alone, id: ids.next('msg'), appId: ids.next('app') }
    expect(await db.write([stores.messages.save(caller, gone)])).toBe(0)
  })

  it('are remembered by their answered questions, the newest, oldest first', async () => {
    const { talk, message } = await begin('gus')
    const rows = ['a', 'b', '', 'c', 'd'].map((answer, i) => ({
      ...message,
      id: ids.next('msg'),
      query: `q${i}`,
      answer,
      createdAt: 10 + i,
    }))
    await db.write(rows.map((row) => stores.messages.save(caller, row)))
    const list = { appId, conversationId: talk.id, limit: 3 }
    expect(await stores.messages.exchanges(caller, list)).toEqual([
      { query: 'q1', answer: 'b' },
      { query: 'q3', answer: 'c' },
      { query: 'q4', answer: 'd' },
    ])
    expect(await stores.messages.firstQuery(caller, list)).toBe('q0')
  })
})
