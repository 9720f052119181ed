// Failures as Google words them: `{ error: { code, message, status } }`. Source of statuses: google.rpc.Code and
// ai.google.dev/gemini-api/docs/troubleshooting. What each failure means stands in doors/errors.ts.

import { type FailureKind, failureOf } from '../doors/errors.ts'
import type { DoorError, JsonObject } from '../doors/spec.ts'

const ANSWERS: Readonly<Record<FailureKind, readonly [code: number, status: string]>> = {
  'bad-request': [400, 'INVALID_ARGUMENT'],
  unauthorized: [401, 'UNAUTHENTICATED'],
  forbidden: [403, 'PERMISSION_DENIED'],
  'not-found': [404, 'NOT_FOUND'],
  method: [405, 'INVALID_ARGUMENT'],
  conflict: [400, 'FAILED_PRECONDITION'],
  'too-large': [413, 'INVALID_ARGUMENT'],
  'unsupported-type': [415, 'INVALID_ARGUMENT'],
  'rate-limited': [429, 'RESOURCE_EXHAUSTED'],
  quota: [429, 'RESOURCE_EXHAUSTED'],
  internal: [500, 'INTERNAL'],
  upstream: [502, 'UNAVAILABLE'],
  overloaded: [503, 'UNAVAILABLE'],
  timeout: [504, 'DEADLINE_EXCEEDED'],
}

export const toGeminiError = (error: unknown, requestId: string): DoorError => {
  const { kind, message, param, retryAfterSeconds } = failureOf(error)
  const [code, status] = ANSWERS[kind]
  const details: JsonObject[] = [
    { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId },
    ...(param === undefined
      ? []
      : [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: param, description: message }],
          },
        ]),
    ...(retryAfterSeconds === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }]),
  ]
  return {
    status: code,
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
    body: { error: { code, message, status, details } },
  }
}
