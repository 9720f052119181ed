// How a run failed, as the Service API words it to the callers of chats and completions. Workflows say it in their result.

import type { AppMode } from '../../product/apps/file/spec.ts'
import type { RunEnd } from '../../product/runs/events.ts'
import type { ErrorBody } from './errors.ts'

type Answer = readonly [status: number, code: string]

// Source: Dify's Service API reference. Codes are those of the model contract and of the modes without a graph.
const ANSWERS: Readonly<Record<string, Answer>> = {
  'node/model-missing': [400, 'provider_not_initialize'],
  'model/auth': [400, 'provider_not_initialize'],
  'model/credentials-exhausted': [400, 'provider_not_initialize'],
  'model/quota-exceeded': [400, 'provider_quota_exceeded'],
  'model/not-configured': [400, 'provider_not_initialize'],
  'model/not-found': [400, 'model_currently_not_support'],
  'model/missing-package': [400, 'provider_not_initialize'],
  'model/unsupported': [400, 'model_currently_not_support'],
  'model/rate-limited': [429, 'rate_limit_error'],
  'limit/rate-exceeded': [429, 'rate_limit_error'],
  'limit/concurrency-exceeded': [429, 'rate_limit_error'],
  'limit/budget-exceeded': [429, 'provider_quota_exceeded'],
  'limit/queue-full': [429, 'rate_limit_error'],
  'limit/deadline': [429, 'rate_limit_error'],
  'limit/unavailable': [503, 'service_unavailable'],
  'model/bad-request': [400, 'completion_request_error'],
  'model/bad-response': [400, 'completion_request_error'],
  'model/unavailable': [400, 'completion_request_error'],
  'model/timeout': [400, 'completion_request_error'],
}

/** A failed graph is a bad request whatever failed in it; the other modes are one call of a model, whose failure has a code. */
export const failureBody = (mode: AppMode, { failure }: RunEnd): ErrorBody => {
  const message = failure?.message ?? 'The run failed.'
  if (mode === 'advanced-chat') return { status: 400, code: 'invalid_param', message }
  const code = failure?.code ?? ''
  const answer = Object.hasOwn(ANSWERS, code) ? ANSWERS[code] : undefined
  if (answer) return { status: answer[0], code: answer[1], message }
  if (code.startsWith('model/')) return { status: 400, code: 'completion_request_error', message }
  return { status: 500, code: 'internal_server_error', message: 'Internal server error' }
}
