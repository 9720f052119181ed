// One Python process seen from the parent: sends runs, serves its outbound requests, and kills it when it is late,
// aborted or speaks out of turn.
//
//   Y1 At boot the child may hand over its memory once, before it has seen user code. Between runs it may only say that
//      it is ready; within a run it may ask for requests and answer once.
//   Y2 A child that breaks the protocol, or dies, is never used again; its run ends with a typed error.
//   Y3 An idle process does not keep the parent alive.

import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Clock, Fetch, Log } from '../../../base/seams.ts'
import type { CodeJob } from '../../driver.ts'
import { SandboxError } from '../../errors.ts'
import type { CodeResult, SandboxLimits } from '../../spec.ts'
import type { Slot, SlotRun } from '../slot-pool.ts'
import { encodeFrame, type Frame, FrameReader } from './frame-reader.ts'
import { createOutbound } from './outbound.ts'
import { memoryLimit, readReply, timeLimit } from './reply.ts'

export interface PythonProcessParts {
  readonly launch: () => ChildProcess
  readonly clock: Clock
  readonly log: Log
  readonly fetch: Fetch
  readonly limits: SandboxLimits
  /** Where the memory of a booted interpreter is kept, so that later processes start from it. */
  readonly snapshot: SnapshotKeeper
}

export interface SnapshotKeeper {
  /** Packed; undefined until a first process has made one. */
  bytes: Buffer | undefined
}

interface Run {
  readonly outbound: (request: Buffer) => Promise<Buffer>
  readonly settle: (outcome: { result: CodeResult } | { error: unknown }) => void
}

const BOOT_MS = 60_000
/** The child interrupts at the deadline and gives up half a second later; this is for one that cannot. */
const KILL_GRACE_MS = 1_000
/** Room for a snapshot, which is larger than most answers. */
const MIN_FRAME_BYTES = 32 * 1024 * 1024
const HEADER_BYTES = 64 * 1024

export class PythonProcess implements Slot {
  readonly ready: Promise<void>
  readonly #parts: PythonProcessParts
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #exited: Promise<void>
  #run: Run | undefined
  #becomeReady: (() => void) | undefined
  #release: (() => void) | undefined
  #alive = true

