// The app calls of the Service API against its published document: our requests fit its schemas, our answers do, and our
// errors have its shape and its codes.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, humanInput, llm, start } from '../support/app-files.ts'
import { readOpenApi } from '../support/openapi.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const document = readOpenApi(new URL('../data/openapi/dify-service-api.json', import.meta.url))
const USER = 'ada'
const NOBODY = '00000000-0000-7000-8000-000000000000'

let vendor: VendorServer
let platform: TestPlatform
let chat: TestApp
let workflow: TestApp
let silent: TestApp
let completion: TestApp
const covered = new Set<string>()

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
type Body = any

interface Request {
  readonly app?: TestApp
  /** Of the address. */
  readonly at?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
  readonly status?: number
}

/** `GET /messages`, as the document names it. What is sent and what comes back are held against it. */
const call = async (name: string, { app = chat, at = {}, query = {}, body, status = 200 }: Request = {}) => {
  covered.add(name)
  const [method = '', path = ''] = name.split(' ')
  if (status < 400) {
    for (const [key, value] of Object.entries(query)) expect(document.parameterProblems(name, key, value)).toEqual([])
    if (body !== undefined && document.calls.get(name)?.requestBody) {
      expect(document.bodyProblems(name, body), name).toEqual([])
    }
  }
  const address = path.replace(/\{(\w+)\}/g, (_, key: string) => at[key] ?? '')
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString()
  const response = await fetch(`${platform.url}/v1${address}${search && `?${search}`}`, {
    method,
    headers: { authorization: `Bearer ${app.key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const read: Body = text === '' ? '' : JSON.parse(text)
  expect(response.status, `${name}: ${text}`).toBe(status)
  if (status < 400) expect(document.answerProblems(name, status, read), `${name}: ${text}`).toEqual([])
  else expect(read, name).toEqual(expectedError(status, read))
  return read
}

/** `{ code, message, status }`, and the field that is wrong when there is one. */
const expectedError = (status: number, { params }: Body) => ({
  code: expect.stringMatching(/^[a-z_]+$/),
  message: expect.any(String),
  status,
  ...(params !== undefined && { params: expect.any(String) }),
})

const say = async (query: string, conversation = '', user = USER): Promise<Body> => {
  vendor.reply({ text: `Answer to ${query}`, usage: { prompt: 5, completion: 6 } })
  const body = { inputs: { tone: 'dry' }, query, user, response_mode: 'blocking', conversation_id: conversation }
  return call('POST /chat-messages', { body })
}

beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
  const conversation = [
    { id: '11111111-1111-4111-8111-111111111111', name: 'count', value_type: 'number', value: 3, description: 'd' },
    { id: '22222222-2222-4222-8222-222222222222', name: 'seen', value_type: 'array[string]', value: ['a'] },
    { id: '33333333-3333-4333-8333-333333333333', name: 'mood', value_type: 'string', value: 'fine' },
  ]
  const controls = [
    { variable: 'tone', type: 'text-input', label: 'Tone', default: 'dry', max_length: 20 },
    { variable: 'story', type: 'paragraph' },
    { variable: 'kind', type: 'select', options: ['a', 'b'], default: 'a' },
    { variable: 'size', type: 'number', default: 1.0 },
    { variable: 'sure', type: 'checkbox', default: true },
    { variable: 'photo', type: 'file', allowed_file_types: ['image'], allowed_file_upload_methods: ['remote_url'] },
    { variable: 'photos', type: 'file-list', max_length: 3, allowed_file_types: ['image'] },
    { variable: 'data', type: 'json_object', json_schema: { type: 'object' } },
  ]
  chat = await platform.addApp(
    appFile({
      mode: 'advanced-chat',
      nodes: { start: start(...controls), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
      edges: chain('start', 'llm', 'answer'),
      conversation,
      features: {
        opening_statement: 'Hello',
        suggested_questions: ['How?'],
        suggested_questions_after_answer: { enabled: true },
        text_to_speech: { enabled: false },
        file_upload: { enabled: true, allowed_file_types: ['image'], number_limits: 2 },
      },
    }),
  )
  silent = await platform.addApp(
    appFile({
      mode: 'advanced-chat',
      nodes: { start: start(), answer: answer('{{#sys.query#}}') },
      edges: chain('start', 'answer'),
    }),
  )
  completion = await platform.addApp({
    version: '0.3.0',
    kind: 'app',
    app: { name: 'Test app', mode: 'completion', icon: '🧪', icon_background: '#FFFFFF', description: '' },
    model_config: {
      model: { provider: 'acme', name: 'acme-large', mode: 'chat', completion_params: {} },
      pre_prompt: 'Say {{word}}',
      user_input_form: [{ 'text-input': { variable: 'word', label: 'Word' } }],
    },
  })
  workflow = await platform.addApp(
    appFile({
      mode: 'workflow',
      nodes: { start: start({ variable: 'word', type: 'text-input' }), end: end({ said: ['start', 'word'] }) },
      edges: chain('start', 'end'),
    }),
  )
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
})

describe('messages', () => {
  it('are read, rated and followed up', async () => {
    const first = await say('one')
    const conversation = { conversation_id: first.conversation_id, user: USER }
    await say('two', first.conversation_id)
    const page = await call('GET /messages', { query: conversation })
    expect(page.data.map((message: Body) => message.query)).toEqual(['one', 'two'])
    expect(page.data[0]).toMatchObject({
      id: first.message_id,
      conversation_id: first.conversation_id,
      parent_message_id: null,
      answer: 'Answer to one',
      status: 'normal',
      feedback: null,
      message_files: [],
      agent_thoughts: [],
      message_tokens: 5,
      answer_tokens: 6,
      total_tokens: 11,
    })
    const at = { message_id: first.message_id }
    const rate = (rating: string | null, content?: string) =>
      call('POST /messages/{message_id}/feedbacks', { at, body: { rating, user: USER, ...(content && { content }) } })
    expect(await rate('like', 'good')).toEqual({ result: 'success' })
    await rate('dislike', 'bad')
    const rated = await call('GET /messages', { query: { ...conversation, limit: 1, first_id: page.data[1].id } })
    expect(rated.data.map((message: Body) => [message.id, message.feedback])).toEqual([
      [first.message_id, { rating: 'dislike' }],
    ])
    const all = await call('GET /app/feedbacks', { query: { page: 1, limit: 20 } })
    expect(all.data).toMatchObject([{ message_id: first.message_id, rating: 'dislike', content: 'bad' }])
    await rate(null)
    expect((await call('GET /app/feedbacks')).data).toEqual([])
    vendor.reply({ text: '["And then?", "Why?"]' })
    const next = await call('GET /messages/{message_id}/suggested', { at, query: { user: USER } })
    expect(next).toEqual({ result: 'success', data: ['And then?', 'Why?'] })
  })
})

describe('conversations', () => {
  it('are listed, named and removed', async () => {
    const user = 'grace'
    const ids: string[] = []
    for (const query of ['first', 'second', 'third']) ids.push((await say(query, '', user)).conversation_id)
    const [newest, middle] = [...ids].reverse() as [string, string]
    const page = await call('GET /conversations', { query: { user, limit: 2, sort_by: '-created_at' } })
    expect(page).toMatchObject({ limit: 2, has_more: true })
    expect(page.data.map((item: Body) => item.id)).toEqual([newest, middle])
    const rest = await call('GET /conversations', {
      query: { user, limit: 2, sort_by: '-created_at', last_id: middle },
    })
    expect(rest.data.map((item: Body) => item.id)).toEqual([ids[0]])
    const at = { conversation_id: newest }
    const named = await call('POST /conversations/{conversation_id}/name', { at, body: { name: 'Mine', user } })
    expect(named).toMatchObject({ id: newest, name: 'Mine', status: 'normal' })
    vendor.reply({ text: 'A title' })
    await call('POST /conversations/{conversation_id}/name', { at, body: { auto_generate: true, user } })
    await call('DELETE /conversations/{conversation_id}', { at, body: { user }, status: 204 })
    await call('GET /messages', { query: { conversation_id: newest, user }, status: 404 })
  })

  it('have variables', async () => {
    const at = { conversation_id: (await say('hello')).conversation_id }
    const name = 'GET /conversations/{conversation_id}/variables'
    const all = await call(name, { at, query: { user: USER } })
    expect(all.data.map((item: Body) => [item.name, item.value_type, item.value])).toEqual([
      ['count', 'number', '3'],
      ['seen', 'array[string]', '["a"]'],
      ['mood', 'string', 'fine'],
    ])
    const second = await call(name, { at, query: { user: USER, last_id: all.data[0].id, limit: 1 } })
    expect([second.has_more, second.data[0].name]).toEqual([true, 'seen'])
    const one = await call(name, { at, query: { user: USER, variable_name: 'mood' } })
    expect(one.data).toHaveLength(1)
    const set = (variableId: string, value: unknown, status = 200) =>
      call('PUT /conversations/{conversation_id}/variables/{variable_id}', {
        at: { ...at, variable_id: variableId },
        body: { value, user: USER },
        status,
      })
    expect(await set(all.data[2].id, 'great')).toMatchObject({ name: 'mood', value: 'great' })
    expect((await set(all.data[0].id, 'four', 400)).code).toBe('bad_request')
    expect((await set(NOBODY, 'x', 404)).code).toBe('not_found')
  })
})

describe('the app', () => {
  it('says what it is and what it asks for', async () => {
    for (const app of [chat, workflow, silent, completion]) {
      expect(await call('GET /info', { app })).toMatchObject({ name: 'Test app', tags: [], author_name: '' })
      await call('GET /meta', { app })
      expect(await call('GET /site', { app })).toMatchObject({ title: 'Test app', icon_type: 'emoji', icon: '🧪' })
    }
    const parameters = await call('GET /parameters', {})
    expect(parameters.user_input_form.map((item: object) => Object.keys(item))).toEqual(
      ['text-input', 'paragraph', 'select', 'number', 'checkbox', 'file', 'file-list', 'json_object'].map((kind) => [
        kind,
      ]),
    )
    expect(parameters).toMatchObject({
      opening_statement: 'Hello',
      suggested_questions: ['How?'],
      suggested_questions_after_answer: { enabled: true },
      annotation_reply: { enabled: false },
      file_upload: { enabled: true, number_limits: 2, allowed_file_types: ['image'], image: { enabled: false } },
      system_parameters: {
        file_size_limit: 15,
        image_file_size_limit: 10,
        audio_file_size_limit: 50,
        video_file_size_limit: 100,
        workflow_file_upload_limit: 10,
      },
    })
    expect(await call('GET /parameters', { app: workflow })).toMatchObject({
      sensitive_word_avoidance: { enabled: false, type: '', configs: [] },
      file_upload: {
        image: { enabled: false, number_limits: 3, detail: 'high', transfer_methods: ['remote_url', 'local_file'] },
      },
    })
  })

  it('knows its runs and its users', async () => {
    const body = { inputs: { word: 'needle' }, user: 'bob', response_mode: 'blocking' }
    const run = await call('POST /workflows/run', { app: workflow, body })
    await call('POST /workflows/{workflow_id}/run', { app: workflow, at: { workflow_id: workflow.workflowId }, body })
    await call('GET /workflows/run/{workflow_run_id}', { app: workflow, at: { workflow_run_id: run.workflow_run_id } })
    const logs = await call('GET /workflows/logs', {
      app: workflow,
      query: { keyword: 'needle', status: 'succeeded', page: 1, limit: 1, created_by_end_user_session_id: 'bob' },
    })
    expect(logs).toMatchObject({ page: 1, limit: 1, total: 2, has_more: true })
    expect(logs.data[0]).toMatchObject({
      created_from: 'service-api',
      created_by_role: 'end_user',
      created_by_end_user: { session_id: 'bob', type: 'service-api', is_anonymous: false },
      workflow_run: { status: 'succeeded', triggered_from: 'app-run', error: null },
    })
    const none = await call('GET /workflows/logs', {
      app: workflow,
      query: { created_at__before: '2020-01-01T00:00:00Z' },
    })
    expect(none).toMatchObject({ total: 0, data: [] })
    const at = { end_user_id: logs.data[0].created_by_end_user.id }
    expect(await call('GET /end-users/{end_user_id}', { app: workflow, at })).toMatchObject({ session_id: 'bob' })
    expect((await call('GET /end-users/{end_user_id}', { at, status: 404 })).code).toBe('end_user_not_found')
  })

  it('generates texts, which belong to no conversation', async () => {
    vendor.reply({ text: 'hello' })
    const body = { inputs: { word: 'hello' }, user: USER, response_mode: 'blocking' }
    const made = await call('POST /completion-messages', { app: completion, body })
    const at = { message_id: made.message_id }
    const like = { app: completion, at, body: { rating: 'like', user: USER } }
    await call('POST /messages/{message_id}/feedbacks', like)
    const { data } = await call('GET /app/feedbacks', { app: completion })
    expect(data).toMatchObject([{ message_id: made.message_id, rating: 'like' }])
    expect(data[0]).not.toHaveProperty('conversation_id')
    for (const name of ['GET /messages', 'GET /conversations']) {
      expect((await call(name, { app: completion, status: 400 })).code).toBe('not_chat_app')
    }
  })

  it('stops what nobody started', async () => {
    const stop = { at: { task_id: NOBODY }, body: { user: USER } }
    await call('POST /chat-messages/{task_id}/stop', stop)
    await call('POST /workflows/tasks/{task_id}/stop', { ...stop, app: workflow })
    await call('POST /completion-messages/{task_id}/stop', { ...stop, app: completion })
  })
})

describe('annotations', () => {
  it('are kept, changed, removed, and turned on and off', async () => {
    const made = await call('POST /apps/annotations', { body: { question: 'Refund?', answer: 'Yes' }, status: 201 })
    expect(made).toMatchObject({ question: 'Refund?', answer: 'Yes', hit_count: 0 })
    const at = { annotation_id: made.id }
    const changed = { question: 'Refund?', answer: 'Always' }
    expect(await call('PUT /apps/annotations/{annotation_id}', { at, body: changed })).toMatchObject(changed)
    const list = await call('GET /apps/annotations', { query: { page: 1, limit: 500, keyword: 'refund' } })
    expect(list).toMatchObject({ page: 1, limit: 100, total: 1, has_more: false, data: [{ id: made.id }] })
    const settings = {
      score_threshold: 0.9,
      embedding_provider_name: 'offline',
      embedding_model_name: 'heddle-embed',
    }
    for (const action of ['enable', 'disable']) {
      const job = await call('POST /apps/annotation-reply/{action}', { at: { action }, body: settings })
      expect(['waiting', 'processing']).toContain(job.job_status)
      await platform.platform.annotations.settled()
      const status = await call('GET /apps/annotation-reply/{action}/status/{job_id}', {
        at: { action, job_id: job.job_id },
      })
      expect(status).toEqual({ job_id: job.job_id, job_status: 'completed', error_msg: '' })
      expect((await call('GET /parameters')).annotation_reply).toEqual({ enabled: action === 'enable' })
    }
    await call('DELETE /apps/annotations/{annotation_id}', { at, status: 204 })
    await call('DELETE /apps/annotations/{annotation_id}', { at, status: 404 })
  })
})

describe('errors', () => {
  const settings = { score_threshold: 0.9, embedding_provider_name: 'x', embedding_model_name: 'y' }
  const rows: [string, string, () => Request, number, string][] = [
    ['no such conversation', 'GET /messages', () => ({ query: { conversation_id: NOBODY } }), 404, 'not_found'],
    ['no id of one', 'GET /messages', () => ({ query: { conversation_id: 'x' } }), 404, 'not_found'],
    ['no such last one', 'GET /conversations', () => ({ query: { last_id: NOBODY } }), 404, 'not_found'],
    ['a workflow', 'GET /messages', () => ({ app: workflow }), 400, 'not_chat_app'],
    ['a workflow', 'GET /conversations', () => ({ app: workflow }), 400, 'not_chat_app'],
    [
      'a workflow',
      'POST /conversations/{conversation_id}/name',
      () => ({ app: workflow, at: { conversation_id: NOBODY }, body: { name: 'x' } }),
      400,
      'not_chat_app',
    ],
    [
      'a workflow',
      'DELETE /conversations/{conversation_id}',
      () => ({ app: workflow, at: { conversation_id: NOBODY }, body: {} }),
      400,
      'not_chat_app',
    ],
    [
      'a workflow',
      'GET /messages/{message_id}/suggested',
      () => ({ app: workflow, at: { message_id: NOBODY }, query: { user: USER } }),
      400,
      'not_chat_app',
    ],
    [
      'no such message',
      'GET /messages/{message_id}/suggested',
      () => ({ at: { message_id: NOBODY }, query: { user: USER } }),
      404,
      'not_found',
    ],
    [
      'no user',
      'POST /messages/{message_id}/feedbacks',
      () => ({ at: { message_id: NOBODY }, body: { rating: 'like' } }),
      400,
      'invalid_param',
    ],
    [
      'no such message',
      'POST /messages/{message_id}/feedbacks',
      () => ({ at: { message_id: NOBODY }, body: { rating: 'like', user: USER } }),
      404,
      'not_found',
    ],
    [
      'no such conversation',
      'GET /conversations/{conversation_id}/variables',
      () => ({ at: { conversation_id: NOBODY } }),
      404,
      'not_found',
    ],
    [
      'no such annotation',
      'PUT /apps/annotations/{annotation_id}',
      () => ({ at: { annotation_id: NOBODY }, body: { question: 'q', answer: 'a' } }),
      404,
      'not_found',
    ],
    [
      'no such job',
      'GET /apps/annotation-reply/{action}/status/{job_id}',
      () => ({ at: { action: 'enable', job_id: NOBODY } }),
      400,
      'invalid_param',
    ],
    ['no such member', 'GET /workflows/logs', () => ({ query: { created_by_account: 'x@y.z' } }), 400, 'invalid_param'],
    [
      'no such run',
      'GET /workflows/run/{workflow_run_id}',
      () => ({ at: { workflow_run_id: NOBODY } }),
      404,
      'not_found',
    ],
    [
      'no such end user',
      'GET /end-users/{end_user_id}',
      () => ({ at: { end_user_id: NOBODY } }),
      404,
      'end_user_not_found',
    ],
  ]
  it.each(rows)('are as documented: %s, %s', async (_, name, request, status, code) => {
    const body = await call(name, { ...request(), status })
    expect(body.code).toBe(code)
    expect(document.errorCodes(name, status)).toContain(code)
  })

  const undocumented: [string, string, () => Request, string][] = [
    ['limits out of range', 'GET /messages', () => ({ query: { conversation_id: NOBODY, limit: 101 } }), 'limit'],
    ['limits out of range', 'GET /messages', () => ({ query: { conversation_id: NOBODY, limit: 0 } }), 'limit'],
    ['limits out of range', 'GET /conversations', () => ({ query: { limit: 101 } }), 'limit'],
    ['limits that are none', 'GET /conversations', () => ({ query: { limit: 'many' } }), 'limit'],
    ['unknown orders', 'GET /conversations', () => ({ query: { sort_by: 'name' } }), 'sort_by'],
    ['limits out of range', 'GET /workflows/logs', () => ({ app: workflow, query: { limit: 101 } }), 'limit'],
    ['pages out of range', 'GET /workflows/logs', () => ({ app: workflow, query: { page: 100_000 } }), 'page'],
    [
      'times that are none',
      'GET /workflows/logs',
      () => ({ app: workflow, query: { created_at__after: 'soon' } }),
      'created_at__after',
    ],
    ['unknown states', 'GET /workflows/logs', () => ({ app: workflow, query: { status: 'odd' } }), 'status'],
    ['limits out of range', 'GET /app/feedbacks', () => ({ query: { limit: 102 } }), 'limit'],
    ['pages below one', 'GET /apps/annotations', () => ({ query: { page: 0 } }), 'page'],
    ['empty questions', 'POST /apps/annotations', () => ({ body: { question: ' ', answer: 'a' } }), 'question'],
    [
      'unknown ratings',
      'POST /messages/{message_id}/feedbacks',
      () => ({ at: { message_id: NOBODY }, body: { rating: 'love', user: USER } }),
      'rating',
    ],
    [
      'no name and no wish for one',
      'POST /conversations/{conversation_id}/name',
      () => ({ at: { conversation_id: NOBODY }, body: {} }),
      'name',
    ],
    [
      'half of the settings',
      'POST /apps/annotation-reply/{action}',
      () => ({ at: { action: 'disable' }, body: { score_threshold: 0.5 } }),
      'embedding_provider_name',
    ],
    [
      'thresholds out of range',
      'POST /apps/annotation-reply/{action}',
      () => ({ at: { action: 'enable' }, body: { ...settings, score_threshold: 2 } }),
      'score_threshold',
    ],
    [
      'unknown actions',
      'POST /apps/annotation-reply/{action}',
      () => ({ at: { action: 'toggle' }, body: settings }),
      'action',
    ],
    [
      'odd names of variables',
      'GET /conversations/{conversation_id}/variables',
      () => ({ at: { conversation_id: NOBODY }, query: { variable_name: 'a b' } }),
      'variable_name',
    ],
  ]
  it.each(undocumented)('name the field: %s, %s', async (_, name, request, field) => {
    expect(await call(name, { ...request(), status: 400 })).toMatchObject({ code: 'invalid_param', params: field })
  })

  it('tell of features that are off, of ratings that are none, and of models that are missing', async () => {
    const body = { inputs: {}, query: 'hi', user: USER, response_mode: 'blocking' }
    const { message_id } = await call('POST /chat-messages', { app: silent, body })
    const at = { message_id }
    const off = { app: silent, at, query: { user: USER }, status: 400 }
    expect((await call('GET /messages/{message_id}/suggested', off)).code).toBe('bad_request')
    const revoke = { app: silent, at, body: { rating: null, user: USER }, status: 400 }
    expect((await call('POST /messages/{message_id}/feedbacks', revoke)).code).toBe('invalid_param')
    const enable = { at: { action: 'enable' }, body: settings, status: 400 }
    expect((await call('POST /apps/annotation-reply/{action}', enable)).code).toBe('provider_not_initialize')
  })
})

describe('forms', () => {
  const FORM = '/form/human_input/{form_token}'
  const inputs = [
    { type: 'paragraph', output_variable_name: 'note', default: { type: 'constant', selector: [], value: 'ok' } },
    {
      type: 'select',
      output_variable_name: 'size',
      option_source: { type: 'constant', selector: [], value: ['S', 'L'] },
    },
    { type: 'file', output_variable_name: 'proof', allowed_file_types: ['document'] },
    { type: 'file-list', output_variable_name: 'proofs', allowed_file_types: ['document'], number_limits: 2 },
  ]
  let flow: TestApp
  let talk: TestApp
  beforeAll(async () => {
    const nodes = { start: start({ variable: 'title', type: 'text-input' }), ask: humanInput({ inputs }) }
    flow = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: { ...nodes, last: end({ note: ['ask', 'note'] }) },
        edges: ['start>ask', 'ask:ok>last'],
      }),
    )
    talk = await platform.addApp(
      appFile({
        mode: 'advanced-chat',
        nodes: { ...nodes, last: answer('{{#ask.note#}}') },
        edges: ['start>ask', 'ask:ok>last'],
      }),
    )
  })
  const waiting = { inputs: {}, user: USER, response_mode: 'blocking' }
  const attachment = { type: 'document', transfer_method: 'remote_url', url: 'https://example.org/a.txt' }
  const filled = { note: 'fine', size: 'S', proof: attachment, proofs: [attachment] }

  it('are read, refused and answered as the document has it', async () => {
    const { data } = await call('POST /workflows/run', { app: flow, body: waiting })
    const at = { form_token: data.reasons[0].form_token }
    const form = await call(`GET ${FORM}`, { app: flow, at })
    expect(form.inputs.map(({ type }: Body) => type)).toEqual(['paragraph', 'select', 'file', 'file-list'])
    const wrong = { inputs: { ...filled, size: 'M' }, action: 'ok', user: USER }
    const refused = await call(`POST ${FORM}`, { app: flow, at, body: wrong, status: 400 })
    expect(refused.code).toBe('invalid_form_data')
    const body = { inputs: filled, action: 'ok', user: USER }
    expect(await call(`POST ${FORM}`, { app: flow, at, body })).toEqual({})
    expect((await call(`POST ${FORM}`, { app: flow, at, body, status: 412 })).code).toBe('human_input_form_submitted')
    expect((await call(`GET ${FORM}`, { app: flow, at: { form_token: 'x' }, status: 404 })).code).toBe('not_found')
  })

  it('stand in messages, before and after they are answered', async () => {
    const body = { ...waiting, query: 'May I?' }
    const { conversation_id, data } = await call('POST /chat-messages', { app: talk, body })
    const query = { conversation_id, user: USER }
    const before = await call('GET /messages', { app: talk, query })
    expect(before.data[0].extra_contents).toMatchObject([{ submitted: false, form_submission_data: null }])
    const at = { form_token: data.reasons[0].form_token }
    await call(`POST ${FORM}`, { app: talk, at, body: { inputs: filled, action: 'ok', user: USER } })
    const after = await call('GET /messages', { app: talk, query })
    expect(after.data[0].extra_contents).toMatchObject([{ submitted: true, form_definition: null }])
  })
})

/** Calls that answer with other things than JSON, or that the platform does not have. */
const ELSEWHERE: readonly (readonly [string, RegExp])[] = [
  ['knowledge is not there yet', /\/datasets|\/workspaces/],
  ['files and sounds are no JSON: service-api-frames.test.ts, files.test.ts, audio.test.ts', /\/files\/|audio/],
  ['streams: service-api-frames.test.ts', /\/events$/],
]

it('every call of the document was held against it', () => {
  const left = [...document.calls.keys()].filter(
    (name) => !covered.has(name) && !ELSEWHERE.some(([, pattern]) => pattern.test(name)),
  )
  expect(left).toEqual([])
})
