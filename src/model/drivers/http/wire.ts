// Contract of one vendor's wire format. Types only; `chat.ts` does everything that is the same for all vendors.

import type { ValueObject } from '../../../base/value.ts'
import type { ModelError } from '../../errors.ts'
import type { ChatRequest } from '../../spec.ts'
import type { VendorError } from './failure.ts'
import type { Turn } from './turn.ts'

export interface WireCall<Dialect> {
  readonly model: string
  readonly request: ChatRequest
  readonly streaming: boolean
  readonly dialect: Dialect
}

export interface WireRequest {
  /** Appended to the base address; begins with a slash. */
  readonly path: string
  readonly body: ValueObject
}

/** Cuts the bytes of a stream into frames, wherever the packets were cut. */
export interface FrameDecoder {
  /** The frames these bytes complete, each as JSON text. @throws SyntaxError, LineTooLongError */
  push(bytes: Uint8Array): string[]
  /** The last one when it had no end. Call once, after the last bytes. */
  end(): string[]
}

/** Reads one streamed answer into a turn, frame by frame. */
export interface FrameReader {
  /** @param frame parsed JSON, no error object
   *  @returns `done` when the vendor said that nothing follows */
  push(frame: unknown): 'more' | 'done'
}

/** `Dialect` is what this server has turned out to accept; formats without such surprises use `undefined`. */
export interface Wire<Dialect> {
  readonly framing: 'sse' | 'ndjson' | (() => FrameDecoder)
  /** A frame that is no JSON and ends the stream. */
  readonly terminator?: string
  readonly initialDialect: (model: string) => Dialect
  /** @throws ModelError `model/unsupported` for content the format cannot carry */
  encode(call: WireCall<Dialect>): WireRequest
  openReader(turn: Turn, call: WireCall<Dialect>): FrameReader
  /** Reads an answer that came in one piece. */
  readWhole(body: unknown, turn: Turn, call: WireCall<Dialect>): void
  /** Asks how many tokens a request has, where the vendor answers that. */
  readonly count?: {
    encode(call: WireCall<Dialect>): WireRequest
    /** Undefined for what is no count. */
    read(body: unknown): number | undefined
  }
  /** The error object in a body or a frame, undefined when there is none. */
  readError(body: unknown): VendorError | undefined
  /** A dialect without what the server just refused; undefined when the refusal is final. Each step gives up something
   *  for good, so the number of steps is bounded. */
  relax?(error: ModelError, call: WireCall<Dialect>): Dialect | undefined
}
