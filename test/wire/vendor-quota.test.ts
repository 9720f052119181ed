// An empty account at the vendor, as callers of the Service API hear of it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appFile, chain, llm, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { Fault, VendorServer } from '../support/vendors/vendor-server.ts'

const empty = (status: number, code: string): Fault => ({
  type: 'status',
  status,
  body: JSON.stringify({ error: { message: 'You exceeded your current quota.', type: code, param: null, code } }),
})

describe('a vendor without money', () => {
  let vendor: VendorServer
  let platform: TestPlatform
  let chat: TestApp
  let completion: TestApp
  let workflow: TestApp

  beforeAll(async () => {
    vendor = await startOpenAi()
    platform = await startPlatform(withOpenAi(vendor))
    const model = { provider: 'openai', name: 'acme-large', mode: 'chat', completion_params: {} }
    chat = await platform.addApp(basicApp('chat', model))
    completion = await platform.addApp(basicApp('completion', model))
    workflow = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start({ variable: 'word', type: 'text-input', required: true }),
          llm: llm('Say {{#start.word#}}'),
          end: { type: 'end', outputs: [{ variable: 'said', value_selector: ['llm', 'text'] }] },
        },
        edges: chain('start', 'llm', 'end'),
      }),
    )
  })
  afterAll(async () => {
    await platform.close()
    await vendor.close()
  })

  const call = (app: TestApp, route: string, body: object): Promise<Response> =>
    fetch(`${platform.url}/v1/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: {}, user: 'u', ...body }),
    })

  it.each([
    ['429 insufficient_quota', empty(429, 'insufficient_quota')],
    ['402', empty(402, 'payment_required')],
  ])('%s is provider_quota_exceeded, in one piece and in a stream', async (_, fault) => {
    const times = 20
    const rows = [
      [chat, 'chat-messages', { query: 'Hi' }],
      [completion, 'completion-messages', { inputs: { query: 'Hi' } }],
    ] as const
    for (const [app, route, body] of rows) {
      vendor.fault({ ...fault, times })
      const blocking = await call(app, route, { ...body, response_mode: 'blocking' })
      expect([blocking.status, await blocking.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'provider_quota_exceeded', status: 400 }),
      ])
      const frames = await (await call(app, route, { ...body, response_mode: 'streaming' })).text()
      vendor.fault()
      expect(frames).toContain('"event":"error"')
      expect(frames).toContain('"code":"provider_quota_exceeded"')
    }
  })

  it('is not tried again, and other limits are told apart', async () => {
    const before = vendor.requests.length
    vendor.fault(empty(429, 'insufficient_quota'))
    await call(chat, 'chat-messages', { query: 'Hi', response_mode: 'blocking' })
    expect(vendor.requests).toHaveLength(before + 1)
    vendor.fault({ type: 'status', status: 429, times: 20 })
    const slow = await call(chat, 'chat-messages', { query: 'Hi', response_mode: 'blocking' })
    vendor.fault()
    expect(await slow.json()).toMatchObject({ code: 'rate_limit_error', status: 429 })
  })

  it('a workflow fails with the vendor named in its error', async () => {
    vendor.fault({ ...empty(429, 'insufficient_quota'), times: 20 })
    const answer = await call(workflow, 'workflows/run', { inputs: { word: 'a' }, response_mode: 'blocking' })
    vendor.fault()
    expect(await answer.json()).toMatchObject({
      data: { status: 'failed', error: expect.stringContaining('used up its quota') },
    })
  })
})

const basicApp = (mode: 'chat' | 'completion', model: object) => ({
  app: { mode, name: mode },
  kind: 'app',
  version: '0.3.1',
  model_config: {
    model,
    pre_prompt: mode === 'completion' ? 'Say {{query}}' : '',
    prompt_type: 'simple',
    user_input_form:
      mode === 'completion' ? [{ paragraph: { label: 'Query', variable: 'query', required: true, default: '' } }] : [],
  },
})
