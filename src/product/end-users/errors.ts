// Failures around the people an app serves.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const endUserErrors = {
  'user/not-found': 'There is no such end user.',
} as const satisfies ErrorCatalogue

export type EndUserErrorCode = keyof typeof endUserErrors

export class EndUserError extends PlatformError<EndUserErrorCode> {
  constructor(code: EndUserErrorCode, options?: ErrorOptions) {
    super(code, endUserErrors[code], options)
  }
}
