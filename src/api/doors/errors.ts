// What every failure means to callers of the gateway, the same at all doors; each door words it in its protocol's form.
//
// F1  What is not ours, and what went wrong on our side, stays hidden. So do the addresses of vendors.

import { type Issue, PlatformError } from '../../base/errors.ts'
import type { ProductErrorCode } from '../../product/errors.ts'
import { type ApiErrorCode, apiErrors } from '../errors.ts'

export type FailureKind =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unsupported-type'
  | 'method'
  | 'rate-limited'
  /** No money left: waiting does not help soon. */
  | 'quota'
  | 'overloaded'
  /** A vendor failed, not we. */
  | 'upstream'
  | 'timeout'
  | 'internal'

const STATUSES: Readonly<Record<FailureKind, number>> = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  method: 405,
  conflict: 409,
  'too-large': 413,
  'unsupported-type': 415,
  'rate-limited': 429,
  quota: 429,
  internal: 500,
  upstream: 502,
  overloaded: 503,
  timeout: 504,
}

const KINDS: Record<ProductErrorCode | ApiErrorCode, FailureKind> = {
  'api/unauthorized': 'unauthorized',
  'api/forbidden': 'forbidden',
  'api/invalid-param': 'bad-request',
  'api/bad-request': 'bad-request',
  'api/not-found': 'not-found',
  'api/method-not-allowed': 'method',
  'api/not-chat-app': 'bad-request',
  'api/not-workflow-app': 'bad-request',
  'api/app-unavailable': 'bad-request',
  'api/body-too-large': 'too-large',
  'api/unsupported-media-type': 'unsupported-type',
  'api/internal': 'internal',
  // People do not come this way; the record is total all the same.
  'account/setup-done': 'conflict',
  'account/wrong-setup-token': 'forbidden',
  'account/wrong-credentials': 'unauthorized',
  'account/too-many-attempts': 'rate-limited',
  'account/signed-out': 'unauthorized',
  'account/no-tenant': 'forbidden',
  'account/weak-password': 'bad-request',
  'account/bad-email': 'bad-request',
  'account/weak-name': 'bad-request',
  'account/already-member': 'conflict',
  'account/not-found': 'not-found',
  'account/invitation-not-found': 'not-found',
  'account/wrong-invitation': 'forbidden',
  'account/other-address': 'forbidden',
  'account/has-account': 'conflict',
  'account/last-owner': 'conflict',
  'account/role-too-high': 'forbidden',
  'account/limit': 'conflict',
  // Of apps that are asked like models.
  'app/not-found': 'not-found',
  'app/not-published': 'conflict',
  'app/version-not-found': 'not-found',
  'app/unusable': 'conflict',
  'app/invalid-file': 'bad-request',
  'app/not-runnable': 'conflict',
  'app/draft-changed': 'conflict',
  'app/nothing-to-publish': 'conflict',
  'app/api-disabled': 'forbidden',
  'annotation/not-found': 'not-found',
  'annotation/job-not-found': 'not-found',
  'annotation/model-missing': 'conflict',
  'annotation/too-many': 'conflict',
  'message/not-found': 'not-found',
  'message/nothing-to-revoke': 'conflict',
  'message/no-suggestions': 'conflict',
  'user/not-found': 'not-found',
  'conversation/not-found': 'not-found',
  'conversation/bad-name': 'bad-request',
  'conversation/bad-cursor': 'bad-request',
  'conversation/variable-not-found': 'not-found',
  'conversation/variable-type': 'bad-request',
  'conversation/variable-too-large': 'bad-request',
  'conversation/changing': 'overloaded',
  'run/invalid-inputs': 'bad-request',
  'run/conversation-not-found': 'not-found',
  'run/not-found': 'not-found',
  'run/broken': 'internal',
  'run/moderation-unavailable': 'conflict',
  'run/file-refused': 'bad-request',
  'run/too-many-files': 'bad-request',
  'run/interrupted': 'internal',
  'run/reader-too-slow': 'internal',
  'cache/no-scope': 'internal',
  'cache/reader-too-slow': 'internal',
  'run/pause-too-large': 'internal',
  'form/not-found': 'not-found',
  'form/submitted': 'conflict',
  'form/expired': 'conflict',
  'form/invalid': 'bad-request',
  'run/too-many': 'rate-limited',
  'run/shutting-down': 'overloaded',
  'upload/no-file': 'bad-request',
  'upload/too-many-files': 'bad-request',
  'upload/no-filename': 'bad-request',
  'upload/bad-filename': 'bad-request',
  'upload/no-type': 'unsupported-type',
  'upload/blocked-extension': 'bad-request',
  'upload/too-large': 'too-large',
  'upload/not-found': 'not-found',
  'upload/denied': 'not-found',
  'audio/no-file': 'bad-request',
  'audio/too-large': 'too-large',
  'audio/unsupported-type': 'unsupported-type',
  'audio/transcription-off': 'conflict',
  'audio/no-transcription-model': 'not-found',
  'audio/speech-off': 'conflict',
  'audio/no-speech-model': 'not-found',
  'audio/no-text': 'bad-request',
  'audio/text-too-long': 'bad-request',
  // The vendor's 401 is about our key, not the caller's: told as it is, clients would ask their people for another key.
  'gateway/unknown-model': 'not-found',
  'gateway/wrong-kind': 'bad-request',
  'gateway/unsupported-parameter': 'bad-request',
  'model/auth': 'upstream',
  'model/credentials-exhausted': 'upstream',
  'model/quota-exceeded': 'quota',
  'model/not-configured': 'not-found',
  'model/not-found': 'not-found',
  'model/missing-package': 'upstream',
  'model/unsupported': 'bad-request',
  'model/rate-limited': 'rate-limited',
  'model/bad-request': 'bad-request',
  'model/unavailable': 'overloaded',
  'model/bad-response': 'upstream',
  'model/timeout': 'timeout',
  'limit/rate-exceeded': 'rate-limited',
  'limit/concurrency-exceeded': 'rate-limited',
  'limit/budget-exceeded': 'quota',
  'fuse/no-quorum': 'upstream',
  'fuse/nested': 'bad-request',
  'stage/refused': 'bad-request',
  'stage/invalid': 'internal',
  'panel/not-found': 'not-found',
  'panel/unknown-member': 'bad-request',
  'panel/unknown-call': 'not-found',
  'limit/queue-full': 'rate-limited',
  'limit/deadline': 'rate-limited',
  'limit/unavailable': 'overloaded',
  'limits/not-found': 'not-found',
  'limits/too-many': 'conflict',
  'route/no-target': 'bad-request',
  'route/not-a-target': 'bad-request',
  'route/not-found': 'not-found',
  'route/name-taken': 'conflict',
  'route/changed': 'conflict',
  'route/configured': 'conflict',
  'route/too-many': 'conflict',
  'route/invalid-router': 'bad-request',
  'route/file-refused': 'conflict',
  'db/busy': 'overloaded',
  'db/unavailable': 'overloaded',
  'db/overloaded': 'overloaded',
  'db/closed': 'overloaded',
  'db/constraint': 'internal',
  'db/failed': 'internal',
  'db/bad-parameter': 'internal',
  'db/newer-schema': 'internal',
  'db/migration-failed': 'internal',
  'db/open-failed': 'internal',
}

