// `GET /api/openapi.json`: the document over both surfaces, made at the first call and kept as text.

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

export const openApiRoute = (operations: readonly Operation[]) => async (server: FastifyInstance) => {
  let kept: { readonly text: string; readonly etag: string } | undefined
  const make = () => {
    const text = JSON.stringify(createOpenApiDocument(operations, API_INFO))
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` }
  }
  server.get('/api/openapi.json', async (request, reply) => {
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
