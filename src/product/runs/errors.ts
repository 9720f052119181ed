// Failures around runs, before and beside the graph itself.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const runErrors = {
  'run/invalid-inputs': '{message}',
  'run/conversation-not-found': 'There is no such conversation.',
  'run/broken': 'The run broke off because of an internal error.',
  'run/not-found': 'There is no such run.',
  'run/reader-too-slow': 'The reader fell too far behind the run.',
  'run/too-many': 'Too many runs are going on: {limit} is the limit.',
  'run/pause-too-large': 'What the run keeps to go on from after its pause is larger than {limitBytes} bytes.',
  'run/shutting-down': 'The server is shutting down.',
  'run/moderation-unavailable': 'The app asks for moderation that cannot be done here: {reason}.',
  'run/file-refused': 'The file {name} cannot be sent with a message: {reason}.',
  'run/too-many-files': 'At most {limit} files can be sent with a message.',
  'run/interrupted': 'The process that executed the run ended before the run did.',
} as const satisfies ErrorCatalogue

export type RunErrorCode = keyof typeof runErrors

export class RunError extends PlatformError<RunErrorCode> {
  constructor(code: RunErrorCode, options?: ErrorOptions) {
    super(code, runErrors[code], options)
  }
}
