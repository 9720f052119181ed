// Failures of requests before they reach what they ask for.

import { type ErrorCatalogue, type ErrorOptions, type Issue, PlatformError } from '../base/errors.ts'

export const apiErrors = {
  'api/unauthorized': 'Access token is invalid',
  'api/forbidden': 'The key does not allow this.',
  'api/invalid-param': '{message}',
  'api/bad-request': '{message}',
  'api/not-found': 'There is nothing at this address.',
  'api/method-not-allowed': 'This address does not answer {method}; it answers {allow}.',
  'api/not-chat-app': 'Please check if your app mode matches the right API route.',
  'api/not-workflow-app': 'Please check if your app mode matches the right API route.',
  'api/app-unavailable': 'This call is not for apps of this mode.',
  'api/body-too-large': 'The body is larger than {limitBytes} bytes.',
  'api/unsupported-media-type': 'The content type {type} is not supported here.',
  'api/internal': 'Something went wrong on our side.',
} as const satisfies ErrorCatalogue

export type ApiErrorCode = keyof typeof apiErrors

export class ApiError extends PlatformError<ApiErrorCode> {
  constructor(code: ApiErrorCode, options?: ErrorOptions) {
    super(code, apiErrors[code], options)
  }
}

/** One field of a request is wrong. @param issues all that are, when there are several */
export const invalidParam = (param: string, reason: string, issues?: readonly Issue[]): ApiError =>
  new ApiError('api/invalid-param', { details: { ...problemOf(param, reason), ...(issues && { issues }) } })

/** What was asked for cannot be: it is written like nothing there is. */
export const badRequest = (param: string, reason: string): ApiError =>
  new ApiError('api/bad-request', { details: problemOf(param, reason) })

const problemOf = (param: string, reason: string) => ({
  message: param === '' ? reason : `${param} ${reason}`,
  param,
})
