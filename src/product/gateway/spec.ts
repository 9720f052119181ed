// Contract of the gateway: one way to a model for callers of every door and for the nodes of apps. Types only.
//
// Order of a call: route → stages before → caches (exact, single flight, semantic) → limits and budgets → resilience(target)
// → settle → stages after → records. Where the caller's protocol is the target's own and nothing has to look inside, the bytes
// pass through between limits and settle.
//
// Glossary
//   door       an API callers speak: OpenAI chat completions, responses, Anthropic messages, Gemini
//   notes      what became of a call, for headers, logs and records

import type { CacheMode, CacheStatus } from '../../model/cache/spec.ts'
import type { MemberReport } from '../../model/fuse/spec.ts'
import type { Priority } from '../../model/limit/spec.ts'
import type { NoteCall } from '../../model/metered.ts'
import type { Attempt, TargetHealth } from '../../model/resilience/spec.ts'
import type { Decision } from '../../model/route/spec.ts'
import type { ChatRequest, ChatStreamPart, ModelKind, ModelUsage, ModerationModel, Protocol } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { AppId, EndUserId, KeyId, RunId } from '../ids.ts'

export interface GatewayCaller {
  readonly caller: Caller
  readonly keyId: KeyId | null
  readonly appId: AppId | null
  /** The caller's own name for its user; limits and budgets of users go by it. */
  readonly user: string | null
  /** Whoever counts the calls himself, as runs do. Absent: the gateway books them. */
  readonly note?: NoteCall
  /** Where a run of an app asks. */
  readonly run?: { readonly runId: RunId; readonly endUserId: EndUserId | null }
}

export interface GatewayOptions {
  /** Parameters that the target cannot take: true refuses the call by name, false drops them and says so. Default false. */
  readonly strict: boolean
  readonly cache: CacheMode | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly priority: Priority
  /** A target the caller insists on, of those the router has. */
  readonly only: string | undefined
  /** Longest time for the whole call. Milliseconds. */
  readonly timeoutMs: number | undefined
}

/** A parameter that the chosen target cannot take as it was given. */
export interface Dropped {
  /** As the caller wrote it, e.g. `top_k`, `tools[0].strict`. */
  readonly field: string
  readonly verdict: 'approximated' | 'unsupported'
  readonly reason: string
}

export interface GatewayCall {
  /** `provider/model`, a model's name, a router, `app:<name>`. */
  readonly model: string
  /** `node`: a node of an app. */
  readonly door: Protocol | 'node'
  readonly streaming: boolean
  /** Characters of everything sent, for a first estimate of tokens. */
  readonly characters: number
  readonly maxTokens: number | undefined
  /** Given when the body may go on as it is: the caller's JSON text with another `model` in it.
   *  @param askUsage also ask for the usage of the stream; `usageAdded` when the caller had not asked himself */
  readonly body:
    | ((model: string, askUsage: boolean) => { readonly text: string; readonly usageAdded: boolean })
    | undefined
  /** The neutral form; read once, when it is first needed. @throws whatever says that the body is not valid */
  readonly request: () => ChatRequest
  /** What a target of this protocol cannot take of the request. */
  readonly verdicts: (family: Protocol | string) => readonly Dropped[]
  readonly options: GatewayOptions
}

export interface CallNotes {
  /** Unique; the door's request id. */
  readonly id: string
  readonly decision: Decision
  /** That answered. */
  readonly target: string
  readonly cache: { readonly status: CacheStatus; readonly explanation: string }
  readonly dropped: readonly Dropped[]
  readonly attempts: readonly Attempt[]
  readonly members: () => readonly MemberReport[]
}

export type GatewayAnswer =
  /** The vendor's own bytes. */
  | { readonly type: 'native'; readonly notes: CallNotes; readonly answer: NativeAnswer }
  | { readonly type: 'parts'; readonly notes: CallNotes; readonly parts: AsyncIterable<ChatStreamPart> }

export interface NativeAnswer {
  readonly status: number
  readonly contentType: string
  /** Hands the bytes over as they come. Resolves when the last one was taken; a sink that returns a promise holds back.
   *  @throws ModelError when the vendor breaks off; by then bytes may have gone */
  pipe(sink: (chunk: Uint8Array) => Promise<void> | undefined): Promise<void>
}

