// Configured providers and models over the management API.

import type { FastifyInstance } from 'fastify'
import { listModels, listProviders } from '../../wire/management/models.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'

export const modelRoutes =
  ({ providers }: Pick<ServerParts, 'providers'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listProviders, () => ({ items: providers() }))
    addRoute(server, listModels, ({ query: { kind } }) => ({
      items: providers()
        .flatMap(({ models }) => models)
        .filter((model) => kind === undefined || model.kind === kind),
    }))
  }
