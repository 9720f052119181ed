// Every statement of every store: written down in the golden file, bound to a tenant, and powerless for another one.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../test/support/databases.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { DbError } from '../db/errors.ts'
import type { Database } from '../db/spec.ts'
import { createInvitationStore } from './accounts/invitations-store.ts'
import { createMemberStore } from './accounts/members-store.ts'
import { createSignInStore } from './accounts/sign-ins.ts'
import { createAccountStore } from './accounts/store.ts'
import { createReplyStore } from './annotations/reply-store.ts'
import { createAnnotationStore } from './annotations/store.ts'
import { hashDocument } from './apps/app-lock.ts'
import { createPurgeStore, PURGED } from './apps/purge-store.ts'
import { createAppStore } from './apps/store.ts'
import { createVersionStore } from './apps/version-store.ts'
import { createKeyStore } from './auth/store.ts'
import { type Caller, systemCaller } from './caller.ts'
import { createConversationSearch } from './conversations/conversation-search.ts'
import { createFeedbackStore } from './conversations/feedbacks.ts'
import { createMessageFileStore } from './conversations/message-files.ts'
import { createMessageStore } from './conversations/messages.ts'
import { createConversationStore } from './conversations/store.ts'
import { createEndUserStore } from './end-users/store.ts'
import type { Form } from './forms/spec.ts'
import { createFormStore } from './forms/store.ts'
import { createRouterStore } from './gateway/router-store.ts'
import { createLimitStore } from './limits/store.ts'
import { createPanelStore } from './panels/store.ts'
import { createNodeExecutionStore } from './runs/node-executions.ts'
import { createPauseStore } from './runs/pause-store.ts'
import { createRunSearch } from './runs/run-search.ts'
import { createRunStore } from './runs/store.ts'
import { createTenantStore } from './tenants/store.ts'
import { createUploadStore } from './uploads/store.ts'
import { createUsageStore } from './usage/store.ts'

const golden = fileURLToPath(new URL('./__golden__/statements.sql', import.meta.url))

/** Questions that cannot name a tenant, and why. */
const WITHOUT_TENANT: Readonly<Record<string, string>> = {
  'replies.unfinished': 'at start, finds the jobs of all tenants that a dead process left behind',
  'purge.deleted': 'at start, finds the apps of all tenants that a dead process left behind',
  'accounts.hasAny': 'at start, before anybody signs in',
  'accounts.createFirst': 'the first account of all; what it puts into the tenant names the tenant',
  'accounts.findByAddress': 'a person signs in before a tenant is chosen',
  'accounts.get': 'a person belongs to no tenant',
  'accounts.rename': 'a person has one name in all tenants',
  'accounts.setPassword': 'a person has one password for all tenants',
  'accounts.memberships': 'asked in order to choose a tenant',
  'signIns.revokeOthers': 'a new password ends the sign-ins to all tenants',
  'routers.revisions': 'every process keeps a copy of all tenants’ routers, since no call may wait for the database',
  'keys.findByHash': 'a request shows its key before anyone knows whose it is',
  'forms.due': 'finds the forms of all tenants whose time is over',
  'forms.nextExpiry': 'asked in order to look again when it is time, for all tenants',
  'forms.unheard': 'at start, finds the runs of all tenants that a dead process did not resume',
  'limits.everything': 'every process keeps the rules of all tenants at hand',
  'limits.marker': 'every process asks whether a rule of any tenant has changed',
  'limits.spends': 'at start, reads what the budgets of all tenants have spent',
  'limits.forgetSpends': 'at start, forgets windows that are over',
  'runs.markInterrupted': 'at start, finds the tenants whose runs a dead process left behind',
}

const owner: Caller = systemCaller('tenant_11111111-1111-7111-8111-111111111111')
const stranger: Caller = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
const MARK = 'mark-of-the-owner'
const SPENT = { id: 'budget@0', windowFrom: 0, windowTo: 500, nanoUsd: 5 }
const REPLY = { scoreThreshold: 0.5, embeddingProvider: 'p', embeddingModel: 'm' }

let db: Database
const seen: string[] = []
const clock = { ...systemClock, now: () => 1_000 }
const ids = createIds(clock)