export interface Gateway {
  /** @throws GatewayError `gateway/unknown-model`, `gateway/unsupported-parameter`; RouteError, LimitError, StageError,
   *  FuseError, ModelError */
  chat(by: GatewayCaller, call: GatewayCall, signal: AbortSignal): Promise<GatewayAnswer>
  /** What would be decided, without a call. */
  decide(by: GatewayCaller, call: GatewayCall): Decision
  /** What can be asked, for `GET /v1/models`. */
  list(by: GatewayCaller): Promise<readonly GatewayModel[]>
  /** @throws as `chat`; ModelError `model/unsupported` for a model of another kind, or `dimensions` it cannot have */
  embed(by: GatewayCaller, call: EmbedCall, signal: AbortSignal): Promise<EmbedAnswer>
  rerank(by: GatewayCaller, call: RerankCall, signal: AbortSignal): Promise<RerankAnswer>
  /** Texts of one call are judged together. */
  moderate(by: GatewayCaller, call: ModerateCall, signal: AbortSignal): Promise<ModerateAnswer>
  /** @throws also ModelError `model/unsupported` where the provider cannot translate */
  transcribe(by: GatewayCaller, call: TranscribeCall, signal: AbortSignal): Promise<TranscribeAnswer>
  /** Resolves before the first bytes; `chunks` throw ModelError, and leaving their loop ends the vendor's call. */
  speak(by: GatewayCaller, call: SpeakCall, signal: AbortSignal): Promise<SpeakAnswer>
  /** @throws GatewayError `gateway/unknown-model`, LimitError, RouteError */
  countTokens(by: GatewayCaller, call: CountCall, signal: AbortSignal): Promise<CountAnswer>
  /** Of every target this caller may ask. */
  health(by: GatewayCaller): Promise<readonly TargetHealth[]>
}

export interface CountCall {
  /** As in `GatewayCall`. */
  readonly model: string
  readonly request: ChatRequest
}

export interface CountAnswer {
  /** Undefined for apps. */
  readonly target: string | undefined
  readonly tokens: number
  /** Nobody but us has counted. */
  readonly estimated: boolean
}

/** What every call has that is not chat. `model` as in `GatewayCall`; empty: the configured default of the kind. */
interface KindCall {
  readonly model: string
}

export interface EmbedCall extends KindCall {
  /** 1 to 2,048, none empty. */
  readonly texts: readonly string[]
  /** Of the vectors; undefined: the model's own. */
  readonly dimensions: number | undefined
}

/** What every answer has: the target that gave it. */
interface KindAnswer {
  readonly target: string
}

export interface EmbedAnswer extends KindAnswer {
  readonly vectors: readonly Float32Array[]
  readonly promptTokens: number
}

export interface RerankCall extends KindCall {
  readonly query: string
  /** 1 to 1,000. */
  readonly documents: readonly string[]
  readonly topN: number | undefined
}

export interface RerankAnswer extends KindAnswer {
  /** Best first. */
  readonly results: readonly { readonly index: number; readonly score: number }[]
  readonly tokens: number
}

export interface ModerateCall extends KindCall {
  readonly texts: readonly string[]
}

export interface ModerateAnswer extends KindAnswer {
  /** One a text, in order. */
  readonly verdicts: Awaited<ReturnType<ModerationModel['moderate']>>
}

export interface TranscribeCall extends KindCall {
  readonly audio: { readonly bytes: Uint8Array; readonly mimeType: string; readonly filename: string }
  /** ISO 639-1; undefined: heard from the sound. */
  readonly language: string | undefined
  /** Write English, whatever is spoken. */
  readonly translate: boolean
}

export interface TranscribeAnswer extends KindAnswer {
  readonly text: string
}

export interface SpeakCall extends KindCall {
  readonly text: string
  /** Undefined: the model's own. */
  readonly voice: string | undefined
}

export interface SpeakAnswer extends KindAnswer {
  readonly mimeType: string
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface GatewayModel {
  readonly id: string
  readonly ownedBy: string
  readonly kind: ModelKind | 'router' | 'app'
}

/** One finished call, for the records. */
export interface CallRecord {
  readonly id: string
  readonly by: GatewayCaller
  readonly door: Protocol | 'embedding' | 'rerank' | 'moderation' | 'transcription' | 'speech' | 'node'
  readonly model: string
  readonly target: string | null
  readonly router: string | null
  readonly rule: string | null
  readonly reasons: readonly string[]
  readonly cache: CacheStatus
  readonly attempts: readonly Attempt[]
  readonly usage: ModelUsage | undefined
  readonly costNanoUsd: number | undefined
  readonly status: 'succeeded' | 'failed' | 'aborted'
  readonly errorCode: string | null
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly elapsedMs: number
  readonly firstTokenMs: number | null
}
