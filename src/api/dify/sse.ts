// Server-sent events as the Service API frames them: one `data: {json}` line an event, `event: ping` while idle.
// The reader sets the pace: nothing is taken from the run while the socket is full.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { stringifyJson } from '../../base/json.ts'
import type { Clock } from '../../base/seams.ts'
import type { ValueObject } from '../../base/value.ts'

const PING = 'event: ping\n\n'
const PING_EVERY_MS = 10_000

/** Sends the frames until they end or the client leaves. Leaving ends the reading, not what is read. */
export const sendEvents = async (
  reply: FastifyReply,
  frames: AsyncIterable<readonly ValueObject[]>,
  clock: Clock,
): Promise<void> => {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    'x-request-id': String(reply.getHeader('x-request-id') ?? ''),
  })
  const socket = new SocketWriter(response, clock)
  const stopPings = pingWhileIdle(socket, clock)
  try {
    await socket.write(PING)
    for await (const group of frames) {
      if (socket.closed) break
      if (group.length === 0) continue
      await socket.write(group.map((frame) => `data: ${stringifyJson(frame)}\n\n`).join(''))
    }
  } finally {
    stopPings()
    if (!socket.closed) response.end()
  }
}

class SocketWriter {
  readonly #response: ServerResponse
  readonly #clock: Clock
  closed = false
  /** When something was last sent, on the clock's `elapsed`. */
  sentAt: number
  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#clock = clock
    this.sentAt = clock.elapsed()
    const close = () => {
      this.closed = true
    }
    response.on('close', close)
    response.on('error', close)
  }

  /** Resolves when the socket takes more, or is gone. */
  async write(text: string): Promise<void> {
    if (this.closed) return
    this.sentAt = this.#clock.elapsed()
    if (this.#response.write(text)) return
    const waiting = new AbortController()
    const { signal } = waiting
    // Whichever comes first; the other listener goes with the signal.
    await Promise.race([once(this.#response, 'drain', { signal }), once(this.#response, 'close', { signal })])
      .catch(() => {})
      .finally(() => waiting.abort())
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
