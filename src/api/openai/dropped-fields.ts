// Fields of a body that a call does not know: named in a header, or refused where the caller asked for strictness.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../../product/gateway/errors.ts'
import type { Operation } from '../../wire/operation.ts'
import { readStrict } from '../doors/options.ts'
import { droppedHeader } from '../doors/write.ts'
import { at } from './field-reader.ts'

/** Named of one request. */
const MOST_FIELDS = 50

/** @throws GatewayError `gateway/unsupported-parameter` for a strict call */
export const tellDropped = (
  operation: Operation,
  names: Iterable<string>,
  { request, reply, model }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly model: string },
): void => {
  const known = operation.body && 'shape' in operation.body ? (operation.body.shape as object) : {}
  const dropped = [...names]
    .filter((name) => !Object.hasOwn(known, name))
    .slice(0, MOST_FIELDS)
    .map((name) => ({ field: at('', name), verdict: 'unsupported' as const, reason: 'This call does not know it.' }))
  if (dropped.length === 0) return
  if (readStrict(request.headers)) {
    const fields = dropped.map(({ field }) => field).join(', ')
    throw new GatewayError('gateway/unsupported-parameter', { details: { target: model, fields, dropped } })
  }
  reply.header('x-heddle-dropped', droppedHeader(dropped))
}
