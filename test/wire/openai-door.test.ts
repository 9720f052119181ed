// OpenAI's own client at the doors of the gateway: whatever the vendor's protocol is, it sees OpenAI's.

import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { startAnthropic } from '../support/vendors/anthropic.ts'
import { startGemini } from '../support/vendors/gemini.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

/** By provider. `acme` speaks the callers' protocol: its bytes pass through. */
const vendors: Record<string, VendorServer> = {}
let platform: TestPlatform
let client: OpenAI
let secret: string

beforeAll(async () => {
  Object.assign(vendors, {
    acme: await startOpenAi(),
    antic: await startAnthropic(),
    gem: await startGemini(),
  })
  const url = (name: string) => vendors[name]?.url ?? ''
  platform = await startPlatform({
    providers: {
      acme: { type: 'openai-compatible', baseUrl: `${url('acme')}/v1`, apiKey: TEST_KEY, models: ['acme-large'] },
      antic: { type: 'anthropic', baseUrl: url('antic'), apiKey: TEST_KEY, models: ['claude-x'] },
      gem: { type: 'gemini', baseUrl: `${url('gem')}/v1beta`, apiKey: TEST_KEY, models: ['gemini-x'] },
    },
    models: { default: 'acme/acme-large' },
    gateway: { resilience: { retries: 0 } },
  })
  const { keys, caller } = platform.platform
  secret = (await keys.create(caller, { scope: 'gateway', name: 'test' })).secret
  client = new OpenAI({ apiKey: secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
})
afterAll(async () => {
  await platform.close()
  await Promise.all(Object.values(vendors).map((vendor) => vendor.close()))
})
beforeEach(() => {
  for (const vendor of Object.values(vendors)) vendor.reply({ text: 'Hello there.' })
})

const vendorOf = (model: string): VendorServer => {
  const vendor = vendors[model.split('/')[0] ?? '']
  if (!vendor) throw new Error(model)
  return vendor
}

const messages = [{ role: 'user' as const, content: 'Hi' }]
const TOOLS: OpenAI.Chat.ChatCompletionFunctionTool[] = [
  {
    type: 'function',
    function: {
      name: 'look',
      description: 'Looks.',
      parameters: { type: 'object', properties: { x: { type: 'number' } } },
    },
  },
]
const CALLS = [
  { name: 'look', arguments: { x: 1 } },
  { name: 'look', arguments: { x: 2 } },
]

describe.each(['acme/acme-large', 'antic/claude-x', 'gem/gemini-x'])('chat completions of %s', (model) => {
  it('are plain', async () => {
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 50 })
    expect(answer.object).toBe('chat.completion')
    expect(answer.choices).toMatchObject([
      { index: 0, message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' },
    ])
    expect(answer.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 })
  })

  it('stream', async () => {
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } })
    let text = ''
    stream.on('content', (delta) => {
      text += delta
    })
    const answer = await stream.finalChatCompletion()
    expect(text).toBe('Hello there.')
    expect(answer.choices[0]).toMatchObject({ message: { content: 'Hello there.' }, finish_reason: 'stop' })
    expect(answer.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
  })

  it('stream no usage unless it is asked for', async () => {
    const stream = await client.chat.completions.create({ model, messages, stream: true })
    const chunks = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true)
    expect(chunks.filter(({ usage }) => usage)).toEqual([])
  })

  it('call tools side by side, and take their results', async () => {
    vendorOf(model).reply({ toolCalls: CALLS })
    const { choices } = await client.chat.completions.create({ model, messages, tools: TOOLS })
    const [choice] = choices
    expect(choice?.finish_reason).toBe('tool_calls')
    const calls = (choice?.message.tool_calls ?? []).filter((call) => call.type === 'function')
    expect(calls.map((call) => JSON.parse(call.function.arguments))).toEqual([{ x: 1 }, { x: 2 }])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
    vendorOf(model).reply({ text: 'Seen.' })
    const results = calls.map(({ id }, i) => ({ role: 'tool' as const, tool_call_id: id, content: `seen ${i}` }))
    const next = await client.chat.completions.create({
      model,
      tools: TOOLS,
      messages: [...messages, choice?.message ?? { role: 'assistant', content: '' }, ...results],
    })
    expect(next.choices[0]?.message.content).toBe('Seen.')
    expect(vendorOf(model).requests.at(-1)?.text).toContain('seen 1')
  })

  it('stream calls of tools side by side', async () => {
    vendorOf(model).reply({ text: 'Let me see.', toolCalls: CALLS })
    const stream = client.chat.completions.stream({ model, messages, tools: TOOLS })
    const { choices } = await stream.finalChatCompletion()
    const calls = choices[0]?.message.tool_calls ?? []
    expect(calls.map((call) => call.type === 'function' && JSON.parse(call.function.arguments))).toEqual([
      { x: 1 },
      { x: 2 },
    ])
    expect(choices[0]).toMatchObject({ message: { content: 'Let me see.' }, finish_reason: 'tool_calls' })
  })

  it('say why they end', async () => {
    vendorOf(model).reply({ text: 'Hello th', finish: 'length' })
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 2 })
    expect(answer.choices[0]?.finish_reason).toBe('length')
  })

  it('fail as OpenAI fails', async () => {
    const ask = () => client.chat.completions.create({ model, messages })
    vendorOf(model).fault({ type: 'status', status: 429, headers: { 'retry-after': '7' } })
    const limited = await ask().catch((error: unknown) => error)
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError)
    expect((limited as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7')
    vendorOf(model).fault({ type: 'status', status: 400, message: 'too odd' })
    const refused = await ask().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError)
    expect(String(refused)).toContain('too odd')
    vendorOf(model).fault({ type: 'status', status: 503 })
    expect(await ask().catch((error: unknown) => error)).toBeInstanceOf(OpenAI.InternalServerError)
  })

  it('that break off in the middle are no short answers', async () => {
    vendorOf(model).reply({ text: 'Hello there, this is a longer answer.' })
    vendorOf(model).fault({ type: 'stream-error', kind: 'overloaded' })
    const stream = client.chat.completions.stream({ model, messages })
    await expect(stream.finalChatCompletion()).rejects.toThrow()
  })

  it('that nobody waits for any more end at the vendor', async () => {
    const vendor = vendorOf(model)
    vendor.reply({ text: 'Hello there. '.repeat(100) })
    vendor.fault({ type: 'hold', afterBytes: 3_000 })
    const arrived = vendor.nextRequest()
    const controller = new AbortController()
    const asked = client.chat.completions
      .create({ model, messages, stream: true }, { signal: controller.signal })
      .then(async (stream) => {
        for await (const _ of stream) controller.abort()
      })
    await (await arrived).hungUp
    await asked.catch(() => {})
    expect(controller.signal.aborted).toBe(true)
  })
})

