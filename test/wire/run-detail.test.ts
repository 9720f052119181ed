// The state and the result of a run, asked for by its id.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appFile, chain, end, llm, start } from '../support/app-files.ts'
import { databases, noteSkippedDatabases } from '../support/databases.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

noteSkippedDatabases()

describe.each(databases)('the details of a run, on $name', ({ name: on }) => {
  let vendor: VendorServer
  let platform: TestPlatform
  let app: TestApp
  let chat: TestApp
  beforeAll(async () => {
    vendor = await startOpenAi()
    platform = await startPlatform(withOpenAi(vendor), on)
    const nodes = {
      start: start({ variable: 'word', type: 'text-input', required: true }),
      llm: llm('Say {{#start.word#}}'),
      end: end({ said: ['llm', 'text'] }),
    }
    app = await platform.addApp(appFile({ mode: 'workflow', nodes, edges: chain('start', 'llm', 'end') }))
    chat = await platform.addApp({
      app: { name: 'c', mode: 'chat' },
      version: '0.6.0',
      kind: 'app',
      model_config: {
        model: { provider: 'openai', name: 'gpt-test', mode: 'chat', completion_params: {} },
        pre_prompt: '',
      },
    })
  })
  afterAll(async () => {
    await platform.close()
    await vendor.close()
  })

  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  const json = (response: Response): Promise<any> => response.json()
  const runBlocking = async () => {
    const body = { inputs: { word: 'ho' }, user: 'ada', response_mode: 'blocking' }
    return json(await post({ url: platform.url, key: app.key }, '/v1/workflows/run', body))
  }
  const ask = (id: string, key = app.key) =>
    fetch(`${platform.url}/v1/workflows/run/${id}`, { headers: { authorization: `Bearer ${key}` } })

  it('tells the result', async () => {
    vendor.reply({ text: 'Hello.', usage: { prompt: 5, completion: 6 } })
    const answer = await runBlocking()
    const response = await ask(answer.workflow_run_id)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      id: answer.workflow_run_id,
      workflow_id: app.workflowId,
      status: 'succeeded',
      inputs: '{"word":"ho"}',
      outputs: { said: 'Hello.' },
      error: null,
      total_steps: 3,
      total_tokens: 11,
      created_at: expect.any(Number),
      finished_at: expect.any(Number),
      elapsed_time: expect.any(Number),
    })
  })

  it('tells that it goes on, and that it was stopped', async () => {
    vendor.reply({ text: 'One two three four five six seven.' })
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const asked = vendor.nextRequest()
    await using stream = await openStream({ url: platform.url, key: app.key }, '/v1/workflows/run', {
      inputs: { word: 'ho' },
      user: 'ada',
    })
    const first = await stream.until('workflow_started')
    await asked
    const id = String(first.workflow_run_id)
    expect(await json(await ask(id))).toMatchObject({
      status: 'running',
      outputs: {},
      finished_at: null,
      elapsed_time: null,
    })
    await post({ url: platform.url, key: app.key }, `/v1/workflows/tasks/${first.task_id}/stop`, { user: 'ada' })
    await stream.rest()
    vendor.release()
    expect(await json(await ask(id))).toMatchObject({ status: 'stopped' })
  })

  it.each(['x', '00000000-0000-7000-8000-000000000000', '%00', 'run_1'])('knows no run %j', async (id) => {
    const response = await ask(id)
    expect([response.status, (await json(response)).code]).toEqual([404, 'not_found'])
  })

  it('tells nobody else', async () => {
    vendor.reply({ text: 'x' })
    const answer = await runBlocking()
    const other = await platform.addApp(
      appFile({ mode: 'workflow', nodes: { start: start(), end: end({}) }, edges: chain('start', 'end') }),
    )
    expect((await ask(answer.workflow_run_id, other.key)).status).toBe(404)
    expect((await ask(answer.workflow_run_id, 'app-nobody')).status).toBe(401)
    expect((await json(await ask(answer.workflow_run_id, chat.key))).code).toBe('not_workflow_app')
  })
})
