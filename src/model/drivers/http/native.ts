// An account as the other end of a pipe: address, credentials, failures and usage for callers who speak the vendor's protocol.
// N1  A failure becomes the same error as on the neutral path: both read it with the wire's `readError`, and `failure.ts` words it.

import type { NativeEndpoint, Protocol } from '../../spec.ts'
import type { Connection } from './connection.ts'
import { readVendorError } from './exchange.ts'
import { toModelError, type VendorError } from './failure.ts'
import { readRetryAfter } from './retry-after.ts'
import type { UsageNumbers } from './turn.ts'

/** How one protocol is spoken at a vendor's address. */
export interface NativeFormat {
  readonly protocol: Protocol
  /** Appended to the base address. */
  path(model: string, streaming: boolean): string
  /** The model's name in the body; default as configured. */
  readonly modelName?: (model: string) => string
  readError(body: unknown): VendorError | undefined
  usageOf(body: unknown): UsageNumbers | undefined
  readonly streamUsage: NativeEndpoint['streamUsage']
}

export const createNativeEndpoint = (format: NativeFormat, connection: Connection, model: string): NativeEndpoint => {
  const { provider, baseUrl, connectTimeoutMs, idleTimeoutMs, answerTimeoutMs } = connection
  const url = (streaming: boolean): string => `${baseUrl}${format.path(model, streaming)}`
  const plain = recordOf(connection.headers)
  return {
    protocol: format.protocol,
    provider,
    model: format.modelName?.(model) ?? model,
    url,
    headers: () => plain,
    toError(status, body, headers) {
      const vendor = readVendorError(body, format.readError) ?? { message: body.trim() || `status ${status}` }
      const retryAfterMs = readRetryAfter(headersOf(headers), connection.seams.clock.now())
      return toModelError({ status, vendor, model, retryAfterMs }, connection)
    },
    failureIn(body) {
      const vendor = format.readError(body)
      return vendor && toModelError({ status: undefined, vendor, model }, connection)
    },
    usageOf(body) {
      const numbers = format.usageOf(body)
      if (!numbers) return undefined
      return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined))
    },
    streamUsage: format.streamUsage,
    connectTimeoutMs,
    idleTimeoutMs,
    answerTimeoutMs,
  }
}

/** In lower case; the type of the content is the client's. */
const recordOf = (headers: Headers): Readonly<Record<string, string>> =>
  Object.freeze(Object.fromEntries([...headers].filter(([name]) => name !== 'content-type')))

const headersOf = (record: Readonly<Record<string, string | undefined>>): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(record)) if (value !== undefined) headers.set(name, value)
  return headers
}
