// What answers look like on the wire in the modes that answer with messages: order and fields of frames for each mode, each
// feature around the answer, and each way it can fail. Graph runs without features are in streams.test.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, basicApp, chain, code, llm, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { openStream, post, type ServiceFrame } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
const INTEGER = expect.toSatisfy(Number.isInteger)

let vendor: VendorServer
let platform: TestPlatform
beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform({
    providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
    models: { default: 'acme/acme-large', speech: 'acme/mouth' },
  })
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
})

const graphChat = (features: Readonly<Record<string, unknown>>, middle: Parameters<typeof appFile>[0]['nodes'] = {}) =>
  appFile({
    mode: 'advanced-chat',
    nodes: { start: start(), ...middle, llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
    edges: chain('start', ...Object.keys(middle), 'llm', 'answer'),
    features,
  })

const CHAT = '/v1/chat-messages'
const COMPLETION = '/v1/completion-messages'
const callFor = (app: TestApp) => ({ url: platform.url, key: app.key })
const body = { inputs: {}, user: 'ada', query: 'Hm?' }
const stream = async (app: TestApp, path = CHAT, more: object = {}): Promise<ServiceFrame[]> => {
  await using opened = await openStream(callFor(app), path, { ...body, ...more })
  return await opened.rest()
}
const block = async (app: TestApp, path = CHAT, more: object = {}) => {
  const response = await post(callFor(app), path, { ...body, ...more })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  return { status: response.status, body: (await response.json()) as any }
}
/** Names of events without repetitions in a row. */
const outline = (frames: readonly ServiceFrame[]): string[] =>
  frames.map(({ event }) => event).filter((name, i, all) => name !== all[i - 1])
const said = (frames: readonly ServiceFrame[]): string => frames.map((frame) => frame.answer ?? '').join('')
const listMessages = async (app: TestApp, conversation: string): Promise<ServiceFrame[]> => {
  const headers = { authorization: `Bearer ${app.key}` }
  const response = await fetch(`${platform.url}/v1/messages?user=ada&conversation_id=${conversation}`, { headers })
  return ((await response.json()) as { data: ServiceFrame[] }).data
}

describe('a mode without a graph', () => {
  it.each([
    ['chat', CHAT, 'message', ['message', 'message_end']],
    ['agent-chat', CHAT, 'agent_message', ['agent_message', 'agent_thought', 'message_end']],
    ['completion', COMPLETION, 'message', ['message', 'message_end']],
  ] as const)('%s streams its answer', async (mode, path, deltas, order) => {
    const app = await platform.addApp(basicApp(mode))
    vendor.reply({ text: 'Paris, of course.', usage: { prompt: 5, completion: 6 } })
    const frames = await stream(app, path)
    expect(outline(frames)).toEqual(order)
    const [first] = frames as [ServiceFrame]
    const envelope = {
      task_id: first.task_id,
      message_id: first.message_id,
      ...(mode !== 'completion' && { conversation_id: first.conversation_id }),
      created_at: first.created_at,
    }
    expect(envelope).toEqual({
      task_id: UUID,
      message_id: UUID,
      ...(mode !== 'completion' && { conversation_id: UUID }),
      created_at: INTEGER,
    })
    for (const frame of frames) expect(frame).toMatchObject(envelope)
    expect(Object.keys(first).sort()).toEqual([...Object.keys(envelope), 'event', 'id', 'answer', 'sequence'].sort())
    expect(said(frames.filter(({ event }) => event === deltas))).toBe('Paris, of course.')
    expect(frames.at(-1)).toMatchObject({
      id: first.message_id,
      metadata: { usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11, currency: 'USD' } },
      files: [],
    })
    if (mode === 'agent-chat') {
      expect(frames.at(-2)).toMatchObject({
        id: UUID,
        position: 1,
        thought: 'Paris, of course.',
        tool: '',
        observation: '',
      })
    }
  })

  it.each([
    ['chat', CHAT],
    ['completion', COMPLETION],
  ] as const)('%s answers as a whole', async (mode, path) => {
    const app = await platform.addApp(basicApp(mode))
    vendor.reply({ text: 'Paris.' })
    const { status, body: whole } = await block(app, path)
    expect(status).toBe(200)
    expect(whole).toMatchObject({ event: 'message', task_id: UUID, mode, answer: 'Paris.', created_at: INTEGER })
    expect(whole.id).toBe(whole.message_id)
    expect('conversation_id' in whole).toBe(mode === 'chat')
  })

  it('agent-chat only streams, and says which tools it leaves out', async () => {
    const tool = { enabled: true, provider_type: 'builtin', provider_id: 'time', tool_name: 'now', tool_parameters: {} }
    const app = await platform.addApp(basicApp('agent-chat', { agent_mode: { enabled: true, tools: [tool] } }))
    const refused = await block(app)
    expect([refused.status, refused.body.code, refused.body.params]).toEqual([400, 'invalid_param', 'response_mode'])
    vendor.reply({ text: 'No idea.' })
    const [notice] = (await stream(app)).at(-1)?.metadata.notices ?? []
    expect(notice).toMatchObject({ code: 'agent/tools-unavailable', message: expect.stringContaining('now') })
  })

  it('remembers the turns before', async () => {
    const app = await platform.addApp(basicApp('chat'))
    vendor.reply({ text: 'Paris.' })
    const first = await block(app, CHAT, { query: 'Capital of France?' })
    vendor.reply({ text: 'Rome.' })
    await block(app, CHAT, { query: 'And Italy?', conversation_id: first.body.conversation_id })
    expect(vendor.requests.at(-1)?.body.messages).toEqual([
      { role: 'system', content: 'You are brief.' },
      { role: 'user', content: 'Capital of France?' },
      { role: 'assistant', content: 'Paris.' },
      { role: 'user', content: 'And Italy?' },
    ])
  })
})

