// A platform with something of everything, and for every operation one request that is right: what malformed ones are made from.
//
// T1  Each right request names targets that exist, and what it destroys is nobody else's target: all of them can be sent.

import { systemCaller } from '../../src/product/caller.ts'
import { toWireId } from '../../src/product/ids.ts'
import type { Operation } from '../../src/wire/operation.ts'
import { addMember } from './accounts.ts'
import { answer, appFile, basicApp, chain, end, humanInput, llm, start } from './app-files.ts'
import { OWNER } from './management.ts'
import type { TestApp, TestPlatform } from './platform.ts'

export interface Good {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** Whose key or token. Default: the workflow's key, or the owner's token. */
  readonly secret?: string
  /** Default: the least status of the operation. */
  readonly status?: number
}

export interface Targets {
  readonly apps: { readonly workflow: TestApp; readonly chat: TestApp; readonly completion: TestApp }
  readonly token: string
  /** By `METHOD /path`. */
  readonly goods: Readonly<Record<string, Good>>
}

export const keyOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): string => `${method} ${path}`

/** Parts of bodies that are objects: what else stands in one of which a single field is wrong. */
export const GOOD_PARTS: Readonly<Record<string, object>> = {
  icon: { type: 'emoji', value: '🧪' },
  files: { type: 'document', transfer_method: 'remote_url', url: 'http://example.com/a.pdf' },
}

export const FORM_BOUNDARY = 'XX'
export const fieldPart = (name: string, value: string): string =>
  `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

export const formText = (type = 'text/plain', name = 'a.txt', part = 'file'): string =>
  `--XX\r\nContent-Disposition: form-data; name="${part}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\nhello\r\n--XX--\r\n`

const FEATURES = {
  file_upload: {
    enabled: true,
    allowed_file_types: ['document'],
    allowed_file_upload_methods: ['local_file', 'remote_url'],
  },
  suggested_questions_after_answer: { enabled: true },
  speech_to_text: { enabled: true },
  text_to_speech: { enabled: true, voice: 'nova', language: 'en' },
}

const workflowFile = appFile({
  mode: 'workflow',
  nodes: {
    start: start({ variable: 'word', type: 'text-input', required: true, max_length: 8 }),
    end: end({ word: ['start', 'word'] }),
  },
  edges: chain('start', 'end'),
})

const askingFile = appFile({
  mode: 'workflow',
  nodes: {
    start: start(),
    people: humanInput({ form_content: 'Note: {{#$output.note#}}' }),
    end: end({ note: ['people', 'note'] }),
  },
  edges: ['start>people', 'people:ok>end'],
})

const chatFile = appFile({
  mode: 'advanced-chat',
  nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
  edges: chain('start', 'llm', 'answer'),
  conversation: [{ id: 'c1', name: 'mood', value_type: 'string', value: 'fine', description: '' }],
  features: FEATURES,
})

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
type Body = any

