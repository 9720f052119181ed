// Amazon's binary event stream as JSON frames. Each message: its length, headers, a body and two checksums.
// Format: docs.aws.amazon.com (application/vnd.amazon.eventstream); the codec checks the sums and reads the headers.

import { EventStreamCodec } from '@smithy/eventstream-codec'
import type { FrameDecoder } from '../http/wire.ts'

/** More is no message of a model. Bytes. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024
/** Length, length of the headers, their sum, and the sum of all. Bytes. */
const MIN_MESSAGE_BYTES = 16

/** An event becomes `{ "<its type>": body }`, an exception `{ "error": { "type", "message" } }`. */
export const createEventStreamDecoder = (): FrameDecoder => {
  const codec = new EventStreamCodec(
    (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
    (text) => new TextEncoder().encode(text),
  )
  let pending: Uint8Array = new Uint8Array(0)
  return {
    push(bytes) {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      const frames: string[] = []
      for (let length = lengthOf(pending); length !== undefined; length = lengthOf(pending)) {
        const frame = readMessage(codec, pending.subarray(0, length))
        if (frame !== undefined) frames.push(frame)
        pending = pending.subarray(length)
      }
      return frames
    },
    // Half a message says nothing.
    end: () => [],
  }
}

/** Bytes of the first message once all of it is there. */
const lengthOf = (bytes: Uint8Array): number | undefined => {
  if (bytes.length < 4) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0)
  if (length < MIN_MESSAGE_BYTES || length > MAX_MESSAGE_BYTES) throw new SyntaxError('a message of impossible length')
  return bytes.length < length ? undefined : length
}

const readMessage = (codec: EventStreamCodec, bytes: Uint8Array): string | undefined => {
  let message: ReturnType<EventStreamCodec['decode']>
  try {
    message = codec.decode(bytes)
  } catch (error) {
    throw new SyntaxError('a message of the stream is damaged', { cause: error })
  }
  const header = (name: string): string => String(message.headers[name]?.value ?? '')
  const body = new TextDecoder().decode(message.body) || '{}'
  switch (header(':message-type')) {
    case 'event':
      return `{${JSON.stringify(header(':event-type'))}:${body}}`
    case 'exception':
      return `{"error":{"type":${JSON.stringify(header(':exception-type'))},"body":${body}}}`
    case 'error':
      return JSON.stringify({ error: { type: header(':error-code'), body: { message: header(':error-message') } } })
    default:
      return undefined
  }
}
