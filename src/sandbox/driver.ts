// What a language must offer to the runner, and the limits both sides agree on.

import type { CodeResult, SandboxLimits } from './spec.ts'

export interface CodeJob {
  readonly code: string
  readonly inputsJson: string
  readonly signal?: AbortSignal
}

/** Runs one language. Enforces time, memory, output and request limits; throws as `CodeRunner.run` does. */
export interface CodeDriver {
  readonly limits: SandboxLimits
  run(job: CodeJob): Promise<CodeResult>
  warm(): Promise<void>
  close(): Promise<void>
}

const MIB = 1024 * 1024

const sharedLimits = {
  timeMs: 15_000,
  inputBytes: 16 * MIB,
  outputBytes: 4 * MIB,
  requests: 32,
} as const

export const pythonLimits: SandboxLimits = Object.freeze({ ...sharedLimits, memoryBytes: 256 * MIB })
export const javascriptLimits: SandboxLimits = Object.freeze({ ...sharedLimits, memoryBytes: 64 * MIB })
