// One call of every function of the stores of end users, conversations, messages and files; with every optional part that
// adds to its statement.

import { MARK, owner, type StoreCalls } from './world.ts'

export const talksCalls: StoreCalls = {
  'endUsers.find': (caller, { stores, app }) =>
    stores.endUsers.find(caller, { appId: app.id, origin: 'service-api', externalId: MARK }),
  'endUsers.ensure': (caller, { stores, app }) =>
    stores.endUsers.ensure(caller, { appId: app.id, origin: 'web-app', externalId: 'new' }),
  'endUsers.list': (caller, { stores, app, user }) => stores.endUsers.list(caller, app.id, [user.id]),
  'endUsers.get': (caller, { stores, user }) => stores.endUsers.get(caller, user.id),
  'conversations.create': (caller, { stores, app, user }) =>
    stores.conversations.create(caller, { appId: app.id, endUserId: user.id, name: 'second' }),
  'conversations.get': (caller, { stores, app, talk, user }) =>
    stores.conversations.get(caller, { appId: app.id, id: talk.id, endUserId: user.id }),
  'conversations.list': (caller, { stores, app, user, talk }) =>
    stores.conversations.list(caller, { appId: app.id, endUserId: user.id, limit: 5, after: talk.id }),
  'conversations.rename': (caller, { stores, app, talk, user }) =>
    stores.conversations.rename(caller, { appId: app.id, id: talk.id, endUserId: user.id }, `${MARK}!`, MARK),
  'conversations.beginTurn': (caller, { stores, app, talk, user }) =>
    stores.conversations.beginTurn(caller, { appId: app.id, id: talk.id, endUserId: user.id }),
  'conversations.saveVariables': (caller, { db, stores, talk }) =>
    db.write([stores.conversations.saveVariables(caller, talk.id, { v: 1 })]),
  'conversations.advance': (caller, { db, stores, talk }) => db.write([stores.conversations.advance(caller, talk.id)]),
  'conversations.replaceVariables': async (caller, { stores, app, talk }) => {
    const reference = { appId: app.id, id: talk.id }
    const revision = (await stores.conversations.get(owner, reference))?.revision ?? 0
    return stores.conversations.replaceVariables(caller, reference, { revision, variables: { v: 2 } })
  },
  'messages.save': (caller, { db, stores, message }) =>
    db.write([stores.messages.save(caller, { ...message, answer: 'changed' })]),
  'messages.get': (caller, { stores, app, message, user }) =>
    stores.messages.get(caller, { appId: app.id, id: message.id, endUserId: user.id }),
  'messages.exchanges': (caller, { stores, app, talk }) =>
    stores.messages.exchanges(caller, { appId: app.id, conversationId: talk.id, limit: 5 }),
  'messages.firstQuery': (caller, { stores, app, talk }) =>
    stores.messages.firstQuery(caller, { appId: app.id, conversationId: talk.id }),
  'messages.list': (caller, { stores, app, message, talk }) =>
    stores.messages.list(caller, { appId: app.id, conversationId: talk.id, limit: 5, before: message.id }),
  'feedbacks.give': (caller, { stores, app, message, user }) =>
    stores.feedbacks.give(caller, {
      appId: app.id,
      messageId: message.id,
      endUserId: user.id,
      rating: 'dislike',
      content: null,
    }),
  'feedbacks.list': (caller, { stores, app }) => stores.feedbacks.list(caller, app.id, { page: 1, limit: 5 }),
  'feedbacks.takeBack': (caller, { stores, message, user }) =>
    stores.feedbacks.takeBack(caller, { messageId: message.id, endUserId: user.id }),
  'messageFiles.save': (caller, { db, ids, stores, messageFile }) =>
    db.write([stores.messageFiles.save(caller, { ...messageFile, id: ids.next('mfile') })]),
  'messageFiles.list': (caller, { ids, stores, app, message }) =>
    stores.messageFiles.list(caller, app.id, [message.id, ids.next('msg')]),
  'messageFiles.find': (caller, { stores, app, upload }) => stores.messageFiles.find(caller, app.id, upload.id),
  'uploads.add': (caller, { ids, stores, upload }) => stores.uploads.add(caller, { ...upload, id: ids.next('file') }),
  'uploads.get': (caller, { stores, upload }) => stores.uploads.get(caller, upload.id),
  'uploads.list': (caller, { stores, upload }) =>
    stores.uploads.list(caller, { limit: 5, after: { id: upload.id, createdAt: 9_999 } }),
  'uploads.delete': (caller, { stores, upload }) => stores.uploads.delete(caller, upload.id),
  'conversationSearch.list': (caller, { stores, app, talk }) =>
    stores.conversationSearch.list(caller, {
      appId: app.id,
      limit: 5,
      user: MARK,
      after: { id: talk.id, updatedAt: talk.updatedAt + 1 },
    }),
  'conversationSearch.appOf': (caller, { stores, talk }) => stores.conversationSearch.appOf(caller, talk.id),
}
