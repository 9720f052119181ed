// Failures of the workflow engine.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const flowErrors = {
  'flow/invalid-graph': 'The graph cannot run: {reason}',
  'flow/step-limit': 'The run passed its limit of {limit} steps.',
  'flow/time-limit': 'The run passed its limit of {limitMs} ms.',
  'flow/depth-limit': 'Containers are nested deeper than {limit}.',
  'flow/variable-too-large': 'The variable {name} is larger than {limitBytes} bytes.',
  'flow/no-handle': 'The branch node {nodeId} selected no exit.',
  'flow/journal-mismatch': 'The run cannot go on from what is kept of it: {reason}.',
  'flow/stopped': 'The run was stopped: {reason}',
} as const satisfies ErrorCatalogue

export type FlowErrorCode = keyof typeof flowErrors

export class FlowError extends PlatformError<FlowErrorCode> {
  constructor(code: FlowErrorCode, options?: ErrorOptions) {
    super(code, flowErrors[code], options)
  }
}
