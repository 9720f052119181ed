// How every route is addressed: where ids go in its path, query and body. One row a route of api/access.ts; the first shot of a
// row is the usual call, the others put ids in further places. Fills are pure: the same ids, the same request.

import { toWireId } from '../../src/product/ids.ts'
import { documentForm, type Ids, localFile } from './household.ts'
import type { SpareName } from './spare-ids.ts'
import { markedChat } from './tenant-apps.ts'
import { PASSWORD } from './two-tenants.ts'

export interface Filled {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly form?: FormData
}

// biome-ignore lint/suspicious/noExplicitAny: the answer of the call that the row is about
type MadeBody = any

export interface Shot {
  /** @param x ids of the target @param own ids of the caller's own tenant and app */
  fill(x: Ids, own: Ids): Filled
  /** What the call uses up or changes, made anew before each call on the caller's own. */
  readonly spares?: readonly SpareName[]
  /** What a call on the caller's own answers. Default: one of the operation's successes. */
  readonly status?: number
  /** The ids belong to the app that the path names: those of another app of the same tenant are missing too. */
  readonly nested?: true
  /** The ids belong to the tenant: all its apps know them. */
  readonly ofTenant?: true
  /** The ids do not belong to one end user: the app's other users may use them. */
  readonly anyUser?: true
  /** The call makes something of the caller's own, whatever it names: the call that takes it back, from the answer. Two answers
   *  are then compared without what is new in each: what was made, and what the request itself said. */
  readonly takenBackBy?: (body: MadeBody) => { readonly route: string; readonly filled: Filled }
  /** What another app of the same tenant answers, where the contract has a status of its own for it. */
  readonly siblingStatus?: number
}

export interface Case {
  /** Whose key calls it. Default `chat`. */
  readonly mode?: 'workflow' | 'completion'
  readonly shots: readonly [Shot, ...Shot[]]
}

type Fill = Shot['fill']
type Id = `${string}_${string}`

/** As the Service API writes ids. */
const w = (id: string): string => toWireId(id as Id)
const shot = (fill: Fill, more: Omit<Shot, 'fill'> = {}): Shot => ({ fill, ...more })
const shots = (...list: readonly [Shot, ...Shot[]]): Case => ({ shots: list })
/** A call that takes no id. */
const plain = (filled: Filled = {}, more: Omit<Shot, 'fill'> = {}): Case => shots(shot(() => filled, more))
const call = (fill: Fill, more: Omit<Shot, 'fill'> = {}): Case => shots(shot(fill, more))
const nested = { nested: true } as const

/** Where a list goes on, in our form; later than everything. */
const cursor = (id: string): string => Buffer.from(`9999999999999 ${id}`).toString('base64url')

const SPAN = { from: '2026-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' }

const talk = ({ user }: Ids) => ({ inputs: {}, user, response_mode: 'blocking' })
const chat = (own: Ids) => ({ ...talk(own), query: `Words of ${own.mark}` })

const sendChat = shots(
  shot((x, own) => ({ body: { ...chat(own), conversation_id: w(x.conversation) } })),
  shot((x, own) => ({ body: { ...chat(own), workflow_id: w(x.chatVersion) } }), { anyUser: true }),
  shot((x, own) => ({ body: { ...chat(own), files: [localFile(w(x.upload))] } })),
  shot((x, own) => ({ body: { ...chat(own), inputs: { doc: localFile(w(x.upload)) } } })),
  shot((x, own) => ({ body: { ...chat(own), inputs: { docs: [localFile(w(own.upload)), localFile(w(x.upload))] } } })),
  // The server also knows the name with its prefix.
  shot((x, own) => ({ body: { ...chat(own), files: [localFile(x.upload)] } })),
)

const runWorkflow = (params: Filled['params']) => [
  shot((x, own) => ({ ...(params && { params }), body: { ...talk(own), files: [localFile(w(x.workflowUpload))] } })),
  shot((x, own) => ({ body: { ...talk(own), inputs: { doc: localFile(w(x.workflowUpload)) } } })),
  shot((x, own) => ({ body: { ...talk(own), inputs: { docs: [localFile(w(x.workflowUpload))] } } })),
]

const conversationName = shots(
  shot((x, { user, mark }) => ({
    params: { conversation_id: w(x.conversation) },
    body: { name: `Talk of ${mark}`, user },
  })),
)

