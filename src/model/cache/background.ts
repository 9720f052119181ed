// Work beside requests: only so much of it at a time, each piece with a limit, none of it longer than its owner.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'

export interface BackgroundOptions {
  readonly most: number
  readonly limitMs: number
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

export class Background {
  readonly #options: BackgroundOptions
  readonly #running = new Set<Promise<void>>()
  readonly #closed = new AbortController()

  constructor(options: BackgroundOptions) {
    this.#options = options
  }

  /** Starts the task unless too many are running. What it throws is only logged. @returns whether it was started */
  run(name: string, task: (signal: AbortSignal) => Promise<void>): boolean {
    const { most, limitMs, clock, log } = this.#options
    if (this.#running.size >= most || this.#closed.signal.aborted) return false
    const limit = new AbortController()
    const cancel = clock.after(limitMs, () => limit.abort(new Error(`not done within ${limitMs} ms`)))
    const running = task(AbortSignal.any([limit.signal, this.#closed.signal]))
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted) log.warn('cache-background-failed', { task: name, reason: messageOf(error) })
      })
      .then(() => {
        cancel()
        this.#running.delete(running)
      })
    this.#running.add(running)
    return true
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async close(): Promise<void> {
    this.#closed.abort(new DOMException('The caches are closing.', 'AbortError'))
    await this.idle()
  }
}
