// Says of a key that it was never added, or that it may have been.
//
// Method: Bloom (CACM 1970) with two hashes in place of many (Kirsch and Mitzenmacher, ESA 2006). Keys are SHA-256 in hex, so
// their own digits are the hashes.
//
// F1  A key that was added is never denied.
// F2  With 10 bits and 7 places a key, at most 0.9 % of other keys are taken for known ones while it holds what it was made for.

const BITS_PER_KEY = 10
const PLACES = 7

export class Bloom {
  readonly capacity: number
  readonly #bits: Uint32Array
  readonly #mask: number
  #count = 0

  /** @param capacity keys, ≥ 1 */
  constructor(capacity: number) {
    this.capacity = capacity
    // A power of two, so that a place is a mask away.
    const size = 2 ** Math.ceil(Math.log2(Math.max(1_024, capacity * BITS_PER_KEY)))
    this.#bits = new Uint32Array(size / 32)
    this.#mask = size - 1
  }

  /** Keys that were added, by count of calls. */
  get count(): number {
    return this.#count
  }

  add(key: string): void {
    this.#count++
    const [first, step] = hashesOf(key)
    for (let i = 0; i < PLACES; i++) {
      const at = (first + i * step) & this.#mask
      this.#bits[at >>> 5] = (this.#bits[at >>> 5] ?? 0) | (1 << (at & 31))
    }
  }

  mayHave(key: string): boolean {
    const [first, step] = hashesOf(key)
    for (let i = 0; i < PLACES; i++) {
      const at = (first + i * step) & this.#mask
      if (((this.#bits[at >>> 5] ?? 0) & (1 << (at & 31))) === 0) return false
    }
    return true
  }
}

/** An odd step reaches every place. */
const hashesOf = (key: string): readonly [number, number] => [
  Number.parseInt(key.slice(0, 8), 16),
  Number.parseInt(key.slice(8, 16), 16) | 1,
]
