// Adds an operation to the server: its inputs are read by its schemas, so that a handler only sees what is valid.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Issue } from '../base/errors.ts'
import type { Operation } from '../wire/operation.ts'
import { invalidParam } from './errors.ts'

type Read<Schema> = Schema extends z.ZodType ? z.output<Schema> : unknown

export interface Call<O extends Operation> {
  readonly params: O['params'] extends z.ZodObject ? z.output<O['params']> : Readonly<Record<string, string>>
  readonly query: Read<O['query']>
  readonly body: Read<O['body']>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** `/v1/messages/{message_id}` → `/v1/messages/:message_id`, as the router and the table of access write it. */
export const routePath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')

/** What the handler returns is the body of the success: the least status of `answers`, unless the handler set another.
 *  @throws ApiError `api/invalid-param` for inputs that do not fit */
export const addRoute = <const O extends Operation>(
  server: FastifyInstance,
  operation: O,
  handler: (call: Call<O>) => unknown,
): void => {
  const status = Math.min(...Object.keys(operation.answers).map(Number))
  server.route({
    method: operation.method,
    url: routePath(operation.path),
    handler: async (request, reply) => {
      const call = {
        params: operation.params ? read(operation.params, request.params) : request.params,
        query: operation.query ? read(operation.query, request.query) : undefined,
        body:
          operation.body && operation.bodyType !== 'multipart/form-data'
            ? read(operation.body, request.body)
            : undefined,
        request,
        reply,
      } as Call<O> // What was read has just the types that the schemas say.
      reply.status(status)
      const body = await handler(call)
      // A stream that took the reply over, and answers without a body.
      if (reply.sent) return reply
      return body === undefined ? reply.send() : body
    },
  })
}

const read = <Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).flatMap(toIssues).slice(0, MOST_ISSUES)
  const [first] = issues
  throw invalidParam(
    first?.path ?? '',
    first?.message ?? 'The request is not valid.',
    issues.length > 1 ? issues : undefined,
  )
}

/** Fields that no call has are named one by one, like those it has. */
const toIssues = (issue: z.core.$ZodIssue): readonly Issue[] => {
  const code = 'api/invalid-param'
  if (issue.code !== 'unrecognized_keys') return [{ path: placeOf(issue.path), code, message: issue.message }]
  return issue.keys.slice(0, MOST_ISSUES).map((key) => ({
    path: placeOf([...issue.path, key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key]),
    code,
    message: 'is no field of this call',
  }))
}

/** Characters of a field's name that are told back: a name may be as long as the body. */
const LONGEST_NAME = 100

/** Listed of one request. */
const MOST_ISSUES = 50

/** `files[0].type` */
const placeOf = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('')
