// Failures as OpenAI words them: `{ error: { message, type, param, code } }`. Statuses stand in doors/errors.ts.
// Source of types and codes: platform.openai.com/docs/guides/error-codes.

import { type FailureKind, failureOf } from '../doors/errors.ts'
import type { DoorError, JsonObject } from '../doors/spec.ts'

const TYPES: Readonly<Record<FailureKind, string>> = {
  'bad-request': 'invalid_request_error',
  unauthorized: 'invalid_request_error',
  forbidden: 'permission_error',
  'not-found': 'invalid_request_error',
  conflict: 'invalid_request_error',
  'too-large': 'invalid_request_error',
  'unsupported-type': 'invalid_request_error',
  method: 'invalid_request_error',
  'rate-limited': 'rate_limit_error',
  quota: 'insufficient_quota',
  overloaded: 'server_error',
  upstream: 'server_error',
  timeout: 'server_error',
  internal: 'server_error',
}

/** Codes that clients of OpenAI ask for; the rest are our own. */
const CODES: Readonly<Record<string, string>> = {
  'api/unauthorized': 'invalid_api_key',
  'api/invalid-param': 'invalid_value',
  'api/not-found': 'not_found',
  'gateway/unknown-model': 'model_not_found',
  'model/not-found': 'model_not_found',
  'model/not-configured': 'model_not_found',
  'model/rate-limited': 'rate_limit_exceeded',
  'model/quota-exceeded': 'insufficient_quota',
  'api/internal': 'server_error',
}

export const toOpenAiError = (error: unknown, _requestId: string): DoorError => {
  const { kind, status, code, message, param, vendorKind, retryAfterSeconds } = failureOf(error)
  // The first word is the vendor's code where it has one: clients look for `context_length_exceeded`.
  const vendorCode = kind === 'bad-request' ? vendorKind?.split(' ')[0] : undefined
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined
  const body = {
    message,
    type: TYPES[kind],
    param: param ?? null,
    code: vendorCode ?? known ?? code,
  } satisfies JsonObject
  return {
    status,
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
    body: { error: body },
  }
}
