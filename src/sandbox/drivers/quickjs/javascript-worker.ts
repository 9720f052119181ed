// One worker thread seen from the parent: sends a job, waits for its answer, ends the thread when it is late or aborted.
//   J1 Answers are checked before use; a worker that says anything else is ended.   J2 An idle worker keeps nobody alive.

import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Clock, Log } from '../../../base/seams.ts'
import type { CodeJob } from '../../driver.ts'
import { SandboxError } from '../../errors.ts'
import type { CodeResult, SandboxLimits } from '../../spec.ts'
import type { Slot, SlotRun } from '../slot-pool.ts'

export interface JavascriptWorkerParts {
  readonly clock: Clock
  readonly log: Log
  readonly limits: SandboxLimits
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('done'),
    status: z.enum(['ok', 'too-large', 'deadline', 'memory', 'stack', 'error']),
    resultJson: z.string().optional(),
    stdout: z.string().optional(),
    elapsedMs: z.number().optional(),
    errorType: z.string().optional(),
    message: z.string().optional(),
    line: z.int().nullish(),
  }),
])
type Done = Extract<z.infer<typeof messageSchema>, { type: 'done' }>

type Outcome = { readonly result: CodeResult } | { readonly error: unknown }

/** The engine stops itself at the deadline; this is for code it cannot interrupt, such as a regular expression. */
const KILL_GRACE_MS = 500

export class JavascriptWorker implements Slot {
  readonly ready: Promise<void>
  readonly #parts: JavascriptWorkerParts
  readonly #worker: Worker
  readonly #exited: Promise<void>
  #becomeReady: (() => void) | undefined
  #settle: ((outcome: Outcome) => void) | undefined
  #release: (() => void) | undefined
  #alive = true

  constructor(parts: JavascriptWorkerParts) {
    this.#parts = parts
    const { memoryBytes, outputBytes, timeMs } = parts.limits
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData: { memoryBytes, outputBytes, timeMs },
      ...{ env: {}, argv: [], execArgv: [], stdout: true, stderr: true },
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
    })
    this.#worker = worker
    worker.on('message', (message: unknown) => this.#receive(message))
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve
      worker.on('error', (cause) => reject(new SandboxError('sandbox/crashed', { cause })))
      worker.on('exit', () => reject(new SandboxError('sandbox/crashed')))
    })
    this.#exited = new Promise((resolve) => {
      worker.on('error', (cause) => this.#fail(this.#deathOf(cause)))
      worker.on('exit', () => {
        this.#fail(new SandboxError('sandbox/crashed'))
        resolve()
      })
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

  async close(): Promise<void> {
    this.#alive = false
    this.#worker.ref()
    await this.#worker.terminate()
    await this.#exited
  }

  #execute({ code, inputsJson, signal }: CodeJob): Promise<CodeResult> {
    const { clock, limits } = this.#parts
    return new Promise((resolve, reject) => {
      const onAbort = () => this.#fail(signal?.reason)
      const cancelTimer = clock.after(limits.timeMs + KILL_GRACE_MS, () => this.#fail(timeLimit(limits)))
      this.#settle = (outcome) => {
        cancelTimer()
        signal?.removeEventListener('abort', onAbort)
        if ('result' in outcome) resolve(outcome.result)
        else reject(outcome.error)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#worker.ref()
      this.#worker.postMessage({ code, inputsJson })
    })
  }

  #receive(message: unknown): void {
    if (!this.#alive) return
    const parsed = messageSchema.safeParse(message)
    if (!parsed.success) return this.#fail(new SandboxError('sandbox/crashed'))
    if (parsed.data.type === 'done') return this.#finish(outcomeOf(parsed.data, this.#parts.limits))
    this.#becomeReady?.()
    this.#becomeReady = undefined
    this.#worker.unref()
    this.#release?.()
  }

  #finish(outcome: Outcome): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(outcome)
  }

  /** Ends the thread and with it the run. */
  #fail(error: unknown): void {
    this.#alive = false
    this.#finish({ error })
    this.#release?.()
    void this.#worker.terminate()
  }

  #deathOf(cause: unknown): SandboxError {
    const isFull = (cause as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY' // set by Node on this error
    return isFull ? memoryLimit(this.#parts.limits) : new SandboxError('sandbox/crashed', { cause })
  }
}

const timeLimit = ({ timeMs }: SandboxLimits): SandboxError =>
  new SandboxError('sandbox/time-limit', { details: { limitMs: timeMs } })

const memoryLimit = ({ memoryBytes }: SandboxLimits): SandboxError =>
  new SandboxError('sandbox/memory-limit', { details: { limitBytes: memoryBytes } })

const scriptError = (errorType: string, message: string, line: number | null | undefined): SandboxError =>
  new SandboxError('sandbox/script-error', { details: { message, errorType, ...(line == null ? {} : { line }) } })

const outcomeOf = (done: Done, limits: SandboxLimits): Outcome => {
  switch (done.status) {
    case 'ok': {
      const { resultJson = 'null', stdout = '', elapsedMs = 0 } = done
      return { result: { resultJson, stdout, elapsedMs } }
    }
    case 'too-large':
      return { error: new SandboxError('sandbox/output-too-large', { details: { limitBytes: limits.outputBytes } }) }
    case 'deadline':
      return { error: timeLimit(limits) }
    case 'memory':
      return { error: memoryLimit(limits) }
    case 'stack':
      return { error: scriptError('RangeError', 'RangeError: Maximum call stack size exceeded', undefined) }
    case 'error':
      return { error: scriptError(done.errorType ?? 'Error', done.message ?? 'Error', done.line) }
  }
}
