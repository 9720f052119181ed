// Requests that no honest client sends. Each gets a typed refusal below 500 that names the field where one is wrong, and
// after each the server still answers a good request.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { post } from '../support/service-stream.ts'
import { sendBytes } from '../support/wire-requests.ts'

const BODY_LIMIT = 200_000
const RUN = '/v1/workflows/run'
const CHAT = '/v1/chat-messages'
const SOME_ID = '0190aaaa-0000-7000-8000-000000000000'

let platform: TestPlatform
let workflow: TestApp
let chat: TestApp
let foreign: TestApp
let plain: TestApp
let revoked: string
const rejections: unknown[] = []
const onRejection = (reason: unknown) => void rejections.push(reason)

beforeAll(async () => {
  process.on('unhandledRejection', onRejection)
  platform = await startPlatform({ server: { bodyLimitBytes: BODY_LIMIT } })
  const variables = start(
    { variable: 'word', type: 'text-input', required: true, max_length: 8 },
    { variable: 'kind', type: 'select', options: ['a', 'b'] },
    { variable: 'count', type: 'number' },
    { variable: 'yes', type: 'checkbox' },
    { variable: 'data', type: 'json_object' },
    { variable: 'paper', type: 'file', allowed_file_types: ['document'], allowed_file_upload_methods: ['remote_url'] },
    { variable: 'papers', type: 'file-list', max_length: 2, allowed_file_types: ['document'] },
  )
  const workflowFile = appFile({
    mode: 'workflow',
    nodes: { start: variables, end: end({ word: ['start', 'word'] }) },
    edges: chain('start', 'end'),
  })
  workflow = await platform.addApp(workflowFile)
  foreign = await platform.addApp(workflowFile, 'tenant_00000000-0000-7000-8000-0000000000ff')
  chat = await platform.addApp(
    appFile({
      mode: 'advanced-chat',
      nodes: { start: start(), answer: answer('{{#sys.query#}}') },
      edges: chain('start', 'answer'),
    }),
  )
  plain = await platform.addApp({
    version: '0.3.0',
    kind: 'app',
    app: { name: 'Plain', mode: 'chat' },
    model_config: { model: { provider: 'acme', name: 'm', mode: 'chat', completion_params: {} } },
  })
  const { keys, caller } = platform.platform
  const { key, secret } = await keys.create(caller, { scope: 'app', appId: workflow.id, name: 'gone' })
  await keys.revoke(caller, key.id)
  revoked = secret
})
afterAll(async () => {
  process.off('unhandledRejection', onRejection)
  await platform.close()
  expect(platform.logged).toEqual([])
  expect(rejections).toEqual([])
})

/** Whose key; `none` sends no header. */
type Key = 'workflow' | 'chat' | 'plain' | 'foreign' | 'revoked' | 'none'

interface BadRequest {
  readonly title: string
  readonly method?: string
  readonly path?: string
  readonly key?: Key
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly status: number
  readonly code: string
  /** The field that the refusal names. */
  readonly field?: string
}

const secretOf = (key: Key): string | undefined =>
  ({ workflow: workflow.key, chat: chat.key, plain: plain.key, foreign: foreign.key, revoked, none: undefined })[key]

const send = (bad: BadRequest): Promise<Response> => {
  const secret = secretOf(bad.key ?? 'workflow')
  return fetch(platform.url + (bad.path ?? RUN), {
    method: bad.method ?? 'POST',
    headers: {
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
      'content-type': 'application/json',
      ...bad.headers,
    },
    ...((bad.method ?? 'POST') !== 'GET' && { body: bad.raw ?? JSON.stringify(bad.body ?? {}) }),
  })
}

const check = async (bad: BadRequest): Promise<void> => {
  const response = await send(bad)
  const text = await response.text()
  const { code, message, status, params, ...rest } = JSON.parse(text)
  expect({ code, status, http: response.status }, text).toEqual({
    code: bad.code,
    status: bad.status,
    http: bad.status,
  })
  expect(rest).toEqual({})
  expect(message).toMatch(/\S/)
  expect(text.length).toBeLessThan(2_000)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  expect(response.headers.get('x-request-id')).toMatch(/^req_/)
  expect(response.headers.has('allow')).toBe(bad.status === 405)
  expect(response.headers.get('www-authenticate')).toBe(bad.status === 401 ? 'Bearer realm="api"' : null)
  if (bad.field !== undefined) {
    expect(params).toBe(bad.field)
    expect(message).toContain(bad.field.replace(/^inputs\./, ''))
  }
  const good = await post({ url: platform.url, key: workflow.key }, RUN, { inputs: { word: 'ok' }, user: 'u' })
  expect(await good.json()).toMatchObject({ data: { status: 'succeeded', outputs: { word: 'ok' } } })
}

