// POST /v1/messages/count_tokens: as the vendor counts, else our estimate, which a header says.
// Source of the form: docs.anthropic.com/en/api/messages-count-tokens.

import type { FastifyInstance } from 'fastify'
import { countMessageTokens } from '../../wire/gateway/chat.ts'
import { gatewayCallerOf } from '../authenticate.ts'
import { headerText } from '../doors/header-text.ts'
import type { JsonObject } from '../doors/spec.ts'
import { readPlainJson } from '../plain-json.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { unlessGone } from '../unless-gone.ts'
import { readAnthropicRequest } from './request.ts'

export const anthropicRoutes =
  ({ gateway }: Pick<ServerParts, 'gateway'>) =>
  async (server: FastifyInstance) => {
    readPlainJson(server)
    addRoute(server, countMessageTokens, ({ body, request, reply }) => {
      const call = { model: body.model, request: readAnthropicRequest(body as JsonObject) }
      return unlessGone(reply, async (signal) => {
        const counted = await gateway.countTokens(gatewayCallerOf(request), call, signal)
        if (counted.target !== undefined) reply.header('x-heddle-target', headerText(counted.target))
        reply.header('x-heddle-tokens', counted.estimated ? 'estimated' : 'counted')
        return { input_tokens: counted.tokens }
      })
    })
  }
