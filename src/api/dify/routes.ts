// The Service API: every call that existing Dify clients make, by topic.

import type { FastifyInstance } from 'fastify'
import { probe } from '../../wire/dify/runs.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { annotationRoutes } from './annotations.ts'
import { appInfoRoutes } from './app-info.ts'
import { audioRoutes } from './audio.ts'
import { conversationRoutes } from './conversations.ts'
import { fileRoutes } from './file-routes.ts'
import { formRoutes } from './forms.ts'
import { messageRoutes } from './messages.ts'
import { runDetailRoutes } from './run-detail.ts'
import { runEventRoutes } from './run-events.ts'
import { runRoutes } from './runs.ts'
import { workflowLogRoutes } from './workflow-logs.ts'

export const difyRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  addRoute(server, probe, () => ({ welcome: 'Heddle Service API', api_version: 'v1', server_version: '1.0.0' }))
  server.register(runRoutes(parts))
  server.register(runDetailRoutes(parts))
  server.register(runEventRoutes(parts))
  server.register(messageRoutes(parts))
  server.register(conversationRoutes(parts))
  server.register(appInfoRoutes(parts))
  server.register(workflowLogRoutes(parts))
  server.register(annotationRoutes(parts))
  server.register(fileRoutes(parts))
  server.register(formRoutes(parts))
  server.register(audioRoutes(parts))
}
