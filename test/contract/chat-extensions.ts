// What chat models behind HTTP promise beyond plain talk: fragments of calls, signed thinking, usage in detail, vendor state,
// endpoints for callers who speak the vendor's protocol, and answers that are the same wherever their bytes are cut.

import { describe, expect, it } from 'vitest'
import { createIds, type Fetch, systemClock } from '../../src/base/seams.ts'
import type { ValueObject } from '../../src/base/value.ts'
import { ModelError } from '../../src/model/errors.ts'
import { collectResult } from '../../src/model/fold.ts'
import type { ChatModel, ChatRequest, Family, ModelProvider, ModelUsage, Protocol } from '../../src/model/spec.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'
import { type ChatDriver, drain, failureOf } from './chat-model.ts'

export interface ExtendedDriver extends ChatDriver {
  readonly family: Family
  /** A body for each protocol that callers may speak with this vendor themselves, without model and framing. */
  readonly natives: Readonly<Partial<Record<Protocol, ValueObject>>>
  /** Of the usage, what the vendor tells. */
  readonly details: readonly (keyof ModelUsage)[]
  /** A model that signs its thinking, and the signature. */
  readonly signs?: { readonly model: string; readonly sign: string }
}

const weather = {
  name: 'weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const question: ChatRequest = { messages: [{ role: 'user', content: 'Hi' }], tools: [weather] }
const details = { cachedTokens: 4, cacheWriteTokens: 2, reasoningTokens: 3 }
const everything = {
  text: 'Grüße, 世界 😀',
  reasoning: 'The user greets.',
  toolCalls: [
    { id: 'c1', name: 'weather', arguments: { city: '東京', days: 1.5 } },
    { id: 'c2', name: 'weather', arguments: {} },
  ],
}

const open = (driver: ChatDriver, url: string, options: { fetch?: Fetch; apiKey?: string } = {}): ModelProvider =>
  driver.create(
    { url, apiKey: options.apiKey ?? TEST_KEY },
    {
      fetch: options.fetch ?? fetch,
      clock: systemClock,
      ids: createIds({ now: () => 0 }, (size) => new Uint8Array(size)),
    },
  )

const withServer = async (driver: ChatDriver, use: (server: VendorServer) => Promise<void>): Promise<void> => {
  const server = await driver.start()
  try {
    await use(server)
  } finally {
    await server.close()
  }
}

const chatOf = (provider: ModelProvider, name = 'acme-large'): ChatModel => provider.chat(name) as ChatModel

/** A stream's bytes, as the vendor sent them. */
const record = async (driver: ChatDriver, server: VendorServer, request: ChatRequest) => {
  let recorded: { bytes: Uint8Array; type: string } | undefined
  const recording: Fetch = async (input, init) => {
    const response = await fetch(input, init)
    const bytes = new Uint8Array(await response.arrayBuffer())
    recorded = { bytes, type: response.headers.get('content-type') ?? '' }
    return new Response(bytes, { headers: response.headers })
  }
  await drain(chatOf(open(driver, server.url, { fetch: recording })).stream(request))
  if (!recorded) throw new Error('nothing was sent')
  return recorded
}

/** Answers every call with these pieces. */
const replay = (pieces: readonly Uint8Array[], type: string): Fetch => {
  return async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece)
          controller.close()
        },
      }),
      { headers: { 'content-type': type } },
    )
}

