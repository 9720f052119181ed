// Titles of conversations: what counts as one, and that asking for them stays within its bounds.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { createIds, nextTurn, silentLog, systemClock } from '../../base/seams.ts'
import { openSqlite } from '../../db/drivers/sqlite.ts'
import type { Database } from '../../db/spec.ts'
import { createOfflineProvider } from '../../model/drivers/offline.ts'
import type { ChatModel, ChatRequest, ChatResult } from '../../model/spec.ts'
import { createAppStore } from '../apps/store.ts'
import { systemCaller } from '../caller.ts'
import { createEndUserStore } from '../end-users/store.ts'
import { createTenantStore } from '../tenants/store.ts'
import { provisionalName, titleIn } from './names.ts'
import { createNaming } from './naming.ts'
import { createConversationStore } from './store.ts'

describe('a title in an answer', () => {
  it.each([
    ['Trip to Oslo', 'Trip to Oslo'],
    ['"Trip to Oslo"', 'Trip to Oslo'],
    ['**Title:** Trip to Oslo', 'Trip to Oslo'],
    ['# Trip to Oslo\n\nThis title says …', 'Trip to Oslo'],
    ['标题：「杭州之行」', '杭州之行'],
    ['<think>Let me see.\nHm.</think>\n\nTrip to Oslo', 'Trip to Oslo'],
    ['<think>Let me see', undefined],
    ['', undefined],
    [' \n ', undefined],
    ['"*"', undefined],
    ['x'.repeat(81), undefined],
    ['🧪'.repeat(80), '🧪'.repeat(80)],
  ])('%j: %j', (answer, title) => {
    expect(titleIn(answer)).toBe(title)
  })
})

describe('the name a conversation begins with', () => {
  it.each([
    ['  What is\n\tup? ', 'What is up?'],
    ['', 'New conversation'],
    [' \n', 'New conversation'],
    ['🧪'.repeat(700), '🧪'.repeat(60)],
    [`a${' '.repeat(998)}🧪`, 'a'],
  ])('%j: %j', (query, name) => {
    expect(provisionalName(query)).toBe(name)
    expect(provisionalName(query)).not.toMatch(/\p{Surrogate}/u)
  })
})

const caller = systemCaller()
const usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: false }

/** A model that answers when the test says so. */
const createModel = () => {
  const asked: { request: ChatRequest; answer(text: string, reason?: ChatResult['finishReason']): void }[] = []
  const model: ChatModel = {
    provider: 'p',
    name: 'm',
    features: new Set(),
    // biome-ignore lint/correctness/useYield: nobody streams titles
    async *stream() {
      throw new Error('nobody streams titles')
    },
    generate: (request, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        const answer = (text: string, finishReason: ChatResult['finishReason'] = 'stop') =>
          resolve({ text, reasoning: '', toolCalls: [], finishReason, usage })
        asked.push({ request, answer })
      }),
  }
  return { model, asked }
}