const createStores = () => {
  const seams = { db, clock, ids }
  return {
    tenants: createTenantStore(seams),
    accounts: createAccountStore(seams),
    members: createMemberStore(seams),
    invitations: createInvitationStore(seams),
    routers: createRouterStore(seams),
    signIns: createSignInStore(seams),
    apps: createAppStore(seams),
    versions: createVersionStore(seams),
    purge: createPurgeStore(seams),
    keys: createKeyStore(seams),
    endUsers: createEndUserStore(seams),
    conversations: createConversationStore(seams),
    messages: createMessageStore(seams),
    feedbacks: createFeedbackStore(seams),
    messageFiles: createMessageFileStore(seams),
    uploads: createUploadStore(seams),
    annotations: createAnnotationStore(seams),
    replies: createReplyStore(seams),
    runs: createRunStore(seams),
    runSearch: createRunSearch(seams),
    conversationSearch: createConversationSearch(seams),
    nodes: createNodeExecutionStore(seams),
    pauses: createPauseStore(seams),
    forms: createFormStore(seams),
    limits: createLimitStore(seams),
    panels: createPanelStore(seams),
    usage: createUsageStore(seams),
  }
}

const newPerson = (name: string) => ({ email: `${ids.next('acct')}@example.org`, name, passwordHash: 'hash' })
const newInvitation = (tokenHash: string) => ({
  id: ids.next('inv'),
  email: `${ids.next('acct')}@example.org`,
  role: 'viewer' as const,
  tokenHash,
  expiresAt: 9_000,
})
const ANY = { most: 1_000, judge: () => {} }
const newSignIn = () => ({ id: ids.next('signin'), userAgent: 'test', expiresAt: 9_000 })

