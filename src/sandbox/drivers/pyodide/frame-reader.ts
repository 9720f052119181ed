// Cuts the bytes a child sends into frames (u32 little-endian length, type byte, payload) and refuses any that is larger
// than agreed before it is held in memory.

export interface Frame {
  readonly type: string
  readonly payload: Buffer
}

export class FrameReader {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #size = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns the frames complete so far, or undefined when the child breaks the protocol */
  push(chunk: Buffer): Frame[] | undefined {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const frames: Frame[] = []
    while (this.#size >= 5) {
      const head = this.#peek(5)
      const length = head.readUInt32LE(0)
      if (length < 1 || length > this.#maxBytes) return undefined
      if (this.#size < 4 + length) break
      const whole = Buffer.concat(this.#chunks)
      frames.push({ type: String.fromCharCode(head.readUInt8(4)), payload: whole.subarray(5, 4 + length) })
      const rest = whole.subarray(4 + length)
      this.#chunks = rest.length === 0 ? [] : [rest]
      this.#size = rest.length
    }
    return frames
  }

  #peek(size: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= size) return first
    this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(size)
  }
}

export const encodeFrame = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 1),
    0,
  )
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...parts])
}

/** Splits `<JSON line>\n<rest>`; undefined when there is no such line. */
export const splitHeader = (payload: Buffer): { header: unknown; rest: Buffer } | undefined => {
  const end = payload.indexOf(10)
  if (end === -1) return undefined
  try {
    return { header: JSON.parse(payload.subarray(0, end).toString()), rest: payload.subarray(end + 1) }
  } catch {
    return undefined
  }
}