export interface Failure {
  readonly kind: FailureKind
  readonly status: number
  /** Of our catalogue. */
  readonly code: string
  /** Every problem of a request that is wrong in several ways. */
  readonly message: string
  /** The field that is wrong. */
  readonly param: string | undefined
  /** What the vendor calls it, e.g. `context_length_exceeded`; it may be two words. */
  readonly vendorKind: string | undefined
  /** Whole seconds until the same call may go well. */
  readonly retryAfterSeconds: number | undefined
}

export const failureOf = (error: unknown): Failure => {
  const kind =
    error instanceof PlatformError && Object.hasOwn(KINDS, error.code)
      ? KINDS[error.code as keyof typeof KINDS]
      : 'internal'
  if (kind === 'internal') return INTERNAL
  const { code, details, retryable } = error as PlatformError
  const isVendors = code.startsWith('model/')
  return {
    kind,
    status: STATUSES[kind],
    code,
    message: messageOf(error as PlatformError),
    param: typeof details.param === 'string' && details.param !== '' ? details.param : undefined,
    vendorKind: isVendors && typeof details.kind === 'string' ? details.kind : undefined,
    retryAfterSeconds: retryable ? secondsOf(details) : undefined,
  }
}

const INTERNAL: Failure = {
  kind: 'internal',
  status: STATUSES.internal,
  code: 'api/internal',
  message: apiErrors['api/internal'],
  param: undefined,
  vendorKind: undefined,
  retryAfterSeconds: undefined,
}

/** Characters of all issues together. */
const LONGEST_MESSAGE = 4_000

const messageOf = ({ code, message, details }: PlatformError): string => {
  if (code.startsWith('db/')) return 'The server cannot do this at the moment. Try again.'
  // Names hosts and ports.
  if (code.startsWith('model/') && details.connection === true) {
    return `The provider ${String(details.provider)} is not available.`
  }
  const issues = Array.isArray(details.issues) ? (details.issues as readonly Issue[]) : []
  if (issues.length < 2) return message
  return issues
    .map((issue) => (issue.path === '' ? issue.message : `${issue.path} ${issue.message}`))
    .join('; ')
    .slice(0, LONGEST_MESSAGE)
}

const secondsOf = ({ retryAfterMs, seconds }: PlatformError['details']): number | undefined => {
  if (typeof retryAfterMs === 'number') return Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : undefined
}
