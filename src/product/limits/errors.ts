// Failures of setting limits and budgets.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const limitSettingErrors = {
  'limits/not-found': 'There is no {what} of this name.',
  'limits/too-many': 'There are {most} of them already; delete one first.',
} as const satisfies ErrorCatalogue

export type LimitSettingErrorCode = keyof typeof limitSettingErrors

export class LimitSettingError extends PlatformError<LimitSettingErrorCode> {
  constructor(code: LimitSettingErrorCode, options?: ErrorOptions) {
    super(code, limitSettingErrors[code], options)
  }
}
