// What sockets, TLS and undici report, as OutboundErrors. Says whether trying again makes sense.

import { OutboundError } from '../errors.ts'

export interface RequestFacts {
  readonly host: string
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
}

const TRANSIENT = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
])

// A server may close an idle connection in the moment we use it again; nothing tells that from a crash.
const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

export const mayBeStale = (error: unknown): boolean => RESETS.has(codeOf(error))

export const toOutboundError = (error: unknown, facts: RequestFacts): OutboundError => {
  if (error instanceof OutboundError) return error
  const code = codeOf(error)
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      return timeout(facts.connectTimeoutMs, error)
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return timeout(facts.readTimeoutMs, error)
    case 'UND_ERR_INVALID_ARG':
      return new OutboundError('outbound/bad-request', { details: { reason: describe(error) }, cause: error })
    default:
      return new OutboundError('outbound/unreachable', {
        details: { host: facts.host, message: describe(error) },
        retryable: TRANSIENT.has(code),
        cause: error,
      })
  }
}

const timeout = (limitMs: number, cause: unknown): OutboundError =>
  new OutboundError('outbound/timeout', { details: { limitMs }, retryable: true, cause })

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

// Trying several addresses fails with an AggregateError that has no message of its own.
const describe = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(describe).join('; ')
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error) || String(error)
}
