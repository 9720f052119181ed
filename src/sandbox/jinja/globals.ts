// The global names: range, dict, cycler, joiner, namespace, lipsum.

import { sizeOf } from './arguments.ts'
import { Dict } from './dict.ts'
import { JinjaError, limitError, typeError, valueError } from './error.ts'
import { isTrue } from './iterate.ts'
import { mergeInto } from './methods-containers.ts'
import { bind, signature } from './signature.ts'
import { type Args, Builtin, Callable, Markup, Namespace, PyObject, type PyValue, Range, type Run } from './values.ts'

const RANGE = signature('range', 'start stop= step= /')

const makeRange = (args: Args): Range => {
  const [first, second, third] = bind(RANGE, args).map((value) => (value === undefined ? undefined : sizeOf(value)))
  const start = second === undefined ? 0 : (first as number)
  const stop = second === undefined ? (first as number) : second
  const step = third ?? 1
  if (step === 0) throw valueError('range() arg 3 must not be zero')
  if (!Number.isSafeInteger(stop - start)) throw limitError('a range is too long')
  return new Range(start, stop, step)
}

/** Hands out its items in turn. */
class Cycler extends PyObject {
  readonly typeName = 'Cycler'
  readonly #items: readonly PyValue[]
  #at = 0
  constructor(items: readonly PyValue[]) {
    super()
    this.#items = items
  }
  override attribute(name: string): PyValue | undefined {
    switch (name) {
      case 'current':
        return this.#items[this.#at]
      case 'pos':
        return this.#at
      case 'next':
        return new Builtin('<method next>', () => {
          const item = this.#items[this.#at] as PyValue
          this.#at = (this.#at + 1) % this.#items.length
          return item
        })
      case 'reset':
        return new Builtin('<method reset>', () => {
          this.#at = 0
          return null
        })
      default:
        return undefined
    }
  }
}

/** Empty at its first call, the separator ever after. */
class Joiner extends Callable {
  readonly typeName = 'Joiner'
  readonly #separator: PyValue
  #used = false
  constructor(separator: PyValue) {
    super()
    this.#separator = separator
  }
  override attribute(name: string): PyValue | undefined {
    return name === 'sep' ? this.#separator : name === 'used' ? this.#used : undefined
  }
  override call(): PyValue {
    if (this.#used) return this.#separator
    this.#used = true
    return ''
  }
  override show(): string {
    return '<Joiner>'
  }
}

const JOINER = signature('joiner', 'sep=')
const LIPSUM = signature('lipsum', 'n= html= min= max=')
const LIPSUM_WORDS = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et ' +
  'dolore magna aliqua enim ad minim veniam quis nostrud exercitation'
).split(' ')

/** Filler text. Unlike the reference's it is not random: the same call gives the same text. */
const lipsum = (run: Run, args: Args): PyValue => {
  const [n, html, min, max] = bind(LIPSUM, args)
  const count = n === undefined ? 5 : sizeOf(n)
  const least = min === undefined ? 20 : sizeOf(min)
  const most = max === undefined ? 100 : sizeOf(max)
  if (most <= least) throw valueError('lipsum: max must be greater than min')
  run.items(Math.max(0, count))
  const paragraphs: string[] = []
  for (let i = 0; i < count; i++) {
    const length = Math.max(0, least + ((i * 17) % (most - least)))
    run.bound(length * 12)
    run.scan(length * 12)
    const words = Array.from({ length }, (_, at) => LIPSUM_WORDS[(at + i * 7) % LIPSUM_WORDS.length] as string)
    const text = `${words.join(' ')}.`
    paragraphs.push(text.slice(0, 1).toUpperCase() + text.slice(1))
  }
  if (html !== undefined && !isTrue(html)) return paragraphs.join('\n\n')
  return new Markup(paragraphs.map((text) => `<p>${text}</p>`).join('\n'))
}

const make = (run: Run, args: Args, name: string): Dict => {
  const dict = new Dict()
  mergeInto(run, dict, args, name)
  return dict
}

const fieldsOf = (dict: Dict): Map<string, PyValue> => {
  const fields = new Map<string, PyValue>()
  for (const [key, value] of dict.entries()) {
    if (typeof key !== 'string') throw typeError('the names of a namespace must be strings')
    fields.set(key, value)
  }
  return fields
}

/** Stateless, so shared by all renders; what they make belongs to the render that called. */
export const GLOBALS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['range', new Builtin('<range>', (_run, args) => makeRange(args), 'type')],
  ['dict', new Builtin('<dict>', (run, args) => make(run, args, 'dict'), 'type')],
  [
    'namespace',
    new Builtin('<namespace>', (run, args) => new Namespace(fieldsOf(make(run, args, 'namespace'))), 'type'),
  ],
  [
    'cycler',
    new Builtin(
      '<cycler>',
      (_run, { positional, keywords }) => {
        if (keywords?.size) throw typeError('cycler() takes no keyword arguments')
        if (positional.length === 0) throw new JinjaError('RuntimeError', 'at least one item has to be provided')
        return new Cycler(positional)
      },
      'type',
    ),
  ],
  [
    'joiner',
    new Builtin(
      '<joiner>',
      (_run, args) => {
        const [separator] = bind(JOINER, args)
        return new Joiner(separator === undefined ? ', ' : separator)
      },
      'type',
    ),
  ],
  ['lipsum', new Builtin('<function lipsum>', lipsum, 'function')],
])