const GOOD_RUN = { inputs: { word: 'x' }, user: 'u', response_mode: 'blocking' }
const GOOD_CHAT = { inputs: {}, user: 'u', query: 'q', response_mode: 'blocking' }
const invalid = { status: 400, code: 'invalid_param' } as const
const unauthorized = { status: 401, code: 'unauthorized' } as const
const notFound = { status: 404, code: 'not_found' } as const
const wrongMethod = { status: 405, code: 'method_not_allowed' } as const

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text
}
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = { a: value }
  return value
}
const ABSENT = undefined

/** Values a field must not have. `undefined` leaves it out. */
const fieldCases = (
  path: string,
  key: Key,
  good: object,
  wrong: Readonly<Record<string, readonly unknown[]>>,
): BadRequest[] =>
  Object.entries(wrong).flatMap(([field, values]) =>
    values.map((value) => ({
      title: `${path} ${field} = ${show(value)}`,
      path,
      key,
      body: { ...good, [field]: value },
      field,
      ...invalid,
    })),
  )

const NO_TEXT = [true, 12, {}, [], ['x'], 1.5]
const NO_MAP = [ABSENT, null, 'x', 1, true, [], [{}]]
const NO_USER = [ABSENT, null, '', '  ', {}, [], ['u'], 'a\0b', 'x'.repeat(256)]
const NO_MODE = ['stream', '', 'STREAMING', 1, true, {}, [], 'blocking ']
const NO_FILES = ['x', 1, true, {}]

const fields: BadRequest[] = [
  ...fieldCases(RUN, 'workflow', GOOD_RUN, { inputs: NO_MAP, user: NO_USER, response_mode: NO_MODE, files: NO_FILES }),
  ...fieldCases(CHAT, 'chat', GOOD_CHAT, {
    inputs: NO_MAP,
    user: NO_USER,
    response_mode: NO_MODE,
    files: NO_FILES,
    query: [ABSENT, null, '', '\0', ...NO_TEXT],
    conversation_id: [...NO_TEXT, 'x', 'conv_1', `${SOME_ID}0`, `../${SOME_ID}`, 'x'.repeat(10_000), '\0', "' or 1=1"],
    workflow_id: NO_TEXT,
  }),
  ...fieldCases('/v1/chat-messages/x/stop', 'chat', {}, { user: NO_USER }),
  ...fieldCases('/v1/workflows/tasks/x/stop', 'workflow', {}, { user: NO_USER }),
]

const inputCases: BadRequest[] = Object.entries({
  word: [ABSENT, null, 1, true, {}, [], ['x'], 'x'.repeat(9), nested(3), { constructor: 'x' }],
  kind: ['c', 1, true, {}, [], 'a '],
  count: ['many', true, {}, [], '1e', '0x10', '--1'],
  yes: ['maybe', 2, {}, [], ''],
  data: ['x', 1, true, [], '[]', '{', 'null'],
  paper: [
    'x',
    1,
    {},
    [],
    { type: 'document' },
    { type: 'document', transfer_method: 'remote_url', url: 7 },
    { type: 'banana', transfer_method: 'remote_url', url: 'http://example.com/a.pdf' },
    { type: 'image', transfer_method: 'remote_url', url: 'http://example.com/a.png' },
    { type: 'document', transfer_method: 'tool_file', url: 'http://example.com/a.pdf' },
    { dify_model_identity: '__dify__file__', type: 'document', transfer_method: 'tool_file', related_id: SOME_ID },
  ],
  papers: ['x', 1, {}, [1], ['x'], [{}], [null], [[]]],
}).flatMap(([name, values]) =>
  values.map((value) => ({
    title: `input ${name} = ${show(value)}`,
    body: { ...GOOD_RUN, inputs: { word: 'x', [name]: value } },
    field: `inputs.${name}`,
    ...invalid,
  })),
)

