// The `http-request` kind: one request through the guarded client.
//
// A status outside 200–299 is a result like any other, unless the node has an error strategy or retries: then it fails
// with `HTTPResponseCodeError`. Failing to get a response at all always fails the node.

import { messageOf, PlatformError } from '../base/errors.ts'
import type { ValueObject } from '../base/value.ts'
import type { NodeContext } from '../flow/spec.ts'
import { defineKind } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import { type Body, planBody } from './http/body.ts'
import { HeaderTable, planRequest, type RequestHead } from './http/request.ts'
import { FILE_LIMIT, type ReadResponse, readResponse, tooLarge } from './http/response.ts'
import { type HttpSettings, httpSettings } from './http/settings.ts'
import { traceRequest } from './http/trace.ts'
import { createMask } from './secret-mask.ts'
import type { NodeServices } from './spec.ts'

export const httpRequest = defineKind({
  types: ['http-request'],
  role: 'task',
  retryable: true,
  settings: httpSettings,
  compile(settings) {
    const request = planRequest(settings)
    const body = planBody(settings.body)
    const selectors = [...request.selectors, ...body.selectors]
    const failsOnStatus =
      (settings.error_strategy ?? 'none') !== 'none' || (settings.retry_config?.retry_enabled ?? false)
    const method = settings.method.toUpperCase()
    return {
      async run(context) {
        const mask = createMask(selectors, context)
        let processData: ValueObject = {}
        try {
          if (method === 'OPTIONS') throw new NodeError('node/http-method', { details: { method } })
          const head = request.build(context.get)
          const built = await body.build(context)
          const headers = headersFor(head, built)
          processData = { request: mask(traceRequest(method, head, headers, built)) }
          const { status, read } = await exchange({ method, head, headers, body: built }, settings, context)
          const outputs = { status_code: status, body: read.body, headers: read.headers, files: read.files }
          if (failsOnStatus && (status < 200 || status > 299)) {
            return toFailed(new NodeError('node/http-status', { details: { status } }), { outputs, processData })
          }
          return { type: 'success', outputs, processData }
        } catch (error) {
          const failed = toFailed(error, { processData })
          return { ...failed, failure: { ...failed.failure, message: mask(failed.failure.message) } }
        }
      },
    }
  },
})

const headersFor = (head: RequestHead, body: Body): ReadonlyMap<string, string> => {
  const table = new HeaderTable()
  for (const [name, value] of head.headers) table.set(name, value)
  const given = [...head.headers.keys()].some((name) => name.toLowerCase() === 'content-type')
  if (body.contentType !== undefined && (!given || body.replacesContentType))
    table.set('Content-Type', body.contentType)
  return table.entries()
}

interface Outgoing {
  readonly method: string
  readonly head: RequestHead
  readonly headers: ReadonlyMap<string, string>
  readonly body: Body
}

const exchange = async (
  { method, head, headers, body }: Outgoing,
  settings: HttpSettings,
  context: NodeContext<NodeServices>,
): Promise<{ readonly status: number; readonly read: ReadResponse }> => {
  try {
    const response = await context.services.fetch(head.url, {
      method,
      headers: [...headers],
      ...(body.bytes === undefined || body.bytes.byteLength === 0
        ? {}
        : { body: body.bytes as Uint8Array<ArrayBuffer> }),
      redirect: 'follow',
      signal: context.signal,
      verifyTls: settings.ssl_verify,
      maxResponseBytes: FILE_LIMIT,
      ...settings.timeout,
    })
    return { status: response.status, read: await readResponse(response, head.url, context.services.files) }
  } catch (error) {
    if (context.signal.aborted || error instanceof NodeError) throw error
    // The client may know from the headers that the body is too long.
    if (error instanceof PlatformError && error.code === 'outbound/too-large') throw tooLarge('file', FILE_LIMIT, error)
    throw new NodeError('node/http-failed', { details: { reason: reasonOf(error) }, cause: error })
  }
}

/** `fetch failed` says nothing; its cause does. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`
}
