// The calls of the gateway that are not chat, with OpenAI's own client where it has them.

import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { createTenantStore } from '../../src/product/tenants/store.ts'
import { OWNER } from '../support/management.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer, vectorOf } from '../support/vendors/vendor-server.ts'

let vendor: VendorServer
let platform: TestPlatform
let client: OpenAI
let secret: string

beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform({
    providers: {
      acme: {
        type: 'openai-compatible',
        baseUrl: `${vendor.url}/v1`,
        apiKey: TEST_KEY,
        models: ['acme-large', 'open/lab/acme-small'],
      },
      parts: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY },
    },
    models: { default: 'acme/acme-large' },
  })
  const { keys, caller } = platform.platform
  secret = (await keys.create(caller, { scope: 'gateway', name: 'test' })).secret
  client = new OpenAI({ apiKey: secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
const ask = async (path: string, body?: object, headers: Record<string, string> = {}): Promise<any> => {
  const response = await fetch(platform.url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
}

describe('embeddings', () => {
  it.each(['float', 'base64'] as const)('are in order, as %s', async (encoding_format) => {
    const input = ['one', 'two']
    const answer = await client.embeddings.create({ model: 'parts/vectors', input, encoding_format })
    const vectors = answer.data.map(({ embedding }) => {
      if (encoding_format === 'float') return embedding
      const bytes = Buffer.from(String(embedding), 'base64')
      return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4))
    })
    expect(vectors).toEqual(input.map(vectorOf))
    expect(answer.data.map(({ index }) => index)).toEqual([0, 1])
    expect(answer.usage.prompt_tokens).toBe(4)
    expect(answer.model).toBe('parts/vectors')
  })

  it('of the built-in model need no vendor', async () => {
    const { status, headers } = await ask('/v1/embeddings', { model: 'offline/heddle-embed', input: 'x' })
    expect([status, headers.get('x-heddle-target')]).toEqual([200, 'offline/heddle-embed'])
  })

  it.each([
    [{ input: [1, 2, 3] }, 'input', 'tokens mean something else to every model'],
    [{ input: [[1], [2]] }, 'input', 'tokens mean something else to every model'],
    [{ input: '' }, 'input', 'must not be empty'],
    [{ input: [] }, 'input', 'must not be empty'],
    [{ input: ['x', ''] }, 'input[1]', 'must not be empty'],
    [{ input: {} }, 'input', 'list of texts'],
    [{ input: 'x', dimensions: 0 }, 'dimensions', 'at least 1'],
    [{ input: 'x', encoding_format: 'hex' }, 'encoding_format', 'float or base64'],
  ])('refuse %j', async (body, param, message) => {
    const { status, body: answer } = await ask('/v1/embeddings', { model: 'parts/vectors', ...body })
    expect([status, answer.error.param]).toEqual([400, param])
    expect(answer.error.message).toContain(message)
  })

  it('name fields that nobody knows, or refuse them', async () => {
    const body = { model: 'parts/vectors', input: 'x', input_type: 'query' }
    const lenient = await ask('/v1/embeddings', body)
    expect([lenient.status, lenient.headers.get('x-heddle-dropped')]).toEqual([200, 'input_type;unsupported'])
    const strict = await ask('/v1/embeddings', body, { 'x-heddle-strict': 'true' })
    expect([strict.status, strict.body.error.code]).toEqual([400, 'gateway/unsupported-parameter'])
  })
})

it('moderations judge each text, and parts as one', async () => {
  const answer = await client.moderations.create({ model: 'parts/judge', input: ['fine', 'fine too'] })
  expect(answer.results).toHaveLength(2)
  expect(typeof answer.results[0]?.flagged).toBe('boolean')
  const parts = await ask('/v1/moderations', {
    model: 'parts/judge',
    input: [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ],
  })
  expect(parts.body.results).toHaveLength(1)
  const picture = { type: 'image_url', image_url: { url: 'https://x.org/a.png' } }
  const refused = await ask('/v1/moderations', { model: 'parts/judge', input: [picture] })
  expect([refused.status, refused.body.error.message]).toEqual([
    400,
    expect.stringContaining('pictures are not judged'),
  ])
})

it('ranking gives the best first, with its document where asked', async () => {
  const documents = ['about cats', { text: 'about dogs' }, 'about birds']
  const { status, body } = await ask('/v1/rerank', {
    model: 'parts/order',
    query: 'dogs',
    documents,
    top_n: 2,
    return_documents: true,
  })
  expect(status).toBe(200)
  expect(body.results).toHaveLength(2)
  for (const { index, document } of body.results) {
    expect(document.text).toBe(['about cats', 'about dogs', 'about birds'][index])
  }
  const scores = body.results.map((one: { relevance_score: number }) => one.relevance_score)
  expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a))
})

