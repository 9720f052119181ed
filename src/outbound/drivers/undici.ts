// The guarded `fetch`: every request that the flows of users send goes through it.
//
// F1  Each hop of a redirect is judged like the first address.
// F2  Credentials never follow a redirect to another origin.
// F3  Answers are bounded in bytes, silence in time, redirects in number.
// F4  A safe request whose kept-alive connection had just been closed is sent once more.
// F5  Failures are OutboundErrors; only an abort rejects with the signal's own reason, as in the standard.

import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Fetch, GuardedRequestInit } from '../../base/seams.ts'
import { OutboundError } from '../errors.ts'
import { createOutboundPolicy, type OutboundRules } from '../policy.ts'
import { createConnections, type Lookup, systemLookup } from './connections.ts'
import { mayBeStale, toOutboundError } from './failures.ts'
import { ipRanges } from './ip-ranges.ts'
import { readRequestBody } from './request-body.ts'
import { ACCEPT_ENCODING, readResponseBody } from './response-body.ts'

export interface GuardedFetchOptions extends OutboundRules {
  /** Redirects followed before giving up. Default 5. */
  readonly maxRedirects?: number
  /** Milliseconds, name resolution included. Default 10 000. */
  readonly connectTimeoutMs?: number
  /** Longest wait for headers, and longest silence within a body. Milliseconds; default 600 000. */
  readonly headersTimeoutMs?: number
  /** Bytes after decompression. Default 100 MiB. */
  readonly maxResponseBytes?: number
  readonly userAgent?: string
}

export interface GuardedFetch extends Fetch {
  /** Cuts all connections. */
  close(): Promise<void>
}

interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array | Readable | null
}

// Framing belongs to the client: a caller's value could disagree with the bytes sent (request smuggling).
const CLIENT_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const CREDENTIAL_HEADERS = ['authorization', 'cookie', 'host', 'proxy-authorization']
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type']
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const WITHOUT_BODY = new Set([204, 205, 304])
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Builds the client. `lookup` defaults to the system's resolver.
 *  @throws OutboundError `outbound/bad-rule` */
export const createGuardedFetch = (
  options: GuardedFetchOptions,
  { lookup = systemLookup }: { readonly lookup?: Lookup } = {},
): GuardedFetch => {
  const policy = createOutboundPolicy(options, ipRanges)
  const connections = createConnections(policy, lookup)
  const maxRedirects = options.maxRedirects ?? 5

  const send = async (hop: Hop, init: GuardedRequestInit): Promise<Response> => {
    const connectTimeoutMs = init.connectTimeoutMs ?? options.connectTimeoutMs ?? 10_000
    const readTimeoutMs = init.readTimeoutMs ?? options.headersTimeoutMs ?? 600_000
    const signal = init.signal ?? undefined
    const toError = (error: unknown) =>
      signal?.aborted ? signal.reason : toOutboundError(error, { host: hop.url.host, connectTimeoutMs, readTimeoutMs })
    try {
      const agent = connections.agent({ verifyTls: init.verifyTls ?? true, connectTimeoutMs })
      const request = () =>
        agent.request({
          origin: hop.url.origin,
          path: `${hop.url.pathname}${hop.url.search}`,
          method: hop.method as Dispatcher.HttpMethod,
          headers: [...hop.headers].flat(),
          body: hop.body,
          ...(signal && { signal }),
          headersTimeout: readTimeoutMs,
          bodyTimeout: readTimeoutMs,
        })
      const sent = request().catch((error) => {
        if (mayBeStale(error) && isRepeatable(hop) && !signal?.aborted) return request()
        throw error
      })
      const answer = await (signal ? untilAborted(sent, signal) : sent)
      const headers = toHeaders(answer.headers)
      const status = answer.statusCode
      const empty = hop.method === 'HEAD' || WITHOUT_BODY.has(status)
      if (empty) discard(answer.body)
      const maxResponseBytes = init.maxResponseBytes ?? options.maxResponseBytes ?? 100 * 1024 * 1024
      const body = empty ? null : readResponseBody(answer.body, headers, { maxResponseBytes, toError })
      return new Response(body, {
        status,
        statusText: /^[\t -~]*$/.test(answer.statusText) ? answer.statusText : '',
        headers,
      })
    } catch (error) {
      throw toError(error)
    }
  }

  const guarded = async (input: string | URL | Request, given: GuardedRequestInit = {}): Promise<Response> => {
    const init = input instanceof Request ? fromRequest(input, given) : given
    init.signal?.throwIfAborted()
    let hop = await firstHop(policy.admitUrl(input instanceof Request ? input.url : input), init)
    for (let redirects = 0; ; redirects++) {
      const response = await send(hop, init)
      const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null
      if (location === null || init.redirect === 'manual') return named(response, hop.url, redirects > 0)
      void response.body?.cancel().catch(() => {})
      if (redirects >= maxRedirects || init.redirect === 'error') {
        const limit = init.redirect === 'error' ? 0 : maxRedirects
        throw new OutboundError('outbound/too-many-redirects', { details: { limit } })
      }
      hop = nextHop(hop, response.status, policy.admitUrl(decodeLocation(location), hop.url))
    }
  }

  const firstHop = async (url: URL, init: GuardedRequestInit): Promise<Hop> => {
    const method = normalizeMethod(init.method ?? 'GET')
    const unsendable = (cause: unknown) =>
      new OutboundError('outbound/bad-request', { details: { reason: (cause as Error).message }, cause })
    const { content, contentType } = await readRequestBody(init.body).catch((cause) => {
      throw unsendable(cause)
    })
    let headers: Headers
    try {
      headers = new Headers(init.headers)
    } catch (cause) {
      throw unsendable(cause)
    }
    for (const name of CLIENT_HEADERS) headers.delete(name)
    if (contentType !== null && !headers.has('content-type')) headers.set('content-type', contentType)
    if (!headers.has('accept')) headers.set('accept', '*/*')
    if (!headers.has('accept-encoding')) headers.set('accept-encoding', ACCEPT_ENCODING)
    if (!headers.has('user-agent') && options.userAgent !== undefined) headers.set('user-agent', options.userAgent)
    return withUserInfo({ url, method, headers, body: content })
  }

  return Object.assign(guarded, { close: connections.close })
}

