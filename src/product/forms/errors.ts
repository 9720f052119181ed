// Failures around forms.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const formErrors = {
  'form/not-found': 'There is no such form.',
  'form/submitted': 'This form has already been submitted.',
  'form/expired': 'This form has expired.',
  'form/invalid': '{message}',
} as const satisfies ErrorCatalogue

export type FormErrorCode = keyof typeof formErrors

export class FormError extends PlatformError<FormErrorCode> {
  constructor(code: FormErrorCode, options?: ErrorOptions) {
    super(code, formErrors[code], options)
  }
}