it.each([
  ['chat', CHAT, 'message'],
  ['agent-chat', CHAT, 'agent_message'],
  ['completion', COMPLETION, 'message'],
] as const)('a stopped %s ends with what was said, and hangs up on its model', async (mode, path, deltas) => {
  const app = await platform.addApp(basicApp(mode))
  const text = 'One two three four five six seven.'
  vendor.reply({ text })
  vendor.fault({ type: 'hold', afterBytes: 900 })
  const asked = vendor.nextRequest()
  await using opened = await openStream(callFor(app), path, body)
  const first = await opened.until(deltas)
  const stop = await post(callFor(app), `${path}/${first.task_id}/stop`, { user: 'ada' })
  expect([stop.status, await stop.json()]).toEqual([200, { result: 'success' }])
  const rest = await opened.rest()
  await (await asked).hungUp
  expect(rest.at(-1)).toMatchObject({ event: 'message_end', metadata: { usage: { currency: 'USD' } } })
  const answered = first.answer + said(rest)
  expect(text.startsWith(answered)).toBe(true)
  const kept = await platform.database.kysely
    .selectFrom('messages')
    .select(['answer', 'status'])
    .where('id', '=', `msg_${first.message_id}`)
    .executeTakeFirst()
  expect(kept).toEqual({ answer: answered, status: 'normal' })
})

describe('a failing model', () => {
  it.each([
    [{ type: 'status', status: 401, message: 'bad key' }, 400, 'provider_not_initialize'],
    [{ type: 'status', status: 404, message: 'no such model' }, 400, 'model_currently_not_support'],
    [{ type: 'status', status: 429, message: 'slow down' }, 429, 'rate_limit_error'],
    [{ type: 'status', status: 400, message: 'too odd' }, 400, 'completion_request_error'],
    [{ type: 'status', status: 500, message: 'on fire' }, 400, 'completion_request_error'],
  ] as const)('%o ends the stream with an error, and refuses a blocking call', async (fault, status, errorCode) => {
    const app = await platform.addApp(basicApp('chat'))
    vendor.fault(fault)
    const frames = await stream(app)
    expect(outline(frames)).toEqual(['error'])
    expect(frames[0]).toMatchObject({ status, code: errorCode, message_id: UUID, conversation_id: UUID })
    expect('task_id' in (frames[0] as object)).toBe(false)
    vendor.fault(fault)
    const refused = await block(app)
    expect([refused.status, refused.body.code, refused.body.status]).toEqual([status, errorCode, status])
    // The question is kept, with what went wrong.
    const kept = await listMessages(app, frames[0]?.conversation_id)
    expect(kept).toMatchObject([{ query: 'Hm?', answer: '', status: 'error', error: expect.any(String) }])
  })
})

