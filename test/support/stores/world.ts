// What one tenant has in every table, and all stores over one database: for the test of their statements.

import type { Clock, Ids } from '../../../src/base/seams.ts'
import type { Database } from '../../../src/db/spec.ts'
import { createInvitationStore } from '../../../src/product/accounts/invitations-store.ts'
import { createMemberStore } from '../../../src/product/accounts/members-store.ts'
import { createSignInStore } from '../../../src/product/accounts/sign-ins.ts'
import { createAccountStore } from '../../../src/product/accounts/store.ts'
import { createReplyStore } from '../../../src/product/annotations/reply-store.ts'
import { createAnnotationStore } from '../../../src/product/annotations/store.ts'
import { createPurgeStore } from '../../../src/product/apps/purge-store.ts'
import { createAppStore } from '../../../src/product/apps/store.ts'
import { createVersionStore } from '../../../src/product/apps/version-store.ts'
import { createKeyStore } from '../../../src/product/auth/store.ts'
import { type Caller, systemCaller } from '../../../src/product/caller.ts'
import { createConversationSearch } from '../../../src/product/conversations/conversation-search.ts'
import { createFeedbackStore } from '../../../src/product/conversations/feedbacks.ts'
import { createMessageFileStore } from '../../../src/product/conversations/message-files.ts'
import { createMessageStore } from '../../../src/product/conversations/messages.ts'
import { createConversationStore } from '../../../src/product/conversations/store.ts'
import { createEndUserStore } from '../../../src/product/end-users/store.ts'
import type { Form } from '../../../src/product/forms/spec.ts'
import { createFormStore } from '../../../src/product/forms/store.ts'
import { createRouterStore } from '../../../src/product/gateway/router-store.ts'
import { createLimitStore } from '../../../src/product/limits/store.ts'
import { createPanelStore } from '../../../src/product/panels/store.ts'
import { createNodeExecutionStore } from '../../../src/product/runs/node-executions.ts'
import { createPauseStore } from '../../../src/product/runs/pause-store.ts'
import { createRunSearch } from '../../../src/product/runs/run-search.ts'
import { createRunStore } from '../../../src/product/runs/store.ts'
import { createTenantStore } from '../../../src/product/tenants/store.ts'
import { createUploadStore } from '../../../src/product/uploads/store.ts'
import { createUsageStore } from '../../../src/product/usage/store.ts'

export const owner: Caller = systemCaller('tenant_11111111-1111-7111-8111-111111111111')
export const stranger: Caller = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
export const MARK = 'mark-of-the-owner'
export const SPENT = { id: 'budget@0', windowFrom: 0, windowTo: 500, nanoUsd: 5 }
export const REPLY = { scoreThreshold: 0.5, embeddingProvider: 'p', embeddingModel: 'm' }

export interface Surroundings {
  readonly db: Database
  readonly clock: Clock
  readonly ids: Ids
  /** Drops the statements that were seen so far. */
  readonly forget: () => void
}

const createStores = (seams: Pick<Surroundings, 'db' | 'clock' | 'ids'>) => {
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

export const newPerson = (ids: Ids, name: string) => ({
  email: `${ids.next('acct')}@example.org`,
  name,
  passwordHash: 'hash',
})
export const newInvitation = (ids: Ids, tokenHash: string) => ({
  id: ids.next('inv'),
  email: `${ids.next('acct')}@example.org`,
  role: 'viewer' as const,
  tokenHash,
  expiresAt: 9_000,
})
export const ANY = { most: 1_000, judge: () => {} }
export const newSignIn = (ids: Ids) => ({ id: ids.next('signin'), userAgent: 'test', expiresAt: 9_000 })

/** What the owner has, for all to ask about. */
export const createWorld = async (surroundings: Surroundings) => {
  const { db, ids } = surroundings
  const stores = createStores(surroundings)
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
    costNanoUsd: 5,
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
    costNanoUsd: null,
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
    const fields = newInvitation(ids, MARK)
    await stores.invitations.create(by, fields, ANY)
    return { ...fields, hash: MARK }
  }
  const joining = newPerson(ids, 'Someone')
  const personId = await stores.invitations.accept(owner, await invite(owner), { joining, most: 1_000 })
  if (!personId?.startsWith('acct_')) throw new Error('nobody has joined')
  const person = { ...joining, id: personId as `acct_${string}` }
  const router = await stores.routers.create(owner, { name: ids.next('router'), definition: MARK }, 1_000)
  if (typeof router === 'string') throw new Error(router)
  const [invitation, revocable] = [await invite(owner), await invite(owner)]
  const signIn = { ...newSignIn(ids), accountId: person.id, refreshHash: MARK }
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
  return { ...surroundings, ...found, router, talk, message, run, node, used, invitation, revocable }
}
export type World = Awaited<ReturnType<typeof createWorld>>

/** By `store.function`; in this order, since later ones find what earlier ones left. */
export type StoreCalls = Readonly<Record<string, (caller: Caller, world: World) => unknown>>
