// The HTTP server: one origin for every surface, with what they share. Each surface adds its own routes and error bodies.

import { isUtf8 } from 'node:buffer'
import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import cors from '@fastify/cors'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { messageOf, PlatformError } from '../base/errors.ts'
import { JsonSyntaxError, parseJson, stringifyJson } from '../base/json.ts'
import type { Value } from '../base/value.ts'
import { gatewayOperations } from '../wire/gateway/operations.ts'
import { operations } from '../wire/operations.ts'
import { anthropicDoor } from './anthropic/door.ts'
import { anthropicRoutes } from './anthropic/routes.ts'
import { guardRoutes } from './authenticate.ts'
import { difyRoutes } from './dify/routes.ts'
import { OPTION_HEADERS } from './doors/options.ts'
import { doorRoutes, takeFirst } from './doors/routes.ts'
import { createDoorServer } from './doors/serve.ts'
import { NOTE_HEADERS } from './doors/write.ts'
import { invalidParam } from './errors.ts'
import { withoutKey } from './gateway-key.ts'
import { geminiDoor } from './gemini/door.ts'
import { geminiRoutes } from './gemini/routes.ts'
import { countRequests } from './http-metrics.ts'
import { managementRoutes } from './management/routes.ts'
import { openAiChatDoor } from './openai/chat-door.ts'
import { openAiResponsesDoor } from './openai/responses-door.ts'
import { openAiRoutes } from './openai/routes.ts'
import { API_INFO, GATEWAY_INFO, openApiRoute } from './openapi-route.ts'
import { refuse, refuseUnknown, toPlatformError } from './refusals.ts'
import type { ServerParts } from './spec.ts'

export type HttpServer = FastifyInstance<Server>

export const createServer = (parts: ServerParts): HttpServer => {
  const server = Fastify({
    bodyLimit: parts.limits.bodyBytes,
    requestTimeout: parts.limits.requestTimeoutMs,
    genReqId: () => parts.ids.next('req'),
    // Idle connections must not hold a shutdown up; streams are let finish.
    forceCloseConnections: 'idle',
    // While closing, calls get the answers of what they call, in the words of their surface.
    return503OnClosing: false,
    // Base URLs are often written with a slash too many.
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    frameworkErrors: (error, request, reply: FastifyReply) => {
      reply.header('x-request-id', request.id)
      refuse(request, reply, toPlatformError(error, parts.limits.bodyBytes))
    },
    clientErrorHandler: (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket as Socket),
  })
  // First, so that refusals carry it too.
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  // Expectations nobody can meet are no reason for an answer without a form. Source: RFC 9110 §10.1.1, which allows both.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response))
  allowOrigins(server, parts.corsOrigins)
  countRequests(server, parts)
  guardRoutes(server, parts)
  readLosslessJson(server)
  server.setReplySerializer((payload) => stringifyJson(payload as Value))
  server.setErrorHandler(async (error, request, reply) => {
    const status = refuse(request, reply, toPlatformError(error, parts.limits.bodyBytes))
    if (status >= 500) {
      // What may go well the next time, such as a call while the server ends, is no fault of ours.
      const level = error instanceof PlatformError && error.retryable ? 'warn' : 'error'
      parts.log[level]('request-failed', {
        requestId: request.id,
        url: withoutKey(request.url),
        reason: messageOf(error),
      })
    }
    return reply
  })
  server.setNotFoundHandler(refuseUnknown(server))

  server.get('/healthz', async () => ({ status: 'ok' }))
  server.get('/readyz', async (_, reply) => {
    const ready = await parts.ready()
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable' })
  })
  server.get('/metrics', async (_, reply) =>
    // A text, not one of our JSON bodies.
    reply
      .type(parts.metrics.contentType)
      .serializer(String)
      .send(await parts.metrics.text()),
  )
  server.register(openApiRoute({ url: '/api/openapi.json', operations, info: API_INFO }))
  server.register(openApiRoute({ url: '/v1/gateway/openapi.json', operations: gatewayOperations, info: GATEWAY_INFO }))
  const doors = createDoorServer({
    ...parts,
    doors: { chat: openAiChatDoor, responses: openAiResponsesDoor, anthropic: anthropicDoor, gemini: geminiDoor },
    bodyBytes: parts.limits.bodyBytes,
  })
  takeFirst(server, doors)
  server.register(doorRoutes(doors))
  server.register(openAiRoutes(parts))
  server.register(anthropicRoutes(parts))
  server.register(geminiRoutes(parts))
  server.register(difyRoutes(parts))
  server.register(managementRoutes(parts))
  return server
}

/** What pages may send: ours, and those of the vendors' own clients. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'x-app-code',
  'x-trace-id',
  'traceparent',
  'last-event-id',
  'x-api-key',
  'anthropic-version',
  'anthropic-beta',
  'x-goog-api-key',
]

/** Keys travel in a header of their own, never in cookies, so that no answer needs credentials allowed. */
const allowOrigins = (server: HttpServer, origins: readonly string[]): void => {
  if (origins.length === 0) return
  server.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    credentials: false,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [...ALLOWED_HEADERS, ...OPTION_HEADERS],
    exposedHeaders: ['x-request-id', 'x-workflow-run-id', ...NOTE_HEADERS],
    maxAge: 600,
  })
}

/** What is no HTTP never becomes a request; it is answered on the bare connection. */
const refuseConnection = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const reason = STATUS_CODES[status] ?? ''
  const body = stringifyJson({ status, code: reason.toLowerCase().replaceAll(' ', '_'), message: `${reason}.` })
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** Bodies keep the difference between 1 and 1.0, and keys such as `__proto__` are plain data. */
const readLosslessJson = (server: HttpServer): void => {
  server.removeContentTypeParser(['application/json', 'text/plain'])
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    const bytes = body as Buffer
    if (bytes.length === 0) return done(null, {})
    if (!isUtf8(bytes)) return done(invalidParam('', 'The body is not UTF-8.'))
    try {
      done(null, parseJson(bytes.toString('utf8')))
    } catch (error) {
      done(
        error instanceof JsonSyntaxError
          ? invalidParam('', `The body is not JSON: ${error.message}`)
          : (error as Error),
      )
    }
  })
}
