// Contracts of the wire formats for everything but chat. Types only; `embedding.ts`, `rerank.ts`, `moderation.ts`,
// `transcription.ts` and `speech.ts` do what is the same for all vendors.

import type { ModerationModel } from '../../spec.ts'
import type { VendorError } from './failure.ts'
import type { WireRequest } from './wire.ts'

interface AnyFormat {
  /** The error object in a body, undefined when there is none. */
  readError(body: unknown): VendorError | undefined
}

export interface EmbeddingFormat extends AnyFormat {
  /** Texts of one call. */
  readonly batchTexts: number
  /** Tokens of one call, by estimate. */
  readonly batchTokens: number
  /** @param compact ask for vectors as bytes in base64, where the format has that */
  encode(model: string, texts: readonly string[], compact: boolean): WireRequest
  /** One vector a text, in the order of the texts; a vector is a list of numbers, or its float32 bytes in base64.
   *  @throws SyntaxError when the body is not of this format */
  decode(body: unknown): { readonly vectors: readonly unknown[]; readonly promptTokens: number | undefined }
}

export interface RerankFormat extends AnyFormat {
  /** @param most of the best documents asked for */
  encode(model: string, query: string, documents: readonly string[], most: number): WireRequest
  /** As they came; NaN where something is missing. */
  decode(body: unknown): {
    readonly results: readonly { readonly index: number; readonly score: number }[]
    readonly tokens: number | undefined
  }
}

export interface ModerationFormat extends AnyFormat {
  encode(model: string, texts: readonly string[]): WireRequest
  decode(body: unknown): Awaited<ReturnType<ModerationModel['moderate']>>
}

export interface TranscriptionFormat extends AnyFormat {
  readonly path: string
  encode(model: string, audio: Blob, filename: string, language: string | undefined): FormData
  /** Undefined when the body is not of this format. */
  decode(body: unknown): string | undefined
}

export interface SpeechFormat extends AnyFormat {
  readonly mimeType: string
  /** Taken when neither the operator nor the call names one. */
  readonly defaultVoice: string
  /** Characters of one call. */
  readonly callCharacters: number
  encode(model: string, text: string, voice: string): WireRequest
}
