// Reads documents: chooses the format's reader and keeps the bounds that all formats share.
//
// R1  A failure is a KnowledgeError, whatever a library throws; only an abort keeps the signal's reason.
// R2  Bounds hold for what a document unfolds to, not only for its bytes.

import { messageOf } from '../../base/errors.ts'
import { KnowledgeError } from '../errors.ts'
import { type DocumentFormat, documentExtensions, formatOf } from './formats.ts'
import type { DocumentReader } from './spec.ts'

export interface ReadLimits {
  /** Bytes of the document as given. Default 15 MiB. */
  readonly maxBytes: number
  /** Bytes of all parts of an archive together. Default 128 MiB. */
  readonly maxUnpackedBytes: number
  /** Parts of an archive. Default 10 000. */
  readonly maxEntries: number
  /** Pages of a PDF. Default 5 000. */
  readonly maxPages: number
  /** UTF-16 units of the resulting text. Default 64 million. */
  readonly maxTextLength: number
}

export const defaultReadLimits: ReadLimits = {
  maxBytes: 15 * 1024 * 1024,
  maxUnpackedBytes: 128 * 1024 * 1024,
  maxEntries: 10_000,
  maxPages: 5_000,
  maxTextLength: 64_000_000,
}

export interface ReadContext {
  readonly limits: ReadLimits
  /** Throws the abort reason. Readers call it between parts. */
  readonly checkAbort: () => void
}

/** The text of the bytes in one format. May throw anything. */
export type FormatReader = (bytes: Uint8Array, context: ReadContext) => string | Promise<string>

export interface DocumentReaderOptions {
  readonly readers: Readonly<Record<DocumentFormat, FormatReader>>
  readonly limits?: Partial<ReadLimits>
}

export const tooLarge = (limitBytes: number, what: string): KnowledgeError =>
  new KnowledgeError('knowledge/too-large', { details: { limitBytes, what } })

export const unreadable = (reason: string, cause?: unknown): KnowledgeError =>
  new KnowledgeError('knowledge/unreadable', { details: { reason }, ...(cause !== undefined && { cause }) })

export const createReader = ({ readers, limits: given }: DocumentReaderOptions): DocumentReader => {
  const limits = Object.freeze({ ...defaultReadLimits, ...given })
  return {
    extensions: documentExtensions,
    async read(source, signal) {
      const checkAbort = () => signal?.throwIfAborted()
      checkAbort()
      const format = formatOf(source)
      if (format === undefined) {
        const type = source.extension || source.mimeType || 'unknown'
        throw new KnowledgeError('knowledge/unsupported-format', { details: { type } })
      }
      if (source.bytes.byteLength > limits.maxBytes) throw tooLarge(limits.maxBytes, 'as a file')
      try {
        const text = await readers[format](source.bytes, { limits, checkAbort })
        checkAbort()
        if (text.length > limits.maxTextLength) throw tooLarge(limits.maxTextLength, 'as text')
        return text
      } catch (error) {
        if (error instanceof KnowledgeError || signal?.aborted) throw error
        throw unreadable(messageOf(error), error)
      }
    },
  }
}
