// `self` and `super`: how a template calls its blocks by name.

import { capture, type Frame } from './frame.ts'
import { Builtin, Markup, PyObject, type PyValue, Undefined } from './values.ts'

export class BlocksReference extends PyObject {
  readonly typeName = 'TemplateReference'
  readonly #frame: Frame
  constructor(frame: Frame) {
    super()
    this.#frame = frame
  }
  override attribute(name: string): PyValue | undefined {
    const { context, blocks } = this.#frame
    const block = blocks.get(name)
    if (!block) return undefined
    return new Builtin(`<block '${name}'>`, (run) => {
      const text = capture(this.#frame, ({ out }) => block({ run, context, out, blocks }))
      return run.autoescape ? new Markup(text) : text
    })
  }
  /** Nothing to see: the reference prints its host's object here. */
  show(): string {
    return ''
  }
}

/** There are no parents, so `super()` always fails. */
export const missingParent = (block: string): Undefined => new Undefined(`there is no parent block called '${block}'.`)
