// The body of a request as bytes, so that a redirect can send it again. Only streams stay streams and are sent once.

import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

export interface OutgoingBody {
  readonly content: Uint8Array | Readable | null
  /** The type the body implies; the caller's header wins. */
  readonly contentType: string | null
}

/** @throws TypeError for a value that is no body */
export const readRequestBody = async (body: unknown): Promise<OutgoingBody> => {
  if (body === undefined || body === null) return { content: null, contentType: null }
  if (body instanceof Readable) return { content: body, contentType: null }
  if (body instanceof globalThis.ReadableStream) {
    return { content: Readable.fromWeb(body as ReadableStream), contentType: null }
  }
  if (body instanceof Uint8Array) return { content: body, contentType: null }
  // The standard's own rules for strings, forms, blobs and buffers.
  const standard = new Response(body as ConstructorParameters<typeof Response>[0])
  const contentType = standard.headers.get('content-type')
  return { content: new Uint8Array(await standard.arrayBuffer()), contentType }
}
