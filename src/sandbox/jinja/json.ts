// JSON text as Python's json.dumps writes it: sorted keys, ASCII only, `1.0` and `1e-05` for floats.

import { Float, formatFloat } from '../../base/number.ts'
import { byLess } from './compare.ts'
import { Dict } from './dict.ts'
import { limitError, typeError, valueError } from './error.ts'
import { typeNameOf } from './iterate.ts'
import { integerText, MAX_VALUE_DEPTH } from './represent.ts'
import { List, Markup, type PyObject, type PyValue, type Run, Tuple } from './values.ts'

/** @param margin what one level is indented by; undefined keeps everything on one line */
export const toJson = (run: Run, value: PyValue, margin: string | undefined): string => {
  const writer = new Writer(run, margin)
  writer.write(value, [])
  return writer.text
}

const quote = (text: string): string =>
  JSON.stringify(text).replace(/[\x7f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const floatText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? formatFloat(value) : value > 0 ? 'Infinity' : '-Infinity'

const scalar = (value: PyValue): string | undefined => {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'bigint') return integerText(value)
  if (typeof value === 'number') return Number.isInteger(value) ? value.toString() : floatText(value)
  return value instanceof Float ? floatText(value.value) : undefined
}

class Writer {
  readonly #run: Run
  readonly #margin: string | undefined
  text = ''
  constructor(run: Run, margin: string | undefined) {
    this.#run = run
    this.#margin = margin
  }

  write(value: PyValue, path: PyObject[]): void {
    const run = this.#run
    run.step()
    if (typeof value === 'string' || value instanceof Markup) {
      const text = typeof value === 'string' ? value : value.text
      run.scan(text.length, 4)
      return this.#put(quote(text))
    }
    const simple = scalar(value)
    if (simple !== undefined) return this.#put(simple)
    if (!(value instanceof List || value instanceof Tuple || value instanceof Dict)) {
      throw typeError(`Object of type ${typeNameOf(value)} is not JSON serializable`)
    }
    run.spend(path.length / 32)
    if (path.includes(value)) throw valueError('Circular reference detected')
    if (path.length > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
    path.push(value)
    if (value instanceof Dict) this.#dict(value, path)
    else this.#list(value.items, path)
    path.pop()
  }

  #put(text: string): void {
    this.text += text
    this.#run.spend(text.length / 32)
    if (this.text.length > this.#run.valueChars) this.#run.text(this.text.length)
  }

  /** What stands before an item, or before the closing bracket one level further out. */
  #break(first: boolean, depth: number): string {
    const comma = first ? '' : this.#margin === undefined ? ', ' : ','
    if (this.#margin === undefined) return comma
    this.#run.text(this.#margin.length * depth)
    return `${comma}\n${this.#margin.repeat(depth)}`
  }

  #list(items: readonly PyValue[], path: PyObject[]): void {
    if (items.length === 0) return this.#put('[]')
    this.#put('[')
    items.forEach((item, i) => {
      this.#put(this.#break(i === 0, path.length))
      this.write(item, path)
    })
    this.#put(`${this.#break(true, path.length - 1)}]`)
  }

  #dict(dict: Dict, path: PyObject[]): void {
    if (dict.size === 0) return this.#put('{}')
    const compare = byLess(this.#run)
    const entries = Array.from(dict.entries()).sort(([a], [b]) => compare(a, b))
    this.#put('{')
    entries.forEach(([key, item], i) => {
      this.#put(`${this.#break(i === 0, path.length)}${quote(keyText(key))}: `)
      this.write(item, path)
    })
    this.#put(`${this.#break(true, path.length - 1)}}`)
  }
}

const keyText = (key: PyValue): string => {
  if (typeof key === 'string') return key
  if (key instanceof Markup) return key.text
  const text = scalar(key)
  if (text === undefined) throw typeError(`keys must be str, int, float, bool or None, not ${typeNameOf(key)}`)
  return text
}
