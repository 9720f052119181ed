// The vendor's own bytes, handed through: undici below, no copy and no parsing in between but for a tap on usage and failures.
//
// N1  Nothing is handed over before the commit point; what failed before it leaves no trace at the caller.
// N2  A plain answer is read whole, a stream is held for at most 64 frames or 256 KB until its first content.
// N3  The caller's abort reaches the vendor at once: the connection is cut.

import { Agent, type Dispatcher } from 'undici'
import type { Clock } from '../../../base/seams.ts'
import { createSseDecoder } from '../../../base/sse.ts'
import { ModelError } from '../../errors.ts'
import type { NativeCall, NativeClient, NativeExchange } from '../../native.ts'
import type { ModelUsage, NativeEndpoint } from '../../spec.ts'
import { isContent } from './first-content.ts'
import { HiddenUsage } from './hidden-usage.ts'
import { StreamEnd, withoutUndefined } from './stream-end.ts'

/** Connections to one address. */
const CONNECTIONS = 1_024
const MAX_ERROR_BYTES = 64 * 1024
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const HELD_FRAMES = 64
const HELD_BYTES = 256 * 1024
/** Ends a chat-completions stream. */
const DONE = '[DONE]'
/** Addresses remembered in parts. */
const MOST_URLS = 1_000

type Sink = (chunk: Uint8Array) => Promise<void> | undefined
type Controller = Dispatcher.DispatchController
type Headers = Readonly<Record<string, string | string[] | undefined>>

interface Place {
  readonly origin: string
  readonly path: string
}

export const createNativeClient = ({ clock }: { readonly clock: Clock }): NativeClient => {
  const agents = new Map<number, Agent>()
  const places = new Map<string, Place>()

  const agentOf = (connectTimeoutMs: number): Agent => {
    let agent = agents.get(connectTimeoutMs)
    if (!agent) {
      agent = new Agent({ connections: CONNECTIONS, pipelining: 1, connect: { timeout: connectTimeoutMs } })
      agents.set(connectTimeoutMs, agent)
    }
    return agent
  }

  const placeOf = (url: string): Place => {
    let place = places.get(url)
    if (!place) {
      const { origin, pathname, search } = new URL(url)
      if (places.size >= MOST_URLS) places.clear()
      places.set(url, (place = { origin, path: `${pathname}${search}` }))
    }
    return place
  }

  return {
    async send(endpoint, call, signal) {
      signal.throwIfAborted()
      const { origin, path } = placeOf(endpoint.url(call.streaming))
      const given = endpoint.headers(call.body)
      const headers = given instanceof Promise ? await given : given
      const limitMs = call.streaming ? endpoint.idleTimeoutMs : endpoint.answerTimeoutMs
      return new Promise<NativeExchange>((resolve, reject) => {
        const exchange = new Exchange({ endpoint, call, signal, clock, limitMs, resolve, reject })
        agentOf(endpoint.connectTimeoutMs).dispatch(
          {
            origin,
            path,
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: call.body,
            headersTimeout: limitMs,
            bodyTimeout: limitMs,
          },
          exchange,
        )
      })
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
    },
  }
}

interface ExchangeParts {
  readonly endpoint: NativeEndpoint
  readonly call: NativeCall
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly limitMs: number
  readonly resolve: (exchange: NativeExchange) => void
  readonly reject: (error: unknown) => void
}

