// Macros and `caller`: functions written in the template.

import { Dict } from './dict.ts'
import { typeError } from './error.ts'
import { capture, Frame } from './frame.ts'
import type { FunctionShape } from './scope.ts'
import { type Args, Callable, Markup, type PyValue, type Run, Tuple, Undefined } from './values.ts'

/** What the compiler knows about a macro. Slots are those of the macro's own frame. */
export interface MacroCode {
  /** Undefined for the body of a call block. */
  readonly name: string | undefined
  readonly shape: FunctionShape
  readonly parameters: readonly { readonly name: string; readonly slot: number }[]
  /** Slots of the special names, where the body mentions them and they are no parameters. */
  readonly kwargs: number | undefined
  readonly varargs: number | undefined
  readonly caller: number | undefined
  readonly body: (frame: Frame) => void
}

export class Macro extends Callable {
  readonly typeName = 'Macro'
  readonly #code: MacroCode
  readonly #home: Frame
  constructor(code: MacroCode, home: Frame) {
    super()
    this.#code = code
    this.#home = home
  }

  override attribute(name: string): PyValue | undefined {
    switch (name) {
      case 'name':
        return this.#code.name ?? null
      case 'arguments':
        return new Tuple(this.#code.parameters.map((parameter) => parameter.name))
      case 'catch_kwargs':
        return this.#code.kwargs !== undefined
      case 'catch_varargs':
        return this.#code.varargs !== undefined
      case 'caller':
        return this.#code.caller !== undefined || this.#code.parameters.some((parameter) => parameter.name === 'caller')
      default:
        return undefined
    }
  }

  override call(run: Run, args: Args): PyValue {
    const { shape, body } = this.#code
    run.enter(shape.height + 4)
    const frame = new Frame({ ...this.#surroundings(), out: this.#home.out }, shape.size, this.#home)
    const escapes = run.autoescape
    this.#bind(run, frame, args)
    const line = run.line
    const text = capture(frame, body)
    run.line = line
    run.leave(shape.height + 4)
    return escapes ? new Markup(text) : text
  }

  #surroundings() {
    const { run, context, blocks } = this.#home
    return { run, context, blocks }
  }

  #bind(run: Run, frame: Frame, { positional, keywords }: Args): void {
    const { parameters, kwargs, varargs, caller, name } = this.#code
    const rest = new Map(keywords)
    parameters.forEach((parameter, i) => {
      let value = positional[i]
      if (i >= positional.length) {
        value = rest.get(parameter.name)
        rest.delete(parameter.name)
      }
      frame.slots[parameter.slot] = value
    })
    if (caller !== undefined) {
      const given = rest.get('caller')
      frame.slots[caller] = given === undefined || given === null ? new Undefined('No caller defined') : given
      rest.delete('caller')
    }
    if (kwargs !== undefined) frame.slots[kwargs] = dictOf(rest)
    else if (rest.size > 0) {
      const [unexpected] = rest.keys()
      throw typeError(`macro '${name ?? 'caller'}' takes no keyword argument '${unexpected}'`)
    }
    if (varargs !== undefined) frame.slots[varargs] = new Tuple(positional.slice(parameters.length))
    else if (positional.length > parameters.length) {
      throw typeError(`macro '${name ?? 'caller'}' takes not more than ${parameters.length} argument(s)`)
    }
    run.items(parameters.length)
  }

  override show(): string {
    return this.#code.name === undefined ? '<Macro anonymous>' : `<Macro '${this.#code.name}'>`
  }
}

const dictOf = (entries: ReadonlyMap<string, PyValue>): Dict => {
  const dict = new Dict()
  for (const [key, value] of entries) dict.set(key, value)
  return dict
}