/** What the owner has, for all to ask about. */
const createWorld = async () => {
  const stores = createStores()
  await stores.tenants.ensure(owner, MARK)
  await stores.tenants.ensure(stranger, 'stranger')
  const app = await stores.apps.create(owner, { name: MARK, mode: 'workflow' }, { document: MARK })
  const versionId = app.publishedVersionId ?? 'ver_none'
  const key = await stores.keys.create(owner, { scope: 'app', appId: app.id, name: MARK, prefix: MARK, hash: MARK })
  const user = await stores.endUsers.ensure(owner, { appId: app.id, origin: 'service-api', externalId: MARK })
  const talk = await stores.conversations.create(owner, { appId: app.id, endUserId: user.id, name: MARK })
  const message = {
    id: ids.next('msg'),
    appId: app.id,
    conversationId: talk.id,
    endUserId: user.id,
    runId: null,
    query: MARK,
    answer: MARK,
    inputs: { a: 1.5 },
    files: [],
    status: 'normal',
    error: null,
    promptTokens: 1,
    completionTokens: 2,
    elapsedMs: 3.5,
    metadata: {},
    createdAt: 5,
  } as const
  const run = {
    id: ids.next('run'),
    appId: app.id,
    versionId,
    endUserId: user.id,
    conversationId: talk.id,
    messageId: null,
    traceId: null,
    taskId: 'task',
    mode: 'workflow',
    source: 'service-api',
    inputs: { text: MARK },
    startedAt: 6,
  } as const
  const node = {
    id: ids.next('node'),
    runId: run.id,
    nodeId: 'n1',
    nodeType: 'llm',
    title: MARK,
    index: 1,
    predecessorId: null,
    frame: {},
    status: 'running',
    inputs: {},
    outputs: {},
    processData: {},
    metadata: {},
    error: null,
    errorType: null,
    tokens: 0,
    retries: 0,
    startedAt: 7,
    finishedAt: null,
    elapsedMs: null,
  } as const
  const pause = { runId: run.id, appId: app.id, taskId: 'task', state: MARK, nextEvent: 7, pausedAt: 8 }
  const request = { content: MARK, inputs: [], actions: [], defaults: {}, timeoutMs: 5, web: true }
  const form: Form = {
    id: ids.next('form'),
    appId: app.id,
    runId: run.id,
    executionId: node.id,
    nodeId: 'n1',
    nodeTitle: MARK,
    token: MARK,
    request,
    status: 'open',
    answer: null,
    answeredBy: null,
    answeredAt: null,
    expiresAt: 9_000,
    createdAt: 8,
  }
  const used = {
    id: ids.next('usage'),
    runId: run.id,
    appId: app.id,
    endUserId: user.id,
    provider: MARK,
    model: MARK,
    calls: 2,
    promptTokens: 30,
    completionTokens: 4,
    cachedTokens: 3,
    reasoningTokens: 1,
    costNanoUsd: 50,
    priceVersion: MARK,
    estimated: true,
    createdAt: 6,
  } as const
  const begun = [stores.messages.save(owner, message), stores.runs.start(owner, run), stores.nodes.save(owner, node)]
  const waitingNode = stores.nodes.save(owner, { ...node, id: ids.next('node'), status: 'paused' })
  const waits = [waitingNode, stores.pauses.save(owner, pause), stores.forms.add(owner, form)]
  await db.write([...begun, stores.usage.add(owner, used), ...waits])
  await stores.panels.add(owner, [{ panel: MARK, member: MARK, correct: 1, wrong: 0 }])
  await stores.limits.put(owner, 'limits', { name: MARK, setting: { target: MARK }, most: 5 })
  const upload = {
    id: ids.next('file'),
    appId: app.id,
    endUserId: user.id,
    accountId: null,
    filename: MARK,
    extension: 'txt',
    mimeType: 'text/plain',
    sizeBytes: 3,
  } as const
  await stores.uploads.add(owner, upload)
  const messageFile = {
    id: ids.next('mfile'),
    appId: app.id,
    messageId: message.id,
    fileId: upload.id,
    type: 'document',
    transferMethod: 'local_file',
    url: null,
    belongsTo: 'user',
    filename: MARK,
    mimeType: 'text/plain',
    sizeBytes: 3,
    createdAt: 5,
  } as const
  await db.write([stores.messageFiles.save(owner, messageFile)])
  await stores.feedbacks.give(owner, {
    appId: app.id,
    messageId: message.id,
    endUserId: user.id,
    rating: 'like',
    content: MARK,
  })
  const annotation = await stores.annotations.create(owner, app.id, { question: MARK, answer: MARK }, 99)
  if (!annotation) throw new Error('the first annotation is one too many')
  const job = await stores.replies.enable(owner, app.id, REPLY)
  const second = await stores.apps.create(owner, { name: MARK, mode: 'chat' })
  const failing = await stores.replies.enable(owner, second.id, REPLY)
  const invite = async (by: Caller) => {
    const fields = newInvitation(MARK)
    await stores.invitations.create(by, fields, ANY)
    return { ...fields, hash: MARK }
  }
  const joining = newPerson('Someone')
  const personId = await stores.invitations.accept(owner, await invite(owner), { joining, most: 1_000 })
  if (!personId?.startsWith('acct_')) throw new Error('nobody has joined')
  const person = { ...joining, id: personId as `acct_${string}` }
  const router = await stores.routers.create(owner, { name: ids.next('router'), definition: MARK }, 1_000)
  if (typeof router === 'string') throw new Error(router)
  const [invitation, revocable] = [await invite(owner), await invite(owner)]
  const signIn = { ...newSignIn(), accountId: person.id, refreshHash: MARK }
  await stores.signIns.create(owner, signIn)
  await stores.accounts.saveSetupToken(owner, MARK)
  const found = {
    upload,
    messageFile,
    annotation,
    job,
    failing,
    person,
    signIn,
    stores,
    app,
    versionId,
    key,
    user,
    pause,
    form,
  }
  return { ...found, router, talk, message, run, node, used, invitation, revocable }
}
type World = Awaited<ReturnType<typeof createWorld>>