describe.each(['acme/acme-large', 'antic/claude-x', 'gem/gemini-x'])('before an answer of %s has begun', (model) => {
  it.each([true, false])('a caller may leave; a stream: %s', async (stream) => {
    const vendor = vendorOf(model)
    vendor.fault({ type: 'silent' })
    const arrived = vendor.nextRequest()
    const controller = new AbortController()
    const asked = client.chat.completions.create({ model, messages, stream }, { signal: controller.signal })
    const { hungUp } = await arrived
    controller.abort()
    await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    await hungUp
  })
})

describe.each(['acme/acme-large', 'antic/claude-x', 'gem/gemini-x'])('responses of %s', (model) => {
  it('are plain', async () => {
    const answer = await client.responses.create({ model, input: 'Hi', instructions: 'Be kind.' })
    expect(answer).toMatchObject({ object: 'response', status: 'completed', output_text: 'Hello there.' })
    expect(answer.usage).toMatchObject({ input_tokens: 11, output_tokens: 7, total_tokens: 18 })
    expect(vendorOf(model).requests.at(-1)?.text).toContain('Be kind.')
  })

  it('stream', async () => {
    const stream = client.responses.stream({ model, input: 'Hi' })
    let text = ''
    stream.on('response.output_text.delta', ({ delta }) => {
      text += delta
    })
    const answer = await stream.finalResponse()
    expect([text, answer.output_text]).toEqual(['Hello there.', 'Hello there.'])
  })

  it('call tools side by side, and take their results', async () => {
    vendorOf(model).reply({ toolCalls: CALLS })
    const tools = [
      { type: 'function' as const, name: 'look', strict: false, parameters: { type: 'object', properties: {} } },
    ]
    const { output } = await client.responses.stream({ model, input: 'Hi', tools }).finalResponse()
    const calls = output.filter((item) => item.type === 'function_call')
    expect(calls.map((call) => JSON.parse(call.arguments))).toEqual([{ x: 1 }, { x: 2 }])
    vendorOf(model).reply({ text: 'Seen.' })
    const results = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'seen' }))
    const next = await client.responses.create({
      model,
      tools,
      input: [{ role: 'user', content: 'Hi' }, ...(output as OpenAI.Responses.ResponseInputItem[]), ...results],
    })
    expect(next.output_text).toBe('Seen.')
  })

  it('fail as OpenAI fails', async () => {
    vendorOf(model).fault({ type: 'status', status: 400, message: 'too odd' })
    await expect(client.responses.create({ model, input: 'Hi' })).rejects.toThrow('too odd')
    await expect(client.responses.create({ model, input: [] })).rejects.toBeInstanceOf(OpenAI.BadRequestError)
  })
})