describe('naming', () => {
  let db: Database
  const ids = createIds(systemClock)
  beforeAll(async () => {
    db = await openSqlite({ path: ':memory:', clock: systemClock, ids })
    await createTenantStore({ db, clock: systemClock, ids }).ensure(caller, 'test')
  })
  afterAll(() => db.close())

  const open = async (given?: ChatModel) => {
    const seams = { db, clock: systemClock, ids }
    const { model, asked } = createModel()
    const chosen = given ?? model
    const clock = createManualClock()
    const conversations = createConversationStore(seams)
    const models = {
      resolve: () => ({ type: 'exact', model: chosen }) as const,
      defaultModel: chosen,
    }
    const made = createNaming({ models, conversations, clock, log: silentLog, usage: { beside: () => () => {} } })
    const appId = (await createAppStore(seams).create(caller, { name: 'a', mode: 'chat' })).id
    const owner = { appId, origin: 'service-api', externalId: 'ada' } as const
    const endUserId = (await createEndUserStore(seams).ensure(caller, owner)).id
    const begin = async (query: string) => {
      const name = provisionalName(query)
      const { id } = await conversations.create(caller, { appId, endUserId, name })
      const talk = await conversations.beginTurn(caller, { appId, id })
      if (!talk) throw new Error('no conversation')
      return talk
    }
    const nameNow = async (id: Awaited<ReturnType<typeof begin>>['id']) =>
      (await conversations.get(caller, { appId, id }))?.name
    const untilAsked = async (count: number) => {
      while (asked.length < count) await nextTurn()
    }
    const title = (query: string) => made.title(caller, { owner: { appId, endUserId }, query })
    const naming = { ...made, title }
    return { naming, asked, untilAsked, clock, conversations, begin, nameNow, appId }
  }

  it('replaces the first name by a title, in the background', async () => {
    const { naming, asked, untilAsked, begin, nameNow } = await open()
    const talk = await begin('What is the capital of France?')
    naming.afterFirstTurn(caller, talk, 'What is the capital of France?')
    await untilAsked(1)
    const content = asked[0]?.request.messages.at(-1)?.content
    expect(content).toMatch(/title.*\n\nWhat is the capital of France\?$/s)
    expect(await nameNow(talk.id)).toBe('What is the capital of France?')
    asked[0]?.answer('“Capital of France”')
    while ((await nameNow(talk.id)) !== 'Capital of France') await nextTurn()
    await naming.close()
  })

  it('leaves a name alone that somebody gave meanwhile, and conversations beyond their first turn', async () => {
    const { naming, asked, untilAsked, begin, nameNow, conversations, appId } = await open()
    const talk = await begin('hello')
    naming.afterFirstTurn(caller, talk, 'hello')
    await untilAsked(1)
    await conversations.rename(caller, { appId, id: talk.id }, 'Mine')
    naming.afterFirstTurn(caller, { ...talk, dialogueCount: 2 }, 'hello')
    asked[0]?.answer('Theirs')
    await naming.close()
    expect(await nameNow(talk.id)).toBe('Mine')
    expect(asked).toHaveLength(1)
  })

  it.each<[string, string, ChatResult['finishReason']]>([
    ['nothing', '', 'stop'],
    ['an essay', 'word '.repeat(50), 'stop'],
    ['a cut answer', 'A title that', 'length'],
  ])('falls back to the query on %s', async (_, text, reason) => {
    const { naming, asked, untilAsked } = await open()
    const title = naming.title('the query')
    await untilAsked(1)
    asked[0]?.answer(text, reason)
    expect(await title).toBe('the query')
  })

  it('gives up after its time', async () => {
    const { naming, untilAsked, clock } = await open()
    const title = naming.title('the query')
    await untilAsked(1)
    clock.advance(15_000)
    expect(await title).toBe('the query')
  })

  it('asks for four titles at a time, lets two hundred wait, and turns away the rest', async () => {
    const { naming, asked, untilAsked } = await open()
    const titles = Array.from({ length: 300 }, (_, i) => naming.title(`query ${i}`))
    await untilAsked(4)
    const refused = await Promise.all(titles.slice(204))
    expect(refused).toEqual(Array.from({ length: 96 }, (_, i) => `query ${204 + i}`))
    expect(asked).toHaveLength(4)
    for (let i = 0; i < 204; i++) {
      await untilAsked(i + 1)
      asked[i]?.answer(`title ${i}`)
    }
    expect((await Promise.all(titles.slice(0, 204))).every((title) => title.startsWith('title'))).toBe(true)
    expect(asked).toHaveLength(204)
  })

  it('is over when the platform closes', async () => {
    const { naming, asked, untilAsked, begin, nameNow } = await open()
    const talks = await Promise.all(Array.from({ length: 6 }, (_, i) => begin(`q${i}`)))
    for (const [i, talk] of talks.entries()) naming.afterFirstTurn(caller, talk, `q${i}`)
    await untilAsked(4)
    await naming.close()
    expect(asked).toHaveLength(4)
    expect(await naming.title('too late')).toBe('too late')
    expect(await Promise.all(talks.map(({ id }) => nameNow(id)))).toEqual(['q0', 'q1', 'q2', 'q3', 'q4', 'q5'])
  })

  it('makes sense of what the built-in model answers', async () => {
    const offline = createOfflineProvider({ ids }).chat('heddle-offline')
    const { naming } = await open(offline)
    const long = 'I have a database which became slow since yesterday. Queries take ten seconds. What can I do?'
    const queries = ['What is the capital of France?', 'Hello!', 'who are you', '介绍一下杭州', long]
    expect(await Promise.all(queries.map((query) => naming.title(query)))).toEqual([
      'What is the capital of France?',
      'Hello!',
      'who are you',
      '介绍一下杭州',
      'I have a database which became slow since yesterday.',
    ])
  })
})