/** One call of every function of every store, with every optional part that adds to its statement. */
const calls: Record<string, (caller: Caller, world: World) => unknown> = {
  'tenants.ensure': (caller, { stores }) => stores.tenants.ensure(caller, 'again'),
  'tenants.get': (caller, { stores }) => stores.tenants.get(caller),
  'accounts.hasAny': (_caller, { stores }) => stores.accounts.hasAny(),
  'accounts.findByAddress': (_caller, { stores, person }) => stores.accounts.findByAddress(person.email),
  'accounts.get': (_caller, { stores, person }) => stores.accounts.get(person.id),
  'accounts.rename': (_caller, { stores, person }) => stores.accounts.rename(person.id, 'Renamed'),
  'accounts.setPassword': (_caller, { stores, person }) => stores.accounts.setPassword(person.id, 'changed'),
  'accounts.memberships': (_caller, { stores, person }) => stores.accounts.memberships(person.id, 10),
  'accounts.saveSetupToken': (caller, { stores }) => stores.accounts.saveSetupToken(caller, 'again'),
  'accounts.setupTokenHash': (caller, { stores }) => stores.accounts.setupTokenHash(caller),
  'members.list': (caller, { stores }) => stores.members.list(caller, 10),
  'members.found': (caller, { stores, person }) =>
    stores.members.found({ ...caller, tenantId: ids.next('tenant') }, 'founded', person.id),
  'invitations.create': (caller, { stores, invitation: { email, ...former } }) => {
    const { id } = newInvitation('')
    return stores.invitations.create(caller, { ...former, id, email: `again.${email}` }, ANY)
  },
  'invitations.list': (caller, { stores }) => stores.invitations.list(caller, 5),
  'invitations.find': (caller, { stores, invitation }) => stores.invitations.find(caller, invitation),
  'invitations.accept': (caller, { stores, invitation }) =>
    stores.invitations.accept(caller, invitation, { joining: newPerson('new'), most: 1_000 }),
  'invitations.revoke': (caller, { stores, revocable }) => stores.invitations.revoke(caller, revocable.id, () => {}),
  'routers.create': (caller, { stores }) =>
    stores.routers.create(caller, { name: ids.next('router'), definition: {} }, 1_000),
  'routers.find': (caller, { stores, router }) => stores.routers.find(caller, router.name),
  'routers.get': (caller, { stores, router }) => stores.routers.get(caller, router.id),
  'routers.update': (caller, { stores, router }) =>
    stores.routers.update(caller, router.name, { definition: MARK, baseVersion: 1 }),
  'routers.revisions': (_caller, { stores }) => stores.routers.revisions(),
  'routers.delete': (caller, { stores, router }) => stores.routers.delete(caller, router.name),
  'members.setRole': ({ tenantId }, { stores, person }) => {
    const caller: Caller = { tenantId, actor: { type: 'account', id: person.id } }
    return stores.members.setRole(caller, person.id, { role: 'owner', voided: ['owner'], judge: () => {} })
  },
  'signIns.create': (caller, { stores, person }) =>
    stores.signIns.create(caller, { ...newSignIn(), accountId: person.id, refreshHash: 'hash' }),
  'signIns.find': ({ tenantId }, { stores, person, signIn }) =>
    stores.signIns.find({ tenantId, signInId: signIn.id, accountId: person.id }),
  'signIns.rotate': (caller, { stores, signIn }) =>
    stores.signIns.rotate(caller, signIn.id, { from: MARK, to: 'next', expiresAt: 5_000 }),
  'signIns.revoke': (caller, { stores, signIn }) => stores.signIns.revoke(caller, signIn.id),
  'signIns.revokeOthers': ({ tenantId }, { stores, person, signIn }) =>
    stores.signIns.revokeOthers(person.id, { tenantId, id: signIn.id }),
  'members.remove': (caller, { stores, person }) => stores.members.remove(caller, person.id, () => {}),
  'accounts.createFirst': async (_caller, { stores }) => {
    await db.kysely.deleteFrom('accounts').execute()
    seen.length = 0
    return stores.accounts.createFirst(owner, newPerson('first'))
  },
  'tenants.rename': (caller, { stores }) =>
    stores.tenants.rename(caller, caller.tenantId === owner.tenantId ? MARK : 'stranger'),
  'apps.create': (caller, { stores }) =>
    stores.apps.create(caller, { name: 'other', mode: 'chat' }, { document: 'text' }),
  'apps.get': (caller, { stores, app }) => stores.apps.get(caller, app.id),
  'apps.list': (caller, { stores, app }) =>
    stores.apps.list(caller, { limit: 10, after: { ...app, createdAt: app.createdAt + 1 } }),
  'apps.update': (caller, { stores, app }) =>
    stores.apps.update(caller, app.id, {
      name: `${MARK}!`,
      description: 'd',
      icon: { type: 'emoji', value: 'x', background: '#fff' },
    }),
  'apps.saveDraft': (caller, { stores, app }) =>
    stores.apps.saveDraft(caller, app.id, { document: `${MARK} draft`, baseHash: hashDocument(MARK) }),
  'apps.getDraft': (caller, { stores, app }) => stores.apps.getDraft(caller, app.id),
  'versions.get': (caller, { stores, versionId }) => stores.versions.get(caller, versionId),
  'versions.getPublished': (caller, { stores, app }) => stores.versions.getPublished(caller, app.id),
  'versions.list': (caller, { stores, app }) => stores.versions.list(caller, app.id, { limit: 5, before: 99 }),
  'versions.publishDraft': (caller, { stores, app }) =>
    stores.versions.publishDraft(caller, app.id, { baseHash: hashDocument(`${MARK} draft`) }),
  'versions.publish': (caller, { stores, app, versionId }) => stores.versions.publish(caller, app.id, versionId),
  'keys.create': (caller, { stores, app }) =>
    stores.keys.create(caller, { scope: 'app', appId: app.id, name: '', prefix: '', hash: `hash-${caller.tenantId}` }),
  'keys.list': (caller, { stores, app }) => stores.keys.list(caller, { appId: app.id }),
  'keys.page': (caller, { stores, app, key }) =>
    stores.keys.page(caller, {
      limit: 5,
      appId: app.id,
      scope: 'app',
      after: { id: key.id, createdAt: key.createdAt + 1 },
    }),
  'keys.touch': (caller, { stores, key }) => stores.keys.touch(caller, key.id),
  'keys.findByHash': (_caller, { stores }) => stores.keys.findByHash(MARK),
  'keys.revoke': (caller, { stores, key }) => stores.keys.revoke(caller, key.id),
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
  'conversations.saveVariables': (caller, { stores, talk }) =>
    db.write([stores.conversations.saveVariables(caller, talk.id, { v: 1 })]),
  'conversations.advance': (caller, { stores, talk }) => db.write([stores.conversations.advance(caller, talk.id)]),
  'conversations.replaceVariables': async (caller, { stores, app, talk }) => {
    const reference = { appId: app.id, id: talk.id }
    const revision = (await stores.conversations.get(owner, reference))?.revision ?? 0
    return stores.conversations.replaceVariables(caller, reference, { revision, variables: { v: 2 } })
  },
  'messages.save': (caller, { stores, message }) =>
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
  'messageFiles.save': (caller, { stores, messageFile }) =>
    db.write([stores.messageFiles.save(caller, { ...messageFile, id: ids.next('mfile') })]),
  'messageFiles.list': (caller, { stores, app, message }) =>
    stores.messageFiles.list(caller, app.id, [message.id, ids.next('msg')]),
  'messageFiles.find': (caller, { stores, app, upload }) => stores.messageFiles.find(caller, app.id, upload.id),
  'uploads.add': (caller, { stores, upload }) => stores.uploads.add(caller, { ...upload, id: ids.next('file') }),
  'uploads.get': (caller, { stores, upload }) => stores.uploads.get(caller, upload.id),
  'uploads.list': (caller, { stores, upload }) =>
    stores.uploads.list(caller, { limit: 5, after: { id: upload.id, createdAt: 9_999 } }),
  'uploads.delete': (caller, { stores, upload }) => stores.uploads.delete(caller, upload.id),
  'runs.start': (caller, { stores, run }) =>
    db.write([stores.runs.start(caller, { ...run, id: 'run_33333333-3333-7333-8333-333333333333' })]),
  'runs.get': (caller, { stores, app, run }) => stores.runs.get(caller, app.id, run.id),
  'runs.list': (caller, { stores, app }) =>
    stores.runs.list(caller, {
      appId: app.id,
      page: 1,
      limit: 5,
      statuses: ['running'],
      createdAfter: 0,
      createdBefore: 9_999,
      endUserExternalId: MARK,
      keyword: MARK,
    }),
  'nodes.save': (caller, { stores, node }) => db.write([stores.nodes.save(caller, { ...node, status: 'succeeded' })]),
  'runSearch.list': (caller, { stores, app, run, talk }) =>
    stores.runSearch.list(caller, {
      limit: 5,
      after: { id: run.id, createdAt: run.startedAt + 1 },
      appId: app.id,
      statuses: ['running'],
      sources: ['service-api'],
      user: MARK,
      conversationId: talk.id,
      traceId: 'trace',
      keyword: MARK,
      from: 0,
      to: 9_999,
    }),
  'runSearch.get': (caller, { stores, run }) => stores.runSearch.get(caller, run.id),
  'conversationSearch.list': (caller, { stores, app, talk }) =>
    stores.conversationSearch.list(caller, {
      appId: app.id,
      limit: 5,
      user: MARK,
      after: { id: talk.id, updatedAt: talk.updatedAt + 1 },
    }),
  'conversationSearch.appOf': (caller, { stores, talk }) => stores.conversationSearch.appOf(caller, talk.id),
  'panels.add': (caller, { stores }) =>
    stores.panels.add(caller, [{ panel: 'n', member: 'n', correct: 0, wrong: 1 }]),
  'panels.list': (caller, { stores }) => stores.panels.list(caller),
  'limits.put': (caller, { stores }) =>
    stores.limits.put(caller, 'limits', { name: 'n', setting: { subject: 'key' }, most: 5 }),
  'limits.list': (caller, { stores }) => stores.limits.list(caller, 'limits'),
  'limits.remove': (caller, { stores }) => stores.limits.remove(caller, 'limits', MARK),
  'limits.everything': (_, { stores }) => stores.limits.everything('limits'),
  'limits.marker': (_, { stores }) => stores.limits.marker('budgets'),
  'limits.addSpend': (caller, { stores }) =>
    db.write([stores.limits.addSpend(caller, { ...SPENT, tenantId: caller.tenantId })]),
  'limits.spends': (_, { stores }) => stores.limits.spends(),
  'limits.forgetSpends': (_, { stores }) => stores.limits.forgetSpends(),
  'usage.add': (caller, { stores, used }) =>
    db.write([stores.usage.add(caller, { ...used, id: ids.next('usage'), provider: 'p', model: 'm' })]),
  'usage.total': (caller, { stores, app }) => stores.usage.total(caller, { from: 0, to: 9_999, appId: app.id }),
  'usage.sums': (caller, { stores, app }) => {
    const range = { from: 0, to: 9_999, appId: app.id }
    const groups = ['app', 'user', 'key', 'router', 'day'] as const
    return Promise.all(groups.map((groupBy) => stores.usage.sums(caller, range, { groupBy, limit: 5 })))
  },
  'usage.sumsOfModels': (caller, { stores, app }) =>
    stores.usage.sumsOfModels(caller, { from: 0, to: 9_999, appId: app.id }, 5),
  'nodes.list': (caller, { stores, run }) => stores.nodes.list(caller, run.id),
  'nodes.stopWaiting': (caller, { stores, run }) => db.write([stores.nodes.stopWaiting(caller, run.id, 9)]),
  'pauses.save': (caller, { stores, pause }) => db.write([stores.pauses.save(caller, { ...pause, nextEvent: 9 })]),
  'pauses.get': (caller, { stores, run }) => stores.pauses.get(caller, run.id),
  'pauses.byTask': (caller, { stores }) => stores.pauses.byTask(caller, 'task'),
  'pauses.remove': (caller, { stores, run }) => db.write([stores.pauses.remove(caller, run.id)]),
  'forms.add': (caller, { stores, form }) =>
    db.write([stores.forms.add(caller, { ...form, id: ids.next('form'), token: null })]),
  'forms.byToken': (caller, { stores, app }) => stores.forms.byToken(caller, app.id, MARK),
  'forms.get': (caller, { stores, form }) => stores.forms.get(caller, form.id),
  'forms.ofRuns': (caller, { stores, run }) => stores.forms.ofRuns(caller, [run.id]),
  'forms.list': (caller, { stores, app, form, run }) =>
    stores.forms.list(caller, {
      limit: 5,
      after: { id: form.id, createdAt: form.createdAt + 1 },
      appId: app.id,
      runId: run.id,
      status: 'open',
    }),
  'forms.due': (_caller, { stores }) => stores.forms.due(5),
  'forms.nextExpiry': (_caller, { stores }) => stores.forms.nextExpiry(),
  'forms.unheard': (_caller, { stores }) => stores.forms.unheard(5),
  'forms.answer': async (caller, { stores, form }) => {
    await stores.forms.answer(caller, form.id, { type: 'timeout', content: MARK }, null)
    await stores.forms.answer(caller, form.id, { type: 'submitted', actionId: 'a', values: {}, content: MARK }, MARK)
  },
  'forms.closeOf': (caller, { stores, run }) => db.write([stores.forms.closeOf(caller, run.id)]),
  'pauses.pause': (caller, { stores, run }) =>
    db.write([
      stores.pauses.pause(caller, run.id, {
        steps: 1,
        tokens: 2,
        promptTokens: 1,
        completionTokens: 1,
        exceptions: 0,
        elapsedMs: 2,
      }),
    ]),
  'pauses.claim': (caller, { stores, run }) => stores.pauses.claim(caller, run.id),
  'runs.finish': (caller, { stores, run }) =>
    db.write([
      stores.runs.finish(caller, run.id, {
        status: 'succeeded',
        outputs: { text: MARK },
        error: null,
        errorCode: null,
        steps: 1,
        tokens: 2,
        promptTokens: 1,
        completionTokens: 2,
        exceptions: 0,
        finishedAt: 8,
        elapsedMs: 2,
      }),
    ]),
  'runs.markInterrupted': async (_caller, { stores, run }) => {
    const orphan = stores.runs.start(owner, { ...run, id: ids.next('run') })
    const parameters = orphan.parameters.map((value) => (value === db.instance.id ? 'instance_gone' : value))
    await db.write([{ ...orphan, parameters }])
    return stores.runs.markInterrupted()
  },
  'annotations.create': (caller, { stores, app }) =>
    stores.annotations.create(caller, app.id, { question: 'q', answer: 'a' }, 99),
  'annotations.update': (caller, { stores, app, annotation }) =>
    stores.annotations.update(caller, app.id, annotation.id, { question: `${MARK}?`, answer: MARK }),
  'annotations.list': (caller, { stores, app }) =>
    stores.annotations.list(caller, { appId: app.id, page: 1, limit: 5, keyword: MARK }),
  'annotations.matchRows': (caller, { stores, app, annotation }) =>
    stores.annotations.matchRows(caller, app.id, MARK, {
      after: { ...annotation, vector: null, createdAt: annotation.createdAt - 1 },
      limit: 5,
    }),
  'annotations.pending': (caller, { stores, app }) => stores.annotations.pending(caller, app.id, MARK, 5),
  'annotations.saveVectors': (caller, { stores, app, annotation }) =>
    stores.annotations.saveVectors(caller, app.id, MARK, [
      { id: annotation.id, question: `${MARK}?`, vector: Float32Array.of(1, 2) },
    ]),
  'annotations.hit': (caller, { stores, app, annotation }) => stores.annotations.hit(caller, app.id, annotation.id),
  'annotations.delete': (caller, { stores, app, annotation }) =>
    stores.annotations.delete(caller, app.id, annotation.id),
  'replies.settings': (caller, { stores, app }) => stores.replies.settings(caller, app.id),
  'replies.job': (caller, { stores, app, job }) => stores.replies.job(caller, app.id, job.id),
  'replies.process': (caller, { stores, job }) => stores.replies.process(caller, job.id),
  'replies.complete': (caller, { stores, app, job }) => stores.replies.complete(caller, app.id, job),
  'replies.fail': (caller, { stores, failing }) => stores.replies.fail(caller, failing.id, MARK),
  'replies.enable': (caller, { stores, app }) => stores.replies.enable(caller, app.id, REPLY),
  'replies.disable': (caller, { stores, app }) => stores.replies.disable(caller, app.id),
  'replies.unfinished': (_caller, { stores }) => stores.replies.unfinished(),
  'conversations.delete': (caller, { stores, app, talk, user }) =>
    stores.conversations.delete(caller, { appId: app.id, id: talk.id, endUserId: user.id }),
  'apps.markDeleted': (caller, { stores, app }) => stores.apps.markDeleted(caller, app.id),
  'purge.deleted': (_caller, { stores }) => stores.purge.deleted(5),
  'purge.tasksUnderWay': (caller, { stores, app }) => stores.purge.tasksUnderWay(caller, app.id, 5),
  'purge.removeRuns': (caller, { stores, app }) => stores.purge.removeRuns(caller, app.id, 5),
  'purge.some': async (caller, { stores, app }) => {
    for (const table of PURGED) await stores.purge.some(caller, app.id, table, 5)
  },
  'purge.filesOfMessages': (caller, { stores, message }) => stores.purge.filesOfMessages(caller, [message.id]),
  'purge.removeRows': async (caller, { stores, app }) => {
    for (const table of PURGED) {
      const ids = await stores.purge.some(caller, app.id, table, 5)
      if (ids.length > 0) await stores.purge.removeRows(caller, table, ids)
    }
  },
  'purge.remove': (caller, { stores, app }) => stores.purge.remove(caller, app.id),
}

