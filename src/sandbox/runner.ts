// Sends code to the driver of its language and checks what crosses the border in either direction.
// Owns no process: the drivers do. Everything a driver returns came out of a sandbox and is data, nothing more.

import type { CodeDriver } from './driver.ts'
import { SandboxError } from './errors.ts'
import type { CodeLanguage, CodeRequest, CodeResult, CodeRunner } from './spec.ts'

export interface CodeRunnerParts {
  readonly python: CodeDriver
  readonly javascript: CodeDriver
}

export const createCodeRunner = ({ python, javascript }: CodeRunnerParts): CodeRunner => {
  const drivers: Record<CodeLanguage, CodeDriver> = { python3: python, javascript }
  return {
    async run({ language, code, inputsJson, signal }: CodeRequest): Promise<CodeResult> {
      signal?.throwIfAborted()
      const driver = drivers[language]
      const { inputBytes, outputBytes } = driver.limits
      if (Buffer.byteLength(inputsJson) + Buffer.byteLength(code) > inputBytes) {
        throw new SandboxError('sandbox/input-too-large', { details: { limitBytes: inputBytes } })
      }
      const result = await driver.run(signal === undefined ? { code, inputsJson } : { code, inputsJson, signal })
      if (Buffer.byteLength(result.resultJson) > outputBytes) {
        throw new SandboxError('sandbox/output-too-large', { details: { limitBytes: outputBytes } })
      }
      refuseBrokenJson(result.resultJson)
      return result
    },
    warm: (language) => drivers[language].warm(),
    async close() {
      await Promise.all([python.close(), javascript.close()])
    },
  }
}

const refuseBrokenJson = (text: string): void => {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new SandboxError('sandbox/crashed', { cause })
  }
}
