// Failures around questions and answers that were given before.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const messageErrors = {
  'message/not-found': 'There is no such message.',
  'message/nothing-to-revoke': 'There is no feedback that could be taken back.',
  'message/no-suggestions': 'The app suggests no questions after its answers.',
} as const satisfies ErrorCatalogue

export type MessageErrorCode = keyof typeof messageErrors

export class MessageError extends PlatformError<MessageErrorCode> {
  constructor(code: MessageErrorCode, options?: ErrorOptions) {
    super(code, messageErrors[code], options)
  }
}