class Exchange implements Dispatcher.DispatchHandler, NativeExchange {
  status = 0
  contentType = ''
  firstContentMs = 0
  readonly #parts: ExchangeParts
  readonly #startedAt: number
  #controller: Controller | undefined
  #headers: Headers = {}
  /** Until the commit: what came, in order. */
  #held: Uint8Array[] = []
  #heldBytes = 0
  #frames = 0
  #decoder = createSseDecoder()
  #committed = false
  #usage: Partial<ModelUsage> = {}
  #end: StreamEnd | undefined
  #hidden: HiddenUsage | undefined
  #sink: Sink | undefined
  #over = false
  #failure: unknown
  #done: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#startedAt = parts.clock.elapsed()
  }

  // ── What undici tells ───────────────────────────────────────────────────────────────────────────────────────────

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    const { signal } = this.#parts
    if (signal.aborted) controller.abort(toError(signal.reason))
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    this.status = status
    this.#headers = headers
    this.contentType = String(headers['content-type'] ?? 'application/json')
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    if (this.#committed) return this.#handOver(chunk)
    this.#held.push(chunk)
    this.#heldBytes += chunk.byteLength
    if (this.#failed) {
      if (this.#heldBytes > MAX_ERROR_BYTES) controller.abort(new Error('an error of many bytes'))
    } else if (!this.#streams) {
      if (this.#heldBytes > MAX_ANSWER_BYTES) controller.abort(new Error('the answer has too many bytes'))
    } else this.#look(chunk)
  }

  onResponseEnd(): void {
    this.#settleDown()
    if (this.#failed) return this.#refuse()
    if (!this.#committed && !this.#commitWhole()) return
    this.#over = true
    this.#done?.resolve()
  }

  onResponseError(_: Controller, error: Error): void {
    this.#settleDown()
    // What was read of an error tells more than the way its connection ended.
    if (this.#failed && this.#heldBytes > 0 && !this.#parts.signal.aborted) return this.#refuse()
    this.#fail(this.#parts.signal.aborted ? this.#parts.signal.reason : this.#explain(error))
  }

  // ── What the gateway asks ───────────────────────────────────────────────────────────────────────────────────────

  pipe(sink: Sink): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#done = { resolve, reject }
    })
    this.#sink = sink
    const held = this.#held
    this.#held = []
    for (const chunk of held) this.#give(chunk)
    if (this.#failure !== undefined) this.#done?.reject(this.#failure)
    else if (this.#over) this.#done?.resolve()
    else this.#controller?.resume()
    return done.then(() => this.#flush(sink))
  }

  usage(): Partial<ModelUsage> {
    return this.#usage
  }

  // ── Inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

  readonly #onAbort = (): void => {
    this.#controller?.abort(toError(this.#parts.signal.reason))
  }

  get #failed(): boolean {
    return this.status < 200 || this.status > 299
  }

  get #streams(): boolean {
    return this.#parts.call.streaming && !/^application\/json\b/i.test(this.contentType)
  }

  #settleDown(): void {
    this.#parts.signal.removeEventListener('abort', this.#onAbort)
  }

  /** Looks at frames until one is content, or a failure. */
  #look(chunk: Uint8Array): void {
    const { endpoint } = this.#parts
    for (const { data } of this.#decoder.push(chunk)) {
      this.#frames++
      const frame = parse(data)
      if (frame === undefined && data.trim() === DONE) return this.#commit()
      const failure = frame === undefined ? this.#unreadable() : endpoint.failureIn(frame)
      if (failure) {
        this.#fail(failure)
        this.#controller?.abort(failure)
        return
      }
      this.#note(frame)
      if (isContent(endpoint.protocol, frame)) return this.#commit()
    }
    if (this.#frames >= HELD_FRAMES || this.#heldBytes >= HELD_BYTES) this.#commit()
  }

  #note(frame: unknown): void {
    const told = this.#parts.endpoint.usageOf(frame)
    if (told) this.#usage = { ...this.#usage, ...withoutUndefined(told) }
  }

  #commit(): void {
    const { call, clock, endpoint, resolve } = this.#parts
    this.#committed = true
    this.#end = new StreamEnd(endpoint)
    if (call.hideUsage) this.#hidden = new HiddenUsage()
    this.firstContentMs = clock.elapsed() - this.#startedAt
    // Until somebody reads, the vendor waits.
    this.#controller?.pause()
    resolve(this)
  }

  /** @returns false when what came is a failure */
  #commitWhole(): boolean {
    const { clock, endpoint, resolve } = this.#parts
    this.firstContentMs = clock.elapsed() - this.#startedAt
    if (this.#streams) {
      // A stream that ended before it said anything: cut, unless it said that it was over.
      const details = { provider: endpoint.provider, connection: true, message: 'the stream was cut before its start' }
      this.#fail(new ModelError('model/unavailable', { details, retryable: true }))
      return false
    }
    const body = parse(Buffer.concat(this.#held).toString('utf8'))
    const failure = body === undefined ? this.#unreadable() : endpoint.failureIn(body)
    if (failure) {
      this.#fail(failure)
      return false
    }
    this.#note(body)
    this.#committed = true
    resolve(this)
    return true
  }

  #unreadable(): ModelError {
    const details = { provider: this.#parts.endpoint.provider, message: 'it is not JSON' }
    return new ModelError('model/bad-response', { details })
  }

  #handOver(chunk: Uint8Array): void {
    if (this.#sink) this.#give(chunk)
    else this.#held.push(chunk)
  }

  #give(chunk: Uint8Array): void {
    this.#end?.push(chunk)
    const bytes = this.#hidden ? this.#hidden.push(chunk) : chunk
    if (!bytes) return
    const wait = this.#sink?.(bytes)
    if (!wait) return
    this.#controller?.pause()
    void wait.then(() => this.#controller?.resume())
  }

  /** After the last byte: what was held back, and what the last frames say. */
  async #flush(sink: Sink): Promise<void> {
    const rest = this.#hidden?.end()
    if (rest) await sink(rest)
    if (!this.#end) return
    const { usage, failure } = this.#end.read(this.#usage)
    this.#usage = usage
    // The caller has seen it in the bytes; here it says that the answer is no whole one.
    if (failure) throw failure
  }

  #refuse(): void {
    const body = Buffer.concat(this.#held).toString('utf8').slice(0, MAX_ERROR_BYTES)
    const headers = Object.fromEntries(Object.entries(this.#headers).map(([name, value]) => [name, String(value)]))
    this.#fail(this.#parts.endpoint.toError(this.status, body, headers))
  }

  #fail(error: unknown): void {
    this.#settleDown()
    if (!this.#committed) return this.#parts.reject(error)
    this.#failure ??= error
    this.#done?.reject(error)
  }

  #explain(error: Error): unknown {
    if (error instanceof ModelError) return error
    const { provider, connectTimeoutMs } = this.#parts.endpoint
    const code = 'code' in error ? String(error.code) : ''
    if (/TIMEOUT/.test(code)) {
      const limitMs = /CONNECT/.test(code) ? connectTimeoutMs : this.#parts.limitMs
      return new ModelError('model/timeout', { details: { provider, limitMs }, retryable: true, cause: error })
    }
    const details = { provider, connection: true, message: error.message || code || 'the connection failed' }
    return new ModelError('model/unavailable', { details, retryable: true, cause: error })
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const toError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new DOMException('The call is no longer needed.', 'AbortError')
