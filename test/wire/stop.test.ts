// Who may end a run and who may not: stop calls reach the model call in flight, hang-ups end nothing.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, llm, start } from '../support/app-files.ts'
import { databases, noteSkippedDatabases } from '../support/databases.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post, type ServiceFrame, type ServiceStream } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorRequest, VendorServer } from '../support/vendors/vendor-server.ts'

noteSkippedDatabases()

describe.each(databases)('stopping, on $name', ({ name: on }) => {
  let vendor: VendorServer
  let platform: TestPlatform
  let chat: TestApp
  let workflow: TestApp
  let other: TestApp

  beforeAll(async () => {
    vendor = await startOpenAi()
    platform = await startPlatform(withOpenAi(vendor), on)
    const chatFile = appFile({
      mode: 'advanced-chat',
      conversation: [{ id: 'c1', name: 'last', value_type: 'string', value: 'none', description: '' }],
      nodes: {
        start: start(),
        note: {
          type: 'assigner',
          version: '2',
          items: [
            {
              variable_selector: ['conversation', 'last'],
              input_type: 'variable',
              operation: 'over-write',
              value: ['sys', 'query'],
            },
          ],
        },
        llm: llm('{{#sys.query#}}'),
        answer: answer('{{#llm.text#}}'),
      },
      edges: chain('start', 'note', 'llm', 'answer'),
    })
    chat = await platform.addApp(chatFile)
    other = await platform.addApp(chatFile)
    workflow = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: { start: start(), llm: llm('Go.'), end: end({ said: ['llm', 'text'] }) },
        edges: chain('start', 'llm', 'end'),
      }),
    )
  })
  afterEach(() => vendor.release())
  afterAll(async () => {
    await platform.close()
    await vendor.close()
    expect(platform.logged).toEqual([])
  })

  const callFor = (app: TestApp) => ({ url: platform.url, key: app.key })

  const LONG = 'One two three four five six seven.'

  /** A run whose model has said its first words and holds the rest back. */
  const startHeld = async (app: TestApp, path: string, body: object = {}) => {
    vendor.reply({ text: LONG })
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const asked = vendor.nextRequest()
    const stream = await openStream(callFor(app), path, { inputs: {}, user: 'ada', query: 'Count.', ...body })
    const first = await stream.until('workflow_started')
    const request = await asked
    return { stream, request, taskId: first.task_id as string, runId: first.workflow_run_id as string, first }
  }

  const rowOf = (runId: string) =>
    platform.database.kysely.selectFrom('runs').selectAll().where('id', '=', `run_${runId}`).executeTakeFirstOrThrow()

  const stop = async (app: TestApp, path: string, body: object = { user: 'ada' }) => {
    const response = await post(callFor(app), path, body)
    return [response.status, await response.json()]
  }
  const SUCCESS = [200, { result: 'success' }]

  const expectStopped = async (stream: ServiceStream, request: VendorRequest, runId: string) => {
    const rest = await stream.rest()
    await request.hungUp
    const finished = rest.find(({ event }) => event === 'workflow_finished') as ServiceFrame
    expect(finished.data).toMatchObject({ status: 'stopped', error: expect.stringMatching(/stopped/) })
    expect(await rowOf(runId)).toMatchObject({ status: 'stopped', finished_at: expect.any(Number) })
    return rest
  }

  describe('a stop call', () => {
    it('ends a workflow and hangs up on its model', async () => {
      const { stream, request, taskId, runId } = await startHeld(workflow, '/v1/workflows/run')
      await stream.until('text_chunk')
      expect(await stop(workflow, `/v1/workflows/tasks/${taskId}/stop`, { user: 'somebody else' })).toEqual(SUCCESS)
      const rest = await expectStopped(stream, request, runId)
      expect(rest.at(-1)?.event).toBe('workflow_finished')
      expect(rest.find(({ event }) => event === 'node_finished')?.data).toMatchObject({
        node_id: 'llm',
        status: 'stopped',
      })
    })

    it('ends a chat with the end of its message and keeps what was said', async () => {
      const { stream, request, taskId, runId, first } = await startHeld(chat, '/v1/chat-messages')
      const said = await stream.until('message')
      expect(await stop(chat, `/v1/chat-messages/${taskId}/stop`)).toEqual(SUCCESS)
      const rest = await expectStopped(stream, request, runId)
      expect(rest.map(({ event }) => event)).toContain('message_end')
      const message = await platform.database.kysely
        .selectFrom('messages')
        .selectAll()
        .where('id', '=', `msg_${first.message_id}`)
        .executeTakeFirstOrThrow()
      expect(message.answer.startsWith(said.answer)).toBe(true)
      expect(LONG.startsWith(message.answer)).toBe(true)
      const conversation = await platform.database.kysely
        .selectFrom('conversations')
        .selectAll()
        .where('id', '=', `conv_${first.conversation_id}`)
        .executeTakeFirstOrThrow()
      expect(JSON.parse(conversation.variables_json)).toEqual({ last: 'Count.' })
    })

    it('ends the run behind a blocking call, which answers', async () => {
      vendor.fault({ type: 'hold', afterBytes: 900 })
      const asked = vendor.nextRequest()
      const answered = post(callFor(workflow), '/v1/workflows/run', { inputs: {}, user: 'ada' })
      const request = await asked
      const { task_id } = await platform.database.kysely
        .selectFrom('runs')
        .select('task_id')
        .where('status', '=', 'running')
        .executeTakeFirstOrThrow()
      expect(await stop(workflow, `/v1/workflows/tasks/${task_id}/stop`)).toEqual(SUCCESS)
      expect(await (await answered).json()).toMatchObject({ task_id, data: { status: 'stopped' } })
      await request.hungUp
    })

    it('means nothing to tasks of others, finished tasks and tasks nobody knows', async () => {
      const { stream, taskId, runId } = await startHeld(chat, '/v1/chat-messages')
      const path = `/v1/chat-messages/${taskId}/stop`
      expect(await stop(chat, path, { user: 'eve' })).toEqual(SUCCESS)
      expect(await stop(other, path)).toEqual(SUCCESS)
      expect(await stop(workflow, `/v1/workflows/tasks/${taskId}/stop`)).toEqual(SUCCESS)
      expect(await stop(chat, '/v1/chat-messages/nobody/stop')).toEqual(SUCCESS)
      vendor.release()
      const rest = await stream.rest()
      expect(rest.at(-1)?.data.status).toBe('succeeded')
      expect(await stop(chat, path)).toEqual(SUCCESS)
      expect(await rowOf(runId)).toMatchObject({ status: 'succeeded' })
    })

    it('must name a user and the right kind of task', async () => {
      expect(await stop(chat, '/v1/chat-messages/x/stop', {})).toEqual([
        400,
        { code: 'invalid_param', status: 400, message: 'user is required', params: 'user' },
      ])
      expect(await stop(chat, '/v1/workflows/tasks/x/stop')).toMatchObject([400, { code: 'not_workflow_app' }])
      expect(await stop(workflow, '/v1/chat-messages/x/stop')).toMatchObject([400, { code: 'not_chat_app' }])
    })
  })

  describe('a client that hangs up', () => {
    it('does not end its run, streaming', async () => {
      const { stream, taskId, runId } = await startHeld(workflow, '/v1/workflows/run')
      await stream.until('text_chunk')
      const over = platform.untilOver(taskId)
      stream.leave()
      await expect(stream.rest()).rejects.toThrow()
      vendor.release()
      await over
      expect(await rowOf(runId)).toMatchObject({
        status: 'succeeded',
        outputs_json: JSON.stringify({ said: LONG }),
      })
    })

    it('does not end its run, blocking', async () => {
      vendor.reply({ text: LONG })
      vendor.fault({ type: 'hold', afterBytes: 900 })
      const asked = vendor.nextRequest()
      const hangUp = new AbortController()
      const answered = post(callFor(workflow), '/v1/workflows/run', { inputs: {}, user: 'ada' }, hangUp.signal)
      await asked
      const row = await platform.database.kysely
        .selectFrom('runs')
        .select(['id', 'task_id'])
        .where('status', '=', 'running')
        .executeTakeFirstOrThrow()
      const over = platform.untilOver(row.task_id)
      hangUp.abort()
      await expect(answered).rejects.toThrow()
      vendor.release()
      await over
      expect(await rowOf(row.id.slice('run_'.length))).toMatchObject({ status: 'succeeded' })
    })
  })
})
