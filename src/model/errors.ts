// Failures of model calls, the same for every vendor.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const modelErrors = {
  'model/auth': 'The provider {provider} refused the credentials.',
  'model/rate-limited': 'The provider {provider} asks to slow down.',
  'model/quota-exceeded': 'The account at {provider} has used up its quota: {message}',
  'model/credentials-exhausted': 'Every key of {provider} was refused.',
  'model/bad-request': 'The provider {provider} refused the request: {message}',
  'model/not-found': 'The model {model} does not exist at {provider}.',
  'model/missing-package': 'The provider {provider} needs a package that is not installed: npm install {package}',
  'model/not-configured': 'No provider is configured for {model}: {reason}',
  'model/unsupported': 'The model {model} does not support {feature}.',
  'model/unavailable': 'The provider {provider} is not available: {message}',
  'model/bad-response': 'The provider {provider} gave an answer that cannot be read: {message}',
  'model/timeout': 'The provider {provider} did not answer within {limitMs} ms.',
} as const satisfies ErrorCatalogue

export type ModelErrorCode = keyof typeof modelErrors

export class ModelError extends PlatformError<ModelErrorCode> {
  constructor(code: ModelErrorCode, options?: ErrorOptions) {
    super(code, modelErrors[code], options)
  }
}

const invokeErrorNames: Record<ModelErrorCode, string> = {
  'model/auth': 'InvokeAuthorizationError',
  'model/rate-limited': 'InvokeRateLimitError',
  'model/quota-exceeded': 'InvokeRateLimitError',
  'model/credentials-exhausted': 'InvokeAuthorizationError',
  'model/bad-request': 'InvokeBadRequestError',
  'model/not-found': 'InvokeBadRequestError',
  'model/missing-package': 'InvokeBadRequestError',
  'model/not-configured': 'InvokeBadRequestError',
  'model/unsupported': 'InvokeBadRequestError',
  'model/unavailable': 'InvokeServerUnavailableError',
  'model/bad-response': 'InvokeServerUnavailableError',
  'model/timeout': 'InvokeConnectionError',
}

/** The class name by which the app format calls a failed model call. `details.errorType` wins; with
 *  `details.connection` the vendor was never heard or fell silent. Other errors keep their own class name. */
export const invokeErrorName = (error: unknown): string => {
  if (!(error instanceof ModelError)) return error instanceof Error ? error.name : 'InvokeError'
  if (typeof error.details.errorType === 'string') return error.details.errorType
  if (error.code === 'model/unavailable' && error.details.connection === true) return 'InvokeConnectionError'
  return invokeErrorNames[error.code]
}
