// Takes the usage frame out of a chat-completions stream: we asked the vendor for it, the caller did not.
// U1  Everything else keeps its bytes; a frame is held back only until its blank line has come.

import { Buffer } from 'node:buffer'

const NO_CHOICES = Buffer.from('"choices":[]')
const NO_CHOICES_SPACED = Buffer.from('"choices": []')
const USAGE = Buffer.from('"usage"')
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
  const kept: Uint8Array[] = []
  let from = 0
  for (let at = nextTelling(bytes, 0); at >= 0; at = nextTelling(bytes, at + 1)) {
    const start = Math.max(startOfFrame(bytes, at), from)
    const end = endOfFrame(bytes, at)
    if (at >= end || !bytes.subarray(start, end).includes(USAGE)) continue
    if (start > from) kept.push(bytes.subarray(from, start))
    from = end
    at = end - 1
  }
  if (from === 0) return bytes
  if (from < bytes.length) kept.push(bytes.subarray(from))
  return kept.length === 0 ? undefined : Buffer.concat(kept)
}

const nextTelling = (bytes: Buffer, from: number): number => {
  const at = bytes.indexOf(NO_CHOICES, from)
  const spaced = bytes.indexOf(NO_CHOICES_SPACED, from)
  return at < 0 ? spaced : spaced < 0 ? at : Math.min(at, spaced)
}

/** Just behind the blank line before this place. */
const startOfFrame = (bytes: Buffer, at: number): number => {
  const plain = bytes.lastIndexOf('\n\n', at)
  const wide = bytes.lastIndexOf('\n\r\n', at)
  return Math.max(plain < 0 ? 0 : plain + 2, wide < 0 ? 0 : wide + 3)
}

/** Just behind the blank line that ends the frame at this place. */
const endOfFrame = (bytes: Buffer, at: number): number => {
  const plain = bytes.indexOf('\n\n', at)
  const wide = bytes.indexOf('\n\r\n', at)
  const ends = [plain < 0 ? bytes.length : plain + 2, wide < 0 ? bytes.length : wide + 3]
  return Math.min(...ends)
}