const describeCuts = (driver: ExtendedDriver): void => {
  const request = { ...question, toolFragments: true }

  it('reads the same answer wherever its bytes are cut', () =>
    withServer(driver, async (server) => {
      server.reply(everything)
      const { bytes, type } = await record(driver, server, request)
      const read = (pieces: readonly Uint8Array[]) =>
        collectResult(chatOf(open(driver, server.url, { fetch: replay(pieces, type) })).stream(request), 'x')
      const whole = await read([bytes])
      expect(whole.toolCalls.map(({ argumentsJson }) => JSON.parse(argumentsJson))).toEqual([
        { city: '東京', days: 1.5 },
        {},
      ])
      for (let at = 1; at < bytes.length; at++) {
        expect(await read([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole)
      }
    }))

  it('never takes the beginning of an answer for the whole, wherever it ends', () =>
    withServer(driver, async (server) => {
      server.reply({ text: 'A text of some length, to be cut.', reasoning: 'hm' })
      const { bytes, type } = await record(driver, server, question)
      const read = (end: number) =>
        collectResult(
          chatOf(open(driver, server.url, { fetch: replay([bytes.subarray(0, end)], type) })).stream(question),
          'x',
        )
      const { text, finishReason } = await read(bytes.length)
      let whole = 0
      for (let end = 0; end < bytes.length; end++) {
        const outcome = await read(end).catch((error: unknown) => error)
        if (outcome instanceof ModelError) {
          expect(['model/unavailable', 'model/bad-response']).toContain(outcome.code)
          continue
        }
        expect(outcome, `cut at ${end}`).toMatchObject({ text, finishReason })
        whole++
      }
      // Only what follows the vendor's last word may be missing.
      expect(whole).toBeLessThan(bytes.length / 2)
    }))
}

const describeCalls = (driver: ExtendedDriver): void => {
  it('sends calls piece by piece to who asks', () =>
    withServer(driver, async (server) => {
      server.reply({ toolCalls: everything.toolCalls })
      const parts = await drain(chatOf(open(driver, server.url)).stream({ ...question, toolFragments: true }))
      const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part.call] : []))
      const starts = parts.flatMap((part) => (part.type === 'tool-start' ? [part] : []))
      expect(starts).toEqual(calls.map(({ id, name }, index) => ({ type: 'tool-start', index, id, name })))
      for (const [index, { argumentsJson }] of calls.entries()) {
        const pieces = parts.filter((part) => part.type === 'tool-delta').filter((part) => part.index === index)
        expect(pieces.map((part) => part.argumentsJson).join('')).toBe(argumentsJson)
        expect(parts.indexOf(starts[index] as never)).toBeLessThan(parts.indexOf(pieces[0] as never))
      }
      const plain = await drain(chatOf(open(driver, server.url)).stream(question))
      expect(plain.filter(({ type }) => type === 'tool-start' || type === 'tool-delta')).toEqual([])
    }))

  it('gives back results with pictures, and failures', () =>
    withServer(driver, async (server) => {
      const picture = { type: 'base64', base64: 'UElDVFVSRQ==' } as const
      await chatOf(open(driver, server.url)).generate({
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: '',
            toolCalls: [
              { id: 'c1', name: 'weather', argumentsJson: '{}' },
              { id: 'c2', name: 'weather', argumentsJson: '{}' },
            ],
          },
          {
            role: 'tool',
            toolCallId: 'c1',
            content: [
              { type: 'text', text: 'the map' },
              { type: 'media', kind: 'image', mimeType: 'image/png', data: picture },
            ],
          },
          { role: 'tool', toolCallId: 'c2', content: 'no such city', failed: true },
        ],
        tools: [weather],
      })
      const sent = server.requests.at(-1)?.text ?? ''
      expect(sent).toContain(picture.base64)
      expect(sent).toContain('the map')
      expect(sent).toMatch(/"is_error":true|"status":"error"|"error":"no such city"|Error: no such city/)
    }))

  const signed = driver.signs ? it : undefined
  signed?.('brings signed thinking back, by itself or with the calls it led to', () =>
    withServer(driver, async (server) => {
      const { model, sign } = driver.signs ?? { model: '', sign: '' }
      server.reply({ reasoning: 'The user asks.', toolCalls: [{ id: 'c1', name: 'weather', arguments: {} }] })
      const chat = chatOf(open(driver, server.url), model)
      for (const result of [await chat.generate(question), await collectResult(chat.stream(question), 'x')]) {
        expect(result.reasoningBlocks).toHaveLength(1)
        expect(result.reasoningBlocks?.[0]).toMatchObject({ text: 'The user asks.' })
        const back = async (turn: object): Promise<string> => {
          const { toolCalls } = result
          const said = { role: 'assistant' as const, content: '', toolCalls, ...turn }
          const heard = { role: 'tool' as const, content: 'ok', toolCallId: toolCalls[0]?.id ?? '' }
          await chat.generate({ ...question, messages: [...question.messages, said, heard] })
          return server.requests.at(-1)?.text ?? ''
        }
        const alone = await back({})
        const withBlocks = await back({ reasoning: result.reasoningBlocks })
        const without = await back({ toolCalls: result.toolCalls.map(({ vendorState: _, ...call }) => call) })
        for (const sent of [alone, withBlocks]) expect(sent.split(sign).length, sent).toBe(2)
        expect(without).not.toContain(sign)
        // What another vendor signed is none of this one's business.
        expect(await back({ toolCalls: [], reasoning: [{ text: 'x', vendorState: {} }] })).not.toContain(sign)
      }
    }),
  )
}

