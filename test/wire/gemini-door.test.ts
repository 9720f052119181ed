// Google's official client at our door, and what other clients of its protocol do that it does not.

import { ApiError, FunctionCallingConfigMode, GoogleGenAI, ThinkingLevel, Type } from '@google/genai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProtocolHouse, type ProtocolHouse } from '../support/protocol-house.ts'

let house: ProtocolHouse
let client: GoogleGenAI
beforeAll(async () => {
  house = await openProtocolHouse()
  client = new GoogleGenAI({ apiKey: house.key, httpOptions: { baseUrl: house.url, retryOptions: { attempts: 1 } } })
})
afterAll(() => house[Symbol.asyncDispose]())

const post = (path: string, body: object, headers: Record<string, string> = { 'x-goog-api-key': house.key }) =>
  fetch(`${house.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const hi = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }

describe('in front of Google', () => {
  test('the bytes of body and answer pass through, signatures too', async () => {
    const vendor = house.vendors.gemini
    vendor.reply({ toolCalls: [{ name: 'f', arguments: { a: 1 } }] })
    const answer = await client.models.generateContent({
      model: 'google/large',
      contents: 'Hi',
      config: { safetySettings: [], labels: { team: 'x' }, thinkingConfig: { thinkingLevel: ThinkingLevel.LOW } },
    })
    expect(vendor.requests.at(-1)).toMatchObject({
      path: '/v1beta/models/large:generateContent',
      body: { ...hi, generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } },
    })
    expect(answer.candidates?.[0]?.content?.parts?.[0]).toMatchObject({ thoughtSignature: 'sig-1' })
  })

  test('a stream without alt=sse is a list of JSON, from Google and from others', async () => {
    for (const model of ['google/large', 'chat/large']) {
      house.vendors.gemini.reply({ text: 'One two three.' })
      house.vendors['openai-chat'].reply({ text: 'One two three.' })
      const response = await post(`/v1beta/models/${model}:streamGenerateContent`, hi)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      const chunks = (await response.json()) as { candidates: [{ content: { parts: { text: string }[] } }] }[]
      expect(chunks.length).toBeGreaterThan(1)
      expect(chunks.flatMap((chunk) => chunk.candidates[0].content.parts.map(({ text }) => text)).join('')).toBe(
        'One two three.',
      )
    }
  })

  test('names in snake case and slashes in escapes are understood', async () => {
    const vendor = house.vendors['openai-chat']
    vendor.reply({ text: 'Hello.' })
    const body = {
      ...hi,
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      generation_config: { max_output_tokens: 9, stop_sequences: ['END'] },
    }
    const response = await post('/v1beta/models/chat%2Flarge:generateContent', body)
    expect(response.status).toBe(200)
    expect(vendor.requests.at(-1)?.body).toMatchObject({
      messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user' }],
      max_tokens: 9,
      stop: ['END'],
    })
  })

  test('a key may stand in the address', async () => {
    house.vendors['openai-chat'].reply({ text: 'Hello.' })
    expect((await post(`/v1beta/models/chat/large:generateContent?key=${house.key}`, hi, {})).status).toBe(200)
    expect((await post('/v1beta/models/chat/large:generateContent?key=wrong', hi, {})).status).toBe(401)
  })
})

describe('in front of others', () => {
  test('schemas of the dialect, and functions that must be called', async () => {
    const vendor = house.vendors['openai-chat']
    vendor.reply({ toolCalls: [{ id: 'c1', name: 'f', arguments: { a: 'x' } }] })
    const answer = await client.models.generateContent({
      model: 'chat/large',
      contents: 'Hi',
      config: {
        tools: [
          {
            functionDeclarations: [
              {
                name: 'f',
                description: 'F',
                parameters: {
                  type: Type.OBJECT,
                  properties: { a: { type: Type.STRING, nullable: true } },
                  required: ['a'],
                },
              },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['f'] } },
      },
    })
    expect(answer.functionCalls).toEqual([{ id: 'c1', name: 'f', args: { a: 'x' } }])
    expect(vendor.requests.at(-1)?.body).toMatchObject({
      tools: [
        {
          function: {
            name: 'f',
            parameters: { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'] },
          },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
    })
  })

  test('what the vendor cannot take is named, or refused by strict calls', async () => {
    house.vendors.anthropic.reply({ text: 'Hello.' })
    const body = { ...hi, safetySettings: [], generationConfig: { seed: 1 } }
    const path = '/v1beta/models/claude/large:generateContent'
    const response = await post(path, body)
    expect(response.headers.get('x-heddle-dropped')).toBe(
      'safetySettings;unsupported, generationConfig.seed;unsupported',
    )
    const strict = await post(path, body, { 'x-goog-api-key': house.key, 'x-heddle-strict': 'true' })
    expect(strict.status).toBe(400)
    expect(await strict.json()).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  })
})

describe('beside answers', () => {
  test('counts are Google’s where it has them, else estimates', async () => {
    const { totalTokens } = await client.models.countTokens({ model: 'google/large', contents: 'Hi' })
    const { path, body } = house.vendors.gemini.requests.at(-1) ?? {}
    expect(path).toBe('/v1beta/models/large:countTokens')
    expect(totalTokens).toBe(JSON.stringify(body).length)
    const other = await post('/v1beta/models/chat/large:countTokens', hi)
    expect(await other.json()).toEqual({ totalTokens: expect.any(Number), estimated: true })
  })

  test('vectors, one and many', async () => {
    const { embeddings } = await client.models.embedContent({ model: 'offline/heddle-embed', contents: ['one', 'two'] })
    expect(embeddings).toHaveLength(2)
    const one = await post('/v1beta/models/offline/heddle-embed:embedContent', {
      content: { parts: [{ text: 'one' }] },
    })
    expect(await one.json()).toEqual({ embedding: embeddings?.[0] })
    const bad = await post('/v1beta/models/offline/heddle-embed:embedContent', { content: { parts: [{ text: 1 }] } })
    expect(await bad.json()).toMatchObject({
      error: { message: expect.stringContaining('content.parts[0].text must be a text') },
    })
  })

  test('the list of models', async () => {
    const names: (string | undefined)[] = []
    for await (const { name } of await client.models.list()) names.push(name)
    expect(names).toContain('models/claude/large')
    expect(await client.models.get({ model: 'models/claude/large' })).toMatchObject({ name: 'models/claude/large' })
    expect((await post('/v1beta/models/chat/large:destroy', {})).status).toBe(404)
  })
})

describe('failures', () => {
  test.each([
    ['nobody/knows', hi, 404, 'NOT_FOUND'],
    ['chat/large', { contents: [] }, 400, 'INVALID_ARGUMENT'],
    ['chat/large', { contents: [{ role: 'bard', parts: [] }] }, 400, 'INVALID_ARGUMENT'],
  ])('%s %j', async (model, body, code, status) => {
    const response = await post(`/v1beta/models/${model}:generateContent`, body)
    expect(response.status).toBe(code)
    expect(await response.json()).toMatchObject({ error: { code, status } })
  })
  test('the client makes an error of it', async () => {
    const failure = await client.models
      .generateContent({ model: 'nobody/knows', contents: 'Hi' })
      .catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({ status: 404 })
  })

  test.each(['chat/large', 'google/large'])('a caller who leaves ends the call of %s', async (model) => {
    const vendor = house.vendors[model === 'chat/large' ? 'openai-chat' : 'gemini']
    vendor.reply({ text: 'One two three four five six.' })
    vendor.fault({ type: 'hold', afterBytes: 700 })
    const coming = vendor.nextRequest()
    const controller = new AbortController()
    const stream = await client.models.generateContentStream({
      model,
      contents: 'Hi',
      config: { abortSignal: controller.signal },
    })
    await stream.next()
    controller.abort()
    await (await coming).hungUp
  })
})
