// Contract of calls whose bytes pass through: the caller speaks the vendor's own protocol. Types only.

import type { ModelUsage, NativeEndpoint } from './spec.ts'

export interface NativeCall {
  readonly body: string
  readonly streaming: boolean
  /** Leave out the frame that tells the usage: the caller did not ask for it, we did. */
  readonly hideUsage: boolean
}

/** An answer that has begun well: from here on no other target may answer. */
export interface NativeExchange {
  readonly status: number
  readonly contentType: string
  /** Hands the bytes over as they come; a sink that returns a promise holds the vendor back. Call once.
   *  @throws ModelError when the vendor breaks off, the signal's reason when aborted */
  pipe(sink: (chunk: Uint8Array) => Promise<void> | undefined): Promise<void>
  /** What the vendor said it took; complete once `pipe` has ended. */
  usage(): Partial<ModelUsage>
  /** Milliseconds from sending to the first content. */
  readonly firstContentMs: number
}

export interface NativeClient {
  /** Resolves at the commit point: the first content of a stream, the whole of a plain answer. Failures told inside a success
   *  before that are thrown like any other.  @throws ModelError */
  send(endpoint: NativeEndpoint, call: NativeCall, signal: AbortSignal): Promise<NativeExchange>
  close(): Promise<void>
}
