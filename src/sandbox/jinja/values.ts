// The values a template computes with. Everything a template can ever hold is one of these, so no host object or
// prototype is reachable: attributes are looked up in our own tables (attributes.ts), never on JavaScript objects.
//   None → null · bool → boolean · str → string · int → number | bigint · float → number with a fraction | Float
//   every other type → a PyObject below
// V1  Lists and dicts belong to one render: inputs are copied in (convert.ts), so mutation stays inside it.
// V2  What is allocated in proportion to a template's wish is announced to `Run` first (`text`, `items`).

import type { Float } from '../../base/number.ts'
import type { Random } from '../../base/seams.ts'

export abstract class PyObject {
  abstract readonly typeName: string
  /** A public attribute of the object, else undefined. */
  attribute(_name: string, _run: Run): PyValue | undefined {
    return undefined
  }
}

export type PyValue = null | boolean | string | number | bigint | Float | PyObject

/** What one render may still spend, and the switches it carries. */
export interface Run {
  /** Where undefined behaviour of text changes: inside `{% autoescape true %}`. */
  autoescape: boolean
  /** Line of the statement being rendered, for error messages. */
  line: number
  /** Characters of one text, or items of one list. */
  readonly valueChars: number
  readonly random: Random | undefined
  readonly filters: ReadonlyMap<string, Filter>
  readonly tests: ReadonlyMap<string, Test>
  /** One evaluated node or loop round. */
  step(): void
  /** `units` steps at once. */
  spend(units: number): void
  /** Before building a text of `length`: checks the bound and pays for it. */
  text(length: number): void
  /** Checks the bound of texts alone, where the work is paid for otherwise. */
  bound(length: number): void
  /** Pays for reading `length` characters; `weight` is how much slower than a plain scan the work is, 1 by default. */
  scan(length: number, weight?: number): void
  /** Before building or copying a list of `count`. */
  items(count: number): void
  /** Around nested calls; `height` is how deep the called code itself nests. */
  enter(height: number): void
  leave(height: number): void
}

export interface Args {
  readonly positional: readonly PyValue[]
  readonly keywords: ReadonlyMap<string, PyValue> | undefined
}
export type Filter = (run: Run, value: PyValue, args: Args) => PyValue
export type Test = (run: Run, value: PyValue, args: Args) => boolean

export const NO_ARGS: Args = { positional: [], keywords: undefined }

export class List extends PyObject {
  readonly typeName = 'list'
  readonly items: PyValue[]
  constructor(items: PyValue[]) {
    super()
    this.items = items
  }
}

export class Tuple extends PyObject {
  readonly typeName: string = 'tuple'
  readonly items: readonly PyValue[]
  constructor(items: readonly PyValue[]) {
    super()
    this.items = items
  }
}

/** What `groupby` yields: a pair that also answers to `.grouper` and `.list`. */
export class Group extends Tuple {
  override readonly typeName = '_GroupTuple'
  override attribute(name: string): PyValue | undefined {
    return name === 'grouper' ? this.items[0] : name === 'list' ? this.items[1] : undefined
  }
}

/** Text marked as safe HTML. */
export class Markup extends PyObject {
  readonly typeName = 'Markup'
  readonly text: string
  constructor(text: string) {
    super()
    this.text = text
  }
}

export class Bytes extends PyObject {
  readonly typeName = 'bytes'
  readonly data: Uint8Array
  constructor(data: Uint8Array) {
    super()
    this.data = data
  }
}

/** `range(start, stop, step)`; all three are safe integers. */
export class Range extends PyObject {
  readonly typeName = 'range'
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly length: number
  constructor(start: number, stop: number, step: number) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
    this.length = Math.max(0, Math.ceil((stop - start) / step))
  }
  override attribute(name: string): PyValue | undefined {
    return name === 'start' ? this.start : name === 'stop' ? this.stop : name === 'step' ? this.step : undefined
  }
}

/** A name, item or attribute that does not exist. Renders empty; most uses of it fail with `reason`. */
export class Undefined extends PyObject {
  readonly typeName = 'Undefined'
  readonly reason: string
  constructor(reason: string) {
    super()
    this.reason = reason
  }
}

/** Stands for what the reference's host language would give here (`''.__class__`): defined, empty, and of no use. */
export class Hidden extends PyObject {
  readonly typeName = 'hidden'
}

export class Namespace extends PyObject {
  readonly typeName = 'Namespace'
  readonly fields: Map<string, PyValue>
  constructor(fields: Map<string, PyValue>) {
    super()
    this.fields = fields
  }
  override attribute(name: string): PyValue | undefined {
    return this.fields.get(name)
  }
}

/** A one-way, use-once sequence, such as the result of `map`. */
export class Stream extends PyObject {
  readonly typeName: string
  readonly source: Iterator<PyValue>
  constructor(source: Iterator<PyValue>, typeName = 'generator') {
    super()
    this.source = source
    this.typeName = typeName
  }
}

/** Anything that can be called. `height`: how deep the call nests at least (see `Run.enter`). */
export abstract class Callable extends PyObject {
  abstract call(run: Run, args: Args): PyValue
  /** Text form; never shows anything of the host. */
  abstract show(run: Run): string
}

/** A function or class of the template's global names, or a method bound to its value. */
export class Builtin extends Callable {
  readonly typeName: string
  readonly #shown: string
  readonly #body: (run: Run, args: Args) => PyValue
  constructor(shown: string, body: (run: Run, args: Args) => PyValue, typeName = 'builtin_function_or_method') {
    super()
    this.#shown = shown
    this.#body = body
    this.typeName = typeName
  }
  override call(run: Run, args: Args): PyValue {
    return this.#body(run, args)
  }
  override show(): string {
    return this.#shown
  }
}