const BAD_URLS = [
  '',
  'x',
  '/etc/passwd',
  'file:///etc/passwd',
  'ftp://example.com/a',
  'data:text/plain,x',
  'javascript:alert(1)',
  'http://',
  'http://127.0.0.1/a.pdf',
  'http://127.1/a.pdf',
  'http://2130706433/a.pdf',
  'http://0x7f.1/a.pdf',
  'http://localhost:3210/a.pdf',
  'http://LOCALHOST./a.pdf',
  'http://10.0.0.1/a.pdf',
  'http://169.254.169.254/latest/meta-data',
  'http://metadata.google.internal/x',
  'http://[::1]/a.pdf',
  'http://[::ffff:127.0.0.1]/a.pdf',
  'http://[fd00::1]/a.pdf',
  'http://0.0.0.0/a.pdf',
]
const fileCases: BadRequest[] = BAD_URLS.flatMap((url) => {
  const reference = { type: 'document', transfer_method: 'remote_url', url }
  const request = (title: string, key: Key, path: string, body: object, field: string): BadRequest => ({
    title: `${title} = ${url}`,
    key,
    path,
    body,
    field,
    ...invalid,
  })
  return [
    request('files[0].url', 'chat', CHAT, { ...GOOD_CHAT, files: [reference] }, 'files[0].url'),
    request('paper.url', 'workflow', RUN, { ...GOOD_RUN, inputs: { word: 'x', paper: reference } }, 'inputs.paper.url'),
  ]
})
const referenceCases: BadRequest[] = (
  [
    [null, 'files[0]'],
    ['x', 'files[0]'],
    [[], 'files[0]'],
    [{}, 'files[0].type'],
    [{ type: 1, transfer_method: 'remote_url' }, 'files[0].type'],
    [{ type: 'document' }, 'files[0].transfer_method'],
    [{ type: 'document', transfer_method: 'tool_file' }, 'files[0].transfer_method'],
    [{ type: 'document', transfer_method: 'remote_url' }, 'files[0].url'],
    [{ type: 'document', transfer_method: 'remote_url', url: 5 }, 'files[0].url'],
    [{ type: 'document', transfer_method: 'local_file' }, 'files[0]'],
    [{ type: 'document', transfer_method: 'local_file', upload_file_id: SOME_ID }, 'files[0]'],
    [{ type: 'document', transfer_method: 'local_file', upload_file_id: '../../heddle.db' }, 'files[0]'],
    [{ type: 'document', transfer_method: 'local_file', upload_file_id: {} }, 'files[0].upload_file_id'],
  ] as const
).map(([reference, field]) => ({
  title: `files[0] = ${show(reference)}`,
  key: 'chat',
  path: CHAT,
  body: { ...GOOD_CHAT, files: [reference] },
  field,
  ...invalid,
}))

const bytes = (...parts: (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : [...part])))

const bodies: BadRequest[] = [
  ...['[]', '"x"', '1', 'true', 'null', '1e999', '[[[[]]]]', '[{"inputs":{}}]'].map((raw) => ({ raw, ...invalid })),
  ...['{', '}', '{"inputs":', '{inputs: {}}', "{'inputs': {}}", '{"user":"u",}', '{"a":1}{', 'undefined', 'NaN'].map(
    (raw) => ({ raw, ...invalid }),
  ),
  ...['{"user":"\\x"}', '{"user":"\\u12"}', '{"user":"\n"}', '{"user":"u"', '\0', '{"a":01}', '{"a":1.}', '﻿x'].map(
    (raw) => ({ raw, ...invalid }),
  ),
  { raw: '', ...invalid, field: 'inputs' },
  { raw: ' ', ...invalid },
  { raw: bytes('{"inputs":{"word":"', [0xff, 0xfe], '"},"user":"u"}'), ...invalid },
  { raw: bytes('{"inputs":{"word":"', [0xc3], '"},"user":"u"}'), ...invalid },
  { raw: bytes('{"inputs":{"word":"', [0xed, 0xa0, 0x80], '"},"user":"u"}'), ...invalid },
  { raw: bytes([0x1f, 0x8b, 0x08, 0, 0, 0]), ...invalid },
  { raw: '['.repeat(100_000), ...invalid },
  { raw: '{"a":'.repeat(30_000), ...invalid },
  { raw: `{"inputs":${'{"a":'.repeat(600)}1${'}'.repeat(600)},"user":"u"}`, ...invalid },
  {
    raw: JSON.stringify({ ...GOOD_RUN, inputs: { word: 'x'.repeat(BODY_LIMIT) } }),
    status: 413,
    code: 'request_entity_too_large',
  },
  { raw: 'x'.repeat(BODY_LIMIT + 1), status: 413, code: 'request_entity_too_large' },
  { raw: '{"__proto__":{"inputs":{"word":"x"},"user":"u"}}', ...invalid, field: 'inputs' },
  { raw: '{"constructor":{"prototype":{"user":"u"}},"inputs":{"word":"x"}}', ...invalid, field: 'user' },
  { raw: '{"inputs":{"__proto__":{"word":"x"}},"user":"u"}', ...invalid, field: 'inputs.word' },
  { raw: '{"inputs":{"word":{"__proto__":{"toString":1}}},"user":"u"}', ...invalid, field: 'inputs.word' },
  { raw: '{"inputs":{"word":"x"},"user":{"toString":"u"}}', ...invalid, field: 'user' },
].map((bad) => ({
  title: `body ${show(typeof bad.raw === 'string' ? bad.raw : Buffer.from(bad.raw).toString('latin1'))}`,
  ...bad,
}))

