// Failures as the Service API words them: `{ code, message, status }`. Source of codes: Dify's Service API reference.

import { PlatformError } from '../../base/errors.ts'
import type { ProductErrorCode } from '../../product/errors.ts'
import type { ApiErrorCode } from '../errors.ts'

type Answer = readonly [status: number, code: string]

const ANSWERS: Record<ProductErrorCode | ApiErrorCode, Answer> = {
  'api/unauthorized': [401, 'unauthorized'],
  'api/forbidden': [403, 'forbidden'],
  'api/invalid-param': [400, 'invalid_param'],
  'api/bad-request': [400, 'bad_request'],
  'api/not-found': [404, 'not_found'],
  'api/method-not-allowed': [405, 'method_not_allowed'],
  'api/not-chat-app': [400, 'not_chat_app'],
  'api/not-workflow-app': [400, 'not_workflow_app'],
  'api/app-unavailable': [400, 'app_unavailable'],
  'api/body-too-large': [413, 'request_entity_too_large'],
  'api/unsupported-media-type': [415, 'unsupported_media_type'],
  'api/internal': [500, 'internal_server_error'],
  // People do not come this way; the record is total all the same.
  'account/setup-done': [403, 'forbidden'],
  'account/wrong-setup-token': [403, 'forbidden'],
  'account/wrong-credentials': [401, 'unauthorized'],
  'account/too-many-attempts': [429, 'too_many_requests'],
  'account/signed-out': [401, 'unauthorized'],
  'account/no-tenant': [403, 'forbidden'],
  'account/weak-password': [400, 'invalid_param'],
  'account/bad-email': [400, 'invalid_param'],
  'account/weak-name': [400, 'invalid_param'],
  'account/already-member': [400, 'bad_request'],
  'account/not-found': [404, 'not_found'],
  'account/invitation-not-found': [404, 'not_found'],
  'account/wrong-invitation': [403, 'forbidden'],
  'account/other-address': [403, 'forbidden'],
  'account/has-account': [400, 'bad_request'],
  'account/last-owner': [400, 'bad_request'],
  'account/role-too-high': [403, 'forbidden'],
  'account/limit': [400, 'bad_request'],
  'app/not-found': [403, 'forbidden'],
  'app/not-published': [400, 'invalid_param'],
  'app/version-not-found': [404, 'not_found'],
  'app/unusable': [400, 'app_unavailable'],
  'app/invalid-file': [400, 'invalid_param'],
  'app/not-runnable': [400, 'app_unavailable'],
  'app/draft-changed': [409, 'conflict'],
  'app/nothing-to-publish': [409, 'conflict'],
  'app/api-disabled': [403, 'forbidden'],
  'annotation/not-found': [404, 'not_found'],
  'annotation/job-not-found': [400, 'invalid_param'],
  'annotation/model-missing': [400, 'provider_not_initialize'],
  'annotation/too-many': [400, 'invalid_param'],
  'message/not-found': [404, 'not_found'],
  'message/nothing-to-revoke': [400, 'invalid_param'],
  'message/no-suggestions': [400, 'bad_request'],
  'user/not-found': [404, 'end_user_not_found'],
  'conversation/not-found': [404, 'not_found'],
  'conversation/bad-name': [400, 'invalid_param'],
  'conversation/bad-cursor': [400, 'invalid_param'],
  'conversation/variable-not-found': [404, 'not_found'],
  'conversation/variable-type': [400, 'bad_request'],
  'conversation/variable-too-large': [400, 'bad_request'],
  'conversation/changing': [503, 'service_unavailable'],
  'run/invalid-inputs': [400, 'invalid_param'],
  'run/conversation-not-found': [404, 'not_found'],
  'run/not-found': [404, 'not_found'],
  'run/broken': [500, 'internal_server_error'],
  'run/moderation-unavailable': [400, 'app_unavailable'],
  'run/file-refused': [400, 'invalid_param'],
  'run/too-many-files': [400, 'invalid_param'],
  'run/interrupted': [500, 'internal_server_error'],
  'run/reader-too-slow': [500, 'internal_server_error'],
  'cache/no-scope': [500, 'internal_server_error'],
  'cache/reader-too-slow': [500, 'internal_server_error'],
  'run/pause-too-large': [500, 'internal_server_error'],
  'form/not-found': [404, 'not_found'],
  'form/submitted': [412, 'human_input_form_submitted'],
  'form/expired': [412, 'human_input_form_expired'],
  'form/invalid': [400, 'invalid_form_data'],
  'run/too-many': [429, 'too_many_requests'],
  'run/shutting-down': [503, 'service_unavailable'],
  'upload/no-file': [400, 'no_file_uploaded'],
  'upload/too-many-files': [400, 'too_many_files'],
  'upload/no-filename': [400, 'filename_not_exists_error'],
  'upload/bad-filename': [400, 'invalid_param'],
  'upload/no-type': [415, 'unsupported_file_type'],
  'upload/blocked-extension': [400, 'file_extension_blocked'],
  'upload/too-large': [413, 'file_too_large'],
  'upload/not-found': [404, 'file_not_found'],
  'upload/denied': [403, 'file_access_denied'],
  'audio/no-file': [400, 'no_audio_uploaded'],
  'audio/too-large': [413, 'audio_too_large'],
  'audio/unsupported-type': [415, 'unsupported_audio_type'],
  'audio/transcription-off': [400, 'speech_to_text_disabled'],
  'audio/no-transcription-model': [400, 'provider_not_support_speech_to_text'],
  'audio/speech-off': [400, 'invalid_param'],
  'audio/no-speech-model': [400, 'provider_not_initialize'],
  'audio/no-text': [400, 'invalid_param'],
  'audio/text-too-long': [400, 'invalid_param'],
  'gateway/unknown-model': [400, 'provider_not_initialize'],
  'gateway/wrong-kind': [400, 'model_currently_not_support'],
  'gateway/unsupported-parameter': [400, 'completion_request_error'],
  'model/auth': [400, 'provider_not_initialize'],
  'model/credentials-exhausted': [400, 'provider_not_initialize'],
  'model/quota-exceeded': [400, 'provider_quota_exceeded'],
  'model/not-configured': [400, 'provider_not_initialize'],
  'model/not-found': [400, 'model_currently_not_support'],
  'model/missing-package': [400, 'provider_not_initialize'],
  'model/unsupported': [400, 'model_currently_not_support'],
  'model/rate-limited': [429, 'rate_limit_error'],
  'model/bad-request': [400, 'completion_request_error'],
  'model/unavailable': [400, 'completion_request_error'],
  'model/bad-response': [400, 'completion_request_error'],
  'model/timeout': [400, 'completion_request_error'],
  'limit/rate-exceeded': [429, 'rate_limit_error'],
  'limit/concurrency-exceeded': [429, 'rate_limit_error'],
  'limit/budget-exceeded': [429, 'provider_quota_exceeded'],
  'fuse/no-quorum': [400, 'completion_request_error'],
  'fuse/nested': [400, 'bad_request'],
  'stage/refused': [400, 'invalid_param'],
  'stage/invalid': [500, 'internal_server_error'],
  'panel/not-found': [404, 'not_found'],
  'panel/unknown-member': [400, 'invalid_param'],
  'panel/unknown-call': [404, 'not_found'],
  'limit/queue-full': [429, 'rate_limit_error'],
  'limit/deadline': [429, 'rate_limit_error'],
  'limit/unavailable': [503, 'service_unavailable'],
  // Set over the management API alone.
  'limits/not-found': [404, 'not_found'],
  'limits/too-many': [400, 'bad_request'],
  'route/no-target': [400, 'model_currently_not_support'],
  'route/not-a-target': [400, 'invalid_param'],
  // Routers are not managed this way; the record is total all the same.
  'route/not-found': [404, 'not_found'],
  'route/name-taken': [409, 'conflict'],
  'route/changed': [409, 'conflict'],
  'route/configured': [409, 'conflict'],
  'route/too-many': [400, 'bad_request'],
  'route/invalid-router': [400, 'invalid_param'],
  'route/file-refused': [409, 'conflict'],
  'db/busy': [503, 'service_unavailable'],
  'db/unavailable': [503, 'service_unavailable'],
  'db/overloaded': [503, 'service_unavailable'],
  'db/closed': [503, 'service_unavailable'],
  'db/constraint': [500, 'internal_server_error'],
  'db/failed': [500, 'internal_server_error'],
  'db/bad-parameter': [500, 'internal_server_error'],
  'db/newer-schema': [500, 'internal_server_error'],
  'db/migration-failed': [500, 'internal_server_error'],
  'db/open-failed': [500, 'internal_server_error'],
}

/** Sent without a message, as by Dify's server. */
const SILENT: ReadonlySet<string> = new Set(['file_too_large'])

export interface ErrorBody {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly params?: string
}

/** The body for anything thrown. What is not ours stays hidden: its text might tell a stranger too much. */
export const toErrorBody = (error: unknown): ErrorBody => {
  const answer =
    error instanceof PlatformError && Object.hasOwn(ANSWERS, error.code)
      ? ANSWERS[error.code as keyof typeof ANSWERS]
      : undefined
  if (!answer) return { status: 500, code: 'internal_server_error', message: 'Internal server error' }
  const { message, details } = error as PlatformError
  const [status, code] = answer
  const param = typeof details.param === 'string' && details.param !== '' ? details.param : undefined
  const text = status === 500 ? 'Internal server error' : SILENT.has(code) ? '' : message
  return { status, code, message: text, ...(param && { params: param }) }
}
