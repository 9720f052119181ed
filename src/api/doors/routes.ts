// The chat doors as routes, so that they have a right, a method and a place among all others. Requests on the socket are taken
// before the router sees them; those of the process itself come this way.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyPluginCallback } from 'fastify'
import { stringifyJson } from '../../base/json.ts'
import type { Value } from '../../base/value.ts'
import { DOOR_ROUTES } from './addresses.ts'
import type { DoorServer } from './serve.ts'

/** Requests for the doors do not go through the router: everything that outside programs ask of models does, thousands a second. */
export const takeFirst = (server: FastifyInstance<Server>, doors: DoorServer): void => {
  const listeners = server.server.listeners('request') as ((...given: unknown[]) => void)[]
  server.server.removeAllListeners('request')
  server.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (doors.take(request, response)) return
    for (const listener of listeners) listener.call(server.server, request, response)
  })
}

export const doorRoutes =
  (doors: DoorServer): FastifyPluginCallback =>
  (server, _, done) => {
    for (const url of Object.keys(DOOR_ROUTES)) {
      server.post(url, async (request, reply) => {
        reply.hijack()
        await doors.answer(request.raw, reply.raw, stringifyJson(request.body as Value))
      })
    }
    done()
  }
