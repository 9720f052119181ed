// One fresh answer on its way to everybody who asks for it at the same time.
//
// F1  `fresh` is called once. Every seat reads all parts from the first one on, in order, whenever it was taken.
// F2  Nobody's abort ends the answer for others. When the last seat is left before the end, the signal of `fresh` aborts.
// F3  Parts are asked for by the fastest reader. What the slowest still needs is kept up to a bound: beyond it no seat can be
//     taken any more, and who falls further behind gets `cache/reader-too-slow`.
// F4  An error goes to everyone: at once to those who have read nothing, after what came before it to the others.
// F5  After the finish the source is read to its end, even when nobody stays for it.

import type { ChatStreamPart } from '../spec.ts'
import { sizeOfPart } from './cacheable.ts'
import { CacheError } from './errors.ts'
import type { FreshAnswer } from './spec.ts'

export interface FlightOptions {
  readonly fresh: (signal: AbortSignal) => Promise<FreshAnswer>
  readonly maxBytes: number
  /** With all parts, as soon as the finish is there; not called when they are too large to be kept together. */
  readonly onAnswer: (parts: readonly ChatStreamPart[], target: string) => void
  /** Once: no seat can be taken any more. */
  readonly onClosed: () => void
}

export interface Seat {
  /** Resolves with the target that answers. Rejects with the failure of `fresh`, or the reason of this seat's signal. */
  opened(): Promise<string>
  /** To be read once. Leaving the loop leaves the seat. */
  readonly parts: AsyncIterableIterator<ChatStreamPart>
  leave(): void
}

export class Flight {
  readonly #options: FlightOptions
  readonly #abort = new AbortController()
  readonly #seats = new Set<Reader>()
  readonly #opened: Promise<string>
  #source: AsyncIterator<ChatStreamPart> | undefined
  #pulling: Promise<void> | undefined
  #parts: ChatStreamPart[] = []
  /** Parts that were let go of, in front of `#parts`. */
  #dropped = 0
  #bytes = 0
  #closed = false
  #finished = false
  #state: 'running' | 'ended' | 'failed' = 'running'
  #error: unknown

  constructor(options: FlightOptions) {
    this.#options = options
    this.#opened = this.#open()
    // Whoever sits here asks for it; without anybody it is nobody's failure.
    this.#opened.catch(() => {})
  }

  /** @throws never; only while it is not closed, see `onClosed` */
  take(signal?: AbortSignal): Seat {
    const reader = new Reader(this, signal)
    this.#seats.add(reader)
    return {
      opened: () => this.#openedFor(reader, signal),
      parts: reader,
      leave: () => this.leave(reader),
    }
  }

  leave(reader: Reader): void {
    if (!this.#seats.delete(reader) || this.#seats.size > 0 || this.#finished || this.#state !== 'running') return
    this.#close()
    this.#state = 'ended'
    this.#abort.abort(new DOMException('Nobody waits for this answer any more.', 'AbortError'))
    // A source that is busy hears of it by the signal.
    this.#source?.return?.()?.then(undefined, () => {})
  }

  /** The part at `position`, or how things stand there. @throws CacheError; what the source threw */
  at(position: number): ChatStreamPart | 'wait' | 'end' {
    if (position < this.#dropped) {
      throw new CacheError('cache/reader-too-slow', { details: { limitBytes: this.#options.maxBytes } })
    }
    if (this.#state === 'failed' && position === 0) throw this.#error
    const part = this.#parts[position - this.#dropped]
    if (part) return part
    if (this.#state === 'failed') throw this.#error
    return this.#state === 'ended' ? 'end' : 'wait'
  }

  /** Resolves when there is one part more, or none to come. Never rejects. */
  pull(): Promise<void> {
    this.#pulling ??= this.#pullOnce().finally(() => {
      this.#pulling = undefined
      if (this.#finished && this.#state === 'running') void this.pull()
    })
    return this.#pulling
  }

  async #open(): Promise<string> {
    try {
      const { target, parts } = await this.#options.fresh(this.#abort.signal)
      this.#source = parts[Symbol.asyncIterator]()
      if (this.#state !== 'running') void this.#source.return?.()?.then(undefined, () => {})
      return target
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  async #openedFor(reader: Reader, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await untilAborted(this.#opened, signal)
    } catch (error) {
      this.leave(reader)
      throw error
    }
  }

  async #pullOnce(): Promise<void> {
    try {
      const target = await this.#opened
      const { done, value } = (await this.#source?.next()) ?? { done: true, value: undefined }
      if (this.#state !== 'running') return
      if (done) {
        this.#state = 'ended'
        this.#close()
      } else this.#add(value, target)
    } catch (error) {
      this.#fail(error)
    }
  }

  #add(part: ChatStreamPart, target: string): void {
    this.#parts.push(part)
    this.#bytes += sizeOfPart(part)
    if (this.#bytes > this.#options.maxBytes) {
      this.#close()
      while (this.#bytes > this.#options.maxBytes && this.#parts.length > 1) {
        this.#bytes -= sizeOfPart(this.#parts.shift() as ChatStreamPart)
        this.#dropped++
      }
    }
    if (part.type !== 'finish' || this.#finished) return
    this.#finished = true
    if (this.#dropped === 0) this.#options.onAnswer([...this.#parts], target)
    // From now on the answer is found where it is kept.
    this.#close()
  }

  #fail(error: unknown): void {
    if (this.#state !== 'running') return
    this.#state = 'failed'
    this.#error = error
    this.#close()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#options.onClosed()
  }
}

class Reader implements AsyncIterableIterator<ChatStreamPart> {
  readonly #flight: Flight
  readonly #signal: AbortSignal | undefined
  #position = 0
  #over = false

  constructor(flight: Flight, signal: AbortSignal | undefined) {
    this.#flight = flight
    this.#signal = signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<ChatStreamPart, undefined>> {
    try {
      while (!this.#over) {
        this.#signal?.throwIfAborted()
        const part = this.#flight.at(this.#position)
        if (part === 'end') break
        if (part !== 'wait') {
          this.#position++
          return { done: false, value: part }
        }
        await untilAborted(this.#flight.pull(), this.#signal)
      }
    } catch (error) {
      this.#leave()
      throw error
    }
    this.#leave()
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<ChatStreamPart, undefined>> {
    this.#leave()
    return { done: true, value: undefined }
  }

  #leave(): void {
    this.#over = true
    this.#flight.leave(this)
  }
}

/** The promise, or the signal's reason as soon as it aborts. */
const untilAborted = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return promise
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
