// What can be asked through the gateway, and how it fares.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TargetHealth } from '../../model/resilience/spec.ts'
import { GatewayError } from '../../product/gateway/errors.ts'
import type { GatewayModel } from '../../product/gateway/spec.ts'
import { getGatewayModel, listGatewayModels, listModelHealth } from '../../wire/gateway/models.ts'
import { gatewayCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { GatewayRouteParts } from './route-parts.ts'

export const modelRoutes =
  ({ gateway }: Pick<GatewayRouteParts, 'gateway'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listGatewayModels, async ({ request }) => {
      const models = await gateway.list(gatewayCallerOf(request))
      return isAnthropics(request) ? toAnthropicList(models) : { object: 'list', data: models.map(toModel) }
    })

    addRoute(server, listModelHealth, async ({ request }) => {
      const all = await gateway.health(gatewayCallerOf(request))
      return { object: 'list', data: all.map(toHealth) }
    })

    const show = async (request: FastifyRequest, id: string) => {
      const models = await gateway.list(gatewayCallerOf(request))
      const found = models.find((model) => model.id === id)
      if (!found) throw new GatewayError('gateway/unknown-model', { details: { model: id } })
      return isAnthropics(request) ? toAnthropicModel(found) : toModel(found)
    }
    addRoute(server, getGatewayModel, ({ params, request }) => show(request, params.model))
    server.get<{ Params: { '*': string } }>('/v1/models/*', (request) => show(request, request.params['*']))
  }

const toModel = ({ id, ownedBy, kind }: GatewayModel) => ({
  id,
  object: 'model',
  created: 0,
  owned_by: ownedBy,
  kind,
})

/** Its clients say so, and read lists of their own form at this address. Source: docs.anthropic.com/en/api/models-list. */
const isAnthropics = ({ headers }: FastifyRequest): boolean => headers['anthropic-version'] !== undefined

const toAnthropicModel = ({ id }: GatewayModel) => ({
  type: 'model',
  id,
  display_name: id,
  created_at: '1970-01-01T00:00:00Z',
})

const toAnthropicList = (models: readonly GatewayModel[]) => ({
  data: models.map(toAnthropicModel),
  has_more: false,
  first_id: models[0]?.id ?? null,
  last_id: models.at(-1)?.id ?? null,
})

const toHealth = (health: TargetHealth) => ({
  id: health.target,
  object: 'model.health',
  state: health.state,
  opens_in_ms: Math.ceil(health.opensInMs),
  pending: health.pending,
  calls: health.calls,
  failures: health.failures,
  first_token_ms: health.firstTokenMs ?? null,
  token_ms: health.tokenMs ?? null,
  last_error: health.lastError ?? null,
  last_answer_at: health.lastAnswerAt === undefined ? null : new Date(health.lastAnswerAt).toISOString(),
  accounts: health.accounts.map(({ id, usable, reason }) => ({ id, usable, reason: reason ?? null })),
})
