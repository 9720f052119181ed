// One answer for many: what the first starts is everybody's.

import { describe, expect, it } from 'vitest'
import { collect, FINISH, gate, say, TARGET } from '../../../test/support/chat-caches.ts'
import type { ChatStreamPart } from '../spec.ts'
import { Flight } from './flight.ts'
import type { FreshAnswer } from './spec.ts'

/** A source that gives a part when it is told to, and says what became of it. */
const controlled = () => {
  const waiting: ReturnType<typeof gate<IteratorResult<ChatStreamPart, undefined>>>[] = []
  const log: string[] = []
  let signal: AbortSignal | undefined
  let asked = 0
  const take = (i: number) => (waiting[i] ??= gate())
  let given = 0
  const fresh = async (given: AbortSignal): Promise<FreshAnswer> => {
    signal = given
    log.push('fresh')
    given.addEventListener('abort', () => log.push('aborted'))
    const parts: AsyncIterableIterator<ChatStreamPart> = {
      [Symbol.asyncIterator]: () => parts,
      next: () => take(asked++).promise,
      async return() {
        log.push('returned')
        return { done: true, value: undefined }
      },
    }
    return { target: TARGET, parts }
  }
  return {
    log,
    fresh,
    signal: () => signal,
    give: (part: ChatStreamPart) => take(given++).open({ done: false, value: part }),
    end: () => take(given++).open({ done: true, value: undefined }),
    fail: (error: unknown) => take(given++).fail(error),
  }
}

const text = (value: string): ChatStreamPart => ({ type: 'text-delta', text: value })

const start = (maxBytes = 100_000) => {
  const source = controlled()
  const answers: (readonly ChatStreamPart[])[] = []
  let closed = 0
  const flight = new Flight({
    fresh: source.fresh,
    maxBytes,
    onAnswer: (parts) => void answers.push(parts),
    onClosed: () => void closed++,
  })
  return { ...source, flight, answers, closed: () => closed }
}

describe('a flight', () => {
  it('gives everything from the start to those who come late, in order', async () => {
    const { flight, give, end, answers, log } = start()
    const first = flight.take()
    expect(await first.opened()).toBe(TARGET)
    give(text('a'))
    expect((await first.parts.next()).value).toEqual(text('a'))
    const late = flight.take()
    give(text('b'))
    give(FINISH)
    end()
    const [all, rest] = await Promise.all([collect(late.parts), collect(first.parts)])
    expect(all).toEqual([text('a'), text('b'), FINISH])
    expect(rest).toEqual([text('b'), FINISH])
    expect(answers).toEqual([[text('a'), text('b'), FINISH]])
    expect(log).toEqual(['fresh'])
  })

  it('goes on when the first leaves, and is aborted when the last has left', async () => {
    const { flight, give, log, closed } = start()
    const abort = new AbortController()
    const first = flight.take(abort.signal)
    const second = flight.take()
    await first.opened()
    const waiting = first.parts.next()
    abort.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect(log).toEqual(['fresh'])
    give(text('a'))
    expect((await second.parts.next()).value).toEqual(text('a'))
    await second.parts.return?.()
    expect(log).toEqual(['fresh', 'aborted', 'returned'])
    expect(closed()).toBe(1)
  })

  it('is aborted by the last who leaves before it has begun', async () => {
    const { promise, open } = gate<FreshAnswer>()
    let signal: AbortSignal | undefined
    const returned: string[] = []
    const flight = new Flight({
      fresh: (given) => {
        signal = given
        return promise
      },
      maxBytes: 1_000,
      onAnswer: () => {},
      onClosed: () => {},
    })
    const abort = new AbortController()
    const seat = flight.take(abort.signal)
    const opened = seat.opened()
    abort.abort(new Error('gone'))
    await expect(opened).rejects.toThrow('gone')
    expect(signal?.aborted).toBe(true)
    const parts = say('x')[Symbol.iterator]()
    open({
      target: TARGET,
      parts: {
        [Symbol.asyncIterator]: () => ({
          next: async () => parts.next(),
          return: async () => {
            returned.push('returned')
            return { done: true, value: undefined }
          },
        }),
      },
    })
    await promise
    await Promise.resolve()
    expect(returned).toEqual(['returned'])
  })

  it('fails at once for those who have read nothing, and where it broke for the others', async () => {
    const { flight, give, fail } = start()
    const reader = flight.take()
    const idle = flight.take()
    await reader.opened()
    give(text('a'))
    await reader.parts.next()
    fail(new Error('broken'))
    await expect(reader.parts.next()).rejects.toThrow('broken')
    await expect(idle.parts.next()).rejects.toThrow('broken')
    const none = new Flight({
      fresh: () => Promise.reject(new Error('refused')),
      maxBytes: 1_000,
      onAnswer: () => {},
      onClosed: () => {},
    })
    const seats = [none.take(), none.take()]
    for (const seat of seats) await expect(seat.opened()).rejects.toThrow('refused')
  })

  it('is read to its end after the finish, even when nobody stays', async () => {
    const { flight, give, end, log, answers } = start()
    const seat = flight.take()
    await seat.opened()
    give(FINISH)
    expect((await seat.parts.next()).value).toEqual(FINISH)
    await seat.parts.return?.()
    end()
    await flight.pull()
    expect(log).toEqual(['fresh'])
    expect(answers).toHaveLength(1)
  })

  it('keeps only so much for the slowest, and nothing that is too large', async () => {
    const { flight, give, end, answers, closed } = start(1_000)
    const fast = flight.take()
    const slow = flight.take()
    await fast.opened()
    for (let i = 0; i < 10; i++) give(text('x'.repeat(100)))
    give(FINISH)
    end()
    expect(await collect(fast.parts)).toHaveLength(11)
    await expect(slow.parts.next()).rejects.toMatchObject({
      code: 'cache/reader-too-slow',
      details: { limitBytes: 1_000 },
    })
    expect(answers).toEqual([])
    expect(closed()).toBe(1)
  })
})
