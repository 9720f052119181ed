// Failures as Anthropic words them: `{ type: 'error', error: { type, message }, request_id }`.
// Source of types and statuses: docs.anthropic.com/en/api/errors. What each failure means stands in doors/errors.ts.

import { type FailureKind, failureOf } from '../doors/errors.ts'
import type { DoorError } from '../doors/spec.ts'

const ANSWERS: Readonly<Record<FailureKind, readonly [status: number, type: string]>> = {
  'bad-request': [400, 'invalid_request_error'],
  unauthorized: [401, 'authentication_error'],
  quota: [429, 'rate_limit_error'],
  forbidden: [403, 'permission_error'],
  'not-found': [404, 'not_found_error'],
  method: [405, 'invalid_request_error'],
  conflict: [409, 'invalid_request_error'],
  'too-large': [413, 'request_too_large'],
  'unsupported-type': [415, 'invalid_request_error'],
  'rate-limited': [429, 'rate_limit_error'],
  internal: [500, 'api_error'],
  // Clients try these again, as they do what Anthropic itself could not do.
  upstream: [502, 'api_error'],
  timeout: [504, 'timeout_error'],
  overloaded: [529, 'overloaded_error'],
}

export const toAnthropicError = (error: unknown, requestId: string): DoorError => {
  const { kind, message, param, retryAfterSeconds } = failureOf(error)
  const [status, type] = ANSWERS[kind]
  return {
    status,
    headers: {
      'request-id': requestId,
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: {
      type: 'error',
      // Anthropic writes the field in front: `messages.0.content: …`.
      error: { type, message: param === undefined || message.includes(param) ? message : `${param}: ${message}` },
      request_id: requestId,
    },
  }
}
