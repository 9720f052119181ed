// Failures of tools.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const toolErrors = {
  'tool/not-found': 'The tool {provider}/{tool} is not installed.',
  'tool/duplicate': 'Two tools call themselves {provider}/{tool}.',
  'tool/bad-parameter': 'The parameter {parameter} of {tool} is not usable: {reason}',
  'tool/failed': 'The tool {tool} failed: {message}',
} as const satisfies ErrorCatalogue

export type ToolErrorCode = keyof typeof toolErrors

export class ToolError extends PlatformError<ToolErrorCode> {
  constructor(code: ToolErrorCode, options?: ErrorOptions) {
    super(code, toolErrors[code], options)
  }
}
