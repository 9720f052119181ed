// Anthropic's official client at our door, in front of vendors of its own protocol and of others.

import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProtocolHouse, type ProtocolHouse } from '../support/protocol-house.ts'

let house: ProtocolHouse
let client: Anthropic
beforeAll(async () => {
  house = await openProtocolHouse()
  client = new Anthropic({ apiKey: house.key, baseURL: house.url, maxRetries: 0 })
})
afterAll(() => house[Symbol.asyncDispose]())

const ask = { max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] }
const tool = { name: 'f', input_schema: { type: 'object' as const, properties: { a: { type: 'string' } } } }

describe('in front of Anthropic', () => {
  test('the bytes of body and answer pass through, whole and streamed', async () => {
    const vendor = house.vendors.anthropic
    vendor.reply({ reasoning: 'Hm.', text: 'Hello.' })
    const body = { ...ask, model: 'claude/large', container: 'c', messages: ask.messages, temperature: 0.25 }
    const message = await client.messages.create(body as never)
    expect(vendor.requests.at(-1)?.body).toEqual({ ...body, model: 'large' })
    expect(message).toMatchObject({
      id: 'm_1',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'sig-1' },
        { type: 'text', text: 'Hello.' },
      ],
    })
    const stream = client.messages.stream({ ...body, stream: true } as never)
    expect((await stream.finalMessage()).content).toEqual(message.content)
  })

  test('thinking of another vendor does not reach it, and its own does', async () => {
    const vendor = house.vendors.anthropic
    house.vendors['openai-chat'].reply({ reasoning: 'A foreign thought.', text: 'Foreign.' })
    const foreign = await client.messages.create({ ...ask, model: 'chat/large' })
    expect(foreign.content[0]).toMatchObject({ type: 'thinking', thinking: 'A foreign thought.' })
    vendor.reply({ text: 'Hello.' })
    const own = { type: 'thinking' as const, thinking: 'Mine.', signature: 'sig-own' }
    const messages = [
      ...ask.messages,
      { role: 'assistant' as const, content: foreign.content },
      { role: 'user' as const, content: 'And?' },
      { role: 'assistant' as const, content: [own, { type: 'text' as const, text: 'So.' }] },
      { role: 'user' as const, content: 'Go on.' },
    ]
    await client.messages.create({ ...ask, model: 'claude/large', messages })
    const sent = JSON.stringify(vendor.requests.at(-1)?.body)
    expect(sent).not.toContain('A foreign thought.')
    expect(sent).not.toContain('heddle.')
    expect(vendor.requests.at(-1)?.body.messages[3].content).toContainEqual(own)
  })
})

describe('in front of others', () => {
  test('a picture in a result of a tool, and that it failed, reach the vendor', async () => {
    const vendor = house.vendors['openai-chat']
    vendor.reply({ text: 'I see.' })
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'AAAA' }
    await client.messages.create({
      ...ask,
      model: 'chat/large',
      tools: [tool],
      messages: [
        ...ask.messages,
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: { a: 'x' } }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              is_error: true,
              content: [
                { type: 'text', text: 'broken' },
                { type: 'image', source },
              ],
            },
          ],
        },
      ],
    })
    const [, , result, shown] = vendor.requests.at(-1)?.body.messages ?? []
    expect(result).toEqual({ role: 'tool', tool_call_id: 't1', content: 'Error: broken' })
    expect(JSON.stringify(shown)).toContain('data:image/png;base64,AAAA')
  })

  test('events come in the order of the grammar, calls with their pieces', async () => {
    house.vendors['openai-chat'].reply({
      text: 'See.',
      toolCalls: [
        { id: 'c1', name: 'f', arguments: { a: 'long enough for pieces' } },
        { id: 'c2', name: 'f', arguments: { a: 'y' } },
      ],
    })
    const types: string[] = []
    const stream = client.messages.stream({ ...ask, model: 'chat/large', tools: [tool] })
    for await (const event of stream) {
      if (event.type !== types.at(-1)) types.push(event.type)
    }
    const block = ['content_block_start', 'content_block_delta', 'content_block_stop']
    expect(types).toEqual(['message_start', ...block, ...block, ...block, 'message_delta', 'message_stop'])
    const { content, stop_reason } = await stream.finalMessage()
    expect(stop_reason).toBe('tool_use')
    expect(content).toEqual([
      { type: 'text', text: 'See.' },
      { type: 'tool_use', id: 'c1', name: 'f', input: { a: 'long enough for pieces' } },
      { type: 'tool_use', id: 'c2', name: 'f', input: { a: 'y' } },
    ])
  })

  test('what the vendor cannot take is named, or refused by strict calls', async () => {
    house.vendors['openai-chat'].reply({ text: 'Hello.' })
    const body = { ...ask, model: 'chat/large', top_k: 5, service_tier: 'auto' as const }
    const { response } = await client.messages.create(body as never).withResponse()
    expect(response.headers.get('x-heddle-dropped')).toBe('top_k;unsupported, service_tier;unsupported')
    const strict = { headers: { 'x-heddle-strict': 'true' } }
    await expect(client.messages.create(body as never, strict)).rejects.toMatchObject({
      status: 400,
      error: { type: 'error', error: { type: 'invalid_request_error', message: expect.stringContaining('top_k') } },
    })
  })
})

