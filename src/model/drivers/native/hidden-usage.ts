// Takes the usage frame out of a chat-completions stream: we asked the vendor for it, the caller did not.
// U1  Everything else keeps its bytes; a frame is held back only until its blank line has come.

import { Buffer } from 'node:buffer'

const NO_CHOICES = Buffer.from('"choices":[]')
const NO_CHOICES_SPACED = Buffer.from('"choices": []')
const NEWLINE = 10

export class HiddenUsage {
  #held: Uint8Array | undefined

  /** What may go on now; undefined: nothing yet. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : asBuffer(chunk)
    const cut = frameEnd(bytes)
    this.#held = cut < bytes.length ? bytes.subarray(cut) : undefined
    if (cut === 0) return undefined
    const whole = bytes.subarray(0, cut)
    return tells(whole) ? withoutUsage(whole) : whole
  }

  /** What is left when the vendor closed without a blank line. */
  end(): Uint8Array | undefined {
    const rest = this.#held && asBuffer(this.#held)
    this.#held = undefined
    return rest && tells(rest) ? withoutUsage(rest) : rest
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const tells = (bytes: Buffer): boolean => bytes.includes(NO_CHOICES) || bytes.includes(NO_CHOICES_SPACED)

/** Just behind the last blank line; 0 when there is none. */
const frameEnd = (bytes: Buffer): number => {
  for (let i = bytes.length - 1; i > 0; i--) {
    if (bytes[i] !== NEWLINE) continue
    const before = bytes[i - 1]
    if (before === NEWLINE || (before === 13 && bytes[i - 2] === NEWLINE)) return i + 1
  }
  return 0
}

const withoutUsage = (bytes: Buffer): Uint8Array | undefined => {
  const kept = bytes
    .toString('utf8')
    .split(/(?<=\r?\n\r?\n)/)
    .filter((frame) => !/"choices":\s*\[\]/.test(frame) || !/"usage"/.test(frame))
  return kept.length === 0 ? undefined : Buffer.from(kept.join(''))
}