const fromRequest = (request: Request, init: GuardedRequestInit): GuardedRequestInit => ({
  method: request.method,
  headers: request.headers,
  body: request.body,
  redirect: request.redirect,
  ...init,
  signal: init.signal ? AbortSignal.any([request.signal, init.signal]) : request.signal,
})

const normalizeMethod = (method: string): string => {
  const upper = method.toUpperCase()
  if (TOKEN.test(method) && !FORBIDDEN_METHODS.has(upper)) return upper
  throw new OutboundError('outbound/bad-request', { details: { reason: `the method ${method} is not allowed` } })
}

/** `https://name:password@host/` means basic authentication. */
const withUserInfo = (hop: Hop): Hop => {
  const { username, password } = hop.url
  if (username === '' && password === '') return hop
  const headers = new Headers(hop.headers)
  if (!headers.has('authorization')) {
    const pair = `${decodePercent(username)}:${decodePercent(password)}`
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }
  const url = new URL(hop.url)
  url.username = ''
  url.password = ''
  return { ...hop, url, headers }
}

const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The request after a redirect (Fetch standard, HTTP-redirect fetch). */
const nextHop = (hop: Hop, status: number, url: URL): Hop => {
  const headers = new Headers(hop.headers)
  let { method, body } = hop
  const becomesGet =
    (status === 303 && method !== 'GET' && method !== 'HEAD') ||
    ((status === 301 || status === 302) && method === 'POST')
  if (becomesGet) {
    method = 'GET'
    body = null
    for (const name of BODY_HEADERS) headers.delete(name)
  } else if (body !== null && !(body instanceof Uint8Array)) {
    throw new OutboundError('outbound/bad-request', {
      details: { reason: 'a streamed body cannot be sent again after a redirect' },
    })
  }
  if (url.origin !== hop.url.origin) for (const name of CREDENTIAL_HEADERS) headers.delete(name)
  return withUserInfo({ url, method, headers, body })
}

// RFC 9110 §9.2.2: only these may be sent again without asking.
const isRepeatable = (hop: Hop): boolean =>
  SAFE_METHODS.has(hop.method) && (hop.body === null || hop.body instanceof Uint8Array)

/** undici looks at the signal only once connected; a caller should not wait for that. */
const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Reads on so that the connection can serve again; a long rest is cut off. */
const discard = (body: Dispatcher.ResponseData['body']): void => {
  body.dump({ limit: 64 * 1024 }).catch(() => {})
}

// Header bytes are Latin-1 in the standard; undici hands them over as UTF-8.
const toHeaders = (given: Dispatcher.ResponseData['headers']): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) {
      headers.append(name, /^[\x00-\xff]*$/.test(item) ? item : Buffer.from(item).toString('latin1'))
    }
  }
  return headers
}

const decodeLocation = (location: string): string => Buffer.from(location, 'latin1').toString('utf8')

const named = (response: Response, url: URL, redirected: boolean): Response => {
  const shown = new URL(url)
  shown.hash = ''
  return Object.defineProperties(response, { url: { value: shown.href }, redirected: { value: redirected } })
}
