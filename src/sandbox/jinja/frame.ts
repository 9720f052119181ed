// What exists while a template runs: the context of names, the frames of its functions, and the sinks they write to.

import type { ValueObject } from '../../base/value.ts'
import { convertInput } from './convert.ts'
import { limitError } from './error.ts'
import type { PyValue, Run } from './values.ts'

/** Names given from outside and exported at the top level. Inputs are converted when first used. */
export class Context {
  readonly #inputs: ValueObject
  readonly #globals: ReadonlyMap<string, PyValue>
  readonly #known = new Map<string, PyValue>()
  readonly #outer: Context | undefined
  constructor(inputs: ValueObject, globals: ReadonlyMap<string, PyValue>, outer?: Context) {
    this.#inputs = inputs
    this.#globals = globals
    this.#outer = outer
  }
  resolve(name: string): PyValue | undefined {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (this.#outer) return this.#outer.resolve(name)
    const input = convertInput(this.#inputs, name)
    const value = input === undefined ? this.#globals.get(name) : input
    if (value !== undefined) this.#known.set(name, value)
    return value
  }
  export(name: string, value: PyValue): void {
    this.#known.set(name, value)
  }
  /** A context that sees `locals` first. */
  derive(locals: ReadonlyMap<string, PyValue>): Context {
    const derived = new Context(this.#inputs, this.#globals, this)
    for (const [name, value] of locals) derived.export(name, value)
    return derived
  }
}

/** Text being written. Every sink has its own bound; what is written is also paid for in steps. */
export class Sink {
  text = ''
  readonly #run: Run
  readonly #limit: number
  constructor(run: Run, limit: number) {
    this.#run = run
    this.#limit = limit
  }
  /** @throws TemplateLimitError when full */
  write(text: string): void {
    if (this.text.length + text.length > this.#limit)
      throw limitError(`the output is longer than ${this.#limit} characters`)
    this.#run.spend(text.length / 32)
    this.text += text
  }
}

/** One activation of the template's root, a block, a macro or a recursive loop. An absent slot is an unset name. */
export class Frame {
  readonly run: Run
  readonly context: Context
  readonly slots: (PyValue | undefined)[]
  readonly parent: Frame | undefined
  readonly blocks: ReadonlyMap<string, BlockCode>
  out: Sink
  constructor(
    of: { run: Run; context: Context; out: Sink; blocks: ReadonlyMap<string, BlockCode> },
    size: number,
    parent?: Frame,
  ) {
    this.run = of.run
    this.context = of.context
    this.out = of.out
    this.blocks = of.blocks
    this.slots = new Array(size)
    this.parent = parent
  }
}

/** Renders a block into the sink. */
export type BlockCode = (of: { run: Run; context: Context; out: Sink; blocks: ReadonlyMap<string, BlockCode> }) => void

/** Runs `body` with a fresh sink and returns what it wrote. */
export const capture = (frame: Frame, body: (frame: Frame) => void): string => {
  const outer = frame.out
  const sink = new Sink(frame.run, frame.run.valueChars)
  frame.out = sink
  body(frame)
  frame.out = outer
  return sink.text
}
