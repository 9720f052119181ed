// What every chat model behind HTTP promises, whatever its vendor. Each driver runs the same suite.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, createIds, systemClock } from '../../src/base/seams.ts'
import type { ModelSeams } from '../../src/model/drivers/http/connection.ts'
import { ModelError } from '../../src/model/errors.ts'
import { collectResult } from '../../src/model/fold.ts'
import type { ChatModel, ChatRequest, ChatStreamPart, ModelProvider } from '../../src/model/spec.ts'
import { createManualClock } from '../support/vendors/manual-clock.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

export interface ChatDriver {
  readonly name: string
  start(): Promise<VendorServer>
  create(
    options: { readonly url: string; readonly apiKey: string; readonly headers?: Record<string, string> },
    seams: ModelSeams,
  ): ModelProvider
  /** Answers do not say which model they are of. */
  readonly namesNoModel?: true
  /** Bytes of a stream that hold its first words, but not all. Default 700. */
  readonly someBytes?: number
  /** False for vendors that have no word for it. */
  readonly speaks: { readonly contentFilter: boolean; readonly rateLimitInStream: boolean; readonly callIds: boolean }
}

export const drain = async (stream: AsyncIterable<ChatStreamPart>): Promise<ChatStreamPart[]> => {
  const parts: ChatStreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}

export const failureOf = async (task: Promise<unknown>): Promise<ModelError> => {
  const error = await task.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ModelError)) throw new Error('expected a ModelError', { cause: error })
  return error
}

const ask = (content: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  ...rest,
})

const weather = {
  name: 'weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

/** Everything a failure shows, for a search for secrets. */
const shown = (error: unknown): string => {
  const seen: string[] = []
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    seen.push(at.message, at.stack ?? '', 'details' in at ? JSON.stringify(at.details) : '')
  }
  return seen.join('\n')
}

/** What holds for every model, with or without a vendor behind it. `withModel` lends one and takes it back. */
export const describeChatModel = (
  name: string,
  withModel: (use: (model: ChatModel) => Promise<void>) => Promise<void>,
): void => {
  const question = ask('What is the weather in Oslo?')
  describe(`chat model: ${name}`, () => {
    it('ends every stream with its one finish', () =>
      withModel(async (model) => {
        const parts = await drain(model.stream(question))
        expect(parts.findIndex((part) => part.type === 'finish')).toBe(parts.length - 1)
        const finish = parts.at(-1)
        if (finish?.type !== 'finish') throw new Error('no finish')
        expect(finish.usage.totalTokens).toBe(finish.usage.promptTokens + finish.usage.completionTokens)
        expect(parts.every((part) => part.type !== 'text-delta' || part.text !== '')).toBe(true)
      }))

    it('generates what it streams', () =>
      withModel(async (model) => {
        const whole = await model.generate(question)
        expect(whole.text).not.toBe('')
        expect(await collectResult(model.stream(question), name)).toEqual(whole)
      }))

    it('answers an empty conversation', () =>
      withModel(async (model) => {
        expect((await model.generate({ messages: [] })).finishReason).toBe('stop')
      }))

    it('does not begin when the signal has spoken', () =>
      withModel(async (model) => {
        const signal = AbortSignal.abort(new Error('too late'))
        await expect(drain(model.stream(question, signal))).rejects.toThrow('too late')
        await expect(model.generate(question, signal)).rejects.toThrow('too late')
      }))

    it('can be left in the middle', () =>
      withModel(async (model) => {
        for await (const part of model.stream(question)) {
          expect(part.type).toBe('text-delta')
          break
        }
      }))
  })
}