describe('moderation', () => {
  const words = (sides: object): Readonly<Record<string, unknown>> => ({
    sensitive_word_avoidance: { enabled: true, type: 'keywords', config: { keywords: 'secret\nTop Dog', ...sides } },
  })
  const off = { enabled: false, preset_response: '' }
  const inputs = words({ inputs_config: { enabled: true, preset_response: 'Not that.' }, outputs_config: off })
  const outputs = words({ inputs_config: off, outputs_config: { enabled: true, preset_response: 'Let us not.' } })

  it.each([
    ['chat', basicApp('chat', inputs)],
    ['advanced-chat', graphChat(inputs)],
  ])('of inputs answers in the place of a %s', async (_, file) => {
    const app = await platform.addApp(file)
    const before = vendor.requests.length
    const frames = await stream(app, CHAT, { query: 'Tell me a SECRET.' })
    expect(outline(frames)).toEqual(['message', 'message_end'])
    expect(said(frames)).toBe('Not that.')
    const whole = await block(app, CHAT, { query: 'the top dog?' })
    expect([whole.status, whole.body.answer]).toEqual([200, 'Not that.'])
    expect(vendor.requests.length).toBe(before)
    expect(await listMessages(app, frames[0]?.conversation_id)).toMatchObject([
      { answer: 'Not that.', status: 'normal' },
    ])
  })

  it.each([
    ['chat', basicApp('chat', outputs), ['message', 'message_replace', 'message_end']],
    ['advanced-chat', graphChat(outputs), ['message', 'message_replace', 'message_end', 'workflow_finished']],
  ])('of outputs replaces the answer of a %s', async (_, file, order) => {
    const app = await platform.addApp(file)
    const text = `${'harmless words '.repeat(20)}and now the SeCrEt: 42`
    vendor.reply({ text })
    const frames = await stream(app)
    expect(outline(frames).filter((name) => !/^node_|^workflow_started/.test(name))).toEqual(order)
    const replaced = frames.find(({ event }) => event === 'message_replace')
    expect(replaced).toMatchObject({ answer: 'Let us not.', reason: 'output_moderation' })
    const shown = said(frames.filter(({ event }) => event === 'message'))
    expect(text.startsWith(shown)).toBe(true)
    expect(shown.toLowerCase()).not.toContain('secret')
    vendor.reply({ text })
    expect((await block(app)).body.answer).toBe('Let us not.')
    expect(await listMessages(app, frames[0]?.conversation_id)).toMatchObject([{ answer: 'Let us not.' }])
  })

  it('of a kind that is not there refuses to run', async () => {
    const features = { sensitive_word_avoidance: { enabled: true, type: 'openai_moderation', config: {} } }
    const app = await platform.addApp(basicApp('chat', features))
    expect(await block(app)).toMatchObject({ status: 400, body: { code: 'app_unavailable' } })
  })
})

