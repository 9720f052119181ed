// The account of one render. Every step, text, list and nesting is paid here before it is done, so each template ends
// within known time and memory whatever it asks for.

import type { Random } from '../../base/seams.ts'
import { limitError } from './error.ts'
import type { Filter, Run, Test } from './values.ts'

export interface RenderLimits {
  /** Evaluated nodes, loop rounds and units of text work (32 characters or 8 items each). Default 1,000,000. */
  readonly steps: number
  /** Characters (UTF-16 units) of the whole output. Default 2,000,000. */
  readonly outputChars: number
  /** Nested calls of macros, blocks and recursive loops. Default 150. */
  readonly depth: number
  /** Characters of one text, or items of one list. Default 2,000,000. */
  readonly valueChars: number
}

export const DEFAULT_LIMITS: RenderLimits = {
  steps: 1_000_000,
  outputChars: 2_000_000,
  depth: 150,
  valueChars: 2_000_000,
}

const CHARS_PER_STEP = 32
const ITEMS_PER_STEP = 8
/** Sum of the heights of the code that is running: keeps the host's stack far from its end. */
const MAX_HEIGHT = 1500

export class RenderRun implements Run {
  autoescape = false
  line = 1
  readonly random: Random | undefined
  readonly filters: ReadonlyMap<string, Filter>
  readonly tests: ReadonlyMap<string, Test>
  readonly #limits: RenderLimits
  #steps: number
  #depth = 0
  #height = 0
  constructor(limits: RenderLimits, library: Pick<Run, 'random' | 'filters' | 'tests'>) {
    this.#limits = limits
    this.#steps = limits.steps
    this.random = library.random
    this.filters = library.filters
    this.tests = library.tests
  }

  step(): void {
    if (--this.#steps < 0) throw this.#outOfSteps()
  }

  spend(units: number): void {
    this.#steps -= units
    if (this.#steps < 0) throw this.#outOfSteps()
  }

  text(length: number): void {
    this.bound(length)
    this.spend(length / CHARS_PER_STEP)
  }

  bound(length: number): void {
    const { valueChars } = this.#limits
    if (length > valueChars) throw limitError(`a text is longer than ${valueChars} characters`)
  }

  scan(length: number, weight = 1): void {
    this.spend((length * weight) / CHARS_PER_STEP)
  }

  items(count: number): void {
    if (count > this.#limits.valueChars) throw limitError(`a list is longer than ${this.#limits.valueChars} items`)
    this.spend(count / ITEMS_PER_STEP)
  }

  enter(height: number): void {
    this.#height += height
    if (++this.#depth > this.#limits.depth || this.#height > MAX_HEIGHT) {
      throw limitError(`calls are nested deeper than ${this.#limits.depth}`)
    }
  }

  leave(height: number): void {
    this.#height -= height
    this.#depth--
  }

  /** The bound for the sink of the whole output. */
  get outputChars(): number {
    return this.#limits.outputChars
  }

  get valueChars(): number {
    return this.#limits.valueChars
  }

  #outOfSteps(): Error {
    return limitError(`the template takes more than ${this.#limits.steps} steps`)
  }
}
