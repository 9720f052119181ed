// Habits of clients in the field that are not quite what the reference says, and are served all the same.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import type { ServiceFrame } from '../support/service-stream.ts'

let platform: TestPlatform
let workflow: TestApp
let chat: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  workflow = await platform.addApp(
    appFile({
      mode: 'workflow',
      nodes: {
        start: start({ variable: 'word', type: 'text-input', max_length: 8 }, { variable: 'n', type: 'number' }),
        end: end({ word: ['start', 'word'], n: ['start', 'n'], user: ['sys', 'user_id'], files: ['sys', 'files'] }),
      },
      edges: chain('start', 'end'),
    }),
  )
  chat = await platform.addApp(
    appFile({
      mode: 'advanced-chat',
      nodes: { start: start(), answer: answer('{{#sys.query#}}') },
      edges: chain('start', 'answer'),
    }),
  )
})
afterAll(() => platform.close())

const send = async (app: TestApp, path: string, body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(platform.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json', ...headers },
    body,
  })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return { text, body: JSON.parse(text) as ServiceFrame }
}

describe('a workflow call', () => {
  const run = (body: string, headers?: Record<string, string>) => send(workflow, '/v1/workflows/run', body, headers)
  const outputs = { word: null, n: null, user: 'u', files: [] }

  it.each<[string, string, object]>([
    ['leaves the mode out', '{"inputs":{},"user":"u"}', outputs],
    ['sends null for what it does not use', '{"inputs":{},"user":"u","files":null,"response_mode":null}', outputs],
    [
      'sends more than there is',
      '{"inputs":{"other":{"a":1},"constructor":1},"user":"u","trace_id":"x","a":[]}',
      outputs,
    ],
    ['names its user by a number', '{"inputs":{},"user":12}', { ...outputs, user: '12' }],
    ['names its user by a fraction', '{"inputs":{},"user":1.0}', { ...outputs, user: '1.0' }],
    ['sends numbers as text', '{"inputs":{"n":"12"},"user":"u"}', { ...outputs, n: 12 }],
    ['sends NUL characters', '{"inputs":{"word":"a\\u0000b"},"user":"u"}', { ...outputs, word: 'ab' }],
    [
      'counts characters, not bytes',
      '{"inputs":{"word":"😀😀😀😀😀😀😀😀"},"user":"u"}',
      { ...outputs, word: '😀'.repeat(8) },
    ],
  ])('%s', async (_, body, expected) => {
    expect((await run(body)).body.data).toMatchObject({ status: 'succeeded', outputs: expected })
  })

  it('keeps the kind of its numbers', async () => {
    const { text } = await run('{"inputs":{"n":1.0},"user":"u"}')
    expect(text).toContain('"n":1.0')
    const big = await run('{"inputs":{"n":123456789012345678901234567890},"user":"u"}')
    expect(big.text).toContain('"n":123456789012345678901234567890')
  })

  it('writes the scheme of its key as it likes', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const { body } = await run('{"inputs":{},"user":"u"}', { authorization: `${scheme} ${workflow.key}` })
      expect(body.data.status).toBe('succeeded')
    }
  })

  it('says its content type with a charset', async () => {
    const { body } = await run('{"inputs":{},"user":"u"}', { 'content-type': 'application/json; charset=UTF-8' })
    expect(body.data.status).toBe('succeeded')
  })
})

describe('a chat call', () => {
  it('starts a conversation with an empty, blank or null id', async () => {
    const ids = new Set<string>()
    for (const id of ['""', '"  "', 'null']) {
      const call = `{"query":"Hi","inputs":{},"user":"u","conversation_id":${id},"files":null,"workflow_id":null}`
      const { body } = await send(chat, '/v1/chat-messages', call)
      expect(body.answer).toBe('Hi')
      ids.add(body.conversation_id)
    }
    expect(ids.size).toBe(3)
  })

  it('continues one whose id is in capitals or has spaces around it', async () => {
    const first = (await send(chat, '/v1/chat-messages', '{"query":"Hi","inputs":{},"user":"u"}')).body.conversation_id
    const body = { query: 'Hi', inputs: {}, user: 'u', conversation_id: ` ${first.toUpperCase()} ` }
    expect((await send(chat, '/v1/chat-messages', JSON.stringify(body))).body.conversation_id).toBe(first)
  })
})
