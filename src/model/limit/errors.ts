// Refusals of calls that are too many, too dear or too late.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const limitErrors = {
  'limit/rate-exceeded': 'Too many {unit} for the {subject}: {amount} in {periodMs} ms are allowed.',
  'limit/concurrency-exceeded': 'Too many calls at once for the {subject}: {amount} are allowed.',
  'limit/budget-exceeded': 'The budget of the {subject} for this {window} is used up.',
  'limit/queue-full': 'Too many calls wait already.',
  'limit/deadline': 'The call could not begin before its deadline.',
  'limit/unavailable': 'Whether the budget allows the call cannot be asked at the moment.',
} as const satisfies ErrorCatalogue

export type LimitErrorCode = keyof typeof limitErrors

export class LimitError extends PlatformError<LimitErrorCode> {
  constructor(code: LimitErrorCode, options?: ErrorOptions) {
    super(code, limitErrors[code], options)
  }
}
