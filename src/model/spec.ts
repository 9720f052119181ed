// Contract of chat models. Types only.
//
// Glossary
//   provider   a configured account with one vendor or server, e.g. `openai`
//   driver     the code that speaks one vendor's wire format
//   model      one name at one provider
//   part       a piece of a message: text, an image, a file

import type { ValueObject } from '../base/value.ts'

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'media'
      readonly kind: 'image' | 'audio' | 'video' | 'document'
      readonly mimeType: string
      readonly data: MediaData
      readonly filename?: string
      readonly detail?: 'low' | 'high'
    }

/** Bytes in base64, or a link the provider may fetch itself. */
export type MediaData =
  | { readonly type: 'base64'; readonly base64: string }
  | { readonly type: 'url'; readonly url: string }

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text of the arguments as the model wrote them; may be malformed. */
  readonly argumentsJson: string
  /** What the vendor wants back unchanged with this call, such as signatures of its thinking. Pass it along unread. */
  readonly vendorState?: ValueObject
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string | readonly MessagePart[] }
  | {
      readonly role: 'assistant'
      readonly content: string | readonly MessagePart[]
      readonly toolCalls?: readonly ToolCall[]
    }
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string; readonly name?: string }

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments object. */
  readonly parameters: ValueObject
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  /** Parameters by their customary names (`temperature`, `top_p`, `max_tokens`, `presence_penalty`, `seed` …).
   *  A driver maps what its vendor knows and drops the rest. */
  readonly parameters?: ValueObject
  readonly stop?: readonly string[]
  readonly tools?: readonly ToolDefinition[]
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** Ask for JSON that fits the schema (JSON Schema, draft 7 object). */
  readonly responseSchema?: { readonly name: string; readonly schema: ValueObject }
  /** Opaque id of the end user, for vendors that take one. */
  readonly user?: string
  /** Who asks, e.g. a node id. For tests and the trace; never sent to a vendor. */
  readonly caller?: string
}

export interface ModelUsage {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly totalTokens: number
  /** True when counted by estimate, since the vendor gave no numbers. */
  readonly estimated: boolean
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** A stream is any number of deltas and exactly one `finish`, last. Errors are thrown. */
export type ChatStreamPart =
  | { readonly type: 'text-delta'; readonly text: string }
  /** Thinking the vendor sends apart from the text. */
  | { readonly type: 'reasoning-delta'; readonly text: string }
  /** Complete: drivers join the fragments. */
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'media'; readonly mimeType: string; readonly base64: string }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: ModelUsage; readonly model?: string }

export interface ChatResult {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  /** What the model made besides text, in order; absent when it made nothing. */
  readonly media?: readonly { readonly mimeType: string; readonly base64: string }[]
  readonly finishReason: FinishReason
  readonly usage: ModelUsage
}

export type ModelFeature = 'tools' | 'structured-output' | 'vision' | 'audio' | 'video' | 'document' | 'reasoning'

export interface ChatModel {
  readonly provider: string
  readonly name: string
  readonly features: ReadonlySet<ModelFeature>
  /** Tokens of the context window; undefined when unknown. */
  readonly contextTokens?: number
  /** @throws ModelError `model/auth`, `model/rate-limited` (retryable, `details.retryAfterMs`), `model/bad-request`,
   *  `model/not-found`, `model/unavailable` (retryable), `model/bad-response`, `model/timeout` (retryable).
   *  Rejects with the signal's reason when aborted; leaving the loop cancels the call. */
  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<ChatStreamPart>
  generate(request: ChatRequest, signal?: AbortSignal): Promise<ChatResult>
}

/** Texts → vectors of one length. */
export interface EmbeddingModel {
  readonly provider: string
  readonly name: string
  /** One vector a text, in order. @param texts 1 to 2,048. @throws ModelError as `ChatModel` */
  embed(
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<{
    readonly vectors: readonly Float32Array[]
    readonly promptTokens: number
  }>
}

/** Speech → text. */
export interface TranscriptionModel {
  readonly provider: string
  readonly name: string
  /** @throws ModelError as `ChatModel` */
  transcribe(
    audio: { readonly bytes: Uint8Array; readonly mimeType: string; readonly filename: string },
    options?: { readonly language?: string },
    signal?: AbortSignal,
  ): Promise<{ readonly text: string }>
}

/** Text → speech. */
export interface SpeechModel {
  readonly provider: string
  readonly name: string
  /** Taken when a call names none. */
  readonly defaultVoice: string
  readonly mimeType: string
  /** Pieces of one MP3 stream, as they come. @throws ModelError as `ChatModel` */
  speak(text: string, options?: { readonly voice?: string }, signal?: AbortSignal): AsyncIterable<Uint8Array>
}

export type ModelKind = 'chat' | 'embedding' | 'transcription' | 'speech'

export interface ModelProvider {
  /** As the operator named it, e.g. `openai` or `our-gpu-box`. */
  readonly name: string
  /** The driver that serves it, e.g. `openai-compatible`. */
  readonly type: string
  /** Undefined when this provider does not serve that name. A provider without a list of models serves every name. */
  chat(modelName: string): ChatModel | undefined
  /** Absent or undefined when the provider serves no model of this kind or name. */
  embedding?(modelName: string): EmbeddingModel | undefined
  transcription?(modelName: string): TranscriptionModel | undefined
  speech?(modelName: string): SpeechModel | undefined
  /** Names known to be served, of every kind: the configured list, or what the server said when asked. */
  models(): readonly string[]
  /** What a name of `models()` is. Absent: all are chat models. */
  kindOf?(modelName: string): ModelKind
}

/** How an app file names a model. */
export interface ModelReference {
  /** `org/plugin/provider` or a short name. */
  readonly provider: string
  readonly name: string
  readonly mode?: 'chat' | 'completion'
}

export type ModelMatch =
  /** `exact`: that provider and model are configured. `substitute`: the default model stands in, by the operator's leave. */
  | { readonly type: 'exact' | 'substitute'; readonly model: ChatModel }
  | { readonly type: 'missing'; readonly reason: string }

export interface ListedModel {
  readonly provider: string
  readonly name: string
  readonly kind: ModelKind
  /** Empty for everything but chat models. */
  readonly features: readonly ModelFeature[]
}

export interface ModelDirectory {
  /** Finds the model an app file names. Never throws. */
  resolve(reference: ModelReference): ModelMatch
  readonly defaultModel: ChatModel | undefined
  /** With a reference exactly that model, its provider found as `resolve` does; without one the configured default. */
  embedding(reference?: Omit<ModelReference, 'mode'>): EmbeddingModel | undefined
  transcription(reference?: Omit<ModelReference, 'mode'>): TranscriptionModel | undefined
  speech(reference?: Omit<ModelReference, 'mode'>): SpeechModel | undefined
  list(): readonly ListedModel[]
}
