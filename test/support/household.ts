// Three apps of a tenant with everything that comes of using them: the ids that calls can name. A tenant has two such households,
// so that apps of one tenant can be told apart too.

import { fromWireId, type TenantId } from '../../src/product/ids.ts'
import type { TestApp, TestPlatform } from './platform.ts'
import { openStream, type ServiceFrame } from './service-stream.ts'
import { ASKS, markedChat, markedCompletion, markedWorkflow } from './tenant-apps.ts'
import type { VendorServer } from './vendors/vendor-server.ts'

/** Every id and secret a call may name, ids with their prefix. `mark` and `user` are texts, the same for all targets of one
 *  caller. */
export const ID_NAMES = [
  'tenant',
  'account',
  'invitation',
  'invitationToken',
  'email',
  'chatApp',
  'chatVersion',
  'chatRun',
  'chatTask',
  'chatLiveTask',
  'chatLiveRun',
  'conversation',
  'message',
  'variable',
  'endUser',
  'upload',
  'messageFile',
  'annotation',
  'job',
  'workflowApp',
  'workflowVersion',
  'workflowRun',
  'workflowTask',
  'workflowLiveTask',
  'workflowUpload',
  'form',
  'formToken',
  'completionApp',
  'completionMessage',
  'completionTask',
  'completionLiveTask',
  'completionUpload',
  'memberFile',
  'consoleConversation',
  'key',
  'refreshToken',
  'router',
  'limit',
  'budget',
] as const
export type IdName = (typeof ID_NAMES)[number]
export type Ids = Readonly<Record<IdName | 'mark' | 'user', string>>

export interface Household {
  readonly tenantId: TenantId
  readonly ids: Ids
  readonly keys: Readonly<Record<'chat' | 'workflow' | 'completion', string>>
}

export const USER = 'ada'
export const OTHER_USER = 'bob'

export interface Place {
  readonly platform: TestPlatform
  readonly vendor: VendorServer
  readonly tenantId: TenantId
  readonly mark: string
}

/** What tenants have beside their apps. */
export type TenantIds = Pick<
  Ids,
  | 'tenant'
  | 'account'
  | 'email'
  | 'memberFile'
  | 'key'
  | 'refreshToken'
  | 'invitation'
  | 'invitationToken'
  | 'router'
  | 'limit'
  | 'budget'
>

interface Furniture {
  /** The UUID of the chat's conversation variable. */
  readonly variable: string
  readonly owner: Call
}

export const furnish = async (
  place: Place,
  ofTenant: TenantIds,
  { variable, owner }: Furniture,
): Promise<Household> => {
  const { platform, tenantId, mark } = place
  const chat = await platform.addApp(markedChat(mark, variable), tenantId)
  const workflow = await platform.addApp(markedWorkflow(mark), tenantId)
  const completion = await platform.addApp(markedCompletion(mark), tenantId)
  const talk = await useChat(place, chat)
  const flow = await useWorkflow(place, workflow)
  const text = await useCompletion(place, completion)
  const consoleConversation = await talkInConsole(owner, chat.id, mark)
  return {
    tenantId,
    keys: { chat: chat.key, workflow: workflow.key, completion: completion.key },
    ids: { ...ofTenant, ...talk, ...flow, ...text, consoleConversation, variable, mark, user: USER },
  }
}

export type Call = { readonly url: string; readonly key: string }

