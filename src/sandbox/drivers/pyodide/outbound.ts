// Performs the HTTP requests Python code asks for, with the guarded fetch: the only way out of the sandbox. Counts them,
// bounds what comes back, and answers every failure as data, so that Python can raise its own exception.

import { z } from 'zod'
import { messageOf } from '../../../base/errors.ts'
import type { Clock, Fetch } from '../../../base/seams.ts'
import { splitHeader } from './frame-reader.ts'

const headSchema = z.object({
  method: z.string().regex(/^[A-Za-z]{1,20}$/),
  url: z.string().max(65_536),
  headers: z.array(z.tuple([z.string(), z.string()])).max(200),
  follow: z.boolean(),
  timeoutMs: z.number().positive().nullable(),
})

/** The client sets these itself; a caller's values would contradict it. */
const OWN_HEADERS = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['accept-encoding', 'proxy-authorization', 'proxy-connection'],
])

type Failure = 'invalid' | 'limit' | 'timeout' | 'too-large' | 'connection'

export interface OutboundParts {
  readonly fetch: Fetch
  readonly clock: Clock
  /** Requests one run may make. */
  readonly requests: number
  /** Bytes of one response's body. */
  readonly responseBytes: number
}

/** The requests of one run. `signal` ends them all. */
export const createOutbound = ({ fetch, clock, requests, responseBytes }: OutboundParts, signal: AbortSignal) => {
  let left = requests
  return async (request: Buffer): Promise<Buffer> => {
    if (left-- <= 0) return failed('limit', `The code made more than ${requests} requests.`)
    const split = splitHeader(request)
    const head = headSchema.safeParse(split?.header)
    if (split === undefined || !head.success) return failed('invalid', 'The request is malformed.')
    const { method, url, headers, follow, timeoutMs } = head.data
    if (!/^https?:\/\//i.test(url)) return failed('invalid', 'Only http and https addresses can be requested.')
    const timeout = new AbortController()
    const stopTimer = timeoutMs === null ? undefined : clock.after(timeoutMs, () => timeout.abort())
    try {
      const response = await fetch(url, {
        method: method.toUpperCase(),
        headers: headers.filter(([name]) => !OWN_HEADERS.has(name.toLowerCase())),
        redirect: follow ? 'follow' : 'manual',
        signal: AbortSignal.any([signal, timeout.signal]),
        ...(split.rest.length === 0 ? {} : { body: new Uint8Array(split.rest) }),
      })
      const body = await readBody(response, responseBytes)
      if (body === undefined) return failed('too-large', `The response is larger than ${responseBytes} bytes.`)
      const { status, statusText, url: finalUrl } = response
      return encode({ status, reason: statusText, url: finalUrl || url, headers: [...response.headers] }, body)
    } catch (error) {
      if (timeout.signal.aborted) return failed('timeout', `No complete answer within ${timeoutMs} ms.`)
      return failed('connection', reasonOf(error))
    } finally {
      stopTimer?.()
    }
  }
}

const encode = (head: Readonly<Record<string, unknown>>, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])

const failed = (error: Failure, message: string): Buffer => encode({ error, message }, new Uint8Array())

/** The client wraps what happened ("fetch failed") around the reason. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause) || error.message : messageOf(error)

const readBody = async (response: Response, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Uint8Array[] = []
  let size = 0
  if (response.body !== null) {
    for await (const chunk of response.body) {
      size += chunk.length
      // Leaving the loop cancels the transfer.
      if (size > maxBytes) return undefined
      chunks.push(chunk)
    }
  }
  return Buffer.concat(chunks)
}
