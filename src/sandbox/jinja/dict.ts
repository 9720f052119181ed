// A dict with Python's keys: any hashable value, `1`, `1.0` and `True` the same key, insertion order kept.
// Keys are looked up by a stand-in (`hashKey`): texts stand for themselves, compound keys for a text no key can have.

import { Float } from '../../base/number.ts'
import { typeError } from './error.ts'
import { Bytes, Hidden, Markup, PyObject, type PyValue, Range, Tuple, Undefined } from './values.ts'

type HashKey = string | number | bigint | boolean | null | PyObject

/** Marks stand-ins of compound keys; a text that starts with it is marked itself. */
const MARK = '\u0000'
const MAX_KEY_DEPTH = 64

export const hashKey = (value: PyValue): HashKey => {
  if (typeof value === 'string') return value.startsWith(MARK) ? `${MARK}s${value}` : value
  if (typeof value === 'number') {
    // Beyond 2^53 an integer is a bigint; a fraction never equals one.
    return value
  }
  if (value === null || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Float) {
    return Number.isSafeInteger(value.value) ? value.value + 0 : BigInt(value.value)
  }
  if (value instanceof Markup) return hashKey(value.text)
  if (value instanceof Tuple || value instanceof Range || value instanceof Bytes)
    return `${MARK}${compoundKey(value, 0)}`
  if (value instanceof Undefined) return `${MARK}undefined`
  if (isUnhashable(value)) throw typeError(`unhashable type: '${value.typeName}'`)
  return value
}

const isUnhashable = (value: PyObject): boolean =>
  value.typeName === 'list' || value.typeName === 'dict' || value instanceof Hidden

const compoundKey = (value: PyValue, depth: number): string => {
  if (depth > MAX_KEY_DEPTH) throw typeError('a key is nested too deeply')
  if (value instanceof Tuple) return `(${value.items.map((item) => compoundKey(item, depth + 1)).join(',')})`
  if (value instanceof Range)
    return value.length === 0 ? 'r' : `r${value.start}:${value.length}:${value.length > 1 ? value.step : 0}`
  if (value instanceof Bytes) return `b${value.data.join('.')}`
  const key = hashKey(value)
  if (typeof key === 'string') return `s${key.length}:${key}`
  if (key instanceof PyObject) throw typeError(`a ${key.typeName} cannot be part of a key`)
  return key === null ? 'none' : `n${key}`
}

export class Dict extends PyObject {
  readonly typeName = 'dict'
  readonly #entries = new Map<HashKey, readonly [PyValue, PyValue]>()

  get size(): number {
    return this.#entries.size
  }
  get(key: PyValue): PyValue | undefined {
    return this.#entries.get(hashKey(key))?.[1]
  }
  /** For keys known to be texts, such as attribute names. */
  getText(key: string): PyValue | undefined {
    return this.#entries.get(key.startsWith(MARK) ? hashKey(key) : key)?.[1]
  }
  has(key: PyValue): boolean {
    return this.#entries.has(hashKey(key))
  }
  set(key: PyValue, value: PyValue): void {
    const hash = hashKey(key)
    const known = this.#entries.get(hash)
    this.#entries.set(hash, [known === undefined ? key : known[0], value])
  }
  delete(key: PyValue): PyValue | undefined {
    const hash = hashKey(key)
    const known = this.#entries.get(hash)
    this.#entries.delete(hash)
    return known?.[1]
  }
  clear(): void {
    this.#entries.clear()
  }
  /** In insertion order. */
  entries(): IterableIterator<readonly [PyValue, PyValue]> {
    return this.#entries.values()
  }
  last(): readonly [PyValue, PyValue] | undefined {
    let last: readonly [PyValue, PyValue] | undefined
    for (const entry of this.#entries.values()) last = entry
    return last
  }
  copy(): Dict {
    const copy = new Dict()
    for (const [hash, entry] of this.#entries) copy.#entries.set(hash, entry)
    return copy
  }
}

/** `d.keys()`, `d.values()`, `d.items()`: follows the dict as it changes. */
export class DictView extends PyObject {
  readonly typeName: string
  readonly kind: 'keys' | 'values' | 'items'
  readonly dict: Dict
  constructor(dict: Dict, kind: 'keys' | 'values' | 'items') {
    super()
    this.dict = dict
    this.kind = kind
    this.typeName = `dict_${kind}`
  }
}
