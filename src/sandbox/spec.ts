// Contract for running code that users wrote. Types only.

export type CodeLanguage = 'python3' | 'javascript'

export interface CodeRequest {
  readonly language: CodeLanguage
  /** Source that defines `main`. Python: `main(**inputs)`; JavaScript: `main(inputs)`. */
  readonly code: string
  /** Inputs as JSON text of an object; integers and floats stay apart. */
  readonly inputsJson: string
  readonly signal?: AbortSignal
}

export interface CodeResult {
  /** What `main` returned, as JSON text. */
  readonly resultJson: string
  /** What the code printed, cut to the limit. */
  readonly stdout: string
  /** Milliseconds inside the sandbox. */
  readonly elapsedMs: number
}

export interface CodeRunner {
  /** Runs `main` once.
   *  @throws SandboxError `sandbox/script-error` (message of the script, `details.errorType`), `sandbox/time-limit`,
   *  `sandbox/memory-limit`, `sandbox/input-too-large`, `sandbox/output-too-large`, `sandbox/package-missing`
   *  (`details.package`), `sandbox/crashed`, `sandbox/busy` (queue full, retryable). Rejects with the signal's reason when aborted. */
  run(request: CodeRequest): Promise<CodeResult>
  /** Gets ready for the language before the first run. Resolves when one spare is warm. */
  warm(language: CodeLanguage): Promise<void>
  /** Ends all processes and workers. */
  close(): Promise<void>
}

export interface SandboxLimits {
  /** Milliseconds per run. Default 15,000. */
  readonly timeMs: number
  /** Bytes of heap the code may use. Default 256 MiB for Python, 64 MiB for JavaScript. */
  readonly memoryBytes: number
  /** Bytes of the inputs' JSON text. Default 16 MiB. */
  readonly inputBytes: number
  /** Bytes of the result's JSON text, and of stdout. Default 4 MiB. */
  readonly outputBytes: number
  /** Outbound requests one run may make. Default 32. */
  readonly requests: number
}
