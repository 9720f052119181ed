// Text forms of values: Python's `str` and `repr`.
// R1  Every element is paid for, so shared structure cannot blow a short template up into endless text.

import { Float, formatFloat, formatNumber } from '../../base/number.ts'
import { quotePython } from '../../base/python.ts'
import { Dict, DictView } from './dict.ts'
import { limitError, valueError } from './error.ts'
import { MAX_INT_DIGITS } from './parse-number.ts'
import {
  Bytes,
  Callable,
  Hidden,
  List,
  Markup,
  Namespace,
  type PyObject,
  type PyValue,
  Range,
  type Run,
  Stream,
  Tuple,
  Undefined,
} from './values.ts'

/** Nesting of lists and dicts beyond which a value is not walked. Inputs nest to 512 at most. */
export const MAX_VALUE_DEPTH = 600

/** Objects that say themselves how they look, such as `loop`. */
export interface Showing {
  show(run: Run): string
}
const shows = (value: PyObject): value is PyObject & Showing => 'show' in value

/** `str(value)`: what `{{ value }}` prints. */
export const toText = (run: Run, value: PyValue): string => {
  if (typeof value === 'string') return value
  if (value instanceof Markup) return value.text
  if (value instanceof Undefined || value instanceof Hidden) return ''
  return represent(run, value)
}

/** `repr(value)`. */
export const represent = (run: Run, value: PyValue): string => {
  const parts = new Parts(run)
  write(parts, value, [])
  return parts.text
}

class Parts {
  readonly run: Run
  text = ''
  constructor(run: Run) {
    this.run = run
  }
  add(text: string): void {
    this.text += text
    this.run.spend(1 + text.length / 32)
    if (this.text.length > this.run.valueChars) this.run.text(this.text.length)
  }
}

export const integerText = (value: number | bigint): string => {
  if (typeof value === 'number') return formatNumber(value)
  // 3.3 bits a digit: only integers near the bound are written to be counted.
  const text = value.toString()
  if (text.length > MAX_INT_DIGITS + (value < 0n ? 1 : 0))
    throw valueError(`an integer has more than ${MAX_INT_DIGITS} digits`)
  return text
}

const write = (parts: Parts, value: PyValue, path: PyObject[]): void => {
  if (value === null) return parts.add('None')
  if (typeof value === 'string') {
    parts.run.scan(value.length, 4)
    return parts.add(quotePython(value))
  }
  if (typeof value === 'boolean') return parts.add(value ? 'True' : 'False')
  if (typeof value === 'bigint') return parts.add(integerText(value))
  if (typeof value === 'number') return parts.add(formatNumber(value))
  if (value instanceof Float) return parts.add(formatFloat(value.value))
  if (path.length > MAX_VALUE_DEPTH) throw limitError(`a value is nested deeper than ${MAX_VALUE_DEPTH}`)
  if (value instanceof List || value instanceof Dict || value instanceof Tuple || value instanceof Namespace) {
    parts.run.spend(path.length / 32)
    if (path.includes(value))
      return parts.add(value instanceof List ? '[...]' : value instanceof Dict ? '{...}' : '(...)')
    path.push(value)
    if (value instanceof List) writeSequence(parts, '[', value.items, ']', path)
    else if (value instanceof Tuple) writeSequence(parts, '(', value.items, value.items.length === 1 ? ',)' : ')', path)
    else if (value instanceof Dict) writePairs(parts, '{', value.entries(), '}', path)
    else writePairs(parts, '<Namespace {', value.fields.entries(), '}>', path)
    path.pop()
    return
  }
  if (value instanceof DictView) {
    path.push(value)
    const items = Array.from(value.dict.entries(), ([key, item]) =>
      value.kind === 'keys' ? key : value.kind === 'values' ? item : new Tuple([key, item]),
    )
    writeSequence(parts, `${value.typeName}([`, items, '])', path)
    path.pop()
    return
  }
  parts.add(plainText(parts.run, value))
}

const plainText = (run: Run, value: PyObject): string => {
  if (value instanceof Markup) return `Markup(${quotePython(value.text)})`
  if (value instanceof Undefined) return 'Undefined'
  if (value instanceof Hidden) return ''
  if (value instanceof Bytes) return bytesText(run, value.data)
  if (value instanceof Range) return `range(${value.start}, ${value.stop}${value.step === 1 ? '' : `, ${value.step}`})`
  if (value instanceof Stream) return `<${value.typeName} object>`
  if (value instanceof Callable || shows(value)) return (value as PyObject & Showing).show(run)
  return `<${value.typeName} object>`
}

const writeSequence = (
  parts: Parts,
  open: string,
  items: readonly PyValue[],
  close: string,
  path: PyObject[],
): void => {
  parts.add(open)
  for (let i = 0; i < items.length; i++) {
    if (i > 0) parts.add(', ')
    write(parts, items[i] as PyValue, path)
  }
  parts.add(close)
}

const writePairs = (
  parts: Parts,
  open: string,
  entries: Iterable<readonly [PyValue, PyValue]>,
  close: string,
  path: PyObject[],
): void => {
  parts.add(open)
  let first = true
  for (const [key, item] of entries) {
    if (!first) parts.add(', ')
    first = false
    write(parts, key, path)
    parts.add(': ')
    write(parts, item, path)
  }
  parts.add(close)
}

const bytesText = (run: Run, data: Uint8Array): string => {
  run.scan(data.length, 4)
  const quote = data.includes(39) && !data.includes(34) ? '"' : "'"
  let body = ''
  for (const byte of data) {
    const char = String.fromCharCode(byte)
    if (char === quote || char === '\\') body += `\\${char}`
    else if (byte === 10) body += '\\n'
    else if (byte === 13) body += '\\r'
    else if (byte === 9) body += '\\t'
    else if (byte < 32 || byte > 126) body += `\\x${byte.toString(16).padStart(2, '0')}`
    else body += char
  }
  return `b${quote}${body}${quote}`
}
