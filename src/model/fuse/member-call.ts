// One member of a panel being asked: bounded in time, cancelled at most once, with its report.
//
// C1  A call ends once: answered, failed, timed out or cancelled; nothing changes its report after.
// C2  Whoever waits here goes on when time is over or the call is cancelled, also where the model never reacts.

import { messageOf } from '../../base/errors.ts'
import type { Clock } from '../../base/seams.ts'
import { collectResult } from '../fold.ts'
import type { ChatRequest, ChatResult, ChatStreamPart } from '../spec.ts'
import { Recorder } from './recorder.ts'
import type { Ask, MemberReport, PanelMember } from './spec.ts'

export interface MemberSeams {
  readonly clock: Clock
  readonly ask: Ask
  /** Of the whole panel. */
  readonly signal: AbortSignal
}

/** Characters of one answer; more is cut off as a failure. */
const LONGEST_ANSWER = 4_000_000
/** Parts that are held while a live answer has not said anything yet, such as its thinking. */
const MOST_HELD = 4_096

export class MemberCall {
  readonly member: PanelMember
  readonly #seams: MemberSeams
  readonly #request: ChatRequest
  readonly #own = new AbortController()
  #report: MemberReport | undefined
  #result: ChatResult | undefined
  #begun: number | undefined
  #stopClock: () => void = () => {}
  #agreed: boolean | undefined
  #iterator: AsyncIterator<ChatStreamPart> | undefined

  constructor(seams: MemberSeams, member: PanelMember, request: ChatRequest) {
    this.#seams = seams
    this.member = member
    this.#request = request
  }

  get result(): ChatResult | undefined {
    return this.#result
  }

  get isOver(): boolean {
    return this.#report !== undefined
  }

  set agreed(agreed: boolean | undefined) {
    this.#agreed = agreed
  }

  get report(): MemberReport {
    const { target, weight } = this.member
    const report = this.#report ?? { target, status: 'cancelled', weight, elapsedMs: this.#elapsedMs() }
    return this.#agreed === undefined ? report : { ...report, agreed: this.#agreed }
  }

