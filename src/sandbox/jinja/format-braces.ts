// `str.format`: `'{} {name:>5} {0[key]!r}'`. Attributes of values are out of reach here, whatever they are called.

import { quotePython } from '../../base/python.ts'
import { Dict } from './dict.ts'
import { JinjaError, typeError, undefinedError, valueError } from './error.ts'
import { asciiOnly } from './format-percent.ts'
import { formatValue } from './format-spec.ts'
import { typeNameOf } from './iterate.ts'
import { represent, toText } from './represent.ts'
import { indexError, itemAt } from './slices.ts'
import { type Args, Markup, type PyValue, type Run, Undefined } from './values.ts'

/** Fields may stand inside the specification of a field, but no deeper. */
const MAX_NESTING = 2

interface State {
  readonly run: Run
  readonly lookup: (name: string) => PyValue
  readonly positional: readonly PyValue[]
  readonly protect: ((text: string) => string) | undefined
  /** Next automatic position; `manual` once a number was written. */
  automatic: number
  manual: boolean
}

export const formatBraces = (run: Run, template: string, args: Args, protect?: (text: string) => string): string => {
  const lookup = (name: string): PyValue => {
    const value = args.keywords?.get(name)
    if (value === undefined) throw new JinjaError('KeyError', quotePython(name))
    return value
  }
  return expand(
    { run, lookup, positional: args.positional, protect, automatic: 0, manual: false },
    template,
    MAX_NESTING,
  )
}

/** `str.format_map(mapping)`. */
export const formatMap = (run: Run, template: string, mapping: PyValue, protect?: (text: string) => string): string => {
  const lookup = (name: string): PyValue => {
    if (!(mapping instanceof Dict)) throw typeError(`'${typeNameOf(mapping)}' object is not a mapping`)
    const value = mapping.getText(name)
    if (value === undefined) throw new JinjaError('KeyError', quotePython(name))
    return value
  }
  return expand({ run, lookup, positional: [], protect, automatic: 0, manual: false }, template, MAX_NESTING)
}

const expand = (state: State, template: string, nesting: number): string => {
  if (nesting === 0) throw valueError('Max string recursion exceeded')
  state.run.scan(template.length, 2)
  let result = ''
  let at = 0
  while (at < template.length) {
    const stop = nextBrace(template, at)
    result += template.slice(at, stop)
    if (stop === template.length) break
    const char = template[stop]
    if (template[stop + 1] === char) {
      result += char
      at = stop + 2
    } else if (char === '}') {
      throw valueError("Single '}' encountered in format string")
    } else {
      const end = closingBrace(template, stop + 1)
      result += field(state, template.slice(stop + 1, end), nesting)
      at = end + 1
    }
    state.run.step()
    state.run.bound(result.length)
  }
  return result
}

const nextBrace = (text: string, from: number): number => {
  let at = from
  while (at < text.length && text[at] !== '{' && text[at] !== '}') at++
  return at
}

const closingBrace = (text: string, from: number): number => {
  let depth = 1
  let inName = true
  for (let at = from; at < text.length; at++) {
    // A bracket hides braces: the key of {0[}]} is `}`.
    if (text[at] === '[' && depth === 1 && inName) {
      const close = text.indexOf(']', at)
      if (close === -1) break
      at = close
    } else if (text[at] === ':') inName = false
    else if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  throw valueError(
    from === text.length ? "Single '{' encountered in format string" : "expected '}' before end of string",
  )
}

const FIELD = /^([^.[:!]*)((?:\.[^.[:!]*|\[[^\]]*\])*)(?:!([^:]?))?(?::([\s\S]*))?$/

const field = (state: State, text: string, nesting: number): string => {
  const match = FIELD.exec(text)
  if (!match) throw valueError('malformed field in format string')
  const [, name = '', path = '', conversion, spec = ''] = match
  const value = converted(state, follow(state, first(state, name), path), conversion)
  const filled = spec.includes('{') || spec.includes('}') ? expand(state, spec, nesting - 1) : spec
  const formatted = formatValue(state.run, value, filled)
  return state.protect && !(value instanceof Markup && filled === '') ? state.protect(formatted) : formatted
}

const first = (state: State, name: string): PyValue => {
  if (name !== '' && !/^\d+$/.test(name)) return state.lookup(name)
  if (name === '' ? state.manual : state.automatic > 0) {
    throw valueError('cannot switch between automatic and manual field numbering')
  }
  if (name !== '') state.manual = true
  const value = state.positional[name === '' ? state.automatic++ : Number(name)]
  if (value === undefined) throw indexError('Replacement index out of range for positional args tuple')
  return value
}

const follow = (state: State, start: PyValue, path: string): PyValue => {
  let value = start
  for (const part of path.match(/\.[^.[]*|\[[^\]]*\]/g) ?? []) {
    state.run.step()
    if (part === '.' || part === '[]') throw valueError('Empty attribute in format string')
    if (part.startsWith('.'))
      throw new JinjaError('AttributeError', `'${typeNameOf(value)}' object has no attribute '${part.slice(1)}'`)
    value = item(state.run, value, part.slice(1, -1))
  }
  return value
}

const item = (run: Run, value: PyValue, text: string): PyValue => {
  const key = /^\d+$/.test(text) ? Number(text) : text
  if (value instanceof Dict) {
    const entry = value.get(key)
    if (entry === undefined) throw new JinjaError('KeyError', typeof key === 'string' ? quotePython(key) : String(key))
    return entry
  }
  if (value instanceof Undefined) throw undefinedError(value.reason)
  const found = itemAt(run, value, key)
  if (found !== undefined) return found
  if (typeof key === 'string') throw typeError(`'${typeNameOf(value)}' indices must be integers`)
  throw indexError(`${typeNameOf(value)} index out of range`)
}

const converted = (state: State, value: PyValue, conversion: string | undefined): PyValue => {
  switch (conversion) {
    case undefined:
      return value
    case 's':
      return toText(state.run, value)
    case 'r':
      return represent(state.run, value)
    case 'a':
      return asciiOnly(represent(state.run, value))
    default:
      throw valueError('Unknown conversion specifier')
  }
}