const describeAccount = (driver: ExtendedDriver): void => {
  it('says what it speaks, and whether it is there', () =>
    withServer(driver, async (server) => {
      const provider = open(driver, server.url)
      expect(provider.family).toBe(driver.family)
      await provider.ping?.()
      const wrong = open(driver, server.url, { apiKey: 'wrong-key-abcdef' })
      expect((await failureOf(wrong.ping?.() ?? Promise.resolve())).code).toBe('model/auth')
      server.fault({ type: 'status', status: 503 })
      expect((await failureOf(provider.ping?.() ?? Promise.resolve())).code).toBe('model/unavailable')
      server.fault({ type: 'status', status: 404 })
      await provider.ping?.()
      await expect(provider.ping?.(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
      await server.close()
      expect((await failureOf(provider.ping?.() ?? Promise.resolve())).code).toBe('model/unavailable')
    }))

  it('tells the usage in detail', () =>
    withServer(driver, async (server) => {
      server.reply({ text: 'Hello.', usage: { prompt: 20, completion: 10 }, details })
      const chat = chatOf(open(driver, server.url))
      const told = Object.fromEntries(driver.details.map((name) => [name, details[name as keyof typeof details]]))
      for (const { usage } of [await chat.generate(question), await collectResult(chat.stream(question), 'x')]) {
        expect(usage).toEqual({ promptTokens: 20, completionTokens: 10, totalTokens: 30, estimated: false, ...told })
      }
    }))

  it('takes a failure told with a success for one', () =>
    withServer(driver, async (server) => {
      const chat = chatOf(open(driver, server.url))
      for (const run of [() => drain(chat.stream(question)), () => chat.generate(question)]) {
        server.fault({ type: 'error-in-answer', status: 503, message: 'no more' })
        expect((await failureOf(run())).code).toMatch(/model\/(unavailable|bad-response)/)
      }
    }))

  it('takes the fields of its own protocol, and neither model nor messages from them', () =>
    withServer(driver, async (server) => {
      const protocol = driver.family as Protocol
      const state = { acme_option: { a: 1 }, model: 'other', messages: [], contents: [], input: [], stream: 'no' }
      const chat = chatOf(open(driver, server.url))
      await chat.generate({ ...question, vendorState: { [protocol]: state } })
      await chat.generate({ ...question, vendorState: { [protocol === 'gemini' ? 'anthropic' : 'gemini']: state } })
      const [own, strange] = server.requests.slice(-2).map(({ body }) => body)
      const { acme_option: option, ...rest } = own
      const hasProtocol = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'].includes(driver.family)
      expect(option).toEqual(hasProtocol ? { a: 1 } : undefined)
      expect(rest).toEqual(strange)
    }))
}

const describeNative = (driver: ExtendedDriver): void => {
  const protocols = Object.entries(driver.natives) as [Protocol, ValueObject][]

  it('speaks no other protocol with callers', () =>
    withServer(driver, async (server) => {
      const provider = open(driver, server.url)
      const all: readonly Protocol[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini']
      const spoken = all.filter((protocol) => provider.native?.(protocol, 'acme-large'))
      expect(spoken.sort()).toEqual(Object.keys(driver.natives).sort())
    }))

  for (const [protocol, body] of protocols) {
    it(`passes ${protocol} through, with the failures and the usage of the neutral path`, () =>
      withServer(driver, async (server) => {
        const provider = open(driver, server.url)
        const endpoint = provider.native?.(protocol, 'acme-large')
        if (!endpoint) throw new Error('no endpoint')
        const text = JSON.stringify({ ...body, ...(protocol !== 'gemini' && { model: endpoint.model }) })
        const send = async () =>
          fetch(endpoint.url(false), {
            method: 'POST',
            headers: { ...(await endpoint.headers(text)), 'content-type': 'application/json' },
            body: text,
          })
        server.reply({ text: 'Hello.', usage: { prompt: 20, completion: 10 }, details })
        const answer = await send()
        expect(answer.status).toBe(200)
        const whole: unknown = await answer.json()
        expect(endpoint.usageOf(whole)).toMatchObject({ promptTokens: 20, completionTokens: 10, cachedTokens: 4 })
        expect(endpoint.failureIn(whole)).toBeUndefined()
        expect(endpoint.usageOf({})).toBeUndefined()
        for (const [status, headers] of [
          [400, {}],
          [402, {}],
          [429, { 'retry-after': '7' }],
          [503, {}],
        ] as const) {
          server.fault({ type: 'status', status, headers, message: `why, with ${TEST_KEY}` })
          const refused = await send()
          const error = endpoint.toError(status, await refused.text(), Object.fromEntries(refused.headers))
          server.fault({ type: 'status', status, headers, message: `why, with ${TEST_KEY}` })
          const neutral = await failureOf(chatOf(provider).generate(question))
          expect(error).toBeInstanceOf(ModelError)
          expect({ ...error, message: error.message }).toEqual({ ...neutral, message: neutral.message })
        }
        for (const name of Object.keys(await endpoint.headers(text))) expect(name).toBe(name.toLowerCase())
      }))
  }
}

export const describeExtendedForm = (driver: ExtendedDriver): void => {
  describe(`chat model: ${driver.name}`, () => {
    describeCuts(driver)
    describeCalls(driver)
    describeAccount(driver)
    describeNative(driver)
  })
}
