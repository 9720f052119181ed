// Blocks of vectors by the fingerprint of their questions.
//
// V1  All blocks together hold at most so many vectors, and there are only so many blocks; the block that was not asked for
//     longest goes first, inside a block the oldest vector is written over.

import type { Neighbour } from '../spec.ts'
import { CodePages } from './codes.ts'
import { VectorBlock } from './vector-block.ts'

/** Conversations that go on have a block each, most of them for a single question. */
const MOST_BLOCKS = 4_096

/** Blocks by name. */
export class VectorBlocks {
  readonly #most: number
  /** Least recently used first. */
  readonly #blocks = new Map<string, VectorBlock>()
  readonly #pages = CodePages.open()
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#count
  }

  /** Of vectors and codes, without keys and questions. */
  get bytes(): number {
    let bytes = this.#pages?.bytes ?? 0
    for (const block of this.#blocks.values()) bytes += block.bytes
    return bytes
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
    const block = new VectorBlock(dimensions, this.#most, this.#pages)
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
    for (const block of this.#blocks.values()) block.close()
    this.#blocks.clear()
    this.#count = 0
  }

  #drop(name: string): void {
    const block = this.#blocks.get(name)
    this.#count -= block?.size ?? 0
    block?.close()
    this.#blocks.delete(name)
  }
}
