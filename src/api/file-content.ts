// Bytes of strangers, sent so that no browser takes them for a page of ours: never sniffed, never run, and what could be run is
// handed over as a download.

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileContent } from '../product/uploads/spec.ts'

/** Both ends included. */
interface ByteRange {
  readonly from: number
  readonly to: number
}

/** Types that a browser would show as a document with scripts. */
const ACTIVE =
  /^(?:text\/(?:html|xml|xsl|javascript|ecmascript)|application\/(?:xml|xhtml|javascript|ecmascript)|.*\+xml$)/
const SEEKABLE = /^(?:audio|video)\//

/** Sets the headers and gives the body: a stream, or undefined when the range asked for is not there. */
export const sendContent = (
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  file: FileContent,
  asAttachment: boolean,
): Readable | undefined => {
  const { mimeType, sizeBytes, filename } = file
  const download = asAttachment || ACTIVE.test(mimeType)
  reply.headers({
    'content-type': download ? 'application/octet-stream' : mimeType,
    'cache-control': 'private, max-age=3600',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    ...(download && { 'content-disposition': `attachment; filename*=UTF-8''${encodeName(filename)}` }),
  })
  const seekable = SEEKABLE.test(mimeType)
  if (seekable) reply.header('accept-ranges', 'bytes')
  const range = seekable ? readRange(request.headers.range, sizeBytes) : undefined
  if (range === 'unsatisfiable') {
    reply.status(416).header('content-range', `bytes */${sizeBytes}`)
    return undefined
  }
  if (range) reply.status(206).header('content-range', `bytes ${range.from}-${range.to}/${sizeBytes}`)
  reply.header('content-length', range ? range.to - range.from + 1 : sizeBytes)
  return Readable.from(request.method === 'HEAD' ? [] : file.read(range), { objectMode: false })
}

/** Source of the form: RFC 8187. Half characters become replacements: they cannot be encoded. */
const encodeName = (name: string): string =>
  encodeURIComponent(Buffer.from(name).toString()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** One range of bytes, as RFC 9110 §14 writes it; several, and what cannot be read, are as good as none. */
export const readRange = (header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined => {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') {
    const wanted = Math.min(Number(last), sizeBytes)
    return wanted === 0 ? 'unsatisfiable' : { from: sizeBytes - wanted, to: sizeBytes - 1 }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return undefined
  if (from >= sizeBytes) return 'unsatisfiable'
  return { from, to: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) }
}
