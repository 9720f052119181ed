// Server-sent events as the Service API frames them: one `data: {json}` line an event, `event: ping` while idle.
//
// X1  The reader sets the pace: nothing is taken from the run while the socket is full.
// X2  Frames that are there together leave together: one write a turn of the event loop.

import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { stringifyJson } from '../../base/json.ts'
import { type Clock, nextTurn } from '../../base/seams.ts'
import { own, type ValueObject } from '../../base/value.ts'

const PING = 'event: ping\n\n'
const PING_EVERY_MS = 10_000
/** Characters that may wait for the next write. */
const MOST_WAITING = 64 * 1024

export interface SendOptions {
  readonly clock: Clock
  readonly headers?: Readonly<Record<string, string>>
  /** Writes each frame's `sequence` as an `id:` line too, for readers that resume by `Last-Event-ID`. */
  readonly idLines?: boolean
  /** The client left before the end. */
  readonly onLeave?: () => void
}

/** Sends the frames until they end or the client leaves. Leaving ends the reading, not what is read. */
export const sendEvents = async (
  reply: FastifyReply,
  frames: AsyncIterable<readonly ValueObject[]>,
  options: SendOptions,
): Promise<void> => {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    // What hooks have set, such as CORS and the request's id.
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    ...options.headers,
  })
  const socket = new SocketWriter(response, options.clock)
  const stopPings = pingWhileIdle(socket, options.clock)
  // Reading waits for events; a client that leaves meanwhile is noticed at once.
  if (options.onLeave) socket.onLeave(options.onLeave)
  try {
    await socket.write(PING)
    for await (const group of frames) {
      if (socket.closed) break
      for (const frame of group) {
        const id = options.idLines ? `id: ${String(own(frame, 'sequence') ?? '')}\n` : ''
        const room = socket.write(`${id}data: ${stringifyJson(frame)}\n\n`)
        if (room !== undefined) await room
      }
    }
  } finally {
    stopPings()
    socket.end()
  }
}

class SocketWriter {
  readonly #response: ServerResponse
  readonly #clock: Clock
  #waiting = ''
  #flushing: Promise<void> | undefined
  #leave: (() => void) | undefined
  #ended = false
  closed = false
  /** When something was last sent, on the clock's `elapsed`. */
  sentAt: number

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#clock = clock
    this.sentAt = clock.elapsed()
    const close = () => {
      if (this.closed) return
      this.closed = true
      if (!this.#ended) this.#leave?.()
    }
    response.on('close', close)
    response.on('error', close)
  }

  onLeave(task: () => void): void {
    this.#leave = task
    if (this.closed) task()
  }

  /** Undefined while there is room; otherwise resolves when the socket takes more, or is gone. */
  write(text: string): Promise<void> | undefined {
    if (this.closed) return undefined
    this.#waiting += text
    this.#flushing ??= nextTurn().then(() => this.#flush())
    return this.#waiting.length > MOST_WAITING || this.#response.writableNeedDrain ? this.#flushing : undefined
  }

  /** Sends what waits, then closes. */
  end(): void {
    this.#ended = true
    if (this.closed) return
    this.#response.end(this.#waiting)
    this.#waiting = ''
  }

  async #flush(): Promise<void> {
    const text = this.#waiting
    this.#waiting = ''
    if (this.closed || text === '') {
      this.#flushing = undefined
      return
    }
    this.sentAt = this.#clock.elapsed()
    const room = this.#response.write(text)
    if (!room) await this.#drained()
    this.#flushing = undefined
    if (this.#waiting !== '' && !this.#ended) this.#flushing = this.#flush()
  }

  /** Resolves when the socket takes more, or is gone. */
  #drained(): Promise<void> {
    const response = this.#response
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }
}

const pingWhileIdle = (socket: SocketWriter, clock: Clock): (() => void) => {
  let cancel = () => {}
  const wait = (ms: number) => {
    cancel = clock.after(ms, () => {
      if (socket.closed) return
      const idleMs = clock.elapsed() - socket.sentAt
      if (idleMs < PING_EVERY_MS) return wait(PING_EVERY_MS - idleMs)
      void socket.write(PING)
      wait(PING_EVERY_MS)
    })
  }
  wait(PING_EVERY_MS)
  return () => cancel()
}
