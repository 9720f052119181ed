// A clock that stands still until a test moves it. Tasks run in order of their time.

import type { Clock } from '../../../src/base/seams.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
}

export const createManualClock = (startMs = Date.UTC(2026, 0, 1)): ManualClock => {
  let passedMs = 0
  let tasks: { readonly at: number; readonly task: () => void }[] = []
  const after = (ms: number, task: () => void) => {
    const entry = { at: passedMs + ms, task }
    tasks.push(entry)
    return () => {
      tasks = tasks.filter((other) => other !== entry)
    }
  }
  return {
    now: () => startMs + passedMs,
    elapsed: () => passedMs,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        after(ms, resolve)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    advance(ms) {
      const end = passedMs + ms
      for (;;) {
        const next = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        tasks = tasks.filter((other) => other !== next)
        passedMs = next.at
        next.task()
      }
      passedMs = end
    },
  }
}