  /** The whole answer; undefined when there is none, which the report explains. */
  async whole(): Promise<ChatResult | undefined> {
    if (this.#report) return undefined
    const iterator = this.#begin()
    try {
      const result = await collectResult({ [Symbol.asyncIterator]: () => iterator }, this.member.target)
      return this.#answer(result)
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** The answer from its first content on, as it comes; undefined when there is none. From then on only the caller ends it. */
  async live(): Promise<AsyncIterable<ChatStreamPart> | undefined> {
    if (this.#report) return undefined
    const iterator = this.#begin()
    const held: ChatStreamPart[] = []
    try {
      for (;;) {
        const next = await iterator.next()
        if (next.done || next.value.type === 'finish') throw new Error('it said nothing')
        held.push(next.value)
        if (isContent(next.value) || held.length >= MOST_HELD) break
      }
    } catch (error) {
      this.#leave()
      return this.#fail(error)
    }
    if (this.#report) return undefined
    this.#stopClock()
    return this.#rest(held, iterator)
  }

  cancel(): void {
    if (this.#report) return
    this.#end('cancelled')
    this.#own.abort(new Cancelled())
    this.#leave()
  }

  async *#rest(
    held: readonly ChatStreamPart[],
    iterator: AsyncIterator<ChatStreamPart>,
  ): AsyncGenerator<ChatStreamPart, void> {
    const recorder = new Recorder()
    try {
      for (const part of held) {
        recorder.add(part)
        yield part
      }
      for (;;) {
        const next = await iterator.next()
        if (next.done) {
          this.#fail(new Error('it broke off'))
          break
        }
        recorder.add(next.value)
        if (next.value.type === 'finish') this.#answer(recorder.result(next.value))
        yield next.value
      }
    } catch (error) {
      this.#fail(error)
      throw error
    } finally {
      this.cancel()
      await iterator.return?.()
    }
  }

  #begin(): AsyncIterator<ChatStreamPart> {
    const { clock, ask, signal } = this.#seams
    const { target, timeoutMs } = this.member
    this.#begun = clock.elapsed()
    this.#stopClock = clock.after(timeoutMs, () => this.#own.abort(new TimedOut(timeoutMs)))
    const inner = AbortSignal.any([signal, this.#own.signal])
    const iterator = abandonable(ask(target, this.#request, inner), inner)
    this.#iterator = iterator
    return iterator
  }

  /** Errors of a model that nobody listens to any more are nobody's. */
  #leave(): void {
    void this.#iterator?.return?.().then(undefined, () => {})
  }

  #answer(result: ChatResult): ChatResult | undefined {
    if (this.#report) return undefined
    if (result.finishReason === 'content-filter') return this.#fail(new Error('its vendor filtered the answer'), result)
    if (result.text.trim() === '' && result.toolCalls.length === 0 && !result.media?.length) {
      return this.#fail(new Error('it said nothing'), result)
    }
    this.#result = result
    this.#end('answered', { result: said(result) })
    return result
  }

  #fail(error: unknown, result?: ChatResult): undefined {
    const isLate = this.#own.signal.reason instanceof TimedOut
    const status = isLate ? 'timed-out' : this.#seams.signal.aborted ? 'cancelled' : 'failed'
    const told = { error: messageOf(isLate ? this.#own.signal.reason : error) }
    this.#end(status, { ...(status !== 'cancelled' && told), ...(result && { result: said(result) }) })
    return undefined
  }

  #end(status: MemberReport['status'], more: Partial<MemberReport> = {}): void {
    if (this.#report) return
    this.#stopClock()
    const { target, weight } = this.member
    this.#report = { target, status, weight, elapsedMs: this.#elapsedMs(), ...more }
  }

  #elapsedMs(): number {
    return this.#begun === undefined ? 0 : this.#seams.clock.elapsed() - this.#begun
  }
}

class TimedOut extends Error {
  constructor(timeoutMs: number) {
    super(`it did not answer within ${timeoutMs} ms`)
  }
}

class Cancelled extends Error {
  constructor() {
    super('its answer is not needed any more')
    this.name = 'AbortError'
  }
}

const said = ({ text, usage, finishReason }: ChatResult): NonNullable<MemberReport['result']> => ({
  text,
  usage,
  finishReason,
})

/** Blanks alone are no content: an answer that begins with them may still be empty. */
const isContent = (part: ChatStreamPart): boolean => {
  switch (part.type) {
    case 'text-delta':
      return part.text.trim() !== ''
    case 'tool-start':
    case 'tool-call':
    case 'media':
      return true
    case 'reasoning-delta':
    case 'reasoning-end':
    case 'tool-delta':
    case 'finish':
      return false
  }
}

/** The same parts; a reader that waits is let go as soon as the signal aborts. */
const abandonable = (parts: AsyncIterable<ChatStreamPart>, signal: AbortSignal): AsyncIterator<ChatStreamPart> => {
  const inner = parts[Symbol.asyncIterator]()
  let characters = 0
  const leave = (): void => void inner.return?.()?.then(undefined, () => {})
  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          leave()
          return reject(signal.reason)
        }
        const abandon = (): void => {
          leave()
          reject(signal.reason)
        }
        signal.addEventListener('abort', abandon, { once: true })
        const done = (): void => signal.removeEventListener('abort', abandon)
        inner.next().then(
          (next) => {
            done()
            if (!next.done && 'text' in next.value) characters += next.value.text.length
            if (characters <= LONGEST_ANSWER) return resolve(next)
            leave()
            reject(new Error(`its answer is longer than ${LONGEST_ANSWER} characters`))
          },
          (error: unknown) => {
            done()
            reject(error)
          },
        )
      }),
    async return() {
      await inner.return?.()
      return { done: true, value: undefined }
    },
  }
}
