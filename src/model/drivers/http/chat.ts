// A chat model behind HTTP, whatever the vendor: sends, follows the stream, gives up in time, explains failures.
// C1  A stream that ends before its vendor said so is an error, never a short answer.
// C2  What a server refused once is not tried again: its dialect is remembered per model.

import { parseJson } from '../../../base/json.ts'
import { createLineDecoder } from '../../../base/lines.ts'
import { createSseDecoder, type ServerSentEvent } from '../../../base/sse.ts'
import { ModelError } from '../../errors.ts'
import { collectResult } from '../../fold.ts'
import type { ChatModel, ChatRequest, ChatStreamPart, ModelFeature } from '../../spec.ts'
import type { Connection } from './connection.ts'
import { Exchange } from './exchange.ts'
import { toModelError } from './failure.ts'
import { Turn } from './turn.ts'
import type { FrameDecoder, Wire, WireCall } from './wire.ts'

export interface ChatDescription {
  readonly name: string
  readonly features: ReadonlySet<ModelFeature>
  readonly contextTokens?: number
}

export const createHttpChat = <Dialect>(
  wire: Wire<Dialect>,
  connection: Connection,
  description: ChatDescription,
): ChatModel => {
  const { provider } = connection
  const { name } = description
  let dialect = wire.initialDialect(name)

  const openExchange = (signal: AbortSignal | undefined, limitMs: number): Exchange =>
    new Exchange({ connection, model: name, limitMs, signal, readError: wire.readError })

  /** Sends the call in the richest form the server takes. */
  const send = async (exchange: () => Exchange, request: ChatRequest, streaming: boolean) => {
    for (;;) {
      const call: WireCall<Dialect> = { model: name, request, streaming, dialect }
      const { path, body } = wire.encode(call)
      const current = exchange()
      try {
        return { call, exchange: current, response: await current.send('POST', path, body) }
      } catch (error) {
        const relaxed = error instanceof ModelError ? wire.relax?.(error, call) : undefined
        if (relaxed === undefined) throw error
        current.close()
        dialect = relaxed
      }
    }
  }

  const failOn = (body: unknown): void => {
    const vendor = wire.readError(body)
    if (vendor) throw toModelError({ status: undefined, vendor, model: name }, connection)
  }

  async function* stream(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<ChatStreamPart, void> {
    signal?.throwIfAborted()
    let exchange: Exchange | undefined
    try {
      const sent = await send(() => (exchange = openExchange(signal, connection.idleTimeoutMs)), request, true)
      const turn = new Turn(request, connection.seams.ids)
      if (isWholeAnswer(sent.response, wire.framing)) {
        const body = await sent.exchange.json()
        failOn(body)
        wire.readWhole(body, turn, sent.call)
        yield* turn.close()
        return
      }
      const reader = wire.openReader(turn, sent.call)
      const frames = openFrames(wire.framing)
      const isLast = (frame: string): boolean => {
        if (frame === '') return false
        if (frame === wire.terminator) return true
        const body = parseJson(frame)
        failOn(body)
        return reader.push(body) === 'done'
      }
      let done = false
      try {
        for await (const chunk of sent.exchange.chunks()) {
          done = frames.push(chunk).some(isLast)
          if (done) break
          yield* turn.take()
        }
        done ||= frames.end().some(isLast)
      } catch (error) {
        // What came before the failure in the same chunk was said all the same.
        yield* turn.take()
        throw error
      }
      if (done) sent.exchange.drain()
      else if (!turn.finished) {
        const details = { provider, connection: true, message: 'the stream was cut before its end' }
        throw new ModelError('model/unavailable', { details, retryable: true })
      }
      yield* turn.close()
    } catch (error) {
      throw exchange?.explain(error) ?? error
    } finally {
      exchange?.close()
    }
  }

  const { count } = wire
  const countTokens = async (request: ChatRequest, signal?: AbortSignal): Promise<number> => {
    signal?.throwIfAborted()
    const exchange = openExchange(signal, connection.idleTimeoutMs)
    try {
      const asked = count?.encode({ model: name, request, streaming: false, dialect })
      if (!asked) throw new ModelError('model/unsupported', { details: { model: name, feature: 'counting' } })
      await exchange.send('POST', asked.path, asked.body)
      const body = await exchange.json()
      failOn(body)
      const tokens = count?.read(body)
      if (tokens === undefined) throw new SyntaxError('no number of tokens')
      return tokens
    } catch (error) {
      throw exchange.explain(error)
    } finally {
      exchange.close()
    }
  }

  return {
    provider,
    name,
    ...(count && { countTokens }),
    features: description.features,
    ...(description.contextTokens !== undefined && { contextTokens: description.contextTokens }),
    stream,
    async generate(request, signal) {
      signal?.throwIfAborted()
      let exchange: Exchange | undefined
      try {
        const sent = await send(() => (exchange = openExchange(signal, connection.answerTimeoutMs)), request, false)
        const body = await sent.exchange.json()
        failOn(body)
        const turn = new Turn(request, connection.seams.ids)
        wire.readWhole(body, turn, sent.call)
        return await collectResult(turn.close(), provider)
      } catch (error) {
        throw exchange?.explain(error) ?? error
      } finally {
        exchange?.close()
      }
    },
  }
}

// Some servers answer a call for a stream in one piece, for example behind a proxy that buffers.
const isWholeAnswer = (response: Response, framing: Wire<unknown>['framing']): boolean =>
  framing === 'sse' && /^application\/json\b/i.test(response.headers.get('content-type') ?? '')

const openFrames = (framing: Wire<unknown>['framing']): FrameDecoder => {
  if (typeof framing === 'function') return framing()
  if (framing === 'sse') {
    const events = createSseDecoder()
    const data = (event: ServerSentEvent) => event.data.trim()
    return { push: (bytes) => events.push(bytes).map(data), end: () => events.end().map(data) }
  }
  const lines = createLineDecoder()
  const trim = (line: string) => line.trim()
  return { push: (bytes) => lines.push(bytes).map(trim), end: () => lines.end().map(trim) }
}
