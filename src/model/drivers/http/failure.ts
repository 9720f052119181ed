// What went wrong at a vendor, as a ModelError. The one place that knows which HTTP status means what.
// F1  Nothing that leaves here contains a key: every text passes `redact`.

import { messageOf, PlatformError } from '../../../base/errors.ts'
import { LineTooLongError } from '../../../base/lines.ts'
import { ModelError } from '../../errors.ts'
import type { Connection } from './connection.ts'

/** A vendor's error object, read by its driver. */
export interface VendorError {
  readonly message: string
  /** The vendor's word for it, e.g. `overloaded_error`. */
  readonly kind?: string
  /** HTTP status that the vendor's word stands for, for errors that come without one: inside streams. */
  readonly status?: number
  /** Wins over the status of the response, where a vendor is known to send the wrong one. */
  readonly correctedStatus?: number
  readonly retryAfterMs?: number
  /** True when the account has no money left: waiting will not help. */
  readonly quotaExceeded?: boolean
}

export interface Failure {
  /** Of the response; undefined for an error inside an answer. */
  readonly status: number | undefined
  readonly vendor: VendorError
  readonly model: string
  readonly retryAfterMs?: number | undefined
}

/** Vendors sometimes answer with a whole page. */
const MAX_MESSAGE_LENGTH = 2000

export const toModelError = (failure: Failure, connection: Connection): ModelError => {
  const status = failure.vendor.correctedStatus ?? failure.status ?? failure.vendor.status ?? 500
  const retryAfterMs = failure.retryAfterMs ?? failure.vendor.retryAfterMs
  const details = {
    provider: connection.provider,
    model: failure.model,
    status,
    ...(failure.vendor.kind !== undefined && { kind: connection.redact(failure.vendor.kind) }),
    message: connection.redact(failure.vendor.message).slice(0, MAX_MESSAGE_LENGTH),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
  if (failure.vendor.quotaExceeded || status === 402) return new ModelError('model/quota-exceeded', { details })
  if (status === 401 || status === 403) return new ModelError('model/auth', { details })
  if (status === 404) return new ModelError('model/not-found', { details })
  if (status === 408 || status === 409 || status === 429) {
    return new ModelError('model/rate-limited', { details, retryable: true })
  }
  if (status >= 500) return new ModelError('model/unavailable', { details, retryable: true })
  if (status >= 400) return new ModelError('model/bad-request', { details })
  return new ModelError('model/bad-response', { details })
}

/** The connection broke, or was never made. */
export const toConnectionError = (error: unknown, connection: Connection): ModelError => {
  const { provider, redact } = connection
  if (error instanceof PlatformError && error.code.endsWith('/timeout')) {
    const details = { provider, limitMs: error.details.limitMs ?? connection.connectTimeoutMs }
    return new ModelError('model/timeout', { details, retryable: true, cause: error })
  }
  return new ModelError('model/unavailable', {
    details: { provider, connection: true, message: redact(describe(error)) },
    retryable: error instanceof PlatformError ? error.retryable : true,
    cause: withoutSecrets(error, redact),
  })
}

/** The vendor's bytes make no sense. */
export const toBadResponse = (error: unknown, connection: Connection): ModelError => {
  const message = error instanceof SyntaxError ? `it is not JSON (${messageOf(error)})` : messageOf(error)
  return new ModelError('model/bad-response', {
    details: { provider: connection.provider, message: connection.redact(message).slice(0, MAX_MESSAGE_LENGTH) },
    cause: withoutSecrets(error, connection.redact),
  })
}

export const isUnreadable = (error: unknown): boolean =>
  error instanceof SyntaxError || error instanceof LineTooLongError

// fetch says only "fetch failed"; the reason is in its cause, and with several addresses in an AggregateError.
const describe = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(describe).join('; ')
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return describe(cause)
  return messageOf(error) || 'the connection failed'
}

const withoutSecrets = (error: unknown, redact: (text: string) => string): unknown => {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (redact(at.message) !== at.message) return new Error(redact(messageOf(error)))
  }
  return error
}
