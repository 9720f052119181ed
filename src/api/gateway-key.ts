// Who calls the gateway: a key of scope `gateway`, where each protocol's clients show theirs: `Authorization: Bearer` (OpenAI),
// `x-api-key` (Anthropic), `x-goog-api-key` or `?key=` (Gemini).
//
// G1  A key that was just seen is known without a promise: calls of the doors wait for nothing.
// G2  Keys in addresses are never logged: whoever writes an address writes `withoutKey` of it.

import type { IncomingHttpHeaders } from 'node:http'
import type { Keys } from '../product/auth/keys.ts'
import type { KeyGrant } from '../product/auth/store.ts'
import type { GatewayCaller } from '../product/gateway/spec.ts'
import { ApiError } from './errors.ts'

const BEARER = /^Bearer +(\S+)$/i
const LONGEST = 4_096

/** @param url path and query as they came
 *  @returns at once where the key is fresh in memory
 *  @throws ApiError `api/unauthorized`, at once or as a rejection */
export const identifyGateway = (
  keys: Pick<Keys, 'verify' | 'verifyNow'>,
  headers: IncomingHttpHeaders,
  url: string,
): GatewayCaller | Promise<GatewayCaller> => {
  const secret = secretIn(headers, url)
  if (secret === undefined || secret.length > LONGEST) throw new ApiError('api/unauthorized')
  const known = keys.verifyNow(secret)
  return known ? toCaller(known) : keys.verify(secret).then(toCaller)
}

/** A key of another scope is as good as none. */
const toCaller = (grant: KeyGrant | undefined): GatewayCaller => {
  if (grant?.scope !== 'gateway') throw new ApiError('api/unauthorized')
  const { tenantId, keyId } = grant
  return { caller: { tenantId, actor: { type: 'api-key', id: keyId } }, keyId, appId: null, user: null }
}

const secretIn = (headers: IncomingHttpHeaders, url: string): string | undefined => {
  const { authorization } = headers
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1]
  const shown = headers['x-api-key'] ?? headers['x-goog-api-key']
  if (shown !== undefined) return typeof shown === 'string' && shown !== '' ? shown : undefined
  const mark = url.indexOf('?')
  return mark < 0 ? undefined : (new URLSearchParams(url.slice(mark)).get('key') ?? undefined)
}

/** The address as it may be logged. */
export const withoutKey = (url: string): string => url.replace(/([?&]key=)[^&#]*/gi, '$1…')
