// The management API: what members and tenant keys do. Every address starts with /api; bodies are plain JSON, since nothing in
// them tells 1 from 1.0.

import type { FastifyInstance } from 'fastify'
import { readPlainJson } from '../plain-json.ts'
import type { ServerParts } from '../spec.ts'
import { appRoutes } from './apps-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { cacheRoutes } from './cache-routes.ts'
import { conversationRoutes } from './conversations-routes.ts'
import { fileRoutes } from './file-routes.ts'
import { formRoutes } from './forms-routes.ts'
import { gatewayCallRoutes } from './gateway-calls-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { keyRoutes } from './keys-routes.ts'
import { limitRoutes } from './limit-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { modelRoutes } from './models-routes.ts'
import { panelRoutes } from './panel-routes.ts'
import { routerRoutes } from './router-routes.ts'
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
  server.register(formRoutes(parts))
  server.register(usageRoutes(parts))
  server.register(limitRoutes(parts))
  server.register(gatewayCallRoutes(parts))
  server.register(cacheRoutes(parts))
  server.register(routerRoutes(parts))
  server.register(panelRoutes(parts))
  server.register(conversationRoutes(parts))
  server.register(modelRoutes(parts))
  server.register(settingRoutes(parts))
  server.register(fileRoutes(parts))
}
