// `GET /api/openapi.json` and `GET /v1/gateway/openapi.json`: documents of what is promised, each made at the first call and kept
// as text.

import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Operation } from '../wire/operation.ts'
import { createOpenApiDocument, type OpenApiInfo } from './openapi.ts'

/** `version` is that of the calls: it grows when they do, whatever the program's is. */
export const API_INFO: OpenApiInfo = {
  title: 'Heddle',
  version: '1.0.0',
  description: 'The Service API (/v1) runs apps; the management API (/api) builds and watches them.',
}

export const GATEWAY_INFO: OpenApiInfo = {
  title: 'Heddle gateway',
  version: '1.0.0',
  description: 'Models of every configured provider, in the protocols that their callers speak.',
}

export interface OpenApiRoute {
  readonly url: string
  readonly operations: readonly Operation[]
  readonly info: OpenApiInfo
}

export const openApiRoute = (route: OpenApiRoute) => async (server: FastifyInstance) => {
  let kept: { readonly text: string; readonly etag: string } | undefined
  const make = () => {
    const text = JSON.stringify(createOpenApiDocument(route.operations, route.info))
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` }
  }
  server.get(route.url, async (request, reply) => {
    const { text, etag } = (kept ??= make())
    reply.header('etag', etag).header('cache-control', 'no-cache')
    if (namesTag(request.headers['if-none-match'], etag)) return reply.status(304).send()
    // Bytes, so that the server does not write the text as JSON once more.
    return reply.type('application/json; charset=utf-8').send(Buffer.from(text))
  })
}

/** Proxies mark tags of what they compressed as weak. */
const namesTag = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
