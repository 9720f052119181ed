// Failures of the sandboxes: user code and templates.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const sandboxErrors = {
  'sandbox/script-error': '{message}',
  'sandbox/time-limit': 'The code ran longer than {limitMs} ms.',
  'sandbox/memory-limit': 'The code used more memory than its limit of {limitBytes} bytes.',
  'sandbox/input-too-large': 'The inputs are larger than {limitBytes} bytes.',
  'sandbox/output-too-large': 'The output is larger than {limitBytes} bytes.',
  'sandbox/package-missing': 'The Python package {package} is not available here.',
  'sandbox/crashed': 'The sandbox process ended unexpectedly.',
  'sandbox/template-error': '{message}',
  'sandbox/template-limit': '{message}',
  'sandbox/busy': 'Too many code runs are waiting.',
} as const satisfies ErrorCatalogue

export type SandboxErrorCode = keyof typeof sandboxErrors

export class SandboxError extends PlatformError<SandboxErrorCode> {
  constructor(code: SandboxErrorCode, options?: ErrorOptions) {
    super(code, sandboxErrors[code], options)
  }
}
