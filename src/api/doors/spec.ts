// Contract of a door: one protocol in which callers ask for chat answers. Types only; `serve.ts` does what is the same for all.
//
// D1  A door translates and decides nothing. It reads a body into the neutral form and writes parts in its own grammar.
// D2  Every field of a body is read into the neutral form, kept as vendor state of the door's own protocol, or named by
//     `verdicts`. None is lost in silence.

import type { ChatRequest, ChatResult, ChatStreamPart, Protocol } from '../../model/spec.ts'
import type { Dropped } from '../../product/gateway/spec.ts'

/** A JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export interface Door {
  readonly protocol: Protocol
  /** @param address what the address says, where a protocol says it there
   *  @throws ApiError `api/invalid-param` naming the first field that has the wrong form, with all issues */
  open(body: JsonObject, address: DoorAddress): DoorCall
  /** Any failure in the protocol's own form. */
  toError(error: unknown, requestId: string): DoorError
}

export interface DoorAddress {
  readonly model?: string
  readonly streaming?: boolean
  /** Gemini streams are lists of JSON unless `alt=sse` asks for events. */
  readonly framing?: 'sse' | 'list'
}

export interface DoorError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

export interface DoorCall {
  readonly model: string
  readonly streaming: boolean
  readonly maxTokens: number | undefined
  /** The caller's own id of its user. */
  readonly user: string | undefined
  /** `metadata` of the body where the protocol has it; texts only. */
  readonly metadata: Readonly<Record<string, string>>
  /** False where a vendor of the door's own protocol must not get the body's bytes or the caller its bytes: they hold what
   *  only we understand, or come in a framing of their own. Absent: true. */
  readonly passThrough?: boolean
  /** The whole body in the neutral form. Called at most once. @throws ApiError `api/invalid-param` */
  read(): ChatRequest
  /** What a target of this family cannot take. Only fields the body has. */
  verdicts(family: string): readonly Dropped[]
  /** A whole answer. */
  whole(result: ChatResult, answer: AnswerIdentity): JsonObject
  openWriter(answer: AnswerIdentity): StreamWriter
}

export interface AnswerIdentity {
  /** UUID without prefix; doors put their own in front. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** As the caller named the model. */
  readonly model: string
}

/** Writes one answer as server-sent events. Every method returns text to be sent, often empty. */
export interface StreamWriter {
  /** Absent: server-sent events. */
  readonly contentType?: string
  push(part: ChatStreamPart): string
  /** After `finish` was pushed. */
  end(): string
  /** Ends a stream that has begun and cannot be finished. */
  fail(error: DoorError): string
}