it('an annotation answers in the place of the app, and says which it was', async () => {
  const app = await platform.addApp(graphChat({}))
  const headers = { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' }
  const send = async (path: string, sent: object) =>
    (await fetch(`${platform.url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(sent) })).json()
  const annotation = (await send('/apps/annotations', { question: 'Who made you?', answer: 'A loom.' })) as ServiceFrame
  await send('/apps/annotation-reply/enable', {
    score_threshold: 0.9,
    embedding_provider_name: 'offline',
    embedding_model_name: 'heddle-embed',
  })
  await platform.platform.annotations.settled()
  const frames = await stream(app, CHAT, { query: 'Who made you?' })
  expect(outline(frames)).toEqual(['message', 'message_end'])
  expect(said(frames)).toBe('A loom.')
  expect(frames.at(-1)?.metadata.annotation_reply).toMatchObject({ id: annotation.id })
  expect(frames.at(-1)?.metadata.annotation_reply.account).toMatchObject({
    id: expect.any(String),
    name: expect.any(String),
  })
})

it('reading aloud starts after the first text and ends the stream', async () => {
  const speech = { text_to_speech: { enabled: true, voice: 'nova', language: 'en', autoPlay: 'enabled' } }
  for (const [file, last] of [
    [basicApp('chat', speech), 'message_end'],
    [graphChat(speech), 'workflow_finished'],
  ] as const) {
    const app = await platform.addApp(file)
    vendor.reply({ text: 'One sentence. And another one, which is longer. The end.' })
    const names = (await stream(app)).map(({ event }) => event)
    expect(names.at(-1)).toBe('tts_message_end')
    expect(names.filter((name) => name === 'tts_message_end')).toHaveLength(1)
    expect(names.indexOf('tts_message')).toBeGreaterThan(names.indexOf('message'))
    expect(names).toContain(last)
  }
})

it('sources of an answer stand at its end, where the app shows them', async () => {
  const segment = `{ content: 'Oslo is cold.', title: 't', metadata: { _source: 'knowledge', document_name: 'norway.md', score: 0.7, position: 1 } }`
  const find = code(`function main() { return { found: [${segment}] } }`, { found: 'array[object]' })
  const nodes = (shows: boolean) =>
    appFile({
      mode: 'advanced-chat',
      nodes: {
        start: start(),
        find,
        llm: llm('{{#context#}}', { context: { enabled: true, variable_selector: ['find', 'found'] } }),
        answer: answer('{{#llm.text#}}'),
      },
      edges: chain('start', 'find', 'llm', 'answer'),
      features: { retriever_resource: { enabled: shows } },
    })
  const resourcesOf = async (shows: boolean) => {
    vendor.reply({ text: 'Cold.' })
    const frames = await stream(await platform.addApp(nodes(shows)))
    return frames.find(({ event }) => event === 'message_end')?.metadata.retriever_resources
  }
  expect(await resourcesOf(true)).toMatchObject([
    { position: 1, document_name: 'norway.md', content: 'Oslo is cold.', score: 0.7 },
  ])
  expect(await resourcesOf(false)).toEqual([])
})

it('a new conversation begins with the opening statement, filled in', async () => {
  const file = basicApp('chat', {
    opening_statement: 'Hello {{name}}, ask me.',
    user_input_form: [{ 'text-input': { label: 'Name', variable: 'name', required: true, max_length: 20 } }],
  })
  const app = await platform.addApp(file)
  vendor.reply({ text: 'Hi.' })
  await block(app, CHAT, { inputs: { name: 'Ada' } })
  const headers = { authorization: `Bearer ${app.key}` }
  const list = await (await fetch(`${platform.url}/v1/conversations?user=ada`, { headers })).json()
  expect(list).toMatchObject({ data: [{ introduction: 'Hello Ada, ask me.', inputs: { name: 'Ada' } }] })
})

describe('a client that leaves', () => {
  it('stops its run where the operator wants it so', async () => {
    await using stopping = await startPlatform({
      providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
      models: { default: 'acme/acme-large' },
      runs: { whenClientLeaves: 'stop' },
    })
    const app = await stopping.addApp(basicApp('chat'))
    const at = { url: stopping.url, key: app.key }
    vendor.reply({ text: 'word '.repeat(400) })
    vendor.fault({ type: 'hold', afterBytes: 2_000 })
    const opened = await openStream(at, CHAT, body)
    const first = await opened.until('message')
    opened.leave()
    await stopping.untilOver(first.task_id)
    const run = await stopping.database.kysely.selectFrom('runs').select(['status']).executeTakeFirst()
    expect(run?.status).toBe('stopped')
  })
})