const unsupported = { status: 415, code: 'unsupported_media_type' } as const
const contentTypes: BadRequest[] = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/octet-stream',
  'json',
  'application/jsonx',
  ';',
  'x'.repeat(500),
].map((type) => ({
  title: `content type ${show(type)}`,
  headers: { 'content-type': type },
  body: GOOD_RUN,
  ...unsupported,
}))

const keyCases = (): BadRequest[] => [
  ...['none', 'revoked'].map((key) => ({ title: `key: ${key}`, key: key as Key, body: GOOD_RUN, ...unauthorized })),
  ...[
    '',
    'Bearer',
    'Bearer ',
    'Basic dTpw',
    'Token abc',
    'Bearer app-',
    'Bearer app-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'Bearer a b',
    'Bearer, x',
    `Bearer ${'x'.repeat(5_000)}`,
    'Bearer %00',
    'Bearer ../../etc/passwd',
    "Bearer ' or '1'='1",
    'Bearer dataset-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'Bearerapp-x',
    'bearer\tapp-x',
  ].map((authorization) => ({
    title: `Authorization: ${show(authorization)}`,
    headers: { authorization },
    body: GOOD_RUN,
    ...unauthorized,
  })),
  // A stranger learns nothing, whatever else is wrong.
  { title: 'no key and no JSON', key: 'none', raw: '{', ...unauthorized },
  { title: 'no key and no media type', key: 'none', headers: { 'content-type': 'text/plain' }, ...unauthorized },
  { title: 'no key and a body too large', key: 'none', raw: 'x'.repeat(BODY_LIMIT + 1), ...unauthorized },
  { title: 'no key, stop', key: 'none', path: '/v1/workflows/tasks/x/stop', body: { user: 'u' }, ...unauthorized },
  { title: 'no key, chat', key: 'none', path: CHAT, body: GOOD_CHAT, ...unauthorized },
]

const modes: BadRequest[] = [
  { title: 'chat with a workflow', path: CHAT, body: GOOD_CHAT, status: 400, code: 'not_chat_app' },
  {
    title: 'completion with a chat',
    path: '/v1/completion-messages',
    key: 'plain',
    body: GOOD_RUN,
    status: 400,
    code: 'app_unavailable',
  },
  {
    title: 'workflow with an app without a graph',
    key: 'plain',
    body: GOOD_RUN,
    status: 400,
    code: 'not_workflow_app',
  },
  { title: 'workflow with a chat', key: 'chat', path: RUN, body: GOOD_RUN, status: 400, code: 'not_workflow_app' },
  {
    title: 'version of a workflow with a chat',
    key: 'chat',
    path: `/v1/workflows/${SOME_ID}/run`,
    body: GOOD_RUN,
    ...notFound,
  },
  {
    title: 'stop a chat of a workflow',
    path: '/v1/chat-messages/x/stop',
    body: { user: 'u' },
    status: 400,
    code: 'not_chat_app',
  },
  {
    title: 'stop a workflow of a chat',
    key: 'chat',
    path: '/v1/workflows/tasks/x/stop',
    body: { user: 'u' },
    status: 400,
    code: 'not_workflow_app',
  },
]

