// Counts requests and how long they take, each when it is over: answered, or left by its client.

import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../base/metrics.ts'
import type { Clock } from '../base/seams.ts'
import { type Surface, surfaceOf } from './surfaces.ts'

/** Seconds. Streams last as long as their runs. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** To be called before anything that may refuse a request. */
export const countRequests = (
  server: FastifyInstance,
  { metrics, clock }: { readonly metrics: Metrics; readonly clock: Pick<Clock, 'elapsed'> },
): void => {
  const requests = metrics.counter(
    'heddle_http_requests_total',
    'Requests by surface, method and class of status; aborted: the client left before the answer was complete',
    ['surface', 'method', 'status'],
  )
  const seconds = metrics.histogram(
    'heddle_http_request_seconds',
    'From the request’s head to the end of its answer',
    ['surface'],
    BUCKETS,
  )
  server.addHook('onRequest', async (request, reply) => {
    const startedAt = clock.elapsed()
    const surface = labelOf(request.method, request.routeOptions.url)
    const { raw } = reply
    // Tells of every end, also of streams that took the answer over and of clients that left.
    raw.once('close', () => {
      const status = raw.writableFinished ? `${Math.floor(raw.statusCode / 100)}xx` : 'aborted'
      requests.add({ surface, method: methodOf(request.method), status })
      seconds.observe((clock.elapsed() - startedAt) / 1000, { surface })
    })
  })
}

const LABELS: Readonly<Record<Surface, string>> = {
  service: 'operation',
  management: 'management-api',
  openai: 'gateway',
  anthropic: 'gateway',
  gemini: 'gateway',
}

const labelOf = (method: string, route: string | undefined): string => {
  if (route === undefined) return 'none'
  const label = LABELS[surfaceOf(method, route)]
  return label === 'operation' && route.startsWith('/v1/') ? 'service-api' : label
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Strangers choose methods freely; the labels stay few. */
const methodOf = (method: string): string => (METHODS.has(method) ? method : 'other')
