// Collects text up to a limit, so that a small document cannot repeat itself into a large one.

import { type ReadLimits, tooLarge } from './reader.ts'

export class TextLines {
  readonly #lines: string[] = []
  readonly #limit: number
  #length = 0
  constructor(limits: ReadLimits) {
    this.#limit = limits.maxTextLength
  }

  /** @throws KnowledgeError `knowledge/too-large` */
  add(line: string): void {
    this.#length += line.length + 1
    if (this.#length > this.#limit) throw tooLarge(this.#limit, 'as text')
    this.#lines.push(line)
  }

  /** Refuses a line that these pieces would make too long, before it is put together.
   *  @throws KnowledgeError `knowledge/too-large` */
  expect(pieces: readonly string[]): void {
    let length = this.#length
    for (const piece of pieces) length += piece.length
    if (length > this.#limit) throw tooLarge(this.#limit, 'as text')
  }

  join(separator = '\n'): string {
    return this.#lines.join(separator)
  }
}
