// Requests that no client library would send: what they say of their length is not so, or they end early. As bytes.

import type { Operation } from '../../src/wire/operation.ts'
import { goodRequest } from './malformed-requests.ts'
import type { Good } from './malformed-targets.ts'

export interface BrokenBytes {
  readonly title: string
  readonly make: (good: Good, secret: string | undefined) => string
  /** Whether the client ends its side after them. Otherwise the server must answer, and close. */
  readonly ends: boolean
}

const headOf = (operation: Operation, good: Good, secret: string | undefined): string => {
  const { method, path, headers = {} } = goodRequest(operation, good)
  const all = { host: 'x', ...(secret !== undefined && { authorization: `Bearer ${secret}` }), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}`
}

/** Of an operation that takes a body. */
export const brokenBytes = (operation: Operation): readonly BrokenBytes[] => {
  if (!operation.body) return []
  const rows: readonly (readonly [string, boolean, (body: string) => string])[] = [
    ['fewer bytes than told', true, (body) => `content-length: ${body.length + 100}\r\n\r\n${body}`],
    ['half a body', true, (body) => `content-length: ${body.length}\r\n\r\n${body.slice(0, body.length / 2)}`],
    ['more bytes than told', true, (body) => `content-length: 3\r\n\r\n${body}`],
    ['a chunk cut off', true, (body) => `transfer-encoding: chunked\r\n\r\nfff\r\n${body}`],
    ['no last chunk', true, (body) => `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`],
    ['a chunk of no length', false, (body) => `transfer-encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ['a length and chunks', false, (body) => `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${body}`],
    ['two lengths', false, (body) => `content-length: 5\r\ncontent-length: 6\r\n\r\n${body}`],
    ['a length that is no number', false, (body) => `content-length: 1e3\r\n\r\n${body}`],
    ['a length below nothing', false, (body) => `content-length: -1\r\n\r\n${body}`],
    ['a length beyond 64 bits', false, (body) => `content-length: ${'9'.repeat(30)}\r\n\r\n${body}`],
    ['a coding that nobody knows', false, (body) => `transfer-encoding: gzip, x\r\n\r\n${body}`],
  ]
  return rows.map(([title, ends, tail]) => ({
    title,
    ends,
    make: (good, secret) => {
      const { body } = goodRequest(operation, good)
      // Bodies of right requests are texts of single bytes.
      return headOf(operation, good, secret) + tail(typeof body === 'string' ? body : '{}')
    },
  }))
}

const HUGE = 'x'.repeat(100_000)

/** Refused before anybody knows which call they are. */
export const bareRequests: readonly (readonly [title: string, bytes: string, statuses: readonly number[]])[] = [
  ...['/v1/messages/{}/suggested', '/api/apps/{}', '/api/runs/{}/events', '/v1/info?x={}'].map(
    (path) => [`100 kB in ${path}`, `GET ${path.replace('{}', HUGE)} HTTP/1.1\r\nhost: x\r\n\r\n`, [414, 431]] as const,
  ),
  ...['authorization', 'x-trace-id', 'content-type', 'last-event-id', 'if-match', 'cookie'].map(
    (name) => [`100 kB in ${name}`, `GET /v1/info HTTP/1.1\r\nhost: x\r\n${name}: ${HUGE}\r\n\r\n`, [431]] as const,
  ),
  ['20,000 headers', `GET /api/apps HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(20_000)}\r\n`, [431]],
  ['NUL in a header', 'GET /v1/info HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n', [400]],
  ['a header on two lines', 'GET /v1/info HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n', [400]],
  ['a blank before the colon', 'GET /v1/info HTTP/1.1\r\nhost : x\r\n\r\n', [400]],
  ['bytes beyond ASCII in the address', 'GET /v1/\xff HTTP/1.1\r\nhost: x\r\n\r\n', [400]],
  ['NUL in the address', 'GET /v1/\0 HTTP/1.1\r\nhost: x\r\n\r\n', [400]],
  ['a method that nobody knows', 'BREW /v1/info HTTP/1.1\r\nhost: x\r\n\r\n', [400]],
  ['no HTTP', '{"inputs":{}}\r\n\r\n', [400]],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
]
