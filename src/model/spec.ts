// Contract of chat models. Types only.
//
// Glossary
//   provider   a configured account with one vendor or server, e.g. `openai`
//   driver     the code that speaks one vendor's wire format
//   model      one name at one provider
//   part       a piece of a message: text, an image, a file
//   protocol   a wire format that callers and vendors speak: the family of a vendor's API
//   vendor state   what a vendor of one protocol wants back or set, read by its drivers and doors alone

import type { TokenCost } from '../base/cost.ts'
import type { ValueObject } from '../base/value.ts'

export type Protocol = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini'

/** How a provider writes its requests: what a parameter becomes there stands in `parameters.ts`. */
export type Family = Protocol | 'ollama' | 'bedrock' | 'offline'

/** By protocol, so that what one vendor signed never reaches another: `{ anthropic: { signature: '…' } }`. */
export type VendorState = Readonly<Partial<Record<Protocol, ValueObject>>>

export type MessagePart =
  | { readonly type: 'text'; readonly text: string; readonly vendorState?: VendorState }
  | {
      readonly type: 'media'
      readonly kind: 'image' | 'audio' | 'video' | 'document'
      readonly mimeType: string
      readonly data: MediaData
      readonly filename?: string
      readonly detail?: 'low' | 'high' | 'auto'
      readonly vendorState?: VendorState
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
  readonly vendorState?: VendorState
}

/** One block of a model's thinking. Vendors that sign it want it back unchanged, with its signature in the vendor state:
 *  `anthropic: { signature }`, or `{ data }` where the text is hidden; `gemini: { thoughtSignature }`;
 *  `openai-responses: { id, encrypted_content }`. Bedrock's is `anthropic`'s. */
export interface Reasoning {
  /** Empty where the vendor hides it. */
  readonly text: string
  readonly vendorState?: VendorState
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string | readonly MessagePart[] }
  | {
      readonly role: 'assistant'
      readonly content: string | readonly MessagePart[]
      readonly toolCalls?: readonly ToolCall[]
      /** In front of the content. */
      readonly reasoning?: readonly Reasoning[]
    }
  | {
      readonly role: 'tool'
      readonly content: string | readonly MessagePart[]
      readonly toolCallId: string
      readonly name?: string
      /** The tool failed; the content says how. */
      readonly failed?: boolean
    }

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments object. */
  readonly parameters: ValueObject
  /** The vendor shall hold the model to the schema. */
  readonly strict?: boolean
  readonly vendorState?: VendorState
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  /** Parameters by their customary names (`temperature`, `top_p`, `max_tokens`, `presence_penalty`, `seed` …).
   *  A driver maps what its vendor knows and drops the rest. */
  readonly parameters?: ValueObject
  readonly stop?: readonly string[]
  readonly tools?: readonly ToolDefinition[]
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** False: at most one call a turn. Default the vendor's. */
  readonly parallelToolCalls?: boolean
  readonly reasoning?: {
    readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high'
    /** Tokens of thinking, ≥ 1. */
    readonly budgetTokens?: number
  }
  /** Ask for JSON of any form; `responseSchema` wins. */
  readonly json?: boolean
  /** Also send tool calls piece by piece, as `tool-start` and `tool-delta`, before the whole `tool-call`. */
  readonly toolFragments?: boolean
  /** What one protocol alone knows, by its own names: sent to vendors of that protocol, to no other. */
  readonly vendorState?: VendorState
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
  /** Of the prompt: read from the vendor's prompt cache. */
  readonly cachedTokens?: number
  /** Of the prompt: written to the vendor's prompt cache. */
  readonly cacheWriteTokens?: number
  /** Of the prompt: sound. */
  readonly audioTokens?: number
  /** Of the completion: thinking. */
  readonly reasoningTokens?: number
  /** Pictures that were drawn, where they are billed by the piece. */
  readonly images?: number
  /** At the prices of the target that answered; 0 for answers out of a cache. Absent: no price is known, or nobody asked. */
  readonly cost?: TokenCost
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** A stream is any number of deltas and exactly one `finish`, last. Errors are thrown. */
export type ChatStreamPart =
  | { readonly type: 'text-delta'; readonly text: string }
  /** Thinking the vendor sends apart from the text. */
  | { readonly type: 'reasoning-delta'; readonly text: string }
  /** A block of thinking is over; only where the vendor signs it. The block's text came as deltas before. */
  | { readonly type: 'reasoning-end'; readonly vendorState: VendorState }
  /** Only with `toolFragments`. `index` counts the calls of the answer from 0. */
  | { readonly type: 'tool-start'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly type: 'tool-delta'; readonly index: number; readonly argumentsJson: string }
  /** Complete: drivers join the fragments. */
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'media'; readonly mimeType: string; readonly base64: string }
  | {
      readonly type: 'finish'
      readonly reason: FinishReason
      readonly usage: ModelUsage
      /** As the vendor calls the model that answered. */
      readonly model?: string
      /** The stop sequence that ended it, where the vendor says so. */
      readonly stopSequence?: string
    }

