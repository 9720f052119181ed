// The official client package in a conversation with a chatflow: both modes, memory, conversation variables, refusals.

import { text } from 'node:stream/consumers'
import { ChatClient, CompletionClient } from 'dify-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, llm, start } from '../support/app-files.ts'
import { databases, noteSkippedDatabases } from '../support/databases.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

noteSkippedDatabases()

describe.each(databases)('the client package, on $name', ({ name: on }) => {
  let vendor: VendorServer
  let platform: TestPlatform
  let remembering: TestApp
  let counting: TestApp
  let workflow: TestApp

  beforeAll(async () => {
    vendor = await startOpenAi()
    platform = await startPlatform(withOpenAi(vendor), on)
    remembering = await platform.addApp(
      appFile({
        mode: 'advanced-chat',
        nodes: {
          start: start(),
          llm: llm('You are terse.', {
            prompt_template: [{ id: 's', role: 'system', text: 'You are terse.' }],
            memory: { window: { enabled: true, size: 10 }, query_prompt_template: '{{#sys.query#}}' },
          }),
          answer: answer('{{#llm.text#}}'),
        },
        edges: chain('start', 'llm', 'answer'),
      }),
    )
    counting = await platform.addApp(
      appFile({
        mode: 'advanced-chat',
        conversation: [{ id: 'c1', name: 'log', value_type: 'array[string]', value: [], description: '' }],
        nodes: {
          start: start({ variable: 'greeting', type: 'text-input', required: true, max_length: 20 }),
          note: {
            type: 'assigner',
            version: '2',
            items: [
              {
                variable_selector: ['conversation', 'log'],
                input_type: 'variable',
                operation: 'append',
                value: ['sys', 'query'],
              },
            ],
          },
          answer: answer('{{#start.greeting#}} {{#sys.dialogue_count#}}: {{#conversation.log#}}'),
        },
        edges: chain('start', 'note', 'answer'),
      }),
    )
    workflow = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start({ variable: 'word', type: 'text-input', required: true }),
          end: { type: 'end', outputs: [{ variable: 'said', value_selector: ['start', 'word'] }] },
        },
        edges: chain('start', 'end'),
      }),
    )
  })
  afterAll(async () => {
    await platform.close()
    await vendor.close()
    expect(platform.logged).toEqual([])
  })

  /** Its types forget this call. */
  interface WorkflowCalls {
    // biome-ignore lint/suspicious/noExplicitAny: the raw answer of its HTTP client
    runWorkflow(inputs: object, user: string, stream: boolean): Promise<any>
  }
  const workflowsOf = (app: TestApp): WorkflowCalls =>
    new CompletionClient(app.key, `${platform.url}/v1`) as unknown as WorkflowCalls

  const chatOf = (app: TestApp) => new ChatClient(app.key, `${platform.url}/v1`)

  /** What the client rejects with. */
  const refusalOf = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (reason) => reason,
    )
    return { status: error?.response?.status, headers: error?.response?.headers, body: error?.response?.data }
  }

  describe('the official client', () => {
    it('gets a whole answer, continues the conversation, and the model is reminded of it', async () => {
      vendor.reply({ text: 'Paris.', usage: { prompt: 21, completion: 2 } })
      const first = await chatOf(remembering).createChatMessage({}, 'Capital of France?', 'ada', false)
      expect(first.status).toBe(200)
      expect(first.data).toEqual({
        event: 'message',
        task_id: expect.stringMatching(UUID),
        id: first.data.message_id,
        message_id: expect.stringMatching(UUID),
        conversation_id: expect.stringMatching(UUID),
        mode: 'advanced-chat',
        answer: 'Paris.',
        metadata: {
          usage: expect.objectContaining({
            prompt_tokens: 21,
            completion_tokens: 2,
            total_tokens: 23,
            currency: 'USD',
          }),
          retriever_resources: [],
        },
        created_at: expect.any(Number),
      })
      vendor.reply({ text: 'About two million.' })
      const second = await chatOf(remembering).createChatMessage(
        {},
        'How many live there?',
        'ada',
        false,
        first.data.conversation_id,
      )
      expect(second.data.conversation_id).toBe(first.data.conversation_id)
      expect(second.data.message_id).not.toBe(first.data.message_id)
      expect(vendor.requests.at(-1)?.body.messages).toEqual([
        { role: 'system', content: 'You are terse.' },
        { role: 'user', content: 'Capital of France?' },
        { role: 'assistant', content: 'Paris.' },
        { role: 'user', content: 'How many live there?' },
      ])
    })

    it('gets the same answer as a stream', async () => {
      vendor.reply({ text: 'Grüße aus Köln — 你好 🌍.' })
      const response = await chatOf(remembering).createChatMessage({}, 'Hello?', 'ada', true)
      expect(response.headers['content-type']).toMatch(/^text\/event-stream/)
      const blocks = (await text(response.data)).split('\n\n')
      expect(blocks[0]).toBe('event: ping')
      const frames = blocks.filter((block) => block.startsWith('data: ')).map((block) => JSON.parse(block.slice(6)))
      const said = frames.filter(({ event }) => event === 'message').map((frame) => frame.answer)
      expect(said.length).toBeGreaterThan(1)
      expect(said.join('')).toBe('Grüße aus Köln — 你好 🌍.')
      expect(frames.slice(-2).map(({ event }) => event)).toEqual(['message_end', 'workflow_finished'])
    })

    it('finds conversation variables as the turn before left them, and inputs of the first turn', async () => {
      const chat = chatOf(counting)
      const say = async (inputs: object, query: string, conversation?: string) =>
        (await chat.createChatMessage(inputs, query, 'ada', false, conversation ?? null)).data
      const first = await say({ greeting: 'Hi' }, 'one')
      expect(first.answer).toBe('Hi 1: - one')
      expect((await say({}, 'two', first.conversation_id)).answer).toBe('Hi 2: - one\n- two')
      expect((await say({ greeting: 'Ho' }, 'three', first.conversation_id)).answer).toBe('Ho 3: - one\n- two\n- three')
      expect((await say({ greeting: 'Hi' }, 'four')).answer).toBe('Hi 1: - four')
    })

    it('cannot look into the conversations of another user, app or nobody', async () => {
      vendor.reply({ text: 'Fine.' })
      const { data } = await chatOf(remembering).createChatMessage({}, 'Hello?', 'ada', false)
      for (const [app, user, conversation] of [
        [remembering, 'eve', data.conversation_id],
        [counting, 'ada', data.conversation_id],
        [remembering, 'ada', '00000000-0000-7000-8000-000000000000'],
      ] as const) {
        const { status, body } = await refusalOf(
          chatOf(app).createChatMessage({ greeting: 'x' }, 'Hello?', user, false, conversation),
        )
        expect([status, body]).toEqual([404, { code: 'not_found', message: expect.any(String), status: 404 }])
      }
    })

    it('runs a workflow in both modes', async () => {
      const client = workflowsOf(workflow)
      const blocking = await client.runWorkflow({ word: 'héllo' }, 'ada', false)
      expect(blocking.data.data).toMatchObject({ status: 'succeeded', outputs: { said: 'héllo' }, error: null })
      const streaming = await client.runWorkflow({ word: 'again' }, 'ada', true)
      expect(await text(streaming.data)).toContain('"outputs":{"said":"again"}')
    })

    it('learns why it is refused', async () => {
      const wrongKey = await refusalOf(
        new ChatClient('app-nobodys', `${platform.url}/v1`).createChatMessage({}, 'x', 'u', false),
      )
      expect(wrongKey.status).toBe(401)
      expect(wrongKey.headers['www-authenticate']).toBe('Bearer realm="api"')
      expect(wrongKey.headers['x-request-id']).toMatch(/^req_/)
      expect(wrongKey.body).toEqual({ code: 'unauthorized', message: 'Access token is invalid', status: 401 })
      const wrongMode = await refusalOf(chatOf(workflow).createChatMessage({}, 'x', 'u', false))
      expect(wrongMode.body).toMatchObject({ code: 'not_chat_app', status: 400 })
      const otherMode = await refusalOf(workflowsOf(counting).runWorkflow({}, 'u', false))
      expect(otherMode.body).toMatchObject({ code: 'not_workflow_app', status: 400 })
      const noInput = await refusalOf(chatOf(counting).createChatMessage({}, 'x', 'u', false))
      expect(noInput.body).toMatchObject({ code: 'invalid_param', status: 400, params: 'inputs.greeting' })
      const failing = await (async () => {
        vendor.fault({ type: 'status', status: 400, message: 'no such thing' })
        return refusalOf(chatOf(remembering).createChatMessage({}, 'x', 'u', false))
      })()
      expect(failing.body).toMatchObject({ code: 'invalid_param', status: 400 })
      expect(failing.body.message).toContain('no such thing')
    })
  })
})
