// Python's pprint.pformat at its defaults: 80 columns, one space of indent, dicts sorted by key.

import { ordered } from './compare.ts'
import { Dict } from './dict.ts'
import { JinjaError, limitError } from './error.ts'
import { typeNameOf } from './iterate.ts'
import { sortBy } from './methods-containers.ts'
import { MAX_VALUE_DEPTH, represent } from './represent.ts'
import { splitLines, textLength } from './text.ts'
import { List, type PyValue, type Run, Tuple } from './values.ts'

const WIDTH = 80

export const pprint = (run: Run, value: PyValue): string => {
  const printer = new Printer(run)
  printer.format(value, 0, 0, 0)
  return printer.text
}

/** Entries by key; keys without an order among them by type. */
export const sortedEntries = (run: Run, dict: Dict): (readonly [PyValue, PyValue])[] => {
  const entries: PyValue[] = Array.from(dict.entries(), (entry) => new Tuple(entry))
  const keys = entries.map((entry) => (entry as Tuple).items[0] as PyValue)
  if (keys.every((key) => typeof key === 'string'))
    sortBy(run, entries, (entry) => (entry as Tuple).items[0] as PyValue, false)
  else entries.sort((a, b) => safeOrder(run, (a as Tuple).items[0] as PyValue, (b as Tuple).items[0] as PyValue))
  return entries.map((entry) => (entry as Tuple).items as readonly [PyValue, PyValue])
}

const safeOrder = (run: Run, a: PyValue, b: PyValue): number => {
  try {
    return ordered(run, '<', a, b) ? -1 : ordered(run, '<', b, a) ? 1 : 0
  } catch (error) {
    if (!(error instanceof JinjaError) || error.kind !== 'TypeError') throw error
    const [left, right] = [typeNameOf(a), typeNameOf(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
}

class Printer {
  readonly #run: Run
  text = ''
  constructor(run: Run) {
    this.#run = run
  }

  #write(text: string): void {
    this.#run.step()
    this.text += text
    if (this.text.length > this.#run.valueChars) this.#run.text(this.text.length)
  }

  /** `allowance`: columns taken at the end of the last line by what closes around it. */
  format(value: PyValue, indent: number, allowance: number, level: number): void {
    if (level > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
    const flat = this.#flat(value, level)
    if (textLength(flat) <= WIDTH - indent - allowance) return this.#write(flat)
    if (value instanceof Dict && value.size > 0) return this.#dict(value, indent, allowance + 1, level + 1)
    if (value instanceof List) return this.#items('[', value.items, ']', indent, allowance + 1, level + 1)
    if (value instanceof Tuple && value.typeName === 'tuple') {
      const close = value.items.length === 1 ? ',)' : ')'
      return this.#items('(', value.items, close, indent, allowance + close.length, level + 1)
    }
    if (typeof value === 'string') return this.#string(value, indent, allowance, level + 1)
    this.#write(flat)
  }

  /** `repr` with sorted dicts. */
  #flat(value: PyValue, level: number): string {
    if (level > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
    const flat = new Flat(this.#run)
    flat.add(value, [])
    this.#run.text(flat.text.length)
    return flat.text
  }

  #dict(dict: Dict, indent: number, allowance: number, level: number): void {
    const entries = sortedEntries(this.#run, dict)
    this.#write('{')
    entries.forEach(([key, value], i) => {
      const last = i === entries.length - 1
      const name = this.#flat(key, level)
      this.#write(`${name}: `)
      this.format(value, indent + 1 + textLength(name) + 2, last ? allowance : 1, level)
      if (!last) this.#write(`,\n${' '.repeat(indent + 1)}`)
    })
    this.#write('}')
  }

  #items(
    open: string,
    items: readonly PyValue[],
    close: string,
    indent: number,
    allowance: number,
    level: number,
  ): void {
    this.#write(open)
    items.forEach((item, i) => {
      const last = i === items.length - 1
      this.format(item, indent + 1, last ? allowance : 1, level)
      if (!last) this.#write(`,\n${' '.repeat(indent + 1)}`)
    })
    this.#write(close)
  }

  /** Long texts become several literals, one to a line. */
  #string(text: string, outerIndent: number, outerAllowance: number, level: number): void {
    const indent = outerIndent + (level === 1 ? 1 : 0)
    const allowance = outerAllowance + (level === 1 ? 1 : 0)
    const chunks = this.#chunks(text, WIDTH - indent, allowance)
    const [only] = chunks
    if (only !== undefined && chunks.length === 1) return this.#write(only)
    const body = chunks.join(`\n${' '.repeat(indent)}`)
    this.#write(level === 1 ? `(${body})` : body)
  }

  #chunks(text: string, width: number, allowance: number): string[] {
    const run = this.#run
    const chunks: string[] = []
    const lines = splitLines(text, true)
    lines.forEach((line, i) => {
      const lastLine = i === lines.length - 1
      const whole = represent(run, line)
      if (textLength(whole) <= width - (lastLine ? allowance : 0)) {
        chunks.push(whole)
        return
      }
      const parts = line.match(/[^\s]+\s*|\s+/g) ?? []
      let current = ''
      parts.forEach((part, j) => {
        const room = width - (lastLine && j === parts.length - 1 ? allowance : 0)
        if (textLength(represent(run, current + part)) > room) {
          if (current !== '') chunks.push(represent(run, current))
          current = part
        } else current += part
      })
      if (current !== '') chunks.push(represent(run, current))
    })
    return chunks
  }
}

class Flat {
  readonly #run: Run
  text = ''
  constructor(run: Run) {
    this.#run = run
  }
  add(value: PyValue, within: PyValue[]): void {
    this.#run.spend(1 + within.length / 32)
    if (within.length > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
    if (within.includes(value) && value !== null && typeof value === 'object') {
      this.#put(`<Recursion on ${typeNameOf(value)}>`)
      return
    }
    within.push(value)
    if (value instanceof Dict) {
      this.#put('{')
      sortedEntries(this.#run, value).forEach(([key, item], i) => {
        if (i > 0) this.#put(', ')
        this.add(key, within)
        this.#put(': ')
        this.add(item, within)
      })
      this.#put('}')
    } else if (value instanceof List || (value instanceof Tuple && value.typeName === 'tuple')) {
      this.#put(value instanceof List ? '[' : '(')
      value.items.forEach((item, i) => {
        if (i > 0) this.#put(', ')
        this.add(item, within)
      })
      this.#put(value instanceof List ? ']' : value.items.length === 1 ? ',)' : ')')
    } else this.#put(represent(this.#run, value))
    within.pop()
  }
  #put(text: string): void {
    this.#run.spend(text.length / 32)
    this.text += text
    if (this.text.length > this.#run.valueChars) this.#run.text(this.text.length)
  }
}
