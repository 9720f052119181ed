// Failures as the management API words them: `{ error: { code, message, param?, issues? }, requestId }`, with the codes of our
// own catalogue (docs/errors.md).

import { type Issue, PlatformError } from '../../base/errors.ts'
import type { ProductErrorCode } from '../../product/errors.ts'
import { type ApiErrorCode, apiErrors } from '../errors.ts'

const STATUSES: Record<ProductErrorCode | ApiErrorCode, number> = {
  'api/unauthorized': 401,
  'api/forbidden': 403,
  'api/invalid-param': 400,
  'api/bad-request': 400,
  'api/not-found': 404,
  'api/method-not-allowed': 405,
  'api/not-chat-app': 409,
  'api/app-unavailable': 400,
  'api/not-workflow-app': 409,
  'api/body-too-large': 413,
  'api/unsupported-media-type': 415,
  'api/internal': 500,
  'account/setup-done': 409,
  'account/wrong-setup-token': 403,
  'account/wrong-credentials': 401,
  'account/too-many-attempts': 429,
  'account/signed-out': 401,
  'account/no-tenant': 403,
  'account/weak-password': 400,
  'account/bad-email': 400,
  'account/weak-name': 400,
  'account/already-member': 409,
  'account/not-found': 404,
  'account/invitation-not-found': 404,
  'account/wrong-invitation': 403,
  'account/other-address': 403,
  'account/has-account': 409,
  'account/last-owner': 409,
  'account/role-too-high': 403,
  'account/limit': 409,
  'app/not-found': 404,
  'app/not-published': 409,
  'app/version-not-found': 404,
  'app/unusable': 409,
  'app/invalid-file': 400,
  'app/not-runnable': 409,
  'app/draft-changed': 409,
  'app/nothing-to-publish': 409,
  'app/api-disabled': 403,
  'annotation/not-found': 404,
  'annotation/job-not-found': 404,
  'annotation/model-missing': 409,
  'annotation/too-many': 409,
  'message/not-found': 404,
  'message/nothing-to-revoke': 409,
  'message/no-suggestions': 409,
  'user/not-found': 404,
  'conversation/not-found': 404,
  'conversation/bad-name': 400,
  'conversation/bad-cursor': 400,
  'conversation/variable-not-found': 404,
  'conversation/variable-type': 400,
  'conversation/variable-too-large': 400,
  'conversation/changing': 503,
  'run/invalid-inputs': 400,
  'run/conversation-not-found': 404,
  'run/not-found': 404,
  'run/broken': 500,
  'run/moderation-unavailable': 409,
  'run/file-refused': 400,
  'run/too-many-files': 400,
  'run/interrupted': 500,
  'run/reader-too-slow': 500,
  'cache/no-scope': 500,
  'cache/reader-too-slow': 500,
  'run/pause-too-large': 500,
  'form/not-found': 404,
  'form/submitted': 409,
  'form/expired': 409,
  'form/invalid': 400,
  'run/too-many': 429,
  'run/shutting-down': 503,
  'upload/no-file': 400,
  'upload/too-many-files': 400,
  'upload/no-filename': 400,
  'upload/bad-filename': 400,
  'upload/no-type': 415,
  'upload/blocked-extension': 400,
  'upload/too-large': 413,
  'upload/not-found': 404,
  'upload/denied': 404,
  'audio/no-file': 400,
  'audio/too-large': 413,
  'audio/unsupported-type': 415,
  'audio/transcription-off': 409,
  'audio/no-transcription-model': 409,
  'audio/speech-off': 409,
  'audio/no-speech-model': 409,
  'audio/no-text': 400,
  'audio/text-too-long': 400,
  'gateway/unknown-model': 404,
  'gateway/wrong-kind': 400,
  'gateway/unsupported-parameter': 400,
  'model/auth': 502,
  'model/credentials-exhausted': 502,
  'model/quota-exceeded': 502,
  'model/not-configured': 409,
  'model/not-found': 502,
  'model/missing-package': 409,
  'model/unsupported': 409,
  'model/rate-limited': 429,
  'model/bad-request': 502,
  'model/unavailable': 502,
  'model/bad-response': 502,
  'model/timeout': 504,
  'limit/rate-exceeded': 429,
  'limit/concurrency-exceeded': 429,
  'limit/budget-exceeded': 429,
  'fuse/no-quorum': 502,
  'fuse/nested': 400,
  'stage/refused': 400,
  'stage/invalid': 500,
  'panel/not-found': 404,
  'panel/unknown-member': 400,
  'panel/unknown-call': 404,
  'limit/queue-full': 429,
  'limit/deadline': 429,
  'limit/unavailable': 503,
  'limits/not-found': 404,
  'limits/too-many': 409,
  'route/no-target': 409,
  'route/not-a-target': 400,
  'route/not-found': 404,
  'route/name-taken': 409,
  'route/changed': 409,
  'route/configured': 409,
  'route/too-many': 409,
  'route/invalid-router': 400,
  'route/file-refused': 409,
  'db/busy': 503,
  'db/unavailable': 503,
  'db/overloaded': 503,
  'db/closed': 503,
  'db/constraint': 500,
  'db/failed': 500,
  'db/bad-parameter': 500,
  'db/newer-schema': 500,
  'db/migration-failed': 500,
  'db/open-failed': 500,
}

export interface ManagementError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: {
    readonly error: {
      readonly code: string
      readonly message: string
      /** The input that is wrong, as the request writes it: `person.email`. */
      readonly param?: string
      /** Every problem, when there may be several. */
      readonly issues?: readonly Issue[]
    }
    readonly requestId: string
  }
}

/** The answer for anything thrown. What is not ours, and what went wrong on our side, stays hidden. */
export const toManagementError = (error: unknown, requestId: string): ManagementError => {
  const status = statusOf(error)
  if (status === undefined || status === 500) return internal(requestId)
  const { code, message, details, retryable } = error as PlatformError
  const seconds = retryable && (status === 429 || status === 503) ? secondsOf(details) : undefined
  const param = typeof details.param === 'string' && details.param !== '' ? details.param : undefined
  const issues = Array.isArray(details.issues) ? (details.issues as readonly Issue[]) : undefined
  return {
    status,
    headers: { ...(seconds !== undefined && { 'retry-after': String(seconds) }) },
    body: {
      error: {
        code,
        message: status > 500 ? 'The server cannot do this at the moment. Try again.' : message,
        ...(param !== undefined && { param }),
        ...(issues && { issues }),
      },
      requestId,
    },
  }
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof PlatformError && Object.hasOwn(STATUSES, error.code)
    ? STATUSES[error.code as keyof typeof STATUSES]
    : undefined

const internal = (requestId: string): ManagementError => ({
  status: 500,
  headers: {},
  body: { error: { code: 'api/internal', message: apiErrors['api/internal'] }, requestId },
})

/** Whole seconds until the same call may go well. */
const secondsOf = ({ seconds, retryAfterMs }: PlatformError['details']): number | undefined => {
  if (typeof seconds === 'number') return Math.max(1, Math.ceil(seconds))
  return typeof retryAfterMs === 'number' ? Math.max(1, Math.ceil(retryAfterMs / 1_000)) : undefined
}