export const request = async (
  { url, key }: Call,
  method: string,
  path: string,
  body?: object | FormData,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
): Promise<any> => {
  const isForm = body instanceof FormData
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && !isForm && { 'content-type': 'application/json' }) },
    ...(body && { body: isForm ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export const documentForm = (mark: string, user?: string): FormData => {
  const form = new FormData()
  if (user !== undefined) form.set('user', user)
  form.set('file', new File([`A document of ${mark}`], `notes ${mark}.txt`, { type: 'text/plain' }))
  return form
}

export const localFile = (id: string) => ({ type: 'document', transfer_method: 'local_file', upload_file_id: id })

const upload = (call: Call, mark: string, user = USER) =>
  request(call, 'POST', '/v1/files/upload', documentForm(mark, user))

/** Every frame of an answer to the end. */
const ask = async (call: Call, path: string, body: object): Promise<readonly ServiceFrame[]> => {
  const stream = await openStream(call, path, { user: USER, ...body })
  return stream.rest()
}

/** Starts a run whose model says its first words and no more. */
export const startLive = async (
  { platform, vendor, mark }: Place,
  key: string,
  path: string,
): Promise<ServiceFrame> => {
  vendor.reply({ text: `Words of ${mark} that never end, because the model holds them back.` })
  vendor.fault({ type: 'hold', afterBytes: 900 })
  const asked = vendor.nextRequest()
  const body = { inputs: { word: mark }, query: mark, user: USER }
  const stream = await openStream({ url: platform.url, key }, path, body)
  const { value: first } = await stream[Symbol.asyncIterator]().next()
  await asked
  stream.leave()
  vendor.reply({ text: 'Hello.' })
  return first
}

/** A conversation of a member, started by them. */
export const talkInConsole = async (member: Call, appId: string, mark: string): Promise<string> => {
  const stream = await openStream(member, `/api/apps/${appId}/runs`, { query: mark })
  const [first] = await stream.rest()
  return prefixed('conv', first?.conversation_id)
}

export const prefixed = (prefix: string, wire: string): string => {
  const id = fromWireId(prefix, wire)
  if (!id) throw new Error(`no ${prefix}: ${wire}`)
  return id
}

const useChat = async (place: Place, app: TestApp) => {
  const { platform, vendor, mark } = place
  const call = { url: platform.url, key: app.key }
  vendor.reply({ text: `An answer of ${mark}` })
  const attached = await upload(call, mark)
  const inputs = { word: mark, doc: localFile(attached.id) }
  const body = { inputs, query: `A question of ${mark}`, files: [localFile(attached.id)] }
  const frames = await ask(call, '/v1/chat-messages', body)
  await ask(call, '/v1/chat-messages', { ...body, user: OTHER_USER, inputs: {}, files: [] })
  const started = frames.find(({ event }) => event === 'workflow_started')
  if (!started) throw new Error(JSON.stringify(frames))
  const { conversation_id, message_id, task_id, workflow_run_id } = started
  const more = { query: `Another question of ${mark}`, inputs: {}, conversation_id }
  await ask(call, '/v1/chat-messages', more)
  const rating = { rating: 'like', user: USER, content: `A comment of ${mark}` }
  await request(call, 'POST', `/v1/messages/${message_id}/feedbacks`, rating)
  const annotation = { question: `Stored question of ${mark}`, answer: `Stored answer of ${mark}` }
  const { id: annotationId } = await request(call, 'POST', '/v1/apps/annotations', annotation)
  const model = { embedding_provider_name: 'offline', embedding_model_name: 'heddle-embed', score_threshold: 0.9 }
  const { job_id } = await request(call, 'POST', '/v1/apps/annotation-reply/enable', model)
  const live = await startLive(place, app.key, '/v1/chat-messages')
  const free = await upload(call, mark)
  return {
    chatApp: app.id,
    chatVersion: prefixed('ver', app.workflowId),
    chatRun: prefixed('run', workflow_run_id),
    chatTask: task_id as string,
    chatLiveTask: live.task_id as string,
    chatLiveRun: prefixed('run', live.workflow_run_id),
    conversation: prefixed('conv', conversation_id),
    message: prefixed('msg', message_id),
    endUser: prefixed('user', attached.created_by),
    upload: prefixed('file', free.id),
    messageFile: prefixed('file', attached.id),
    annotation: prefixed('ann', annotationId),
    job: prefixed('job', job_id),
  }
}

const useWorkflow = async (place: Place, app: TestApp) => {
  const { platform, vendor, mark } = place
  const call = { url: platform.url, key: app.key }
  vendor.reply({ text: `A result of ${mark}` })
  const [started] = await ask(call, '/v1/workflows/run', { inputs: { word: mark } })
  await ask(call, '/v1/workflows/run', { inputs: { word: mark }, user: OTHER_USER })
  const live = await startLive(place, app.key, '/v1/workflows/run')
  const file = await upload(call, mark)
  return {
    workflowApp: app.id,
    workflowVersion: prefixed('ver', app.workflowId),
    workflowRun: prefixed('run', started?.workflow_run_id),
    workflowTask: started?.task_id as string,
    workflowLiveTask: live.task_id as string,
    workflowUpload: prefixed('file', file.id),
    ...(await startAsking(call, mark)),
  }
}

/** A run that waits for people. */
export const startAsking = async (call: Call, mark: string) => {
  const frames = await ask(call, '/v1/workflows/run', { inputs: { word: `${mark} ${ASKS}` } })
  const form = frames.find(({ event }) => event === 'human_input_required')
  return { form: prefixed('form', form?.data.form_id), formToken: form?.data.form_token as string }
}

const useCompletion = async (place: Place, app: TestApp) => {
  const { platform, vendor, mark } = place
  const call = { url: platform.url, key: app.key }
  vendor.reply({ text: `A text of ${mark}` })
  const frames = await ask(call, '/v1/completion-messages', { inputs: { word: mark } })
  await ask(call, '/v1/completion-messages', { inputs: { word: mark }, user: OTHER_USER })
  const first = frames.find(({ event }) => event === 'message')
  const live = await startLive(place, app.key, '/v1/completion-messages')
  const file = await upload(call, mark)
  return {
    completionApp: app.id,
    completionMessage: prefixed('msg', first?.message_id),
    completionTask: first?.task_id as string,
    completionLiveTask: live.task_id as string,
    completionUpload: prefixed('file', file.id),
  }
}
