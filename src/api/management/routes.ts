// The management API: what members and tenant keys do. Every address starts with /api; bodies are plain JSON, since nothing in
// them tells 1 from 1.0.

import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { invalidParam } from '../errors.ts'
import type { ServerParts } from '../spec.ts'
import { authRoutes } from './auth-routes.ts'
import { memberRoutes } from './member-routes.ts'

export const managementRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  readPlainJson(server)
  server.register(authRoutes(parts))
  server.register(memberRoutes(parts))
}

/** In place of the lossless reader. Keys that reach into prototypes make the body unreadable. */
const readPlainJson = (server: FastifyInstance): void => {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer
    // Clients name a type also where they send nothing.
    if (bytes.length === 0) return done(null, {})
    if (!isUtf8(bytes)) return done(invalidParam('', 'The body is not UTF-8.'))
    void parse(request, bytes.toString('utf8'), done)
  })
}