describe('speech', () => {
  const sound = (name = 'a.mp3', type = 'audio/mpeg') => toFile(Buffer.from('ID3'), name, { type })

  it('is written down', async () => {
    vendor.reply({ text: 'Hello.' })
    const answer = await client.audio.transcriptions.create({
      model: 'parts/ears',
      file: await sound(),
      language: 'en',
    })
    expect(answer.text).toBe('Hello.')
    expect(vendor.requests.at(-1)?.body).toMatchObject({ model: 'ears', language: 'en', file: { type: 'audio/mpeg' } })
  })

  it('is written down as plain text', async () => {
    const answer = await client.audio.transcriptions.create({
      model: 'parts/ears',
      file: await sound('a.wav', 'application/octet-stream'),
      response_format: 'text',
    })
    expect(answer).toBe('Hello.')
    // The name tells what the type does not.
    expect(vendor.requests.at(-1)?.body.file.type).toBe('audio/wav')
  })

  it('is translated only where the provider can', async () => {
    const refused = await client.audio.translations
      .create({ model: 'parts/ears', file: await sound() })
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ status: 400, code: 'model/unsupported' })
  })

  it('is no text file', async () => {
    const refused = client.audio.transcriptions.create({
      model: 'parts/ears',
      file: await sound('a.txt', 'text/plain'),
    })
    await expect(refused).rejects.toMatchObject({ status: 415 })
  })

  it('is read aloud', async () => {
    const answer = await client.audio.speech.create({ model: 'parts/mouth', input: 'Hello', voice: 'nova' })
    expect(answer.headers.get('content-type')).toBe('audio/mpeg')
    expect(await answer.text()).toBe('mp3 of nova: Hello')
  })

  it('that cannot be made fails before the first byte', async () => {
    vendor.fault({ type: 'status', status: 400, message: 'no such voice' })
    const refused = client.audio.speech.create({ model: 'parts/mouth', input: 'Hello', voice: 'x' })
    await expect(refused).rejects.toThrow('no such voice')
  })
})

describe('models', () => {
  it('are listed, each by its id', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['acme/acme-large', 'acme/open/lab/acme-small']))
    // Escaped by the client.
    expect((await client.models.retrieve('acme/open/lab/acme-small')).owned_by).toBe('acme')
    const raw = await ask('/v1/models/acme/open/lab/acme-small')
    expect(raw.body).toEqual({
      id: 'acme/open/lab/acme-small',
      object: 'model',
      created: 0,
      owned_by: 'acme',
      kind: 'chat',
    })
    const missing = await ask('/v1/models/acme/nothing')
    expect([missing.status, missing.body.error.code]).toEqual([404, 'model_not_found'])
  })

  it("are listed for Anthropic's client in its own form", async () => {
    const anthropic = new Anthropic({ apiKey: secret, baseURL: platform.url, maxRetries: 0 })
    const ids: string[] = []
    for await (const { id, type } of anthropic.models.list()) ids.push(`${type} ${id}`)
    expect(ids).toContain('model acme/acme-large')
  })

  it('tell how they fare', async () => {
    await client.chat.completions.create({ model: 'acme/acme-large', messages: [{ role: 'user', content: 'Hi' }] })
    const { body } = await ask('/v1/models/health')
    expect(body.data.find(({ id }: { id: string }) => id === 'acme/acme-large')).toMatchObject({
      object: 'model.health',
      state: 'closed',
      accounts: [{ usable: true }],
    })
  })
})

it('routers of other tenants are neither listed nor shown', async () => {
  const seams = { clock: systemClock, ids: createIds(systemClock) }
  const other = systemCaller('tenant_0190aaaa-0000-7000-8000-00000000000b')
  await createTenantStore({ db: platform.database, ...seams }).ensure(other, 'other')
  const { accounts, keys } = platform.platform
  const stranger = { authorization: `Bearer ${(await keys.create(other, { scope: 'gateway', name: 'x' })).secret}` }
  await accounts.setUpLocally(OWNER)
  const { accessToken } = await accounts.signIn(OWNER.email, OWNER.password, { userAgent: 'test' })
  const definition = { default: { targets: 'acme/acme-large' } }
  const owner = { authorization: `Bearer ${accessToken}` }
  expect((await ask('/api/gateway/routers', { name: 'ours', definition }, owner)).status).toBe(201)
  const seenBy = async (headers: Record<string, string>) => ({
    listed: (await ask('/v1/models', undefined, headers)).body.data.some(({ id }: { id: string }) => id === 'ours'),
    shown: (await ask('/v1/models/ours', undefined, headers)).status,
  })
  expect(await seenBy({})).toEqual({ listed: true, shown: 200 })
  expect(await seenBy(stranger)).toEqual({ listed: false, shown: 404 })
})

it('the document of the gateway is there for anyone, and lists what it lists', async () => {
  const { status, body } = await ask('/v1/gateway/openapi.json', undefined, { authorization: 'none' })
  expect([status, body.openapi]).toEqual([200, '3.1.0'])
  expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/v1/chat/completions', '/v1/rerank']))
})
