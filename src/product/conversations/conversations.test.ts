// Conversations, their messages and ratings as callers page through them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../../test/support/databases.ts'
import { float } from '../../base/number.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import { createAppStore } from '../apps/store.ts'
import { systemCaller } from '../caller.ts'
import { createEndUserStore } from '../end-users/store.ts'
import type { AppId, ConversationId, EndUserId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { createTenantStore } from '../tenants/store.ts'
import { createFeedbackStore } from './feedbacks.ts'
import { createMessageStore, type Message } from './messages.ts'
import { createConversationStore } from './store.ts'

const caller = systemCaller()
noteSkippedDatabases()

describe.each(databases)('conversations on $name', ({ open }) => {
  let db: Database
  let seams: StoreSeams
  let appId: AppId
  let endUserId: EndUserId
  let now = 1_000
  const clock = { ...systemClock, now: () => now }

  beforeAll(async () => {
    const ids = createIds(clock)
    db = await open({ clock, ids })
    seams = { db, clock, ids }
    await createTenantStore(seams).ensure(caller, 'test')
    appId = (await createAppStore(seams).create(caller, { name: 'a', mode: 'advanced-chat' })).id
  })
  afterAll(() => db.close())

  const newUser = async (): Promise<EndUserId> => {
    const name = { appId, origin: 'service-api', externalId: seams.ids.next('x') } as const
    return (await createEndUserStore(seams).ensure(caller, name)).id
  }

  describe('end users', () => {
    it('are the same for the same name and origin, made once', async () => {
      const users = createEndUserStore(seams)
      const name = { appId, origin: 'service-api', externalId: 'abc' } as const
      const both = await Promise.all([users.ensure(caller, name), users.ensure(caller, name)])
      expect(both[0].id).toBe(both[1].id)
      const web = await users.ensure(caller, { ...name, origin: 'web-app' })
      expect(web.id).not.toBe(both[0].id)
      expect(await users.get(caller, web.id)).toEqual(web)
    })
  })

  describe('conversations', () => {
    it('page through in every order without gaps, also when times are equal', async () => {
      const store = createConversationStore(seams)
      endUserId = await newUser()
      const made: ConversationId[] = []
      for (const at of [1, 2, 2, 2, 3]) {
        now = at
        made.push((await store.create(caller, { appId, endUserId, name: String(at) })).id)
      }
      for (const sortBy of ['created_at', '-created_at', 'updated_at', '-updated_at'] as const) {
        const read: ConversationId[] = []
        for (let hasMore = true; hasMore; ) {
          const after = read.at(-1)
          const page = await store.list(caller, { appId, endUserId, limit: 2, sortBy, ...(after && { after }) })
          read.push(...(page?.items ?? []).map((item) => item.id))
          hasMore = page?.hasMore ?? false
        }
        expect(read, sortBy).toEqual(sortBy.startsWith('-') ? made.toReversed() : made)
      }
      expect(await store.list(caller, { appId, endUserId, limit: 2, after: 'conv_no' })).toBeUndefined()
    })

    it('are only their own user’s', async () => {
      const store = createConversationStore(seams)
      const [mine, other] = [await newUser(), await newUser()]
      const talk = await store.create(caller, { appId, endUserId: mine, name: 'x' })
      const reference = { appId, id: talk.id, endUserId: other }
      expect(await store.get(caller, reference)).toBeUndefined()
      expect(await store.rename(caller, reference, 'y')).toBeUndefined()
      expect(await store.beginTurn(caller, reference)).toBeUndefined()
      expect(await store.delete(caller, reference)).toBe(false)
      expect(await store.get(caller, { appId, id: talk.id })).toEqual(talk)
    })

    it('count turns, and keep variables exactly', async () => {
      const store = createConversationStore(seams)
      const talk = await store.create(caller, { appId, endUserId: await newUser(), name: 'x', inputs: { a: float(1) } })
      const reference = { appId, id: talk.id }
      await Promise.all([store.beginTurn(caller, reference), store.beginTurn(caller, reference)])
      const variables = { whole: 1, fraction: float(2), big: 2n ** 70n, text: 'a\u0000b', __proto__x: [null, true] }
      await db.write([store.saveVariables(caller, talk.id, variables)])
      expect(await store.get(caller, reference)).toMatchObject({ dialogueCount: 2, inputs: { a: float(1) }, variables })
    })
  })

  describe('messages', () => {
    it('come in pages of the newest, oldest first, and leave with their conversation', async () => {
      const talks = createConversationStore(seams)
      const store = createMessageStore(seams)
      endUserId = await newUser()
      const talk = await talks.create(caller, { appId, endUserId, name: 'x' })
      const message = (query: string, createdAt: number): Omit<Message, 'feedback'> => ({
        id: seams.ids.next('msg'),
        appId,
        conversationId: talk.id,
        endUserId,
        runId: null,
        query,
        answer: '',
        inputs: {},
        files: [{ type: 'image' }],
        status: 'normal',
        error: null,
        promptTokens: 0,
        completionTokens: 0,
        costNanoUsd: null,
        elapsedMs: 0,
        metadata: {},
        createdAt,
      })
      const messages = [message('a', 1), message('b', 2), message('c', 2), message('d', 3), message('e', 4)]
      await db.write(messages.map((item) => store.save(caller, item)))
      const read = async (before?: Message) => {
        const list = { appId, conversationId: talk.id, limit: 2, ...(before && { before: before.id }) }
        const page = await store.list(caller, list)
        return { queries: page?.items.map((item) => item.query), first: page?.items[0], hasMore: page?.hasMore }
      }
      const newest = await read()
      const middle = await read(newest.first)
      const oldest = await read(middle.first)
      expect([newest, middle, oldest].map(({ queries, hasMore }) => [queries, hasMore])).toEqual([
        [['d', 'e'], true],
        [['b', 'c'], true],
        [['a'], false],
      ])
      const elsewhere = await talks.create(caller, { appId, endUserId, name: 'y' })
      const foreign = { appId, conversationId: elsewhere.id, limit: 2, before: messages[0]?.id ?? 'msg_none' } as const
      expect(await store.list(caller, foreign)).toBeUndefined()

      const [first] = messages
      if (!first) throw new Error('no message')
      await db.write([store.save(caller, { ...first, answer: 'done', status: 'error', error: 'why' })])
      expect(await store.get(caller, { appId, id: first.id })).toMatchObject({
        query: 'a',
        answer: 'done',
        status: 'error',
        error: 'why',
        files: [{ type: 'image' }],
        feedback: null,
      })

      const feedbacks = createFeedbackStore(seams)
      const rating = { appId, messageId: first.id, endUserId, content: null }
      await feedbacks.give(caller, { ...rating, rating: 'like' })
      await feedbacks.give(caller, { ...rating, rating: 'dislike' })
      expect((await store.get(caller, { appId, id: first.id }))?.feedback).toEqual({ rating: 'dislike', content: null })
      const given = await feedbacks.list(caller, appId, { page: 1, limit: 20 })
      expect(given.items.map((item) => [item.messageId, item.conversationId])).toEqual([[first.id, talk.id]])
      expect(await feedbacks.takeBack(caller, rating)).toBe(true)
      expect(await feedbacks.takeBack(caller, rating)).toBe(false)

      await talks.delete(caller, { appId, id: talk.id })
      expect(await store.get(caller, { appId, id: first.id })).toBeUndefined()
    })
  })
})
