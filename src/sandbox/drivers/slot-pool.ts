// A few interpreters that run one job at a time each, and the line in front of them.
//
//   P1 A slot has at most one job; a job runs on one slot and is never repeated.
//   P2 The line is bounded; a full line answers `sandbox/busy` at once.
//   P3 A dead slot is replaced only while jobs wait or spares are missing; after `close` nothing starts.
//   P4 A second slot starts only when a job has waited `patienceMs`: runs are much shorter than starting.

import type { Clock, Log } from '../../base/seams.ts'
import type { CodeJob } from '../driver.ts'
import { SandboxError } from '../errors.ts'
import type { CodeResult } from '../spec.ts'

export interface Slot {
  /** Settles once: when the slot can take its first job, or cannot start. */
  readonly ready: Promise<void>
  /** False when it will not take another job. */
  readonly alive: boolean
  run(job: CodeJob): SlotRun
  close(): Promise<void>
}

export interface SlotRun {
  readonly result: Promise<CodeResult>
  /** Resolves when the slot has put itself back in order after the result, or has died. */
  readonly released: Promise<void>
}

export interface SlotPoolParts {
  readonly name: string
  readonly start: () => Slot
  readonly clock: Clock
  readonly log: Log
  /** Slots at most. */
  readonly maxSlots: number
  /** Idle slots kept for the next job once the first job or `warm` came. */
  readonly spares: number
  /** Jobs that may wait. */
  readonly maxWaiting: number
}

interface Waiting {
  readonly job: CodeJob
  readonly resolve: (result: Promise<CodeResult>) => void
  readonly reject: (reason: unknown) => void
}

const PATIENCE_MS = 250
/** How long a slot beyond the spares may idle. */
const IDLE_MS = 60_000

export class SlotPool {
  readonly #parts: SlotPoolParts
  readonly #waiting: Waiting[] = []
  readonly #idle: Slot[] = []
  readonly #slots = new Set<Slot>()
  #booting = 0
  #impatient: (() => void) | undefined
  #closed = false

  constructor(parts: SlotPoolParts) {
    this.#parts = parts
  }

  run(job: CodeJob): Promise<CodeResult> {
    const { signal } = job
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closed) return Promise.reject(new SandboxError('sandbox/crashed'))
    if (this.#idle.length === 0 && this.#waiting.length >= this.#parts.maxWaiting) {
      return Promise.reject(new SandboxError('sandbox/busy', { retryable: true }))
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        job,
        resolve: (result) => {
          signal?.removeEventListener('abort', giveUp)
          resolve(result)
        },
        reject: (reason) => {
          signal?.removeEventListener('abort', giveUp)
          reject(reason)
        },
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(waiting)
      this.#serve()
    })
  }

  async warm(): Promise<void> {
    if (this.#closed) throw new SandboxError('sandbox/crashed')
    if (this.#idle.length > 0) return
    const slot = [...this.#slots].find((candidate) => candidate.alive) ?? this.#start()
    await slot.ready
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#impatient?.()
    for (const { reject } of this.#waiting.splice(0)) reject(new SandboxError('sandbox/crashed'))
    await Promise.all([...this.#slots].map((slot) => slot.close()))
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#idle.pop()
      if (slot === undefined) break
      if (!slot.alive) {
        this.#slots.delete(slot)
        continue
      }
      const next = this.#waiting.shift()
      if (next !== undefined) this.#occupy(slot, next)
    }
    if (this.#waiting.length > 0) this.#seekHelp()
    else if (this.#slots.size < this.#parts.spares) this.#start()
  }

  #occupy(slot: Slot, { job, resolve }: Waiting): void {
    const { result, released } = slot.run(job)
    resolve(result)
    void released.then(() => {
      if (slot.alive && !this.#closed) this.#park(slot)
      else this.#slots.delete(slot)
      if (!this.#closed) this.#serve()
    })
  }

  #park(slot: Slot): void {
    this.#idle.push(slot)
    if (this.#idle.length <= this.#parts.spares) return
    this.#parts.clock.after(IDLE_MS, () => {
      if (this.#idle.length <= this.#parts.spares) return
      const surplus = this.#idle.shift()
      if (surplus === undefined) return
      this.#slots.delete(surplus)
      void surplus.close()
    })
  }

  #seekHelp(): void {
    if (this.#booting > 0 || this.#slots.size >= this.#parts.maxSlots) return
    if (this.#slots.size === 0) {
      this.#start()
      return
    }
    const first = this.#waiting[0]
    this.#impatient ??= this.#parts.clock.after(PATIENCE_MS, () => {
      this.#impatient = undefined
      if (this.#closed || this.#waiting.length === 0) return
      const mayStart = this.#booting === 0 && this.#slots.size < this.#parts.maxSlots
      if (this.#waiting[0] === first && mayStart) this.#start()
      else this.#seekHelp()
    })
  }

  #start(): Slot {
    const { name, start, clock, log } = this.#parts
    const began = clock.elapsed()
    const slot = start()
    this.#slots.add(slot)
    this.#booting++
    slot.ready.then(
      () => {
        this.#booting--
        log.debug('sandbox-slot-start', { sandbox: name, durationMs: clock.elapsed() - began })
        if (this.#closed) return
        this.#park(slot)
        this.#serve()
      },
      (error: unknown) => {
        this.#booting--
        this.#slots.delete(slot)
        if (this.#closed) return
        log.error('sandbox-slot-failed', { sandbox: name, error })
        // Without any other slot nobody else could serve the line; trying again without end would help no one.
        if (this.#slots.size === 0) for (const { reject } of this.#waiting.splice(0)) reject(error)
      },
    )
    return slot
  }
}