export const describeChatDriver = (driver: ChatDriver): void => {
  const someBytes = driver.someBytes ?? 700
  describe(`chat model: ${driver.name}`, () => {
    let server: VendorServer
    beforeEach(async () => {
      server = await driver.start()
    })
    afterEach(() => server.close())

    const open = (options: { clock?: Clock; apiKey?: string; url?: string } = {}): ChatModel => {
      const clock = options.clock ?? systemClock
      const provider = driver.create(
        { url: options.url ?? server.url, apiKey: options.apiKey ?? TEST_KEY },
        { fetch, clock, ids: createIds(systemClock) },
      )
      return provider.chat('acme-large') as ChatModel
    }

    it('streams deltas and one finish, last', async () => {
      server.reply({ text: 'Hello, 世界! 😀 Bye.', usage: { prompt: 12, completion: 34 } })
      const parts = await drain(open().stream(ask('Hi')))
      const text = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')
      expect(text).toBe('Hello, 世界! 😀 Bye.')
      expect(parts.filter((part) => part.type === 'text-delta').length).toBeGreaterThan(1)
      expect(parts.filter((part) => part.type === 'finish')).toHaveLength(1)
      expect(parts.at(-1)).toEqual({
        type: 'finish',
        reason: 'stop',
        usage: { promptTokens: 12, completionTokens: 34, totalTokens: 46, estimated: false },
        ...(driver.namesNoModel ? {} : { model: 'acme-large' }),
      })
    })

    it('gives in one piece what it streams', async () => {
      server.reply({
        text: 'Sunny.',
        reasoning: 'The user asks. I answer.',
        toolCalls: [{ name: 'weather', arguments: { city: 'Köln' } }],
      })
      const model = open()
      const request = ask('Weather?', { tools: [weather] })
      const whole = await model.generate(request)
      const streamed = await collectResult(model.stream(request), 'x')
      const withoutIds = (result: typeof whole) => ({
        ...result,
        toolCalls: result.toolCalls.map(({ id: _, ...call }) => call),
      })
      expect(withoutIds(whole)).toEqual(withoutIds(streamed))
      expect(whole).toMatchObject({ text: 'Sunny.', reasoning: 'The user asks. I answer.', finishReason: 'tool-calls' })
    })

    it('joins tool calls, and takes their results back', async () => {
      server.reply({
        toolCalls: [
          { name: 'weather', arguments: { city: 'Köln', days: 1.5 } },
          { name: 'weather', arguments: {} },
        ],
      })
      const model = open()
      const { toolCalls, finishReason } = await collectResult(model.stream(ask('Weather?', { tools: [weather] })), 'x')
      expect(finishReason).toBe('tool-calls')
      expect(toolCalls.map(({ name, argumentsJson }) => [name, JSON.parse(argumentsJson)])).toEqual([
        ['weather', { city: 'Köln', days: 1.5 }],
        ['weather', {}],
      ])
      expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2)
      expect(toolCalls.every(({ id }) => id !== '')).toBe(true)

      server.reply({ text: 'It is sunny.' })
      const answer = await model.generate({
        messages: [
          { role: 'user', content: 'Weather?' },
          { role: 'assistant', content: '', toolCalls },
          ...toolCalls.map(({ id, name }) => ({ role: 'tool' as const, content: 'sunny', toolCallId: id, name })),
        ],
        tools: [weather],
      })
      expect(answer.text).toBe('It is sunny.')
      const sent = JSON.stringify(server.requests.at(-1)?.body)
      expect(sent).toContain('sunny')
      if (driver.speaks.callIds) for (const { id } of toolCalls) expect(sent).toContain(id)
    })

    it('asks for JSON by schema', async () => {
      server.reply({ text: '{"n": 1}' })
      const schema = {
        type: 'object',
        properties: { n: { type: 'integer' } },
        required: ['n'],
        additionalProperties: false,
      }
      const request = ask('A number', { responseSchema: { name: 'number', schema } })
      const streamed = await collectResult(open().stream(request), 'x')
      const whole = await open().generate(request)
      for (const result of [streamed, whole]) {
        expect(JSON.parse(result.text)).toEqual({ n: 1 })
        expect(result.finishReason).toBe('stop')
        expect(result.toolCalls).toEqual([])
      }
      expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('"n"')
    })

    it('estimates usage where the vendor gives none', async () => {
      server.reply({ text: 'Hello there.', usage: null })
      for (const { usage } of [await open().generate(ask('Hi')), await collectResult(open().stream(ask('Hi')), 'x')]) {
        expect(usage.estimated).toBe(true)
        expect(usage.completionTokens).toBeGreaterThan(0)
        expect(usage.totalTokens).toBe(usage.promptTokens + usage.completionTokens)
      }
    })

    it('says why it stopped', async () => {
      server.reply({ text: 'Hel', finish: 'length' })
      expect((await open().generate(ask('Hi'))).finishReason).toBe('length')
      if (!driver.speaks.contentFilter) return
      server.reply({ text: 'No', finish: 'content-filter' })
      expect((await collectResult(open().stream(ask('Hi')), 'x')).finishReason).toBe('content-filter')
    })

    it('accepts a conversation of odd shape', async () => {
      const model = open()
      const shapes: ChatRequest['messages'][] = [
        [{ role: 'system', content: 'Only a system text.' }],
        [
          { role: 'assistant', content: 'I begin.' },
          { role: 'user', content: 'Go on.' },
        ],
        [
          { role: 'user', content: 'One.' },
          { role: 'user', content: 'Two.' },
        ],
        [
          { role: 'user', content: [{ type: 'text', text: 'Parts' }] },
          { role: 'assistant', content: 'Prefill: ' },
        ],
        [
          { role: 'system', content: 'A' },
          { role: 'user', content: 'B' },
          { role: 'assistant', content: '' },
          { role: 'user', content: 'C' },
        ],
      ]
      for (const messages of shapes) expect((await model.generate({ messages })).text).toBe('Hello.')
    })

    it('reads the same answer whatever the packets', async () => {
      server.reply({
        text: 'Grüße, 世界 😀',
        reasoning: 'hm',
        toolCalls: [{ id: 'c1', name: 'weather', arguments: { city: '東京' } }],
      })
      const model = open()
      const request = ask('Hi', { tools: [weather] })
      const expected = await model.generate(request)
      for (const bytes of [1, 2, 7, 64]) {
        server.fault({ type: 'pieces', bytes })
        const result = await collectResult(model.stream(request), 'x')
        expect(result.text).toBe(expected.text)
        expect(result.toolCalls.map((call) => call.argumentsJson)).toEqual(
          expected.toolCalls.map((call) => call.argumentsJson),
        )
      }
    })

    describe('failures', () => {
      it.each<[number, string, boolean]>([
        [400, 'model/bad-request', false],
        [401, 'model/auth', false],
        [402, 'model/quota-exceeded', false],
        [403, 'model/auth', false],
        [404, 'model/not-found', false],
        [408, 'model/rate-limited', true],
        [409, 'model/rate-limited', true],
        [413, 'model/bad-request', false],
        [422, 'model/bad-request', false],
        [429, 'model/rate-limited', true],
        [500, 'model/unavailable', true],
        [503, 'model/unavailable', true],
        [529, 'model/unavailable', true],
      ])('status %i is %s', async (status, code, retryable) => {
        const model = open()
        for (const run of [() => drain(model.stream(ask('Hi'))), () => model.generate(ask('Hi'))]) {
          server.fault({ type: 'status', status, message: 'the vendor says why' })
          const error = await failureOf(run())
          expect(error).toMatchObject({ code, retryable, details: { status, message: 'the vendor says why' } })
        }
      })

      it('passes on how long to wait', async () => {
        const model = open({ clock: createManualClock(Date.UTC(2026, 0, 1)) })
        const rows: [string, string, number][] = [
          ['retry-after', '7', 7000],
          ['retry-after', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
          ['retry-after', 'Wed, 31 Dec 2025 00:00:00 GMT', 0],
          ['retry-after-ms', '250', 250],
        ]
        for (const [name, value, retryAfterMs] of rows) {
          server.fault({ type: 'status', status: 429, headers: { [name]: value } })
          expect((await failureOf(model.generate(ask('Hi')))).details).toMatchObject({ retryAfterMs })
        }
      })

      it('reads error bodies that are no JSON', async () => {
        server.fault({ type: 'status', status: 502, body: '<html>Bad gateway</html>' })
        const error = await failureOf(open().generate(ask('Hi')))
        expect(error).toMatchObject({ code: 'model/unavailable', details: { message: '<html>Bad gateway</html>' } })
      })

      it('does not follow a redirect', async () => {
        server.fault({ type: 'status', status: 307, headers: { location: `${server.url}/elsewhere` } })
        expect((await failureOf(open().generate(ask('Hi')))).code).toBe('model/bad-response')
        expect(server.requests).toHaveLength(1)
      })

      it('reports what cannot be read', async () => {
        const model = open()
        for (const run of [() => drain(model.stream(ask('Hi'))), () => model.generate(ask('Hi'))]) {
          server.fault({ type: 'malformed' })
          expect(await failureOf(run())).toMatchObject({ code: 'model/bad-response', retryable: false })
        }
      })

      it('reports an error inside a stream, after what came before it', async () => {
        server.reply({ text: 'Half of it' })
        const model = open()
        const parts: ChatStreamPart[] = []
        const read = async () => {
          for await (const part of model.stream(ask('Hi'))) parts.push(part)
        }
        server.fault({ type: 'stream-error', kind: 'overloaded' })
        expect(await failureOf(read())).toMatchObject({ code: 'model/unavailable', retryable: true })
        expect(parts).toEqual([{ type: 'text-delta', text: 'Half' }])
        if (!driver.speaks.rateLimitInStream) return
        server.fault({ type: 'stream-error', kind: 'rate-limited' })
        expect(await failureOf(read())).toMatchObject({ code: 'model/rate-limited', retryable: true })
      })

      it('never takes a cut stream for a whole one', async () => {
        server.reply({ text: 'A text of some length, to be cut.' })
        const model = open()
        const whole = await collectResult(model.stream(ask('Hi')), 'x')
        const unavailable: number[] = []
        for (let afterBytes = 0; afterBytes < 400; afterBytes += 29) {
          for (const type of ['cut', 'short'] as const) {
            server.fault({ type, afterBytes })
            const outcome = await collectResult(model.stream(ask('Hi')), 'x').catch((error: unknown) => error)
            if (outcome instanceof ModelError) {
              // Half a frame at a proper end of the body is no JSON.
              const codes = type === 'cut' ? ['model/unavailable'] : ['model/unavailable', 'model/bad-response']
              expect(codes).toContain(outcome.code)
              if (outcome.code === 'model/unavailable') {
                expect(outcome.retryable).toBe(true)
                unavailable.push(afterBytes)
              }
            } else expect(outcome).toMatchObject({ text: whole.text })
          }
        }
        expect(unavailable.length).toBeGreaterThan(5)
      })

      it('reports a vendor that is not there', async () => {
        const { url } = server
        await server.close()
        const error = await failureOf(open({ url }).generate(ask('Hi')))
        expect(error).toMatchObject({ code: 'model/unavailable', retryable: true, details: { connection: true } })
      })

      it('never shows the key', async () => {
        const secret = 'wrong-key-abcdef-987654'
        const wrong = open({ apiKey: ` ${secret}\n` })
        const error = await failureOf(wrong.generate(ask('Hi')))
        expect(error.code).toBe('model/auth')
        expect(shown(error)).not.toContain(secret)
        server.fault({ type: 'status', status: 400, message: `bad header ${secret}` })
        const quoted = await failureOf(drain(wrong.stream(ask('Hi'))))
        expect(quoted.details.message).toBe('bad header ***')
        expect(shown(quoted)).not.toContain(secret)
      })
    })

    describe('time', () => {
      it('gives up on a vendor that never answers', async () => {
        const clock = createManualClock()
        const model = open({ clock })
        for (const [run, limitMs] of [
          [() => drain(model.stream(ask('Hi'))), 120_000],
          [() => model.generate(ask('Hi')), 600_000],
        ] as const) {
          server.fault({ type: 'silent' })
          const arrived = server.nextRequest()
          const failure = failureOf(run())
          const request = await arrived
          clock.advance(limitMs - 1)
          clock.advance(1)
          expect(await failure).toMatchObject({ code: 'model/timeout', retryable: true, details: { limitMs } })
          await request.hungUp
        }
      })

      const halfStream = async (clock: Clock) => {
        server.reply({ text: 'One two three four five.' })
        server.fault({ type: 'hold', afterBytes: someBytes })
        const stream = open({ clock }).stream(ask('Hi'))[Symbol.asyncIterator]()
        expect((await stream.next()).value).toMatchObject({ type: 'text-delta' })
        return { [Symbol.asyncIterator]: () => stream }
      }

      it('gives up on a stream that falls silent', async () => {
        const clock = createManualClock()
        const rest = failureOf(drain(await halfStream(clock)))
        // The reader has to come to the silence before the clock moves on.
        for (let i = 0; i < 50; i++) {
          await new Promise((resolve) => setImmediate(resolve))
          clock.advance(10_000)
        }
        expect(await rest).toMatchObject({ code: 'model/timeout', retryable: true })
      })

      it('does not blame a slow reader on the vendor', async () => {
        const clock = createManualClock()
        const rest = await halfStream(clock)
        clock.advance(1_000_000)
        server.release()
        expect((await drain(rest)).at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
      })
    })

    describe('cancelling', () => {
      it('rejects with the reason, and hangs up', async () => {
        const model = open()
        for (const run of [
          (signal: AbortSignal) => drain(model.stream(ask('Hi'), signal)),
          (signal: AbortSignal) => model.generate(ask('Hi'), signal),
        ]) {
          const controller = new AbortController()
          const reason = new Error('enough')
          server.fault({ type: 'silent' })
          const arrived = server.nextRequest()
          const outcome = run(controller.signal).catch((error: unknown) => error)
          const request = await arrived
          controller.abort(reason)
          expect(await outcome).toBe(reason)
          await request.hungUp
        }
        const before = server.requests.length
        await expect(drain(model.stream(ask('Hi'), AbortSignal.abort(new Error('too late'))))).rejects.toThrow(
          'too late',
        )
        expect(server.requests).toHaveLength(before)
      })

      it('hangs up when the loop is left', async () => {
        server.reply({ text: 'One two three four five.' })
        server.fault({ type: 'hold', afterBytes: someBytes })
        const arrived = server.nextRequest()
        for await (const part of open().stream(ask('Hi'))) {
          expect(part.type).toBe('text-delta')
          break
        }
        await (await arrived).hungUp
      })
    })
  })
}