const service: Readonly<Record<string, Case>> = {
  'GET /v1/': plain(),
  'POST /v1/chat-messages': sendChat,
  'POST /v1/chat-messages/:task_id/stop': call(
    (x, { user }) => ({ params: { task_id: x.chatLiveTask }, body: { user } }),
    { spares: ['chatLive'] },
  ),
  'GET /v1/chat-messages/:task_id/events': call((x, { user }) => ({
    params: { task_id: x.chatTask },
    query: { user },
  })),
  'POST /v1/completion-messages': {
    mode: 'completion',
    shots: [shot((x, own) => ({ body: { ...talk(own), files: [localFile(w(x.completionUpload))] } }))],
  },
  'POST /v1/completion-messages/:task_id/stop': {
    mode: 'completion',
    shots: [
      shot((x, { user }) => ({ params: { task_id: x.completionLiveTask }, body: { user } }), {
        spares: ['completionLive'],
      }),
    ],
  },
  'GET /v1/completion-messages/:task_id/events': {
    mode: 'completion',
    shots: [shot((x, { user }) => ({ params: { task_id: x.completionTask }, query: { user } }))],
  },
  'POST /v1/workflows/run': { mode: 'workflow', shots: runWorkflow(undefined) as [Shot] },
  'POST /v1/workflows/:workflow_id/run': {
    mode: 'workflow',
    shots: [
      shot((x, own) => ({ params: { workflow_id: w(x.workflowVersion) }, body: talk(own) }), { anyUser: true }),
      shot((x, own) => ({
        params: { workflow_id: w(own.workflowVersion) },
        body: { ...talk(own), files: [localFile(w(x.workflowUpload))] },
      })),
    ],
  },
  'GET /v1/workflows/run/:workflow_run_id': {
    mode: 'workflow',
    shots: [shot((x) => ({ params: { workflow_run_id: w(x.workflowRun) } }))],
  },
  'GET /v1/workflows/logs': {
    mode: 'workflow',
    shots: [shot((x) => ({ query: { created_by_account: x.email } }), { ofTenant: true })],
  },
  'POST /v1/workflows/tasks/:task_id/stop': {
    mode: 'workflow',
    shots: [
      shot((x, { user }) => ({ params: { task_id: x.workflowLiveTask }, body: { user } }), {
        spares: ['workflowLive'],
        anyUser: true,
      }),
    ],
  },
  'GET /v1/workflow/:workflow_run_id/events': {
    mode: 'workflow',
    shots: [shot((x, { user }) => ({ params: { workflow_run_id: w(x.workflowRun) }, query: { user } }))],
  },
  'GET /v1/form/human_input/:form_token': {
    mode: 'workflow',
    shots: [shot((x) => ({ params: { form_token: x.formToken } }), { anyUser: true })],
  },
  'POST /v1/form/human_input/:form_token': {
    mode: 'workflow',
    shots: [
      shot(
        (x, { mark, user }) => ({
          params: { form_token: x.formToken },
          body: { inputs: { note: mark }, action: 'ok', user },
        }),
        { spares: ['form'], anyUser: true },
      ),
    ],
  },
  'GET /v1/messages': shots(
    shot((x, { user }) => ({ query: { conversation_id: w(x.conversation), user } })),
    shot((x, { user }) => ({ query: { conversation_id: w(x.conversation), first_id: w(x.message), user } })),
    shot((x, { user, conversation }) => ({
      query: { conversation_id: w(conversation), first_id: w(x.message), user },
    })),
  ),
  'GET /v1/messages/:message_id/suggested': call((x, { user }) => ({
    params: { message_id: w(x.message) },
    query: { user },
  })),
  'POST /v1/messages/:message_id/feedbacks': shots(
    shot((x, { user, mark }) => ({
      params: { message_id: w(x.message) },
      body: { rating: 'like', content: `A comment of ${mark}`, user },
    })),
  ),
  'GET /v1/app/feedbacks': plain(),
  'GET /v1/conversations': call((x, { user }) => ({ query: { user, last_id: w(x.conversation) } })),
  'POST /v1/conversations/:conversation_id/name': conversationName,
  'PATCH /v1/conversations/:conversation_id': conversationName,
  'DELETE /v1/conversations/:conversation_id': call(
    (x, { user }) => ({ params: { conversation_id: w(x.conversation) }, body: { user } }),
    { spares: ['conversation'] },
  ),
  'GET /v1/conversations/:conversation_id/variables': shots(
    shot((x, { user }) => ({ params: { conversation_id: w(x.conversation) }, query: { user } })),
    shot((x, { user, conversation }) => ({
      params: { conversation_id: w(conversation) },
      query: { user, last_id: x.variable },
    })),
  ),
  'PUT /v1/conversations/:conversation_id/variables/:variable_id': shots(
    shot((x, { user, mark }) => ({
      params: { conversation_id: w(x.conversation), variable_id: x.variable },
      body: { user, value: mark },
    })),
    shot((x, { user, mark, conversation }) => ({
      params: { conversation_id: w(conversation), variable_id: x.variable },
      body: { user, value: mark },
    })),
    shot((x, { user, mark, variable }) => ({
      params: { conversation_id: w(x.conversation), variable_id: variable },
      body: { user, value: mark },
    })),
  ),
  'POST /v1/files/upload': call((_, { user, mark }) => ({ form: documentForm(mark, user) })),
  'GET /v1/files/:file_id/preview': call(
    (x, { user }) => ({ params: { file_id: w(x.messageFile) }, query: { user } }),
    {
      anyUser: true,
      siblingStatus: 403,
    },
  ),
  'GET /v1/end-users/:end_user_id': call((x) => ({ params: { end_user_id: w(x.endUser) } })),
  'POST /v1/audio-to-text': call((_, { user }) => ({ form: recording(user) })),
  'POST /v1/text-to-audio': call((x, { user }) => ({ body: { message_id: w(x.message), user } })),
  'GET /v1/info': plain(),
  'GET /v1/parameters': plain(),
  'GET /v1/meta': plain(),
  'GET /v1/site': plain(),
  'GET /v1/apps/annotations': plain(),
  'POST /v1/apps/annotations': call((_, { mark }) => ({ body: stored(mark) })),
  'PUT /v1/apps/annotations/:annotation_id': call((x, { mark }) => ({
    params: { annotation_id: w(x.annotation) },
    body: stored(mark),
  })),
  'DELETE /v1/apps/annotations/:annotation_id': call((x) => ({ params: { annotation_id: w(x.annotation) } }), {
    spares: ['annotation'],
  }),
  'POST /v1/apps/annotation-reply/:action': plain({
    params: { action: 'disable' },
    body: { score_threshold: 0.9, embedding_provider_name: 'offline', embedding_model_name: 'heddle-embed' },
  }),
  'GET /v1/apps/annotation-reply/:action/status/:job_id': call((x) => ({
    params: { action: 'enable', job_id: w(x.job) },
  })),
}

