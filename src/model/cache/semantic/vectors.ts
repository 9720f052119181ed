// Vectors of questions in memory, one contiguous block for each fingerprint, searched from end to end.
//
// V1  All blocks together hold at most so many vectors, and there are only so many blocks; the block that was not asked for
//     longest goes first, inside a block the oldest vector is written over.

import { nextTurn } from '../../../base/seams.ts'
import type { Neighbour } from '../spec.ts'

export interface Found {
  readonly key: string
  readonly question: string
  /** Cosine, -1 to 1. */
  readonly similarity: number
}

const LEAST_ROOM = 4
/** Vectors of one turn of the event loop: a few milliseconds. */
const COMPARED_AT_ONCE = 4_096
/** Blocks: conversations that go on have one each, most of them for a single question. */
const MOST_BLOCKS = 4_096

/** The vectors of one fingerprint, all of one length and made by one model. */
export class VectorBlock {
  readonly dimensions: number
  readonly #most: number
  #values: Float32Array
  #keys: string[] = []
  #questions: string[] = []
  #places = new Map<string, number>()
  /** Where the next one goes once the block is full. */
  #next = 0

  constructor(dimensions: number, most: number) {
    this.dimensions = dimensions
    this.#most = most
    this.#values = new Float32Array(0)
  }

  get size(): number {
    return this.#keys.length
  }

  get bytes(): number {
    return this.#values.byteLength
  }

  add({ key, question, values }: Neighbour): void {
    if (values.length !== this.dimensions) return
    let at = this.#places.get(key)
    if (at === undefined) {
      if (this.#keys.length < this.#most) at = this.#keys.length
      else {
        at = this.#next
        this.#next = (this.#next + 1) % this.#most
        this.#places.delete(this.#keys[at] as string)
      }
      this.#places.set(key, at)
    }
    this.#reserve(at + 1)
    this.#keys[at] = key
    this.#questions[at] = question
    this.#values.set(values, at * this.dimensions)
  }

  remove(key: string): void {
    const at = this.#places.get(key)
    if (at === undefined) return
    // The last one fills the gap.
    const last = this.#keys.length - 1
    this.#places.delete(key)
    if (at !== last) {
      const moved = this.#keys[last] as string
      this.#keys[at] = moved
      this.#questions[at] = this.#questions[last] as string
      this.#places.set(moved, at)
      const from = last * this.dimensions
      this.#values.copyWithin(at * this.dimensions, from, from + this.dimensions)
    }
    this.#keys.pop()
    this.#questions.pop()
    this.#next = 0
  }

  /** The nearest, best first; equal ones as they were added. Others have their turn while many are compared.
   *  @param values length 1 */
  async nearest(values: Float32Array, most: number): Promise<readonly Found[]> {
    const { dimensions } = this
    if (values.length !== dimensions) return []
    const best: Found[] = []
    let floor = -2
    for (let at = 0; at < this.#keys.length; at++) {
      if (at > 0 && at % COMPARED_AT_ONCE === 0) await nextTurn()
      const similarity = dot(this.#values, at * dimensions, values)
      // What was removed meanwhile leaves a gap at the end.
      const key = this.#keys[at]
      if (key === undefined || similarity <= floor) continue
      let place = best.length
      while (place > 0 && (best[place - 1]?.similarity ?? 0) < similarity) place--
      best.splice(place, 0, { key, question: this.#questions[at] as string, similarity })
      if (best.length > most) best.pop()
      if (best.length === most) floor = best.at(-1)?.similarity ?? floor
    }
    return best
  }

  #reserve(count: number): void {
    if (count * this.dimensions <= this.#values.length) return
    const room = Math.min(this.#most, Math.max(LEAST_ROOM, 2 * (this.#values.length / this.dimensions)))
    const larger = new Float32Array(room * this.dimensions)
    larger.set(this.#values)
    this.#values = larger
  }
}

/** Four sums at once: additions need not wait for each other. */
const dot = (block: Float32Array, start: number, values: Float32Array): number => {
  let [a, b, c, d] = [0, 0, 0, 0]
  const { length } = values
  let i = 0
  for (; i + 3 < length; i += 4) {
    a += (block[start + i] as number) * (values[i] as number)
    b += (block[start + i + 1] as number) * (values[i + 1] as number)
    c += (block[start + i + 2] as number) * (values[i + 2] as number)
    d += (block[start + i + 3] as number) * (values[i + 3] as number)
  }
  for (; i < length; i++) a += (block[start + i] as number) * (values[i] as number)
  return a + b + c + d
}

/** Blocks by name. */
export class VectorBlocks {
  readonly #most: number
  /** Least recently used first. */
  readonly #blocks = new Map<string, VectorBlock>()
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#count
  }

  find(name: string): VectorBlock | undefined {
    const block = this.#blocks.get(name)
    if (block) {
      this.#blocks.delete(name)
      this.#blocks.set(name, block)
    }
    return block
  }

  make(name: string, dimensions: number): VectorBlock {
    this.#drop(name)
    const block = new VectorBlock(dimensions, this.#most)
    this.#blocks.set(name, block)
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= MOST_BLOCKS) break
      this.#drop(oldest)
    }
    return block
  }

  add(name: string, neighbour: Neighbour): void {
    const block = this.find(name)
    if (!block) return
    const before = block.size
    block.add(neighbour)
    this.#count += block.size - before
    for (const oldest of this.#blocks.keys()) {
      if (this.#count <= this.#most) break
      if (oldest !== name) this.#drop(oldest)
    }
  }

  remove(name: string, key: string): void {
    const block = this.#blocks.get(name)
    if (!block) return
    const before = block.size
    block.remove(key)
    this.#count += block.size - before
  }

  clear(): void {
    this.#blocks.clear()
    this.#count = 0
  }

  #drop(name: string): void {
    this.#count -= this.#blocks.get(name)?.size ?? 0
    this.#blocks.delete(name)
  }
}
