// The `loop` of a for statement.

import { equal } from './compare.ts'
import { typeError } from './error.ts'
import { lengthOf, requireIterator } from './iterate.ts'
import { bind, signature } from './signature.ts'
import { type Args, Builtin, Callable, type PyValue, type Run, Tuple, Undefined } from './values.ts'

const RECURSE = signature('loop', 'iterable')

/** Renders the loop's body over another iterable, one level deeper; absent in loops that are not recursive. */
export type Recurse = (run: Run, source: PyValue, depth: number) => PyValue

export class Loop extends Callable {
  readonly typeName = 'LoopContext'
  readonly #source: PyValue
  readonly #depth: number
  readonly #recurse: Recurse | undefined
  #rest: Iterator<PyValue>
  #ahead: PyValue | undefined
  #hasAhead = false
  #length: number | undefined
  #index = -1
  #current: PyValue | undefined
  #before: PyValue | undefined
  #lastChanged: PyValue | undefined
  constructor(run: Run, source: PyValue, depth: number, recurse: Recurse | undefined) {
    super()
    this.#source = source
    this.#depth = depth
    this.#recurse = recurse
    this.#rest = requireIterator(run, source)
  }

  /** Moves on; undefined at the end. */
  next(): PyValue | undefined {
    if (!this.#peek()) return undefined
    this.#before = this.#current
    this.#current = this.#ahead
    this.#ahead = undefined
    this.#hasAhead = false
    this.#index++
    return this.#current
  }

  #peek(): boolean {
    if (!this.#hasAhead) {
      const next = this.#rest.next()
      if (next.done) return false
      this.#ahead = next.value
      this.#hasAhead = true
    }
    return true
  }

  /** `len(loop)`: reads the source to its end where it has no length. */
  length(run: Run): number {
    this.#length ??= lengthOf(run, this.#source)
    if (this.#length === undefined) {
      const rest: PyValue[] = []
      for (let next = this.#rest.next(); !next.done; next = this.#rest.next()) {
        run.step()
        rest.push(next.value)
      }
      this.#rest = rest.values()
      this.#length = this.#index + 1 + (this.#hasAhead ? 1 : 0) + rest.length
    }
    return this.#length
  }

  override attribute(name: string, run: Run): PyValue | undefined {
    switch (name) {
      case 'index':
        return this.#index + 1
      case 'index0':
        return this.#index
      case 'revindex':
        return this.length(run) - this.#index
      case 'revindex0':
        return this.length(run) - this.#index - 1
      case 'first':
        return this.#index === 0
      case 'last':
        return !this.#peek()
      case 'length':
        return this.length(run)
      case 'depth':
        return this.#depth + 1
      case 'depth0':
        return this.#depth
      case 'previtem':
        return this.#before === undefined ? new Undefined('there is no previous item') : this.#before
      case 'nextitem':
        return this.#peek() ? (this.#ahead as PyValue) : new Undefined('there is no next item')
      case 'cycle':
        return new Builtin('<method cycle>', (_run, args) => this.#cycle(args))
      case 'changed':
        return new Builtin('<method changed>', (inner, args) => this.#changed(inner, args))
      default:
        return undefined
    }
  }

  #cycle({ positional }: Args): PyValue {
    const item = positional[this.#index % positional.length]
    if (item === undefined) throw typeError('no items for cycling given')
    return item
  }

  #changed(run: Run, { positional }: Args): boolean {
    const value = new Tuple(positional)
    if (this.#lastChanged !== undefined && equal(run, this.#lastChanged, value)) return false
    this.#lastChanged = value
    return true
  }

  override call(run: Run, args: Args): PyValue {
    if (!this.#recurse) throw typeError("The loop must have the 'recursive' marker to be called recursively.")
    const [source] = bind(RECURSE, args)
    return this.#recurse(run, source as PyValue, this.#depth + 1)
  }

  override show(run: Run): string {
    return `<LoopContext ${this.#index + 1}/${this.length(run)}>`
  }
}