export const prepareTargets = async (platform: TestPlatform): Promise<Targets> => {
  const { accounts, keys, caller } = platform.platform
  await accounts.setUpLocally(OWNER)
  const signIn = () => accounts.signIn(OWNER.email, OWNER.password, { userAgent: 'test' })
  const { accessToken: token } = await signIn()
  const [workflow, chat, spare, drafted, dropped] = [
    await platform.addApp(workflowFile),
    await platform.addApp(chatFile),
    await platform.addApp(workflowFile),
    await platform.addApp(workflowFile),
    await platform.addApp(workflowFile),
  ]
  const completion = await platform.addApp(basicApp('completion'))
  const asking = await platform.addApp(askingFile)
  const apps = { workflow, chat, completion }

  const call = async (secret: string, method: string, path: string, body?: unknown): Promise<Body> => {
    const response = await fetch(platform.url + path, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body !== undefined &&
          (typeof body === 'string'
            ? { 'content-type': `multipart/form-data; boundary=${FORM_BOUNDARY}` }
            : { 'content-type': 'application/json' })),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  const person = { name: 'M', password: 'correct horse', role: 'viewer' } as const
  const member = (n: number) => addMember(accounts, caller, { ...person, email: `m${n}@example.org` })
  const invite = (n: number) => call(token, 'POST', '/api/members', { email: `i${n}@example.org`, role: 'viewer' })
  const [changed, removed, invited] = [await member(1), await member(2), await member(3)]
  const tenant = await call(token, 'POST', '/api/tenants', { name: 'Second' })
  const elsewhere = systemCaller(tenant.tenantId)
  const { token: forMember } = await accounts.invite(elsewhere, 'owner', { email: invited.email, role: 'viewer' })
  const { accessToken: ofInvited } = await accounts.signIn(invited.email, person.password, { userAgent: 'test' })
  const [revoked, opened] = [await invite(1), await invite(2)]
  for (const { id } of [drafted, dropped]) {
    const draft = await call(token, 'GET', `/api/apps/${id}/draft`)
    await call(token, 'PUT', `/api/apps/${id}/draft`, { text: draft.text.replace('Test app', 'Draft') })
  }
  const [kept, gone] = [
    await call(token, 'POST', '/api/files', formText()),
    await call(token, 'POST', '/api/files', formText()),
  ]
  const revocable = await keys.create(caller, { scope: 'app', appId: workflow.id, name: 'gone' })

  const run = await call(workflow.key, 'POST', '/v1/workflows/run', { inputs: { word: 'a' }, user: 'ada' })
  const upload = await call(chat.key, 'POST', '/v1/files/upload', `${userPart('ada')}${formText()}`)
  const files = [{ type: 'document', transfer_method: 'local_file', upload_file_id: upload.id }]
  const say = (more: object = {}) =>
    call(chat.key, 'POST', '/v1/chat-messages', { query: 'Hi', inputs: {}, user: 'ada', ...more })
  const [said, forgotten] = [await say({ files }), await say()]
  const written = await call(completion.key, 'POST', '/v1/completion-messages', { inputs: { query: 'q' }, user: 'ada' })
  const variables = await call(chat.key, 'GET', `/v1/conversations/${said.conversation_id}/variables?user=ada`)
  const annotate = (question: string) =>
    call(chat.key, 'POST', '/v1/apps/annotations', { question, answer: 'Later.', user: 'ada' })
  const [stored, removable] = [await annotate('When?'), await annotate('Where?')]
  const reply = { score_threshold: 0.9, embedding_provider_name: 'offline', embedding_model_name: 'heddle-embed' }
  const job = await call(chat.key, 'POST', '/v1/apps/annotation-reply/disable', reply)
  await platform.platform.annotations.settled()
  const endUser = await platform.database.kysely
    .selectFrom('end_users')
    .select('id')
    .where('app_id', '=', workflow.id)
    .executeTakeFirstOrThrow()

  const router = { name: 'first' }
  for (const name of ['first', 'spare']) {
    const definition = { default: { targets: 'acme/acme-large' } }
    await call(token, 'POST', '/api/gateway/routers', { name, definition })
  }
  await call(token, 'PUT', '/api/gateway/limits/speed', { subject: 'user', requests: 1_000_000 })
  const money = { subject: 'user', window: 'month', limitUsd: '1000000' }
  await call(token, 'PUT', '/api/gateway/budgets/money', money)
  const conversation = { conversation_id: said.conversation_id as string }
  const message = { message_id: said.message_id as string }
  const user = { user: 'ada' }
  const ofChat = { secret: chat.key }
  const ask = async () =>
    (await call(asking.key, 'POST', '/v1/workflows/run', { inputs: {}, user: 'ada' })).data.reasons[0]
  const [shown, answered, ofMember] = [await ask(), await ask(), await ask()]
  const filled = { action: 'ok', inputs: { note: 'n' } }
  const ofCompletion = { secret: completion.key }
  const ofGateway = { secret: (await keys.create(caller, { scope: 'gateway', name: 'models' })).secret }
  const runBody = { inputs: { word: 'x' }, user: 'ada' }
  const app = { app_id: workflow.id }
  const version = { version_id: `ver_${workflow.workflowId}` }
  const { text } = await call(token, 'GET', `/api/apps/${workflow.id}/draft`)
  const text8 = { question: 'Who?', answer: 'She.' }

  const goods: Record<string, Good> = {
    'GET /v1/': {},
    'POST /v1/chat-messages': { ...ofChat, body: { query: 'Hi', inputs: {}, user: 'ada' } },
    'POST /v1/chat-messages/{task_id}/stop': { ...ofChat, params: { task_id: said.task_id }, body: user },
    'GET /v1/chat-messages/{task_id}/events': { ...ofChat, params: { task_id: said.task_id }, query: user },
    'POST /v1/completion-messages': { ...ofCompletion, body: { query: 'q', inputs: {}, user: 'ada' } },
    'POST /v1/completion-messages/{task_id}/stop': {
      ...ofCompletion,
      params: { task_id: written.task_id },
      body: user,
    },
    'GET /v1/completion-messages/{task_id}/events': {
      ...ofCompletion,
      params: { task_id: written.task_id },
      query: user,
    },
    'POST /v1/workflows/run': { body: runBody },
    'POST /v1/workflows/{workflow_id}/run': { params: { workflow_id: workflow.workflowId }, body: runBody },
    'GET /v1/workflows/run/{workflow_run_id}': { params: { workflow_run_id: run.workflow_run_id } },
    'GET /v1/workflows/logs': {},
    'POST /v1/workflows/tasks/{task_id}/stop': { params: { task_id: run.task_id }, body: user },
    'GET /v1/workflow/{workflow_run_id}/events': { params: { workflow_run_id: run.workflow_run_id }, query: user },
    'GET /v1/messages': { ...ofChat, query: { ...user, ...conversation } },
    'GET /v1/messages/{message_id}/suggested': { ...ofChat, params: message, query: user },
    'POST /v1/messages/{message_id}/feedbacks': { ...ofChat, params: message, body: { rating: 'like', ...user } },
    'GET /v1/app/feedbacks': ofChat,
    'GET /v1/conversations': { ...ofChat, query: user },
    'POST /v1/conversations/{conversation_id}/name': {
      ...ofChat,
      params: conversation,
      body: { name: 'Talk', ...user },
    },
    'PATCH /v1/conversations/{conversation_id}': { ...ofChat, params: conversation, body: { name: 'Talk', ...user } },
    'DELETE /v1/conversations/{conversation_id}': {
      ...ofChat,
      params: { conversation_id: forgotten.conversation_id },
      body: user,
    },
    'GET /v1/conversations/{conversation_id}/variables': { ...ofChat, params: conversation, query: user },
    'PUT /v1/conversations/{conversation_id}/variables/{variable_id}': {
      ...ofChat,
      params: { ...conversation, variable_id: variables.data[0].id },
      body: { value: 'glad', ...user },
    },
    'POST /v1/files/upload': ofChat,
    'GET /v1/files/{file_id}/preview': { ...ofChat, params: { file_id: upload.id } },
    'GET /v1/end-users/{end_user_id}': { params: { end_user_id: toWireId(endUser.id) } },
    'POST /v1/audio-to-text': ofChat,
    'POST /v1/text-to-audio': { ...ofChat, body: { text: 'Hello', ...user } },
    'GET /v1/info': {},
    'GET /v1/parameters': {},
    'GET /v1/meta': {},
    'GET /v1/site': {},
    'GET /v1/apps/annotations': ofChat,
    'POST /v1/apps/annotations': { ...ofChat, body: text8 },
    'PUT /v1/apps/annotations/{annotation_id}': { ...ofChat, params: { annotation_id: stored.id }, body: text8 },
    'DELETE /v1/apps/annotations/{annotation_id}': { ...ofChat, params: { annotation_id: removable.id } },
    'POST /v1/apps/annotation-reply/{action}': { ...ofChat, params: { action: 'disable' }, body: reply },
    'GET /v1/apps/annotation-reply/{action}/status/{job_id}': {
      ...ofChat,
      params: { action: 'disable', job_id: job.job_id },
    },

    'POST /v1/embeddings': { ...ofGateway, body: { model: 'acme/vectors', input: 'x' } },
    'POST /v1/moderations': { ...ofGateway, body: { model: 'acme/judge', input: 'x' } },
    'POST /v1/rerank': { ...ofGateway, body: { model: 'acme/order', query: 'x', documents: ['y'] } },
    'POST /v1/audio/transcriptions': ofGateway,
    // The vendor cannot translate.
    'POST /v1/audio/translations': { ...ofGateway, status: 400 },
    'POST /v1/audio/speech': { ...ofGateway, body: { model: 'acme/mouth', input: 'x' } },
    'GET /v1/models': ofGateway,
    'GET /v1/models/{model}': { ...ofGateway, params: { model: 'first' } },
    'GET /v1/models/health': ofGateway,

    'GET /api/setup': {},
    'POST /api/setup': { body: { token: 'x', ...OWNER }, status: 409 },
    'POST /api/auth/login': { body: { email: OWNER.email, password: OWNER.password } },
    'POST /api/auth/refresh': { body: { refreshToken: (await signIn()).refreshToken } },
    'POST /api/auth/logout': { secret: (await signIn()).accessToken },
    'GET /api/auth/me': {},
    'PATCH /api/auth/me': { body: { name: 'Olga' } },
    'PUT /api/auth/password': { body: { current: OWNER.password, next: 'correct horse staple' } },
    'POST /api/auth/switch': { body: { tenantId: tenant.tenantId } },
    'GET /api/tenants': {},
    'POST /api/tenants': { body: { name: 'Third' } },
    'GET /api/members': {},
    'POST /api/members': { body: { email: 'n@example.org', role: 'viewer' } },
    'PATCH /api/members/{account_id}': { params: { account_id: changed.id }, body: { role: 'editor' } },
    'DELETE /api/members/{account_id}': { params: { account_id: removed.id } },
    'GET /api/invitations': {},
    'DELETE /api/invitations/{invitation_id}': { params: { invitation_id: revoked.invitation.id } },
    'POST /api/invitations/accept': { secret: ofInvited, body: { token: forMember } },
    'POST /api/invitations/join': { body: { token: opened.token, name: 'N', password: 'correct horse' } },
    'GET /api/apps': {},
    'POST /api/apps': { body: { mode: 'workflow', name: 'New' } },
    'POST /api/apps/check': { body: { text } },
    'POST /api/apps/import': { body: { text } },
    'GET /api/apps/{app_id}': { params: app },
    'PATCH /api/apps/{app_id}': { params: app, body: { name: 'Renamed' } },
    'DELETE /api/apps/{app_id}': { params: { app_id: spare.id } },
    'POST /api/apps/{app_id}/duplicate': { params: app, body: { name: 'Twin' } },
    'GET /api/apps/{app_id}/export': { params: app },
    'GET /api/apps/{app_id}/export-with-secrets': { params: app },
    'GET /api/apps/{app_id}/draft': { params: app },
    'PUT /api/apps/{app_id}/draft': { params: app, body: { text } },
    'DELETE /api/apps/{app_id}/draft': { params: { app_id: dropped.id } },
    'POST /api/apps/{app_id}/publish': { params: { app_id: drafted.id }, body: { name: 'Two' } },
    'GET /api/apps/{app_id}/versions': { params: app },
    'GET /api/apps/{app_id}/versions/{version_id}': { params: { ...app, ...version } },
    'POST /api/apps/{app_id}/versions/{version_id}/restore': { params: { ...app, ...version }, body: {} },
    'POST /api/apps/{app_id}/versions/{version_id}/publish': { params: { ...app, ...version } },
    'GET /api/apps/{app_id}/diff': { params: app, query: { from: 'published', to: 'published' } },
    'POST /api/apps/{app_id}/runs': { params: app, body: { inputs: { word: 'x' } } },
    'GET /api/keys': {},
    'POST /api/keys': { body: { scope: 'app', appId: workflow.id, name: 'New' } },
    'DELETE /api/keys/{key_id}': { params: { key_id: revocable.key.id } },
    'GET /api/runs': {},
    'GET /api/runs/{run_id}': { params: { run_id: `run_${run.workflow_run_id}` } },
    'GET /api/runs/{run_id}/events': { params: { run_id: `run_${run.workflow_run_id}` } },
    'POST /api/runs/{run_id}/stop': { params: { run_id: `run_${run.workflow_run_id}` } },
    'GET /api/conversations': { query: { appId: chat.id } },
    'GET /api/conversations/{conversation_id}/messages': {
      params: { conversation_id: `conv_${said.conversation_id}` },
    },
    'GET /api/files': {},
    'POST /api/files': {},
    'GET /api/files/{file_id}': { params: { file_id: kept.id } },
    'GET /api/files/{file_id}/content': { params: { file_id: kept.id } },
    'DELETE /api/files/{file_id}': { params: { file_id: gone.id } },
    'GET /api/usage': {},
    'GET /v1/form/human_input/{form_token}': { secret: asking.key, params: { form_token: shown.form_token } },
    'POST /v1/form/human_input/{form_token}': {
      secret: asking.key,
      params: { form_token: answered.form_token },
      body: { ...filled, user: 'ada' },
    },
    'GET /api/forms': {},
    'POST /api/forms/{form_id}': { params: { form_id: `form_${ofMember.form_id}` }, body: filled },
    'GET /api/gateway/cache': {},
    'GET /api/gateway/cache/entries': {},
    'POST /api/gateway/cache/invalidate': { body: { dryRun: true } },
    'POST /v1/messages/count_tokens': {
      ...ofGateway,
      body: { model: 'acme/acme-large', messages: [{ role: 'user', content: 'x' }] },
    },
    'GET /api/gateway/calls': {},
    'GET /api/gateway/health': {},
    'GET /api/providers': {},
    'GET /api/models': {},
    'GET /api/gateway/limits': {},
    'PUT /api/gateway/limits/{name}': { params: { name: 'speed' }, body: { subject: 'key', requests: 1_000_000 } },
    'DELETE /api/gateway/limits/{name}': { params: { name: 'speed' } },
    'GET /api/gateway/budgets': {},
    'PUT /api/gateway/budgets/{name}': {
      params: { name: 'money' },
      body: { subject: 'tenant', window: 'month', limitUsd: '1000000' },
    },
    'DELETE /api/gateway/budgets/{name}': { params: { name: 'money' } },
    'GET /api/gateway/panels': {},
    'POST /api/gateway/panels/{name}/feedback': {
      params: { name: 'jury' },
      body: { member: 'offline/heddle-offline', correct: true },
    },
    'GET /api/gateway/routers': {},
    'POST /api/gateway/routers': { body: { name: 'second', definition: { default: { targets: 'acme/acme-large' } } } },
    'GET /api/gateway/routers/{name}': { params: router },
    'PUT /api/gateway/routers/{name}': { params: router, body: { definition: { default: { targets: 'acme/a' } } } },
    'DELETE /api/gateway/routers/{name}': { params: { name: 'spare' } },
    'POST /api/gateway/routers/{name}/dry-run': {
      params: router,
      body: { messages: [{ role: 'user', content: 'Hi' }], metadata: { tier: 'gold' } },
    },
    'GET /api/gateway/configuration': {},
    'POST /api/gateway/reload': {},
    'GET /api/settings': {},
    'PATCH /api/settings': { body: { tenantName: 'Ours' } },
  }
  return { apps, token, goods }
}

const userPart = (user: string): string => fieldPart('user', user)
