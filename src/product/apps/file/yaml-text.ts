// Plain data as YAML text for people and for git: block style, keys in their order, one value per line, never folded.
//
// W1  Reading the text back gives the same data, in readers of YAML 1.1 and 1.2 alike: words that either takes for something
//     else are quoted, and what cannot stand in a block is written with escapes.
// W2  The same data gives the same text.

import { Float, formatFloat } from '../../../base/number.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import { needsQuotes } from './plain-scalar.ts'

const STEP = '  '
// YAML reads a key without `?` only when it is shorter than 1,024 characters.
const LONG_KEY = 1000

export const writeYaml = (value: Value): string => {
  const out: string[] = []
  if (isCollection(value)) writeCollection(out, value, '', '')
  else out.push(writeInline(value), '\n')
  return out.join('')
}

type Collection = ValueObject | readonly Value[]

const isCollection = (value: Value): value is Collection => isList(value) || isObject(value)

const isEmpty = (value: Collection): boolean => (isList(value) ? value.length : Object.keys(value).length) === 0

/** @param first margin of the first line, which may already stand behind a dash   @param margin of the others */
const writeCollection = (out: string[], value: Collection, first: string, margin: string): void => {
  if (isEmpty(value)) {
    out.push(first, isList(value) ? '[]' : '{}', '\n')
    return
  }
  let lead = first
  if (isList(value)) {
    for (const item of value) {
      out.push(lead, '-')
      lead = margin
      if (isCollection(item)) writeCollection(out, item, ' ', margin + STEP)
      else writeScalar(out, item, margin + STEP)
    }
    return
  }
  for (const key of Object.keys(value)) {
    const item = own(value, key) as Value
    const text = writeText(key)
    const long = text.length > LONG_KEY
    out.push(lead, long ? `? ${text}\n${margin}:` : `${text}:`)
    lead = margin
    if (!isCollection(item)) writeScalar(out, item, margin + STEP)
    else if (isEmpty(item)) writeCollection(out, item, ' ', margin)
    else {
      out.push('\n')
      // Dashes stand under their key, as Dify's exports have them.
      const inner = isList(item) && !long ? margin : margin + STEP
      writeCollection(out, item, inner, inner)
    }
  }
}

/** What follows a dash or a colon. */
const writeScalar = (out: string[], value: Value, margin: string): void => {
  if (typeof value === 'string' && fitsBlock(value)) writeBlock(out, value, margin)
  else out.push(' ', writeInline(value), '\n')
}

const writeInline = (value: Value): string => {
  if (value === null || value === undefined) return 'null'
  switch (typeof value) {
    case 'string':
      return writeText(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'number':
      return Number.isInteger(value) ? (value + 0).toString() : writeFloat(value)
    default:
      return value instanceof Float ? writeFloat(value.value) : 'null'
  }
}

const writeFloat = (value: number): string => {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  // YAML 1.1 takes an exponent for a number only behind a dot.
  return formatFloat(value).replace(/^(-?\d+)e/, '$1.0e')
}

// ---- texts

// Characters that end a line for some reader, that no reader takes, or that nobody sees at the start of a file.
const NEEDS_ESCAPES = /[\u0000-\u0008\n-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u
const NEEDS_ESCAPES_IN_BLOCK = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u
// Indicators at the start, a comment or a key inside, blanks at the ends.
const NOT_PLAIN = /^[-?:,[\]{}#&*!|>'"%@`\s]|^\.\.\.|\t|:(?: |$)| #|\s$/

const writeText = (text: string): string => {
  if (text === '') return "''"
  if (NEEDS_ESCAPES.test(text)) return writeEscaped(text)
  if (NOT_PLAIN.test(text) || needsQuotes(text)) return `'${text.replaceAll("'", "''")}'`
  return text
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
}
const ESCAPED = new RegExp(`["\\\\\\t]|${NEEDS_ESCAPES.source}`, 'gu')

const writeEscaped = (text: string): string => {
  const escaped = text.replace(ESCAPED, (character) => {
    const short = ESCAPES[character]
    if (short !== undefined) return short
    const code = character.charCodeAt(0)
    return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`
  })
  return `"${escaped}"`
}

const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0')

/** True for a text of several lines that a literal block gives back exactly, in every reader. */
const fitsBlock = (text: string): boolean => {
  if (!text.includes('\n') || NEEDS_ESCAPES_IN_BLOCK.test(text)) return false
  const body = text.replace(/\n+$/, '')
  const lines = body.split('\n')
  // Readers disagree about blanks alone on the first lines and on the last.
  const firstFull = lines.find((line) => line !== '')
  return firstFull !== undefined && firstFull.trim() !== '' && (lines.at(-1) as string).trim() !== ''
}

const writeBlock = (out: string[], text: string, margin: string): void => {
  const body = text.replace(/\n+$/, '')
  const ending = text.length - body.length
  const lines = body.split('\n')
  // Where the text itself begins with blanks, the depth of its margin must be said.
  const depth = /^\n*[ \t]/.test(body) ? STEP.length : ''
  out.push(' |', String(depth), ending === 0 ? '-' : ending === 1 ? '' : '+', '\n')
  for (const line of lines) out.push(line === '' ? '' : margin, line, '\n')
  for (let i = 1; i < ending; i++) out.push('\n')
}
