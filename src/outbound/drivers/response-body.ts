// The body of an answer: decompressed, counted, and cut off with an error at the limit.
// Bytes are counted after decompression, so a small answer cannot unfold into a large one.

import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, constants as zlib } from 'node:zlib'
import { OutboundError } from '../errors.ts'

// More layers than this serve only to multiply a bomb.
const MAX_CODINGS = 4

// Flushing early keeps event streams flowing and forgives a missing trailer, as browsers do.
const GZIP = { flush: zlib.Z_SYNC_FLUSH, finishFlush: zlib.Z_SYNC_FLUSH }
const BROTLI = { flush: zlib.BROTLI_OPERATION_FLUSH, finishFlush: zlib.BROTLI_OPERATION_FLUSH }

type Decoder = Transform | ((source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>)

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: () => createGunzip(GZIP),
  'x-gzip': () => createGunzip(GZIP),
  deflate: () => inflateEither,
  br: () => createBrotliDecompress(BROTLI),
}

/** Servers send `deflate` with and without its zlib header; the first byte tells. */
async function* inflateEither(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return
  const whole = async function* () {
    yield first.value
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  }
  const hasHeader = ((first.value[0] ?? 0) & 0x0f) === 8
  yield* pipeline(whole, hasHeader ? createInflate(GZIP) : createInflateRaw(GZIP), () => {})
}

export const ACCEPT_ENCODING = 'gzip, deflate, br'

export interface BodyLimits {
  readonly maxResponseBytes: number
  /** Turns what a socket or a decoder says into our error. */
  readonly toError: (error: unknown) => unknown
}

export const readResponseBody = (
  body: Readable,
  headers: Headers,
  { maxResponseBytes, toError }: BodyLimits,
): ReadableStream<Uint8Array> => {
  const tooLarge = () => new OutboundError('outbound/too-large', { details: { limitBytes: maxResponseBytes } })
  const decoders = decodersOf(headers.get('content-encoding'))
  if (decoders.length === 0 && Number(headers.get('content-length')) > maxResponseBytes) {
    body.on('error', () => {}).destroy()
    throw tooLarge()
  }
  // pipeline's types know no list of mixed stages. Errors reach the reader through the last stream.
  const stages = [body, ...decoders] as unknown as NodeJS.ReadWriteStream[]
  const plain = decoders.length === 0 ? body : (pipeline(stages, () => {}) as unknown as Readable)
  // An answer may break before anyone reads it: without a listener that would end the process.
  for (const stream of [body, plain]) stream.on('error', () => {})
  const chunks: AsyncIterator<Buffer> = plain[Symbol.asyncIterator]()
  const stop = () => {
    plain.destroy()
    body.destroy()
  }
  let read = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (done) return controller.close()
          read += value.byteLength
          if (read > maxResponseBytes) throw tooLarge()
          controller.enqueue(value)
        } catch (error) {
          stop()
          controller.error(toError(error))
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  )
}

/** Decoders in the order to apply. A coding nobody knows leaves the body as it came. */
const decodersOf = (header: string | null): Decoder[] => {
  const codings = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length > MAX_CODINGS || codings.some((coding) => !Object.hasOwn(DECODERS, coding))) return []
  return codings.reverse().flatMap((coding) => DECODERS[coding]?.() ?? [])
}