const versionIds: BadRequest[] = [
  ...['draft', 'x', '0', 'null', `${SOME_ID}x`, '%00', '..%2f..', '%F0%9F%98%80', 'ver_x'].map((id) => ({
    title: `version ${id}`,
    path: `/v1/workflows/${id}/run`,
    body: GOOD_RUN,
    status: 400,
    code: 'bad_request',
    field: 'workflow_id',
  })),
  { title: 'a version nobody knows', path: `/v1/workflows/${SOME_ID}/run`, body: GOOD_RUN, ...notFound },
  {
    title: 'chat version: draft',
    path: CHAT,
    key: 'chat',
    body: { ...GOOD_CHAT, workflow_id: 'draft' },
    status: 400,
    code: 'bad_request',
    field: 'workflow_id',
  },
  {
    title: 'chat version nobody knows',
    path: CHAT,
    key: 'chat',
    body: { ...GOOD_CHAT, workflow_id: SOME_ID },
    ...notFound,
  },
  {
    title: 'a conversation nobody knows',
    path: CHAT,
    key: 'chat',
    body: { ...GOOD_CHAT, conversation_id: SOME_ID },
    ...notFound,
  },
]

const addresses: BadRequest[] = [
  ...['PUT', 'PATCH', 'DELETE', 'GET'].flatMap((method) =>
    [RUN, CHAT, '/v1/workflows/tasks/x/stop'].map((path) => ({
      title: `${method} ${path}`,
      method,
      path,
      ...wrongMethod,
    })),
  ),
  { title: 'POST where only GET is answered', path: '/v1/workflows/run/x', body: GOOD_RUN, ...wrongMethod },
  ...[
    '/',
    '/v2/workflows/run',
    '/v1/workflow/run',
    '/v1/workflows//x/y',
    '/v1/__proto__',
    '/v1/constructor',
    '/v1/chat-messages/x/y/stop',
    '/V1/workflows/run',
    '/v1/../../etc/passwd',
    '/v1/%2e%2e/%2e%2e/etc/passwd',
    `/v1/${'x'.repeat(8_000)}`,
    `/v1/workflows/${'x'.repeat(8_000)}/run`,
    `/v1/chat-messages/${'x'.repeat(500)}/stop`,
  ].map((path) => ({ title: `POST ${show(path)}`, path, body: GOOD_RUN, ...notFound })),
  ...['/v1/%', '/v1/%zz/run', '/v1/workflows/%c3%28/run', '/v1/workflows/%ff/run'].map((path) => ({
    title: `POST ${path}`,
    path,
    body: GOOD_RUN,
    ...invalid,
  })),
]

const all = [
  ...fields,
  ...inputCases,
  ...fileCases,
  ...referenceCases,
  ...bodies,
  ...contentTypes,
  ...keyCases(),
  ...modes,
  ...versionIds,
  ...addresses,
]

describe(`${all.length} bad requests`, () => {
  it('are many', () => expect(all.length).toBeGreaterThan(200))
  it.each(all.map((bad) => [bad.title, bad] as const))('%s', (_, bad) => check(bad))

  it('a version of another app, or of another tenant', async () => {
    for (const id of [chat.workflowId, foreign.workflowId]) {
      await check({ title: '', path: `/v1/workflows/${id}/run`, body: GOOD_RUN, ...notFound })
    }
  })
})

describe('what is no request', () => {
  const head = `POST ${RUN} HTTP/1.1\r\nhost: x\r\n`
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a wrong version', `GET / HTTP/9.9\r\nhost: x\r\n\r\n`, 400],
    ['a broken header', `${head}content length: 5\r\n\r\n`, 400],
    ['two lengths', `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n`, 400],
    ['length and chunks', `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`, 400],
    ['a negative length', `${head}content-length: -5\r\n\r\n`, 400],
    ['headers without end', `${head}x-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a path without end', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
  ])('%s', async (_, text, status) => {
    const [headers = '', body = ''] = (await sendBytes(platform.url, text, false)).split('\r\n\r\n')
    expect(headers).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(body)).toEqual({ status, code: expect.stringMatching(/^[a-z_]+$/), message: expect.any(String) })
  })

  it('a body that ends early', async () => {
    const about = `authorization: Bearer ${workflow.key}\r\ncontent-type: application/json\r\ncontent-length: 500`
    await sendBytes(platform.url, `${head}${about}\r\n\r\n{"inp`)
    const good = await post({ url: platform.url, key: workflow.key }, RUN, GOOD_RUN)
    expect(good.status).toBe(200)
  })
})
