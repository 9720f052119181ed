// Dify's client package from npm, unchanged, through everything it can do, in the order in which an application does it.

import { text } from 'node:stream/consumers'
import { ChatClient, CompletionClient, DifyClient } from 'dify-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, llm, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
// The package's declarations lag behind its code: users and ratings are texts, and some parameters are not declared.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any

let vendor: VendorServer
let platform: TestPlatform
const apps: Record<string, TestApp> = {}

const FEATURES = {
  suggested_questions_after_answer: { enabled: false },
  file_upload: { enabled: true, allowed_file_types: ['image', 'document'], number_limits: 3 },
}

/** An app of the modes without a graph. */
const basicApp = (mode: 'chat' | 'completion', prompt: string, form: readonly object[] = []) => ({
  version: '0.3.0',
  kind: 'app',
  app: { name: `A ${mode} app`, mode, icon: '🧪', icon_background: '#FFFFFF', description: '' },
  model_config: {
    model: { provider: 'acme', name: 'acme-large', mode: 'chat', completion_params: {} },
    pre_prompt: prompt,
    user_input_form: form,
    ...FEATURES,
  },
})

beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
  apps.chatflow = await platform.addApp(
    appFile({
      mode: 'advanced-chat',
      nodes: {
        start: start({ variable: 'tone', type: 'text-input' }),
        llm: llm('Be {{#start.tone#}}', {
          memory: { window: { enabled: true, size: 10 }, query_prompt_template: '{{#sys.query#}}' },
        }),
        answer: answer('{{#llm.text#}}'),
      },
      edges: chain('start', 'llm', 'answer'),
      features: FEATURES,
    }),
  )
  apps.chat = await platform.addApp(
    basicApp('chat', 'Be kind.', [{ 'text-input': { variable: 'tone', label: 'Tone' } }]),
  )
  apps.completion = await platform.addApp(
    basicApp('completion', 'Say it: {{word}}', [{ 'text-input': { variable: 'word', label: 'Word' } }]),
  )
  apps.workflow = await platform.addApp(
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

const keyOf = (name: string): string => apps[name]?.key ?? ''
const base = () => `${platform.url}/v1`
const chatOf = (name: string): Loose => new ChatClient(keyOf(name), base())
const completionOf = (name: string): Loose => new CompletionClient(keyOf(name), base())

const refusalOf = async (call: Promise<unknown>): Promise<Loose> => {
  const error: Loose = await call.then(
    () => undefined,
    (reason) => reason,
  )
  return error?.response?.data
}

interface Streamed {
  readonly frames: readonly Loose[]
  readonly said: string
}

/** Reads a stream as raw bytes, as the package hands it over. */
const read = async (stream: NodeJS.ReadableStream): Promise<Streamed> => {
  const blocks = (await text(stream)).split('\n\n').filter((block) => block !== '')
  const frames = blocks.flatMap((block) => {
    if (block === 'event: ping') return []
    expect(block).toMatch(/^data: \{.*\}$/)
    return [JSON.parse(block.slice('data: '.length))]
  })
  const said = frames.filter(({ event }) => event === 'message').map((frame) => frame.answer)
  return { frames, said: said.join('') }
}

describe.each(['chatflow', 'chat'])('a %s app', (name) => {
  const lastEvent = name === 'chatflow' ? 'workflow_finished' : 'message_end'
  const user = `ada-${name}`

  it('tells its parameters', async () => {
    const { status, data } = await chatOf(name).getApplicationParameters(user)
    expect(status).toBe(200)
    expect(Object.keys(data).sort()).toEqual([
      'annotation_reply',
      'file_upload',
      'more_like_this',
      'opening_statement',
      'retriever_resource',
      'sensitive_word_avoidance',
      'speech_to_text',
      'suggested_questions',
      'suggested_questions_after_answer',
      'system_parameters',
      'text_to_speech',
      'user_input_form',
    ])
  })

  it('takes a file and a question about it', async () => {
    const form = new FormData()
    form.append('file', new Blob(['plain words'], { type: 'text/plain' }), 'notes.txt')
    form.append('user', user)
    const uploaded = await chatOf(name).fileUpload(form)
    expect(uploaded.status).toBe(201)
    expect(uploaded.data).toMatchObject({ id: expect.stringMatching(UUID), name: 'notes.txt', size: 11 })
    vendor.reply({ text: 'Read.' })
    const files = [{ type: 'document', transfer_method: 'local_file', upload_file_id: uploaded.data.id }]
    const { data } = await chatOf(name).createChatMessage({}, 'What does it say?', user, false, null, files)
    expect(data.answer).toBe('Read.')
    const history = await chatOf(name).getConversationMessages(user, data.conversation_id)
    expect(history.data.data[0].message_files).toMatchObject([{ filename: 'notes.txt', belongs_to: 'user' }])
  })

  it('answers whole, and in a stream', async () => {
    vendor.reply({ text: 'Paris.' })
    const { data } = await chatOf(name).createChatMessage({}, 'Capital of France?', user, false)
    expect(data).toMatchObject({ event: 'message', answer: 'Paris.', id: data.message_id })
    expect(data.message_id).toMatch(UUID)
    vendor.reply({ text: 'About two million — 你好 🌍.' })
    const stream = await chatOf(name).createChatMessage({}, 'Its people?', user, true, data.conversation_id)
    const { frames, said } = await read(stream.data)
    expect(said).toBe('About two million — 你好 🌍.')
    expect(frames.at(-1).event).toBe(lastEvent)
    const history = (await chatOf(name).getConversationMessages(user, data.conversation_id)).data
    expect(history).toMatchObject({ has_more: false, limit: 20 })
    expect(history.data.map((message: Loose) => [message.query, message.answer])).toEqual([
      ['Capital of France?', 'Paris.'],
      ['Its people?', said],
    ])
    const earlier = await chatOf(name).getConversationMessages(user, data.conversation_id, history.data[1].id, 1)
    expect(earlier.data.data.map((message: Loose) => message.id)).toEqual([data.message_id])
    expect((await chatOf(name).getConversationMessages(user)).data).toEqual({ limit: 20, has_more: false, data: [] })
  })

  it('keeps conversations until they are deleted', async () => {
    const own = `bob-${name}`
    vendor.reply({ text: 'Hello.' })
    const { data } = await chatOf(name).createChatMessage({}, 'Hello?', own, false)
    const id = data.conversation_id
    const list = await chatOf(name).getConversations(own, null, 10, false)
    expect(list.data).toMatchObject({ limit: 10, has_more: false, data: [{ id, status: 'normal' }] })
    expect((await chatOf(name).renameConversation(id, 'Greetings', own, false)).data.name).toBe('Greetings')
    vendor.reply({ text: 'A kind hello' })
    expect((await chatOf(name).renameConversation(id, null, own, true)).data.name).not.toBe('')
    for (const rating of ['like', null]) {
      const { data: rated } = await chatOf(name).messageFeedback(data.message_id, rating, own)
      expect(rated).toEqual({ result: 'success' })
      const { data: history } = await chatOf(name).getConversationMessages(own, id)
      expect(history.data[0].feedback).toEqual(rating && { rating })
    }
    expect(await refusalOf(chatOf(name).messageFeedback(data.message_id, null, own))).toMatchObject({
      code: 'invalid_param',
    })
    expect(await refusalOf(chatOf(name).deleteConversation(id, 'somebody-else'))).toMatchObject({ status: 404 })
    const deleted = await chatOf(name).deleteConversation(id, own)
    expect([deleted.status, deleted.data]).toEqual([204, ''])
    expect(await refusalOf(chatOf(name).getConversationMessages(own, id))).toMatchObject({
      code: 'not_found',
      status: 404,
    })
    expect((await chatOf(name).getConversations(own)).data.data).toEqual([])
  })
})

describe('apps without conversations', () => {
  it('generate a text, whole and in a stream', async () => {
    vendor.reply({ text: 'hello' })
    const { data } = await completionOf('completion').createCompletionMessage({ word: 'hello' }, 'ada')
    expect(data).toMatchObject({ event: 'message', mode: 'completion', answer: 'hello', id: data.message_id })
    vendor.reply({ text: 'once more' })
    const stream = await completionOf('completion').createCompletionMessage({ word: 'hello' }, 'ada', true)
    const { frames, said } = await read(stream.data)
    expect([said, frames.at(-1).event]).toEqual(['once more', 'message_end'])
    expect((await completionOf('completion').messageFeedback(data.message_id, 'like', 'ada')).data).toEqual({
      result: 'success',
    })
  })

  it('run a workflow, whole and in a stream', async () => {
    const { data } = await completionOf('workflow').runWorkflow({ word: 'hello' }, 'ada')
    expect(data.data).toMatchObject({ status: 'succeeded', outputs: { said: 'hello' } })
    const stream = await completionOf('workflow').runWorkflow({ word: 'hello' }, 'ada', true)
    const { frames } = await read(stream.data)
    expect(frames.at(-1)).toMatchObject({ event: 'workflow_finished', data: { outputs: { said: 'hello' } } })
  })
})

describe('refusals', () => {
  it('name a wrong key and a wrong app', async () => {
    const client = new DifyClient('app-nobodys', base())
    expect(await refusalOf(client.getApplicationParameters('ada'))).toMatchObject({ code: 'unauthorized', status: 401 })
    client.updateApiKey(keyOf('chatflow'))
    expect((await client.sendRequest('GET', '/info' as Loose)).data).toMatchObject({ mode: 'advanced-chat' })
    const wrong = chatOf('completion').createChatMessage({}, 'x', 'ada')
    expect(await refusalOf(wrong)).toMatchObject({ code: 'not_chat_app', status: 400 })
    expect(await refusalOf(chatOf('workflow').getConversations('ada'))).toMatchObject({ code: 'not_chat_app' })
  })
})
