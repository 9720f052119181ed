// What is answered to calls that fail: the server's own refusals in our words, each in the form of the surface that was called.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PlatformError } from '../base/errors.ts'
import { toAnthropicError } from './anthropic/errors.ts'
import { toErrorBody } from './dify/errors.ts'
import { ApiError, invalidParam } from './errors.ts'
import { toGeminiError } from './gemini/errors.ts'
import { toManagementError } from './management/errors.ts'
import { toOpenAiError } from './openai/errors.ts'
import { type Surface, surfaceOf } from './surfaces.ts'

interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Sends the failure, and returns its status. */
export const refuse = (request: FastifyRequest, reply: FastifyReply, error: unknown): number => {
  const { status, headers, body } = refusalOf(request, error)
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="api"')
  reply.status(status).headers(headers).send(body)
  return status
}

type Refuse = (error: unknown, requestId: string) => Refusal

const FORMS: Readonly<Record<Surface, Refuse>> = {
  management: toManagementError,
  openai: toOpenAiError,
  anthropic: toAnthropicError,
  gemini: toGeminiError,
  service: (error) => {
    const body = toErrorBody(error)
    return { status: body.status, headers: {}, body }
  },
}

/** The address as it came, so also where no route was found. */
const refusalOf = (request: FastifyRequest, error: unknown): Refusal =>
  FORMS[surfaceOf(request.method, request.url)](error, request.id)

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** For calls without a route: the address is unknown, or answers other methods. */
export const refuseUnknown = (server: FastifyInstance) => (request: FastifyRequest, reply: FastifyReply) => {
  // The types promise a route also where there is none.
  const allowed = METHODS.filter((method) => server.findRoute({ method, url: request.url }) as unknown)
  if (allowed.length === 0) return void refuse(request, reply, new ApiError('api/not-found'))
  const allow = allowed.join(', ')
  reply.header('allow', allow)
  refuse(request, reply, new ApiError('api/method-not-allowed', { details: { method: request.method, allow } }))
}

/** Fastify's own refusals in our words. */
export const toPlatformError = (error: unknown, bodyBytes: number): unknown => {
  if (error instanceof PlatformError || !(error instanceof Error) || !('code' in error)) return error
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('api/body-too-large', { details: { limitBytes: bodyBytes } })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('api/unsupported-media-type', { details: { type: error.message.split(': ').at(-1) ?? '' } })
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('api/not-found')
    default:
      // Bodies that end early, addresses that cannot be read: its texts name nothing of ours.
      return isRefusal(error) ? invalidParam('', error.message) : error
  }
}

const isRefusal = (error: Error): boolean =>
  'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500