export interface ChatResult {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  /** What the model made besides text, in order; absent when it made nothing. */
  readonly media?: readonly { readonly mimeType: string; readonly base64: string }[]
  /** The blocks of thinking with what the vendor wants back; absent where nothing is signed. */
  readonly reasoningBlocks?: readonly Reasoning[]
  readonly finishReason: FinishReason
  readonly usage: ModelUsage
  readonly model?: string
  readonly stopSequence?: string
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
  /** Tokens of a request as the vendor counts them; absent where it has no such call. @throws ModelError as `stream` */
  countTokens?(request: ChatRequest, signal?: AbortSignal): Promise<number>
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

/** Texts in order of how well they answer a question. */
export interface RerankModel {
  readonly provider: string
  readonly name: string
  /** Best first. @param documents 1 to 1,000. Scores are the model's own, higher is better. @throws ModelError as `ChatModel` */
  rerank(
    query: string,
    documents: readonly string[],
    options?: { readonly topN?: number },
    signal?: AbortSignal,
  ): Promise<{
    /** `index` into `documents`. */
    readonly results: readonly { readonly index: number; readonly score: number }[]
    readonly tokens: number
  }>
}

/** What is wrong with a text. */
export interface ModerationModel {
  readonly provider: string
  readonly name: string
  /** One verdict a text, in order; categories by the vendor's names, scores 0 to 1. @throws ModelError as `ChatModel` */
  moderate(
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<
    readonly {
      readonly flagged: boolean
      readonly categories: Readonly<Record<string, boolean>>
      readonly scores: Readonly<Record<string, number>>
    }[]
  >
}

export type ModelKind = 'chat' | 'embedding' | 'transcription' | 'speech' | 'rerank' | 'moderation'

/** Where an account answers calls of one protocol, for callers who speak it themselves: the bytes pass through. */
export interface NativeEndpoint {
  readonly protocol: Protocol
  /** The provider. */
  readonly provider: string
  /** The model's name as the vendor wants it in the body, or in the address. */
  readonly model: string
  /** Whole address of a call. */
  url(streaming: boolean): string
  /** Credentials and version, in lower case; content type and length are the client's. May sign the body. */
  headers(body: string): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /** A failed answer as an error of ours: the same that the neutral path throws.
   *  @param status of the response; undefined for an error inside a stream */
  toError(status: number | undefined, body: string, headers: Readonly<Record<string, string | undefined>>): Error
  /** A failure told inside an answer or a frame that came with a success; undefined where there is none. */
  failureIn(body: unknown): Error | undefined
  /** Usage in a body or a frame of a stream, parsed; undefined where there is none. */
  usageOf(body: unknown): Partial<ModelUsage> | undefined
  /** Whether streams tell their usage unasked. `on-request`: only with `stream_options.include_usage`. */
  readonly streamUsage: 'always' | 'on-request'
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly answerTimeoutMs: number
}

export interface ModelProvider {
  /** As the operator named it, e.g. `openai` or `our-gpu-box`. */
  readonly name: string
  /** The driver that serves it, e.g. `openai-compatible`. */
  readonly type: string
  /** Absent: `openai-chat`. */
  readonly family?: Family
  /** Undefined when this provider does not serve that name. A provider without a list of models serves every name. */
  chat(modelName: string): ChatModel | undefined
  /** Absent or undefined when the provider serves no model of this kind or name. */
  embedding?(modelName: string): EmbeddingModel | undefined
  transcription?(modelName: string): TranscriptionModel | undefined
  speech?(modelName: string): SpeechModel | undefined
  rerank?(modelName: string): RerankModel | undefined
  moderation?(modelName: string): ModerationModel | undefined
  /** Undefined when this account does not speak the protocol, or does not serve the name as chat. */
  native?(protocol: Protocol, modelName: string): NativeEndpoint | undefined
  /** Asks whether the account answers at all, as cheaply as the vendor allows. @throws ModelError */
  ping?(signal?: AbortSignal): Promise<void>
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
  rerank(reference?: Omit<ModelReference, 'mode'>): RerankModel | undefined
  moderation(reference?: Omit<ModelReference, 'mode'>): ModerationModel | undefined
  list(): readonly ListedModel[]
}