const stored = (mark: string) => ({ question: `Stored question of ${mark}`, answer: `Stored answer of ${mark}` })

const recording = (user: string): FormData => {
  const form = new FormData()
  form.set('user', user)
  form.set('file', new File(['RIFF'], 'a.wav', { type: 'audio/wav' }))
  return form
}

const routerOf = ({ mark }: Ids) => ({ default: { targets: 'acme/acme-large' }, description: `Router of ${mark}` })

const said = ({ mark }: Ids) => [{ role: 'user', content: `Words of ${mark}` }]
const spoken = (): FormData => {
  const form = recording('ada')
  form.set('model', 'acme/ears')
  return form
}

const gateway: Readonly<Record<string, Case>> = {
  'GET /v1/gateway/openapi.json': plain(),
  'POST /v1/chat/completions': call((_, own) => ({ body: { model: 'acme/acme-large', messages: said(own) } })),
  'POST /v1/responses': call((_, own) => ({ body: { model: 'acme/acme-large', input: said(own) } })),
  'POST /v1/messages': call((_, own) => ({ body: { model: 'acme/acme-large', max_tokens: 9, messages: said(own) } })),
  'POST /v1/messages/count_tokens': call((_, own) => ({ body: { model: 'acme/acme-large', messages: said(own) } })),
  'POST /v1/embeddings': call((_, { mark }) => ({ body: { model: 'acme/vectors', input: mark } })),
  'POST /v1/moderations': call((_, { mark }) => ({ body: { model: 'acme/judge', input: mark } })),
  'POST /v1/rerank': call((_, { mark }) => ({ body: { model: 'acme/order', query: mark, documents: [mark] } })),
  'POST /v1/audio/transcriptions': call(() => ({ form: spoken() })),
  // The vendor cannot translate.
  'POST /v1/audio/translations': call(() => ({ form: spoken() }), { status: 400 }),
  'POST /v1/audio/speech': call((_, { mark }) => ({ body: { model: 'acme/mouth', input: mark } })),
  'GET /v1/models': plain(),
  'GET /v1/models/health': plain(),
  'GET /v1/models/:model': call((_, own) => ({ params: { model: own.router } })),
  'GET /v1/models/*': plain({}, { status: 404 }),
  'GET /v1beta/models': plain(),
  'GET /v1beta/models/*': plain({}, { status: 404 }),
  'POST /v1beta/models/*': plain({}, { status: 404 }),
}

