// The last bytes of a stream that passes through: what a vendor says at the end, its usage above all.
//
// E1  Bytes are kept by reference, never copied while the stream runs; they are looked at once, when it is over.

import { Buffer } from 'node:buffer'
import type { ModelUsage, NativeEndpoint } from '../../spec.ts'

/** The last frame of the responses protocol repeats the whole answer. Bytes. */
const KEPT_BYTES = { 'openai-responses': 1024 * 1024, other: 32 * 1024 }

export class StreamEnd {
  readonly #endpoint: NativeEndpoint
  readonly #most: number
  #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(endpoint: NativeEndpoint) {
    this.#endpoint = endpoint
    this.#most = endpoint.protocol === 'openai-responses' ? KEPT_BYTES['openai-responses'] : KEPT_BYTES.other
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.byteLength
    let oldest = this.#chunks[0]
    while (oldest && this.#bytes - oldest.byteLength >= this.#most) {
      this.#chunks.shift()
      this.#bytes -= oldest.byteLength
      oldest = this.#chunks[0]
    }
  }

  /** What the kept frames say. @param usage what was known before, e.g. from the first frame */
  read(usage: Partial<ModelUsage>): { readonly usage: Partial<ModelUsage>; readonly failure: Error | undefined } {
    const text = Buffer.concat(this.#chunks).toString('utf8')
    this.#chunks = []
    let found = usage
    let failure: Error | undefined
    for (const line of text.split('\n')) {
      if (!line.startsWith('data:') || !MAY_TELL.test(line)) continue
      const frame = parse(line.slice(5))
      if (frame === undefined) continue
      failure ??= this.#endpoint.failureIn(frame)
      const told = this.#endpoint.usageOf(frame)
      if (told) found = { ...found, ...withoutUndefined(told) }
    }
    return { usage: found, failure }
  }
}

const MAY_TELL = /usage|"error"/i

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The first kept line may be the end of a frame, and `[DONE]` is none.
    return undefined
  }
}

export const withoutUndefined = (usage: Partial<ModelUsage>): Partial<ModelUsage> =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined))