describe('counting', () => {
  test('Anthropic counts its own, we estimate the rest and say so', async () => {
    const count = (model: string) =>
      client.messages.countTokens({ model, messages: ask.messages, system: 'S', tools: [tool] }).withResponse()
    const own = await count('claude/large')
    const { path, body } = house.vendors.anthropic.requests.at(-1) ?? {}
    expect([path, body.model, body.system]).toEqual(['/v1/messages/count_tokens', 'large', 'S'])
    expect(own.data.input_tokens).toBe(JSON.stringify(body).length)
    expect(own.response.headers.get('x-heddle-tokens')).toBe('counted')
    const other = await count('chat/large')
    expect(other.response.headers.get('x-heddle-tokens')).toBe('estimated')
    expect(other.data.input_tokens).toBeGreaterThan(5)
    house.vendors.anthropic.fault({ type: 'status', status: 404 })
    expect((await count('claude/large')).response.headers.get('x-heddle-tokens')).toBe('estimated')
    await expect(count('nobody/knows')).rejects.toMatchObject({ status: 404, type: 'not_found_error' })
  })
})

describe('failures', () => {
  test.each([
    [404, 'not_found_error', () => client.messages.create({ ...ask, model: 'nobody/knows' })],
    [400, 'invalid_request_error', () => client.messages.create({ model: 'chat/large', messages: [] } as never)],
    [
      401,
      'authentication_error',
      () =>
        new Anthropic({ apiKey: 'wrong', baseURL: house.url, maxRetries: 0 }).messages.create({
          ...ask,
          model: 'chat/large',
        }),
    ],
  ])('%d %s', async (status, type, call) => {
    const failure = await call().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(APIError)
    expect(failure).toMatchObject({ status, type })
    expect((failure as APIError).requestID).toMatch(/^req_/)
  })

  test('a vendor that breaks off in the middle is an error event', async () => {
    const vendor = house.vendors['openai-chat']
    vendor.reply({ text: 'One two three four.' })
    vendor.fault({ type: 'stream-error', kind: 'overloaded' })
    const stream = client.messages.stream({ ...ask, model: 'chat/large' })
    await expect(stream.finalMessage()).rejects.toThrow(/overloaded_error|api_error/)
  })

  test.each(['chat/large', 'claude/large'])('a caller who leaves ends the call of %s', async (model) => {
    const vendor = house.vendors[model === 'chat/large' ? 'openai-chat' : 'anthropic']
    vendor.reply({ text: 'One two three four five six.' })
    vendor.fault({ type: 'hold', afterBytes: 700 })
    const coming = vendor.nextRequest()
    const stream = client.messages.stream({ ...ask, model })
    const seen = new Promise<void>((resolve) => void stream.on('text', () => resolve()))
    const ended = stream.done().catch((error: unknown) => error)
    await seen
    stream.abort()
    await (await coming).hungUp
    expect(await ended).toBeInstanceOf(Error)
  })
})