  constructor(parts: PythonProcessParts) {
    this.#parts = parts
    this.#child = parts.launch()
    this.#socket = this.#child.stdio[3] as Socket // spawned with a pipe there
    const { inputBytes, outputBytes } = parts.limits
    const reader = new FrameReader(Math.max(MIN_FRAME_BYTES, inputBytes, 2 * outputBytes) + 2 * HEADER_BYTES)
    this.#socket.on('data', (chunk: Buffer) => {
      const frames = reader.push(chunk)
      if (frames === undefined) this.#distrust('frame')
      else for (const frame of frames) this.#receive(frame)
    })
    this.#socket.on('error', () => this.#kill())
    this.#socket.write(encodeFrame('S', parts.snapshot.bytes ?? Buffer.alloc(0)))
    const killWithParent = () => this.#kill()
    process.once('exit', killWithParent)
    this.ready = new Promise((resolve, reject) => {
      const stopTimer = parts.clock.after(BOOT_MS, () => this.#kill())
      this.#becomeReady = () => {
        stopTimer()
        resolve()
      }
      this.#child.on('error', (cause) => reject(new SandboxError('sandbox/crashed', { cause })))
      this.#child.on('close', () => reject(new SandboxError('sandbox/crashed')))
    })
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        process.removeListener('exit', killWithParent)
        this.#alive = false
        this.#finish({ error: this.#deathOf(code, signal) })
        resolve()
      }
      // Nothing was started when `error` comes without `close`.
      this.#child.on('error', () => this.#child.pid === undefined && end(null, null))
      this.#child.on('close', end)
    })
  }

  get alive(): boolean {
    return this.#alive
  }

  run(job: CodeJob): SlotRun {
    const released = new Promise<void>((resolve) => {
      this.#release = resolve
    })
    return { result: this.#execute(job), released }
  }

  #execute({ code, inputsJson, signal }: CodeJob): Promise<CodeResult> {
    const { clock, fetch, limits } = this.#parts
    return new Promise((resolve, reject) => {
      const requests = new AbortController()
      const stop = (error: unknown) => {
        this.#kill()
        this.#finish({ error })
      }
      const onAbort = () => stop(signal?.reason)
      const timers = [
        clock.after(limits.timeMs, () => requests.abort()),
        clock.after(limits.timeMs + KILL_GRACE_MS, () => stop(timeLimit(limits))),
      ]
      this.#run = {
        outbound: createOutbound(
          { fetch, clock, requests: limits.requests, responseBytes: limits.inputBytes },
          requests.signal,
        ),
        settle: (outcome) => {
          for (const cancel of timers) cancel()
          signal?.removeEventListener('abort', onAbort)
          requests.abort()
          if ('result' in outcome) resolve(outcome.result)
          else reject(outcome.error)
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#hold(true)
      const codeBytes = Buffer.from(code)
      const head = `${limits.timeMs}\n${codeBytes.length} ${limits.outputBytes} ${limits.outputBytes}\n`
      this.#socket.write(encodeFrame('X', Buffer.from(head), codeBytes, Buffer.from(inputsJson)))
    })
  }

  async close(): Promise<void> {
    // Otherwise a parent with nothing else to do would leave before it is told.
    this.#child.ref()
    this.#kill()
    await this.#exited
  }

  #receive({ type, payload }: Frame): void {
    if (!this.#alive) return
    if (type === 'B' && this.#run === undefined) {
      this.#becomeReady?.()
      this.#becomeReady = undefined
      this.#hold(false)
      this.#release?.()
    } else if (type === 'S' && this.#becomeReady !== undefined) {
      this.#parts.snapshot.bytes ??= payload
    } else if (type === 'R' && this.#run !== undefined) {
      void this.#request(this.#run, payload)
    } else if (type === 'D' && this.#run !== undefined) {
      const reply = readReply(payload, this.#parts.limits)
      if (reply === undefined) return this.#distrust('reply')
      if (reply.last) this.#alive = false
      this.#finish(reply)
    } else if (type === 'X' && payload.toString() === 'deadline') {
      this.#alive = false
      this.#finish({ error: timeLimit(this.#parts.limits) })
    } else {
      this.#distrust(type === 'X' ? payload.toString().slice(0, 100) : 'turn')
    }
  }

  async #request(run: Run, request: Buffer): Promise<void> {
    const reply = await run.outbound(request)
    if (this.#run !== run || !this.#alive) return
    const size = Buffer.alloc(4)
    size.writeUInt32LE(reply.length)
    this.#socket.write(encodeFrame('A', size, reply))
  }

  #finish(outcome: { result: CodeResult } | { error: unknown }): void {
    const run = this.#run
    this.#run = undefined
    run?.settle(outcome)
    if (!this.#alive) this.#release?.()
  }

  #deathOf(code: number | null, signal: string | null): SandboxError {
    // V8 aborts when JavaScript's own heap is full; nothing else in the child does.
    if (signal === 'SIGABRT' || code === 134) return memoryLimit(this.#parts.limits)
    return new SandboxError('sandbox/crashed')
  }

  #distrust(reason: string): void {
    this.#parts.log.warn('sandbox-breach', { sandbox: 'python3', reason })
    this.#kill()
    this.#finish({ error: new SandboxError('sandbox/crashed', { details: { reason } }) })
  }

  #kill(): void {
    this.#alive = false
    this.#child.kill('SIGKILL')
    this.#socket.destroy()
  }

  /** @param busy while true, the process keeps the parent alive */
  #hold(busy: boolean): void {
    if (busy) {
      this.#child.ref()
      this.#socket.ref()
    } else {
      this.#child.unref()
      this.#socket.unref()
    }
  }
}
