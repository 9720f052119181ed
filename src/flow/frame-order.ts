// Order among frames that run side by side: readers see their texts, and the parent their writes, by index.

import type { FlowEvent } from './events.ts'
import type { Pool } from './pool.ts'

type TextDelta = Extract<FlowEvent, { type: 'text-delta' }>

export class FrameOrder {
  /** The first frame that is not done: its text passes, later ones wait. */
  #current = 0
  readonly #done = new Set<number>()
  readonly #held = new Map<number, TextDelta[]>()
  readonly #writers = new Map<number, Pool>()

  /** Passes or keeps a piece of text of frame `index`. */
  text(index: number, delta: TextDelta, pass: (delta: TextDelta) => void): void {
    if (index <= this.#current) return pass(delta)
    const held = this.#held.get(index)
    if (held) held.push(delta)
    else this.#held.set(index, [delta])
  }

  /** Frame `index` is over; `writer` is its pool when its writes count. */
  done(index: number, writer: Pool | undefined, pass: (delta: TextDelta) => void): void {
    this.#done.add(index)
    if (writer) this.#writers.set(index, writer)
    while (this.#done.has(this.#current)) {
      this.#current++
      this.#release(this.#current, pass)
    }
  }

  /** The container is over: lets everything out that still waits. */
  finish(pass: (delta: TextDelta) => void): void {
    for (const index of [...this.#held.keys()].sort((a, b) => a - b)) this.#release(index, pass)
    for (const index of [...this.#writers.keys()].sort((a, b) => a - b)) {
      this.#writers.get(index)?.mergeUp('conversation')
    }
    this.#writers.clear()
  }

  #release(index: number, pass: (delta: TextDelta) => void): void {
    const held = this.#held.get(index)
    this.#held.delete(index)
    for (const delta of held ?? []) pass(delta)
  }
}
