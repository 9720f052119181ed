// Who sees what of earlier talks, habits of old clients, and stored answers given in place of a run.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, llm, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const STRANGER = 'tenant_22222222-2222-7222-8222-222222222222'
const NOBODY = '00000000-0000-7000-8000-000000000000'

let vendor: VendorServer
let platform: TestPlatform
let app: TestApp
let sibling: TestApp
let foreign: TestApp

const file = appFile({
  mode: 'advanced-chat',
  nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
  edges: chain('start', 'llm', 'answer'),
  conversation: [{ id: 'c1', name: 'mood', value_type: 'string', value: 'fine', description: '' }],
  features: { suggested_questions_after_answer: { enabled: true } },
})

beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
  app = await platform.addApp(file)
  sibling = await platform.addApp(file)
  foreign = await platform.addApp(file, STRANGER)
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
type Body = any

const call = async (method: string, path: string, body?: unknown, key = app.key) => {
  const response = await fetch(`${platform.url}/v1${path}`, {
    method,
    // Old clients declare a type where there is no body.
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? '' : JSON.parse(text)) as Body }
}

const say = async (user: string, query = 'Hello?', key = app.key): Promise<Body> => {
  vendor.reply({ text: 'Hello.' })
  const { status, body } = await call('POST', '/chat-messages', { inputs: {}, query, user }, key)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

describe('somebody else', () => {
  it('gets the same answer as for what never was', async () => {
    const { conversation_id: conversation, message_id: message } = await say('ada')
    // Everybody who asks is somebody here.
    await say('eve')
    for (const { key } of [sibling, foreign]) await say('ada', 'Hello?', key)
    const variables = await call('GET', `/conversations/${conversation}/variables?user=ada`)
    const variable = variables.body.data[0].id
    const calls = (c: string, m: string, user: string): [string, string, unknown?][] => [
      ['GET', `/messages?conversation_id=${c}&user=${user}`],
      ['GET', `/messages/${m}/suggested?user=${user}`],
      ['POST', `/messages/${m}/feedbacks`, { rating: 'like', user }],
      ['GET', `/conversations?last_id=${c}&user=${user}`],
      ['POST', `/conversations/${c}/name`, { name: 'Mine', user }],
      ['POST', `/conversations/${c}/name`, { auto_generate: true, user }],
      ['PATCH', `/conversations/${c}`, { name: 'Mine', user }],
      ['GET', `/conversations/${c}/variables?user=${user}`],
      ['PUT', `/conversations/${c}/variables/${variable}`, { value: 'x', user }],
      ['DELETE', `/conversations/${c}`, { user }],
    ]
    const asked = vendor.requests.length
    const missing = await Promise.all(calls(NOBODY, NOBODY, 'ada').map((one) => call(...one)))
    expect(missing.map(({ status }) => status)).toEqual(missing.map(() => 404))
    for (const [user, key] of [
      ['eve', app.key],
      ['ada', sibling.key],
      ['ada', foreign.key],
      ['', app.key],
    ] as const) {
      const answers = await Promise.all(
        calls(conversation, message, user).map(([method, path, body]) => call(method, path, body, key)),
      )
      const required = user === '' ? [400, 400] : [404, 404]
      expect(answers.map(({ status }) => status)).toEqual([404, ...required, ...answers.slice(3).map(() => 404)])
      if (user !== '') expect(answers.map(({ body }) => body)).toEqual(missing.map(({ body }) => body))
    }
    expect(vendor.requests).toHaveLength(asked)
    const still = await call('GET', `/conversations?user=ada`)
    expect(still.body.data.map((item: Body) => item.id)).toContain(conversation)
  })

  it('has feedback, annotations, jobs and end users of its own app alone', async () => {
    const { message_id: message } = await say('bob')
    await call('POST', `/messages/${message}/feedbacks`, { rating: 'like', user: 'bob' })
    const [rating] = (await call('GET', '/app/feedbacks')).body.data
    const made = (await call('POST', '/apps/annotations', { question: 'Q', answer: 'A' })).body
    const settings = {
      score_threshold: 1,
      embedding_provider_name: 'offline',
      embedding_model_name: 'heddle-embed',
    }
    const job = (await call('POST', '/apps/annotation-reply/disable', settings)).body.job_id
    for (const { key } of [sibling, foreign]) {
      expect((await call('GET', '/app/feedbacks', undefined, key)).body.data).toEqual([])
      expect((await call('GET', '/apps/annotations', undefined, key)).body.total).toBe(0)
      for (const [path, id] of [
        ['/end-users/', rating.from_end_user_id],
        ['/apps/annotation-reply/disable/status/', job],
      ]) {
        const theirs = await call('GET', `${path}${id}`, undefined, key)
        expect(theirs).toEqual(await call('GET', `${path}${NOBODY}`, undefined, key))
      }
      const text = { question: 'Mine', answer: 'now' }
      expect((await call('PUT', `/apps/annotations/${made.id}`, text, key)).status).toBe(404)
      expect((await call('DELETE', `/apps/annotations/${made.id}`, undefined, key)).status).toBe(404)
    }
    expect((await call('GET', '/apps/annotations?keyword=Q')).body.data).toEqual([made])
    await call('DELETE', `/apps/annotations/${made.id}`)
  })
})

describe('old habits', () => {
  it.each([
    '/conversations?user=ada&pinned=false&first_id=x&limit=&last_id=',
    '//conversations/?user=7',
    '/conversations?user=',
    '/messages?user=ada&conversation_id=',
    '/parameters?user=ada&x=1',
  ])('such as %s are served', async (path) => {
    expect((await call('GET', path)).status).toBe(200)
  })

  it('renames by PATCH', async () => {
    const { conversation_id: id } = await say('grace')
    const renamed = await call('PATCH', `/conversations/${id.toUpperCase()}`, { name: ' Talk ', user: 'grace' })
    expect(renamed.body).toMatchObject({ id, name: 'Talk' })
  })

  it.each([
    ['GET', '/messages?conversation_id=a&conversation_id=b', undefined, 400],
    ['GET', '/conversations?user=a&user=b', undefined, 400],
    ['GET', '/conversations?user=%00', undefined, 400],
    ['GET', `/conversations?user=${'x'.repeat(256)}`, undefined, 400],
    ['GET', '/conversations?limit=1e2', undefined, 400],
    ['GET', '/conversations?limit=-1', undefined, 400],
    ['GET', '/apps/annotations?page=99999999999999999999', undefined, 400],
    ['GET', '/apps/annotations?page=100000&limit=7777', undefined, 200],
    ['GET', '/workflows/logs?created_at__before=2026-13-45', undefined, 400],
    ['GET', '/workflows/logs?created_at__after=2026-01-02T03:04:05.678', undefined, 200],
    ['GET', '/app/feedbacks?page=99999&limit=101', undefined, 200],
    ['GET', '/messages/%2e%2e/suggested?user=a', undefined, 404],
    ['POST', `/messages/${NOBODY}/feedbacks`, [], 400],
    ['POST', `/messages/${NOBODY}/feedbacks`, { rating: 'like', user: 'a', content: 5 }, 400],
    ['POST', '/apps/annotations', { question: 'x'.repeat(40_000), answer: 'a' }, 400],
    ['POST', '/apps/annotations', { question: { a: 1 }, answer: 'a' }, 400],
    ['DELETE', `/conversations/${NOBODY}`, undefined, 404],
    ['POST', `/conversations/${NOBODY}/name`, { name: 'x', auto_generate: 'yes' }, 400],
  ] as const)('%s %s is %s: %i', async (method, path, body, status) => {
    const answered = await call(method, path, body)
    expect(answered.status, JSON.stringify(answered.body)).toBe(status)
  })
})

describe('a stored answer', () => {
  it('is given instead of running, counted, and named at the end', async () => {
    const question = 'How do I get my money back?'
    const made = (await call('POST', '/apps/annotations', { question, answer: 'Ask for it.' })).body
    const settings = {
      score_threshold: 0.9,
      embedding_provider_name: 'offline',
      embedding_model_name: 'heddle-embed',
    }
    await call('POST', '/apps/annotation-reply/enable', settings)
    await platform.platform.annotations.settled()
    const asked = vendor.requests.length
    const ask = { inputs: {}, query: ` ${question}`, user: 'ada' }
    const { body } = await call('POST', '/chat-messages', ask)
    expect(body.answer).toBe('Ask for it.')
    expect(body.metadata.annotation_reply).toMatchObject({ id: made.id, account: { name: 'test' } })
    expect(vendor.requests).toHaveLength(asked)
    expect((await call('GET', '/apps/annotations')).body.data).toMatchObject([{ id: made.id, hit_count: 1 }])
    const history = await call('GET', `/messages?conversation_id=${body.conversation_id}&user=ada`)
    expect(history.body.data).toMatchObject([{ answer: 'Ask for it.', status: 'normal' }])
    expect((await say('ada', 'Something else entirely')).answer).toBe('Hello.')
  })
})
