// The management API: what members and tenant keys do. Every address starts with /api; bodies are plain JSON, since nothing in
// them tells 1 from 1.0.

import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { messageOf } from '../../base/errors.ts'
import { checkDepth } from '../../base/json.ts'
import { invalidParam } from '../errors.ts'
import type { ServerParts } from '../spec.ts'
import { appRoutes } from './apps-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { conversationRoutes } from './conversations-routes.ts'
import { fileRoutes } from './file-routes.ts'
import { gatewayCallRoutes } from './gateway-calls-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { keyRoutes } from './keys-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { modelRoutes } from './models-routes.ts'
import { runStreamRoutes } from './run-streams-routes.ts'
import { runRoutes } from './runs-routes.ts'
import { settingRoutes } from './settings-routes.ts'
import { usageRoutes } from './usage-routes.ts'
import { versionRoutes } from './versions-routes.ts'

export const managementRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  readPlainJson(server)
  server.register(authRoutes(parts))
  server.register(memberRoutes(parts))
  server.register(invitationRoutes(parts))
  server.register(appRoutes(parts))
  server.register(versionRoutes(parts))
  server.register(keyRoutes(parts))
  server.register(runRoutes(parts))
  server.register(runStreamRoutes(parts))
  server.register(usageRoutes(parts))
  server.register(gatewayCallRoutes(parts))
  server.register(conversationRoutes(parts))
  server.register(modelRoutes(parts))
  server.register(settingRoutes(parts))
  server.register(fileRoutes(parts))
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
    const text = bytes.toString('utf8')
    // The parser would drop it; no other reader of JSON here does.
    if (text.startsWith('\ufeff')) return done(invalidParam('', 'The body starts with a byte order mark.'))
    void parse(request, text, (error, value) => {
      if (error) return done(error)
      try {
        checkDepth(value)
      } catch (problem) {
        return done(invalidParam('', `The body is ${messageOf(problem)}.`))
      }
      done(null, value)
    })
  })
}