const appFile = (ids: Ids): string => JSON.stringify(markedChat(`${ids.mark} new`, ids.variable))
const ofApp = (more: (own: Ids) => Filled = () => ({}), spares: readonly SpareName[] = []): Case =>
  call((x, own) => ({ params: { app_id: x.chatApp }, ...more(own) }), { spares })
const ofVersion = (more: Filled = {}, spares: readonly SpareName[] = []): Case =>
  shots(
    shot((x) => ({ params: { app_id: x.chatApp, version_id: x.chatVersion }, ...more }), { spares }),
    shot((x, own) => ({ params: { app_id: own.chatApp, version_id: x.chatVersion }, ...more }), { ...nested, spares }),
    shot((x, own) => ({ params: { app_id: x.chatApp, version_id: own.chatVersion }, ...more }), { spares }),
  )
const exported = shots(
  shot((x) => ({ params: { app_id: x.chatApp } })),
  shot((x, own) => ({ params: { app_id: own.chatApp }, query: { versionId: x.chatVersion } }), nested),
)

const management: Readonly<Record<string, Case>> = {
  'GET /healthz': plain(),
  'GET /readyz': plain(),
  'GET /metrics': plain(),
  'GET /api/openapi.json': plain(),
  'GET /api/setup': plain(),
  'POST /api/setup': call(
    (_, { mark }) => ({
      body: { token: 'setup-guess', email: `x.${mark}@example.org`, name: mark, password: PASSWORD },
    }),
    // The installation has its first account.
    { status: 409 },
  ),
  'POST /api/auth/login': call((x, own) => ({ body: { email: own.email, password: PASSWORD, tenantId: x.tenant } })),
  'POST /api/auth/refresh': call((x) => ({ body: { refreshToken: x.refreshToken } }), { spares: ['refreshToken'] }),
  'POST /api/auth/logout': plain({}, { spares: ['session'] }),
  'GET /api/auth/me': plain(),
  'PATCH /api/auth/me': call((_, { mark }) => ({ body: { name: `Me ${mark}` } })),
  'PUT /api/auth/password': plain({ body: { current: PASSWORD, next: PASSWORD } }),
  'POST /api/auth/switch': call((x) => ({ body: { tenantId: x.tenant } })),
  'GET /api/tenants': plain(),
  'POST /api/tenants': call((_, { mark }) => ({ body: { name: `Further tenant ${mark}` } })),
  'GET /api/members': plain(),
  // An address of another tenant's member is as good as one that nobody has.
  'POST /api/members': call((x) => ({ body: { email: x.email, role: 'viewer' } }), {
    spares: ['email'],
    takenBackBy: ({ invitation }) => ({
      route: 'DELETE /api/invitations/:invitation_id',
      filled: { params: { invitation_id: invitation.id } },
    }),
  }),
  'PATCH /api/members/:account_id': call((x) => ({ params: { account_id: x.account }, body: { role: 'viewer' } }), {
    spares: ['account'],
  }),
  'DELETE /api/members/:account_id': call((x) => ({ params: { account_id: x.account } }), { spares: ['account'] }),
  'GET /api/invitations': plain(),
  'DELETE /api/invitations/:invitation_id': call((x) => ({ params: { invitation_id: x.invitation } }), {
    spares: ['invitation'],
  }),
  'POST /api/invitations/accept': call((x) => ({ body: { token: x.invitationToken } }), {
    spares: ['invitationToMe'],
  }),
  'POST /api/invitations/join': call(
    (x, { mark }) => ({ body: { token: x.invitationToken, name: `Invited ${mark}`, password: PASSWORD } }),
    { spares: ['invitation'] },
  ),
  'GET /api/apps': call((x) => ({ query: { cursor: cursor(x.chatApp), limit: '100' } })),
  'POST /api/apps': call((_, { mark }) => ({ body: { mode: 'workflow', name: `Blank ${mark}` } })),
  'POST /api/apps/check': call((_, own) => ({ body: { text: appFile(own) } })),
  'POST /api/apps/import': call((_, own) => ({ body: { text: appFile(own) } })),
  'GET /api/apps/:app_id': ofApp(),
  'PATCH /api/apps/:app_id': ofApp(({ mark }) => ({ body: { description: `New words of ${mark}` } })),
  'DELETE /api/apps/:app_id': ofApp(undefined, ['app']),
  'POST /api/apps/:app_id/duplicate': ofApp(({ mark }) => ({ body: { name: `Copy ${mark}` } })),
  'GET /api/apps/:app_id/export': exported,
  'GET /api/apps/:app_id/export-with-secrets': exported,
  'GET /api/apps/:app_id/draft': ofApp(),
  'PUT /api/apps/:app_id/draft': ofApp((own) => ({ body: { text: appFile(own) } }), ['app']),
  'DELETE /api/apps/:app_id/draft': ofApp(undefined, ['app']),
  'POST /api/apps/:app_id/publish': ofApp(({ mark }) => ({ body: { note: `Version of ${mark}` } }), ['app']),
  'GET /api/apps/:app_id/versions': shots(
    shot((x) => ({ params: { app_id: x.chatApp } })),
    shot((x, own) => ({ params: { app_id: own.chatApp }, query: { cursor: cursor(x.chatVersion) } }), nested),
  ),
  'GET /api/apps/:app_id/versions/:version_id': ofVersion(),
  'POST /api/apps/:app_id/versions/:version_id/restore': ofVersion({ body: {} }, ['app']),
  'POST /api/apps/:app_id/versions/:version_id/publish': ofVersion({}, ['app']),
  'GET /api/apps/:app_id/diff': shots(
    shot((x) => ({ params: { app_id: x.chatApp } })),
    shot((x, own) => ({ params: { app_id: own.chatApp }, query: { from: x.chatVersion, to: 'draft' } }), nested),
    shot((x, own) => ({ params: { app_id: own.chatApp }, query: { from: 'draft', to: x.chatVersion } }), nested),
  ),
  'POST /api/apps/:app_id/runs': shots(
    shot((x, { mark }) => ({ params: { app_id: x.chatApp }, body: { query: mark } })),
    shot(
      (x, own) => ({ params: { app_id: own.chatApp }, body: { query: own.mark, versionId: x.chatVersion } }),
      nested,
    ),
    shot(
      (x, own) => ({
        params: { app_id: own.chatApp },
        body: { query: own.mark, conversationId: x.consoleConversation },
      }),
      { ...nested, spares: ['consoleConversation'] },
    ),
    // Talks of end users are not for members to go on with.
    shot((x, own) => ({ params: { app_id: own.chatApp }, body: { query: own.mark, conversationId: x.conversation } }), {
      ...nested,
      status: 404,
    }),
  ),
  'GET /api/keys': shots(
    shot((x) => ({ query: { appId: x.chatApp } })),
    shot((x) => ({ query: { cursor: cursor(x.key) } })),
  ),
  'POST /api/keys': call((x, { mark }) => ({ body: { scope: 'app', appId: x.chatApp, name: `New key ${mark}` } })),
  'DELETE /api/keys/:key_id': call((x) => ({ params: { key_id: x.key } }), { spares: ['key'] }),
  'GET /api/forms': shots(
    shot((x) => ({ query: { appId: x.workflowApp } })),
    shot((x) => ({ query: { runId: x.workflowRun } })),
    shot((x) => ({ query: { cursor: cursor(x.form) } }), { ofTenant: true }),
  ),
  'POST /api/forms/:form_id': call(
    (x, { mark }) => ({ params: { form_id: x.form }, body: { action: 'ok', inputs: { note: mark } } }),
    { spares: ['form'] },
  ),
  'GET /api/runs': shots(
    shot((x) => ({ query: { appId: x.chatApp } })),
    shot((x) => ({ query: { conversationId: x.conversation } })),
    shot((x) => ({ query: { cursor: cursor(x.chatRun), limit: '100' } })),
  ),
  'GET /api/runs/:run_id': call((x) => ({ params: { run_id: x.chatRun } })),
  'GET /api/runs/:run_id/events': call((x) => ({ params: { run_id: x.chatRun } })),
  'POST /api/runs/:run_id/stop': call((x) => ({ params: { run_id: x.chatLiveRun } }), { spares: ['chatLive'] }),
  'GET /api/usage': shots(
    // Of times that are given: otherwise two answers differ by the time between them.
    shot((x) => ({ query: { appId: x.chatApp, groupBy: 'user', ...SPAN } })),
    shot((x) => ({ query: { appId: x.chatApp, groupBy: 'app', ...SPAN } })),
  ),
  'GET /api/gateway/calls': call(() => ({ query: { limit: '10' } })),
  'GET /api/gateway/health': call(() => ({})),
  'GET /api/gateway/cache': plain(),
  'GET /api/gateway/cache/entries': call((x) => ({ query: { scope: x.tenant, limit: '5' } })),
  'POST /api/gateway/cache/invalidate': call((x) => ({ body: { scope: x.tenant, dryRun: true } })),
  'GET /api/conversations': shots(
    shot((x) => ({ query: { appId: x.chatApp } })),
    shot((x, own) => ({ query: { appId: own.chatApp, cursor: cursor(x.conversation) } }), nested),
  ),
  'GET /api/conversations/:conversation_id/messages': shots(
    shot((x) => ({ params: { conversation_id: x.conversation } })),
    shot((x, own) => ({ params: { conversation_id: own.conversation }, query: { cursor: cursor(x.message) } }), nested),
  ),
  'GET /api/files': call((x) => ({ query: { cursor: cursor(x.memberFile), limit: '100' } })),
  'POST /api/files': call((_, { mark }) => ({ form: documentForm(mark) })),
  'GET /api/files/:file_id': call((x) => ({ params: { file_id: x.memberFile } })),
  'GET /api/files/:file_id/content': shots(
    shot((x) => ({ params: { file_id: x.memberFile } })),
    shot((x) => ({ params: { file_id: x.upload }, query: { download: 'true' } })),
  ),
  'DELETE /api/files/:file_id': call((x) => ({ params: { file_id: x.memberFile } }), { spares: ['memberFile'] }),
  'GET /api/providers': plain(),
  'GET /api/models': plain(),
  'GET /api/gateway/limits': plain(),
  'PUT /api/gateway/limits/:name': plain({ params: { name: 'speed' }, body: { subject: 'key', requests: 1_000_000 } }),
  'DELETE /api/gateway/limits/:name': call((x) => ({ params: { name: x.limit } }), { spares: ['limit'] }),
  'GET /api/gateway/budgets': plain(),
  'PUT /api/gateway/budgets/:name': plain({
    params: { name: 'money' },
    body: { subject: 'tenant', window: 'month', limitUsd: '1000000' },
  }),
  'DELETE /api/gateway/budgets/:name': call((x) => ({ params: { name: x.budget } }), { spares: ['budget'] }),
  'GET /api/gateway/panels': plain(),
  'POST /api/gateway/panels/:name/feedback': plain({
    params: { name: 'jury' },
    body: { member: 'offline/heddle-offline', correct: true },
  }),
  'GET /api/gateway/routers': plain(),
  'POST /api/gateway/routers': call((_, own) => ({ body: { name: own.router, definition: routerOf(own) } }), {
    spares: ['routerName'],
  }),
  'GET /api/gateway/routers/:name': call((x) => ({ params: { name: x.router } })),
  'PUT /api/gateway/routers/:name': call((x, own) => ({
    params: { name: x.router },
    body: { definition: routerOf(own) },
  })),
  'DELETE /api/gateway/routers/:name': call((x) => ({ params: { name: x.router } }), { spares: ['router'] }),
  'POST /api/gateway/routers/:name/dry-run': call((x, { mark }) => ({
    params: { name: x.router },
    body: { messages: [{ role: 'user', content: mark }] },
  })),
  'GET /api/gateway/configuration': plain(),
  'POST /api/gateway/reload': plain(),
  'GET /api/settings': plain(),
  'PATCH /api/settings': call((_, { mark }) => ({ body: { tenantName: `Tenant ${mark}` } })),
}

export const accessCases: Readonly<Record<string, Case>> = { ...service, ...gateway, ...management }