const TABLES = {
  sqlite: "select name from sqlite_schema where type = 'table' order by name",
  postgres: 'select table_name as name from information_schema.tables where table_schema = current_schema() order by 1',
}

const ownersRows = async (kind: keyof typeof TABLES): Promise<string> => {
  const tables = await sql.raw<{ name: string }>(TABLES[kind]).execute(db.kysely)
  let dump = ''
  for (const { name } of tables.rows.filter((row) => row.name !== 'migrations' && row.name !== 'accounts')) {
    const rows = await sql`select * from ${sql.table(name)} where tenant_id = ${owner.tenantId}`.execute(db.kysely)
    const texts = rows.rows.map((row) => JSON.stringify(row))
    dump += `${name} ${texts.sort().join()}\n`
  }
  return dump
}

noteSkippedDatabases()
describe.each(databases)('the statements of all stores on $name', ({ name: kind, open }) => {
  beforeAll(async () => {
    db = await open({ clock, ids, trace: (text) => void seen.push(text) })
  })
  afterAll(() => db.close())

  it('leave nothing of one tenant to another', async () => {
    const world = await createWorld()
    const before = await ownersRows(kind)
    for (const [name, call] of Object.entries(calls)) {
      if (name in WITHOUT_TENANT) continue
      // What the schema refuses, such as a row that points at another tenant's, is as good as no answer.
      const answer = await Promise.resolve(call(stranger, world)).catch((error: unknown) => {
        expect(error, name).toBeInstanceOf(DbError)
        expect(error, name).toMatchObject({ code: 'db/constraint' })
      })
      expect(JSON.stringify(answer) ?? '', name).not.toContain(MARK)
    }
    expect(await ownersRows(kind)).toBe(before)
    await world.stores.apps.markDeleted(owner, world.app.id)
    await world.stores.purge.remove(owner, world.app.id)
  })

  it('answer their tenant, name it, and are the golden ones (UPDATE_GOLDEN=1 rewrites them)', async () => {
    const world = await createWorld()
    const called = new Set<string>()
    let text = ''
    for (const [name, call] of Object.entries(calls)) {
      seen.length = 0
      const answer = await call(owner, world)
      expect(answer, name).not.toBe(false)
      expect(answer, name).not.toBe(0)
      called.add(name)
      const statements = [...new Set(seen)]
      expect(statements.length, name).toBeGreaterThan(0)
      if (!(name in WITHOUT_TENANT)) {
        for (const statement of statements) expect(boundToTenant(statement), `${name}: ${statement}`).toBe(true)
      }
      text += `-- ${name}\n${statements.map((statement) => `${statement};\n`).join('')}\n`
    }
    const offered = Object.entries(world.stores).flatMap(([store, functions]) =>
      Object.keys(functions).map((name) => `${store}.${name}`),
    )
    expect([...called].sort()).toEqual(offered.sort())
    if (kind !== 'sqlite') return
    if (process.env.UPDATE_GOLDEN || !existsSync(golden)) writeFileSync(golden, text)
    expect(text).toBe(readFileSync(golden, 'utf8'))
  })
})

