// One HTTP call to a vendor and its clock.
// E1  However the call ends, `close` stops it: an unread body is cancelled, no listener and no timer stays behind.
// E2  Only waiting for the vendor counts as silence; a slow consumer is never blamed on the vendor.
// E3  The caller's abort wins over every other explanation of a failure.

import { parseJson, stringifyJson } from '../../../base/json.ts'
import type { GuardedRequestInit } from '../../../base/seams.ts'
import type { ValueObject } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { isUnreadable, toBadResponse, toConnectionError, toModelError, type VendorError } from './failure.ts'
import { readRetryAfter } from './retry-after.ts'

/** More is no answer of a chat model, not even with pictures in it. Bytes. */
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024
/** Error bodies are read no further. Bytes. */
const MAX_ERROR_BYTES = 64 * 1024
/** How long a finished stream may take to close so that its connection can serve again. Milliseconds. */
const DRAIN_MS = 1000

export interface ExchangeOptions {
  readonly connection: Connection
  readonly model: string
  /** Longest silence. Milliseconds. */
  readonly limitMs: number
  readonly signal: AbortSignal | undefined
  /** Reads the vendor's error object from a JSON body; undefined when there is none. */
  readonly readError: (body: unknown) => VendorError | undefined
}

export class Exchange {
  readonly #options: ExchangeOptions
  readonly #controller = new AbortController()
  readonly #onAbort = () => this.#controller.abort(this.#options.signal?.reason)
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #drained = false
  #waitingSince: number | undefined
  #cancelTimer: (() => void) | undefined
  #timeout: ModelError | undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    if (options.signal?.aborted) this.#onAbort()
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Sends the call.  @throws ModelError for every answer but 2xx */
  async send(method: 'GET' | 'POST', path: string, body?: ValueObject | FormData): Promise<Response> {
    const { connection, limitMs, model, readError } = this.#options
    const { clock, fetch } = connection.seams
    const url = `${connection.baseUrl}${path}`
    const json = body && !(body instanceof FormData) ? stringifyJson(body) : undefined
    const { headers, sign } = connection
    const init: GuardedRequestInit = {
      method,
      headers: sign
        ? await sign({ method, url, headers, body: json ?? '' })
        : body instanceof FormData
          ? withoutContentType(headers)
          : headers,
      // A redirect would turn the call into a GET, or carry the key to a stranger.
      redirect: 'manual',
      signal: this.#controller.signal,
      connectTimeoutMs: connection.connectTimeoutMs,
      readTimeoutMs: limitMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      ...(body && { body: json ?? (body as FormData) }),
    }
    const response = await this.#wait(() => fetch(url, init))
    this.#reader = response.body?.getReader()
    if (response.ok) return response
    const text = await this.#errorText()
    const vendor = readVendorError(text, readError) ?? { message: text.trim() || `status ${response.status}` }
    const retryAfterMs = readRetryAfter(response.headers, clock.now())
    throw toModelError({ status: response.status, vendor, model, retryAfterMs }, connection)
  }

  /** The body, piece by piece. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = await this.#read()
      if (chunk === undefined) return
      yield chunk
    }
  }

  /** The whole body as JSON, numbers exact.  @throws ModelError `model/bad-response` */
  async json(): Promise<unknown> {
    const text = await this.#text(MAX_RESPONSE_BYTES)
    try {
      return parseJson(text)
    } catch (error) {
      throw this.explain(error)
    }
  }

  /** Lets the rest of a finished stream pass by in the background: a connection read to its end serves again. */
  drain(): void {
    const reader = this.#reader
    if (!reader) return
    this.#drained = true
    const cancelTimer = this.#options.connection.seams.clock.after(DRAIN_MS, () => this.#controller.abort())
    const rest = async () => {
      try {
        while (!(await reader.read()).done);
      } catch {
        // The answer is complete already; how its connection ends is nobody's concern.
      } finally {
        cancelTimer()
      }
    }
    void rest()
  }

  close(): void {
    this.#cancelTimer?.()
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    if (!this.#drained) this.#controller.abort(new DOMException('The call is no longer needed.', 'AbortError'))
  }

  /** What is thrown when the vendor's bytes could not be read; other errors pass. */
  explain(error: unknown): unknown {
    return isUnreadable(error) ? toBadResponse(error, this.#options.connection) : error
  }

  async #read(): Promise<Uint8Array | undefined> {
    const reader = this.#reader
    if (!reader) return undefined
    const { done, value } = await this.#wait(() => reader.read())
    // Read to its end there is nothing left to stop: an abort costs more than a small answer.
    if (done) this.#drained = true
    return done ? undefined : value
  }

  async #text(limitBytes: number): Promise<string> {
    const decoder = new TextDecoder()
    const pieces: string[] = []
    let size = 0
    for (let chunk = await this.#read(); chunk; chunk = await this.#read()) {
      pieces.push(decoder.decode(chunk, { stream: true }))
      size += chunk.byteLength
      if (size >= limitBytes) break
    }
    pieces.push(decoder.decode())
    return pieces.join('')
  }

  // A vendor that fails while it says how it failed has failed all the same: what was read is the message.
  async #errorText(): Promise<string> {
    try {
      return await this.#text(MAX_ERROR_BYTES)
    } catch (error) {
      if (this.#options.signal?.aborted) throw error
      return ''
    }
  }

  async #wait<T>(task: () => Promise<T>): Promise<T> {
    const { connection, signal } = this.#options
    this.#waitingSince = connection.seams.clock.elapsed()
    if (!this.#cancelTimer) this.#watch(this.#options.limitMs)
    try {
      this.#controller.signal.throwIfAborted()
      return await task()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw this.#timeout ?? toConnectionError(error, connection)
    } finally {
      this.#waitingSince = undefined
    }
  }

  // One timer that looks at the last sign of life when it fires costs less than a new timer for every chunk.
  #watch(ms: number): void {
    const { connection, limitMs } = this.#options
    const { clock } = connection.seams
    this.#cancelTimer = clock.after(ms, () => {
      const leftMs = this.#waitingSince === undefined ? limitMs : this.#waitingSince + limitMs - clock.elapsed()
      if (leftMs > 0) return this.#watch(Math.ceil(leftMs))
      const details = { provider: connection.provider, limitMs }
      this.#timeout = new ModelError('model/timeout', { details, retryable: true })
      this.#controller.abort(this.#timeout)
    })
  }
}

/** A form says its type itself: it names the boundary. */
const withoutContentType = (headers: Headers): Headers => {
  const rest = new Headers(headers)
  rest.delete('content-type')
  return rest
}

/** The error object in the text of a body, undefined when there is none. */
export const readVendorError = (text: string, readError: ExchangeOptions['readError']): VendorError | undefined => {
  try {
    return readError(parseJson(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
