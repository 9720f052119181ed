// The built command as a child process, as a user starts it.

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface CommandOptions {
  readonly cwd?: string
  /** Added to an environment that names no model account. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export interface Outcome {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Accounts of whoever runs the tests must not decide them. */
const plainEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /_API_KEY$|_BASE_URL$|^OLLAMA_|^VITEST|^NODE_OPTIONS$/.test(name) ? [] : [[name, value]],
    ),
  )

export class RunningCommand {
  readonly child: ChildProcess
  /** Resolves when the process and its output have ended. */
  readonly outcome: Promise<Outcome>
  readonly #lines: Interface
  readonly #waiting: ((line: string | undefined) => void)[] = []
  readonly #unread: string[] = []
  #ended = false

  constructor(args: readonly string[], { cwd, env, input }: CommandOptions = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      ...(cwd !== undefined && { cwd }),
      env: { ...plainEnvironment(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.child = child
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    this.#lines = createInterface({ input: child.stdout })
    this.#lines.on('line', (line) => {
      const next = this.#waiting.shift()
      if (next) next(line)
      else this.#unread.push(line)
    })
    this.outcome = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        this.#ended = true
        for (const next of this.#waiting.splice(0)) next(undefined)
        resolve({ code, signal, stdout, stderr })
      })
    })
  }

  /** The next line on stdout. */
  async line(): Promise<string> {
    const waiting = this.#unread.shift()
    if (waiting !== undefined) return waiting
    const line = this.#ended
      ? undefined
      : await new Promise<string | undefined>((resolve) => this.#waiting.push(resolve))
    if (line !== undefined) return line
    throw new Error(`the command ended without another line: ${JSON.stringify(await this.outcome)}`)
  }

  /** The first line still to come that has this text. */
  async lineWith(text: string): Promise<string> {
    for (;;) {
      const line = await this.line()
      if (line.includes(text)) return line
    }
  }

  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<Outcome> {
    this.child.kill(signal)
    return this.outcome
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.end('SIGKILL')
  }
}

export const startCommand = (args: readonly string[], options?: CommandOptions): RunningCommand =>
  new RunningCommand(args, options)

/** Runs the command to its end. */
export const runCommand = (args: readonly string[], options?: CommandOptions): Promise<Outcome> =>
  startCommand(args, options).outcome
