// Models that are connected before anybody asks them. Never in the way of the start: whoever begins it does not wait for it.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'

/** A model to be warm: `warm` opens its connection and, where it runs near by, loads it. */
export interface WarmUpTarget {
  /** `provider/model`. */
  readonly target: string
  warm(signal: AbortSignal): Promise<void>
}

export interface WarmUpStatus {
  readonly target: string
  readonly status: 'pending' | 'warm' | 'failed'
  readonly elapsedMs?: number
  readonly error?: string
}

export interface WarmUp {
  /** Of every target, in their order. */
  status(): readonly WarmUpStatus[]
  /** Resolves when every target is warm or has failed. Never rejects. */
  readonly done: Promise<void>
  /** Ends what is still going on. */
  close(): void
}

export interface WarmUpParts {
  readonly clock: Clock
  readonly log: Log
  /** For each target. Milliseconds. */
  readonly timeoutMs: number
}

/** Targets that are warmed at the same time: loading one model may fill the machine. */
const PARALLEL = 4

export const warmUp = (targets: readonly WarmUpTarget[], { clock, log, timeoutMs }: WarmUpParts): WarmUp => {
  const statuses: WarmUpStatus[] = targets.map(({ target }) => ({ target, status: 'pending' }))
  const closing = new AbortController()
  let next = 0

  const warm = async (i: number, { target, warm: begin }: WarmUpTarget): Promise<void> => {
    const late = new AbortController()
    const stopClock = clock.after(timeoutMs, () => late.abort(new Error(`it was not ready within ${timeoutMs} ms`)))
    const signal = AbortSignal.any([closing.signal, late.signal])
    const begun = clock.elapsed()
    try {
      await orAborted(begin(signal), signal)
      statuses[i] = { target, status: 'warm', elapsedMs: clock.elapsed() - begun }
      log.info('model-warm', { target, elapsedMs: clock.elapsed() - begun })
    } catch (error) {
      statuses[i] = { target, status: 'failed', elapsedMs: clock.elapsed() - begun, error: messageOf(error) }
      if (!closing.signal.aborted) log.warn('model-not-warm', { target, error: messageOf(error) })
    } finally {
      stopClock()
    }
  }

  const work = async (): Promise<void> => {
    for (;;) {
      const i = next++
      const target = targets[i]
      if (!target || closing.signal.aborted) return
      await warm(i, target)
    }
  }

  const done = Promise.all(Array.from({ length: Math.min(PARALLEL, targets.length) }, work)).then(() => {})
  return { status: () => statuses, done, close: () => closing.abort(new Error('the platform is closing')) }
}

const orAborted = (task: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    task.then(resolve, reject)
  })
