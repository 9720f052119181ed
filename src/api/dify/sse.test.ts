// Pings while a stream is idle, none while it is busy, and a client that leaves.

import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import type { ValueObject } from '../../base/value.ts'
import { sendEvents } from './sse.ts'

/** A clock moved by hand that knows how many tasks still wait on it. */
const createCountingClock = () => {
  const clock = createManualClock()
  const waiting = new Set<object>()
  const after = (ms: number, task: () => void) => {
    const entry = {}
    waiting.add(entry)
    const cancel = clock.after(ms, () => {
      waiting.delete(entry)
      task()
    })
    return () => {
      waiting.delete(entry)
      cancel()
    }
  }
  return { ...clock, after, waiting }
}

/** Frames that come when they are told to. */
const createFrames = () => {
  const list: ValueObject[][] = []
  let over = false
  let wake = () => {}
  return {
    push(frame: ValueObject) {
      list.push([frame])
      wake()
    },
    end() {
      over = true
      wake()
    },
    async *read(): AsyncGenerator<ValueObject[]> {
      for (;;) {
        const next = list.shift()
        if (next) yield next
        else if (over) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

let server = Fastify()
afterEach(() => server.close())

const open = async () => {
  const clock = createCountingClock()
  const frames = createFrames()
  server = Fastify({ forceCloseConnections: true })
  const sent = new Promise<void>((resolve, reject) => {
    server.get('/', async (_, reply) => {
      await sendEvents(reply, frames.read(), { clock }).then(resolve, reject)
    })
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const leaving = new AbortController()
  const { port } = server.server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  /** Everything so far, as soon as it ends with this. */
  const until = async (end: string): Promise<string> => {
    while (!text.endsWith(end)) {
      const piece = await reader?.read()
      if (!piece || piece.done) throw new Error(`the stream ended with ${text}`)
      text += piece.value
    }
    return text
  }
  return { clock, frames, until, leave: () => leaving.abort(), sent }
}

const PING = 'event: ping\n\n'

describe('a stream', () => {
  it('pings at once and whenever ten seconds were idle', async () => {
    const { clock, frames, until, sent } = await open()
    await until(PING)
    clock.advance(9_999)
    frames.push({ n: 1 })
    await until('data: {"n":1}\n\n')
    clock.advance(9_999)
    frames.push({ n: 2 })
    expect(await until('data: {"n":2}\n\n')).toBe(`${PING}data: {"n":1}\n\ndata: {"n":2}\n\n`)
    clock.advance(10_000)
    expect(await until(`{"n":2}\n\n${PING}`)).toContain(PING)
    clock.advance(10_000)
    await until(PING + PING)
    frames.end()
    await sent
    expect(clock.waiting.size).toBe(0)
  })

  it('ends when its client has left, and nothing ticks on', async () => {
    const { clock, frames, until, leave, sent } = await open()
    await until(PING)
    const closed = new Promise((resolve) => server.server.once('connection', resolve))
    leave()
    // The next connection is only seen after the loss of the first was.
    const { port } = server.server.address() as AddressInfo
    void fetch(`http://127.0.0.1:${port}/nothing`).catch(() => {})
    await closed
    frames.push({ n: 1 })
    frames.end()
    await sent
    expect(clock.waiting.size).toBe(0)
  })
})