/** Every select, update and delete in the text compares the tenant with a parameter; every insert sets it. People belong to
 *  no tenant, so statements on their table alone are free. */
const boundToTenant = (text: string): boolean => {
  const parts = text.split(/(?=\b(?:select|update "|delete from|insert into)\b)/).filter((part) => part.trim() !== '')
  return parts.every((part) => {
    // Sums over rows that the query inside has chosen.
    if (/^select .* from \($/.test(part.trim())) return true
    if (/^(insert into|update|select .* from) "accounts" (?!.*\bjoin\b)/.test(part)) return true
    return part.startsWith('insert into') ? /\("tenant_id"/.test(part) : /"tenant_id" = (\?|\$\d)/.test(part)
  })
}

describe('boundToTenant', () => {
  it.each([
    ['select * from "apps" where "tenant_id" = ?', true],
    ['select sum("n") from (select 1 as "n" from "apps" where "tenant_id" = ?) as "a"', true],
    ['select sum("n") from (select 1 as "n" from "apps") as "a"', false],
    ['select * from "apps" where "id" = ?', false],
    ['select "tenant_id" from "apps"', false],
    ['update "apps" set "name" = ? where "id" = ?', false],
    ['delete from "apps" where "id" in (select "id" from "runs" where "tenant_id" = ?)', false],
    ['select * from "a" where "tenant_id" = ? and "id" in (select "id" from "b")', false],
    ['insert into "apps" ("id") values (?)', false],
    ['insert into "apps" ("tenant_id", "id") values (?, ?)', true],
    ['select * from "apps" where "id" = $1 and "tenant_id" = $2', true],
    ['select * from "apps" where "tenant_id" = "id"', false],
    ['select "id" from "accounts" where "email" = ?', true],
    ['insert into "accounts" ("id") values (?)', true],
    ['select * from "accounts" inner join "members" on "account_id" = "id" where "id" = ?', false],
    ['select * from "members" inner join "accounts" on "id" = "account_id" where "id" = ?', false],
  ])('%s: %s', (text, bound) => {
    expect(boundToTenant(text)).toBe(bound)
  })
})
