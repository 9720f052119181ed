// An embedding model behind HTTP: cuts texts into calls, reads vectors in either form, and trusts no count or length.

import { isNumber, toNumber } from '../../../base/number.ts'
import { isList } from '../../../base/value.ts'
import { ModelError } from '../../errors.ts'
import type { EmbeddingModel } from '../../spec.ts'
import { estimateTokens } from '../../usage.ts'
import { callJson } from './call-json.ts'
import type { Connection } from './connection.ts'
import type { EmbeddingFormat } from './kinds.ts'

/** Texts of one call to `embed`. Source: the contract of EmbeddingModel. */
const MAX_TEXTS = 2_048

export const createHttpEmbedding = (format: EmbeddingFormat, connection: Connection, name: string): EmbeddingModel => {
  // What a server refused once is not tried again.
  let compact = true

  const call = (texts: readonly string[], signal: AbortSignal | undefined): Promise<unknown> =>
    callJson(format, { connection, model: name, signal }, format.encode(name, texts, compact))

  const callInAnyForm = async (texts: readonly string[], signal: AbortSignal | undefined): Promise<unknown> => {
    try {
      return await call(texts, signal)
    } catch (error) {
      if (!compact || !isAboutForm(error)) throw error
      compact = false
      return call(texts, signal)
    }
  }

  const badResponse = (message: string): ModelError =>
    new ModelError('model/bad-response', { details: { provider: connection.provider, message } })

  const embedBatch = async (texts: readonly string[], signal: AbortSignal | undefined) => {
    const body = await callInAnyForm(texts, signal)
    const { vectors, promptTokens } = readBody(format, body, badResponse)
    if (vectors.length !== texts.length) {
      throw badResponse(`${vectors.length} vectors for ${texts.length} texts`)
    }
    return { vectors, promptTokens: promptTokens ?? estimateAll(texts) }
  }

  return {
    provider: connection.provider,
    name,
    async embed(texts, signal) {
      signal?.throwIfAborted()
      if (texts.length === 0 || texts.length > MAX_TEXTS) {
        const message = `1 to ${MAX_TEXTS} texts can be embedded at once, not ${texts.length}`
        throw new ModelError('model/bad-request', { details: { provider: connection.provider, model: name, message } })
      }
      const vectors: Float32Array[] = []
      let promptTokens = 0
      for (const batch of batchesOf(texts, format)) {
        const done = await embedBatch(batch, signal)
        vectors.push(...done.vectors)
        promptTokens += done.promptTokens
      }
      const length = vectors[0]?.length ?? 0
      if (length === 0 || vectors.some((vector) => vector.length !== length)) {
        throw badResponse('vectors of different lengths')
      }
      return { vectors, promptTokens }
    },
  }
}

const isAboutForm = (error: unknown): boolean =>
  error instanceof ModelError &&
  error.code === 'model/bad-request' &&
  /encoding_format|base64/i.test(String(error.details.message))

const estimateAll = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + estimateTokens(text), 0)

/** Runs of texts that fit a call; a text that is too long on its own goes alone, for the vendor to judge. */
const batchesOf = (texts: readonly string[], { batchTexts, batchTokens }: EmbeddingFormat): readonly string[][] => {
  const batches: string[][] = []
  let batch: string[] = []
  let tokens = 0
  for (const text of texts) {
    const cost = estimateTokens(text)
    if (batch.length > 0 && (batch.length === batchTexts || tokens + cost > batchTokens)) {
      batches.push(batch)
      batch = []
      tokens = 0
    }
    batch.push(text)
    tokens += cost
  }
  batches.push(batch)
  return batches
}

const readBody = (format: EmbeddingFormat, body: unknown, badResponse: (message: string) => ModelError) => {
  try {
    const { vectors, promptTokens } = format.decode(body)
    return { vectors: vectors.map(readVector), promptTokens }
  } catch (error) {
    if (error instanceof SyntaxError) throw badResponse(error.message)
    throw error
  }
}

const readVector = (value: unknown): Float32Array => {
  const vector = typeof value === 'string' ? fromBase64(value) : fromNumbers(value)
  if (!vector.every(Number.isFinite)) throw new SyntaxError('a vector with a value that is no number')
  return vector
}

const fromNumbers = (value: unknown): Float32Array => {
  if (!isList(value)) throw new SyntaxError('an embedding that is no list')
  return Float32Array.from(value, (item) => (isNumber(item) ? toNumber(item) : Number.NaN))
}

/** Little endian, as every vendor sends it. */
const fromBase64 = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % 4 !== 0) throw new SyntaxError('an embedding that is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}