it('answers fit a schema', async () => {
  vendors.antic?.reply({ toolCalls: [{ name: 'person', arguments: { age: 5 } }] })
  const schema = {
    type: 'object',
    properties: { age: { type: 'number' } },
    required: ['age'],
    additionalProperties: false,
  }
  const answer = await client.chat.completions.parse({
    model: 'antic/claude-x',
    messages,
    response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
  })
  expect(answer.choices[0]?.message.parsed).toEqual({ age: 5 })
})

it('bytes of a vendor that speaks the protocol stay as they are', async () => {
  const answer = await client.chat.completions.create({ model: 'acme/acme-large', messages })
  expect(answer.id).toBe('cc-1')
  expect(vendors.acme?.requests.at(-1)?.body).toEqual({ model: 'acme-large', messages })
})

it('what a vendor cannot take is named, or refused', async () => {
  const ask = (headers: Record<string, string>) =>
    client.chat.completions.create({ model: 'antic/claude-x', messages, seed: 5, n: 2 }, { headers }).withResponse()
  const { response } = await ask({})
  expect(response.headers.get('x-heddle-dropped')).toBe('seed;unsupported, n;unsupported')
  const refused = await ask({ 'x-heddle-strict': 'true' }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(OpenAI.BadRequestError)
  expect(String(refused)).toContain('seed')
})

it.each<[string, object, number, string | null, string]>([
  ['a model that is not there', { model: 'nobody/none', messages }, 404, 'model_not_found', ''],
  ['no model', { messages }, 400, 'invalid_value', 'model'],
  ['no messages', { model: 'antic/claude-x' }, 400, 'invalid_value', 'messages'],
])('%s is refused', async (_, body, status, code, param) => {
  const refused = await client.chat.completions.create(body as never).catch((error: unknown) => error)
  expect(refused).toMatchObject({ status, code, param: param || null, type: 'invalid_request_error' })
})

it('a key of another scope is none', async () => {
  const { keys, caller } = platform.platform
  const tenant = await keys.create(caller, { scope: 'tenant', name: 'test' })
  const stranger = new OpenAI({ apiKey: tenant.secret, baseURL: `${platform.url}/v1`, maxRetries: 0 })
  const refused = await stranger.chat.completions
    .create({ model: 'acme/acme-large', messages })
    .catch((e: unknown) => e)
  expect(refused).toBeInstanceOf(OpenAI.AuthenticationError)
  expect(refused).toMatchObject({ code: 'invalid_api_key' })
})
