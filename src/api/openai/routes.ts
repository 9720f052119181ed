// The calls of the gateway that are not chat, as ordinary routes. Source of the forms: platform.openai.com/docs/api-reference;
// reranking as Cohere and Jina have it.

import type { FastifyInstance } from 'fastify'
import { readPlainJson } from '../plain-json.ts'
import { modelRoutes } from './models-routes.ts'
import type { GatewayRouteParts } from './route-parts.ts'
import { speechRoutes } from './speech-routes.ts'
import { textRoutes } from './text-routes.ts'

export const openAiRoutes = (parts: GatewayRouteParts) => async (server: FastifyInstance) => {
  readPlainJson(server)
  // Vectors are many numbers, and none of them tells 1 from 1.0.
  server.setReplySerializer((payload) => JSON.stringify(payload))
  server.register(textRoutes(parts))
  server.register(speechRoutes(parts))
  server.register(modelRoutes(parts))
}
