// Reads YAML text into plain data with the meaning YAML 1.1 gives it, for texts nobody has vetted.
//
// Y1  Never throws. Every issue has a line and column or a path.
// Y2  Work is bounded: nesting as written, the content aliases expand to, and the number of issues have limits.
//     Aliases share one value; who expands them watches the depth.
// Y3  Keys keep their written form (`no: 1` has the key "no"); keys given twice are an issue; `<<` merges.

import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import type { Result } from '../../../../base/errors.ts'
import { float, isFloat, isInteger, toNumber } from '../../../../base/number.ts'
import { isList, isObject, setOwn, type Value, type ValueObject } from '../../../../base/value.ts'
import { MAX_DEPTH, MAX_WEIGHT } from '../limits.ts'
import { readPlainScalar } from '../plain-scalar.ts'
import { joinPath, Problems } from '../problems.ts'

// One level of content takes up to two entries of the parser's stack, besides the document itself.
const MAX_STACK = 2 * MAX_DEPTH + 8
// Pieces of syntax, blanks included; each costs memory far beyond its text.
const MAX_LEXEMES = 1_000_000
// After so many syntax errors the rest is noise.
const MAX_SYNTAX_ERRORS = 20

// Everything outside YAML's printable characters; a lone surrogate counts.
const FORBIDDEN = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** The content of one YAML document; null for an empty one. */
export const readYaml = (text: string): Result<Value> => {
  const lines = new LineCounter()
  const problems = new Problems()
  const failed = (): Result<Value> => ({ ok: false, issues: problems.issues })

  const forbidden = FORBIDDEN.exec(text)
  if (forbidden) {
    problems.add('', 'app/yaml-character', { character: nameCharacter(forbidden[0]), ...place(text, forbidden.index) })
    return failed()
  }
  const document = compose(text, lines, problems)
  if (document === undefined || problems.any) return failed()
  if (document.contents === null) return { ok: true, value: null }
  const value = new Reader(lines, problems).read(document.contents as Node)
  return problems.any ? failed() : { ok: true, value }
}

const compose = (text: string, lines: LineCounter, problems: Problems): Document | undefined => {
  const documents: Document[] = []
  const { composer, errors, addError } = createComposer()
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  const take = (tokens: Iterable<CST.Token>): void => {
    for (const token of tokens) {
      if (token.type === 'error') addError(token.offset, token.message)
      else documents.push(...composer.next(token))
      if (documents.length > 1) throw new EnoughSeen()
    }
  }
  try {
    let lexemes = 0
    for (const lexeme of new Lexer().lex(text)) {
      take(parser.next(lexeme))
      if (parser.stack.length > MAX_STACK) {
        problems.add('', 'app/too-deep', { limit: MAX_DEPTH, place: ` at ${showPlace(lines, parser.offset)}` })
        return undefined
      }
      if (++lexemes > MAX_LEXEMES) {
        problems.add('', 'app/too-many-values', { limit: MAX_LEXEMES, ...linePlace(lines, parser.offset) })
        return undefined
      }
    }
    take(parser.end())
    documents.push(...composer.end(true, text.length))
  } catch (error) {
    if (!(error instanceof EnoughSeen)) throw error
  }
  const second = documents[1]
  if (second !== undefined) {
    const reason = 'a file holds one document, but a second one begins here'
    errors.push({ offset: second.range?.[0] ?? 0, reason })
  }
  // A few errors the composer keeps to itself, such as the end of a document that never began.
  for (const error of documents.flatMap((document) => document.errors).slice(0, MAX_SYNTAX_ERRORS)) {
    errors.push({ offset: error.pos[0], reason: error.message })
  }
  for (const { offset, reason } of errors) {
    problems.add('', 'app/yaml-syntax', { reason, ...linePlace(lines, offset) })
  }
  return documents[0]
}

/** Ends the reading early: what follows cannot change the answer. */
class EnoughSeen extends Error {}

interface FoundError {
  readonly offset: number
  readonly reason: string
}

interface BoundedComposer {
  readonly composer: Composer
  readonly errors: FoundError[]
  readonly addError: (offset: number, reason: string) => void
}

/** A composer whose errors are bounded. Left alone it makes one for every piece: a few megabytes of garbage fill the memory. */
const createComposer = (): BoundedComposer => {
  const errors: FoundError[] = []
  const addError = (offset: number, reason: string): void => {
    if (errors.length < MAX_SYNTAX_ERRORS) errors.push({ offset, reason })
    if (errors.length >= MAX_SYNTAX_ERRORS) throw new EnoughSeen()
  }
  const onError = (
    source: number | readonly [number, ...number[]] | { readonly offset: number },
    _code: string,
    reason: string,
    warning?: boolean,
  ): void => {
    // Warnings are about tags, which the reader judges.
    if (!warning) addError(typeof source === 'number' ? source : 'offset' in source ? source.offset : source[0], reason)
  }
  // Words stay texts here: only the reader decides what they mean.
  const composer = new Composer({ schema: 'failsafe', version: '1.1', resolveKnownTags: false, uniqueKeys: false })
  // The field is not public, but it is what the composer calls for every error; a test holds it to that.
  Object.assign(composer, { onError })
  return { composer, errors, addError }
}

interface Anchored {
  readonly value: Value
  readonly weight: number
}

class Reader {
  readonly #lines: LineCounter
  readonly #problems: Problems
  readonly #anchors = new Map<string, Anchored | 'open'>()
  readonly #path: (string | number)[] = []
  /** Characters and values so far, aliases counted as often as they are used. */
  #weight = 0
  #stopped = false

  constructor(lines: LineCounter, problems: Problems) {
    this.#lines = lines
    this.#problems = problems
  }

  read(node: Node): Value {
    return this.#value(node, 0)
  }

  #value(node: Node | null, depth: number): Value {
    if (node === null || this.#stopped) return null
    if (isAlias(node)) return this.#alias(node)
    const anchor = (node as Scalar).anchor
    if (anchor === undefined) return this.#content(node, depth)
    const weight = this.#weight
    this.#anchors.set(anchor, 'open')
    const value = this.#content(node, depth)
    this.#anchors.set(anchor, { value, weight: this.#weight - weight })
    return value
  }

  #content(node: Node, depth: number): Value {
    this.#weight++
    if (isScalar(node)) return this.#scalar(node)
    if (depth >= MAX_DEPTH) {
      this.#stop('app/too-deep', { limit: MAX_DEPTH, place: ` at ${showPlace(this.#lines, node.range?.[0] ?? 0)}` })
      return null
    }
    if (isSeq(node)) {
      if (node.tag !== undefined && node.tag !== `${CORE}seq`) this.#tag(node)
      return node.items.map((item, index) => this.#inside(index, () => this.#value(item as Node, depth + 1)))
    }
    if (isMap(node)) {
      if (node.tag !== undefined && node.tag !== `${CORE}map`) this.#tag(node)
      return this.#map(node, depth)
    }
    return null
  }

  #map(node: YAMLMap, depth: number): ValueObject {
    const object: ValueObject = {}
    const pairs = node.items as Pair<Node, Node | null>[]
    // Merged fields come first and give way to the map's own, wherever `<<` stands.
    for (const pair of pairs) if (isMerge(pair.key)) this.#merge(object, pair, depth)
    const seen = new Set<string>()
    for (const pair of pairs) {
      if (isMerge(pair.key)) continue
      const key = this.#key(pair.key)
      if (key === undefined) continue
      if (seen.has(key)) {
        const place = ` (line ${linePlace(this.#lines, pair.key?.range?.[0] ?? 0).line})`
        this.#problems.add(joinPath(this.#where(), key), 'app/duplicate-key', { key, place })
      }
      seen.add(key)
      setOwn(
        object,
        key,
        this.#inside(key, () => this.#value(pair.value, depth + 1)),
      )
    }
    return object
  }

  #merge(target: ValueObject, pair: Pair<Node, Node | null>, depth: number): void {
    const value = this.#inside('<<', () => this.#value(pair.value, depth + 1))
    // Of several merged maps the first wins.
    const sources = isList(value) ? value.toReversed() : [value]
    for (const source of sources) {
      if (isObject(source)) for (const key of Object.keys(source)) setOwn(target, key, source[key])
      else if (!this.#stopped) this.#syntax(pair.key, '<< merges maps only')
    }
  }

  #key(node: Node | null): string | undefined {
    if (node === null) return ''
    if (isAlias(node)) {
      const value = this.#alias(node)
      if (typeof value === 'string') return value
    } else if (isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, { value: keyText(node), weight: 1 })
      this.#weight += keyText(node).length
      return keyText(node)
    }
    this.#problems.add(this.#where(), 'app/yaml-key', linePlace(this.#lines, node.range?.[0] ?? 0))
    return undefined
  }

  #scalar(node: Scalar): Value {
    const text = typeof node.value === 'string' ? node.value : ''
    this.#weight += text.length
    if (node.tag !== undefined && node.tag !== '!') return this.#tagged(node, text)
    return node.type === 'PLAIN' && node.tag === undefined ? readPlainScalar(text) : text
  }

  #tagged(node: Scalar, text: string): Value {
    const read = readPlainScalar(text)
    switch (node.tag) {
      case `${CORE}str`:
      case `${CORE}timestamp`:
        return text
      case `${CORE}null`:
        if (read === null) return null
        break
      case `${CORE}bool`:
        if (typeof read === 'boolean') return read
        break
      case `${CORE}int`:
        if (isInteger(read)) return read
        break
      case `${CORE}float`:
        if (isFloat(read)) return read
        if (isInteger(read)) return float(toNumber(read))
        break
      default:
        break
    }
    this.#tag(node)
    return text
  }

  #alias(node: Alias): Value {
    const anchored = this.#anchors.get(node.source)
    if (anchored === undefined || anchored === 'open') {
      const reason = anchored === undefined ? 'names no anchor above it' : 'stands inside what it names'
      this.#problems.add(this.#where(), 'app/yaml-alias', { name: node.source, reason, ...this.#at(node) })
      return null
    }
    this.#weight += anchored.weight
    if (this.#weight > MAX_WEIGHT) {
      const reason = 'makes the content too large'
      this.#stop('app/yaml-alias', { name: node.source, reason, ...this.#at(node) })
    }
    return anchored.value
  }

  #inside<T>(key: string | number, read: () => T): T {
    this.#path.push(key)
    const result = read()
    this.#path.pop()
    return result
  }

  #where(): string {
    return joinPath('', ...this.#path)
  }

  #at(node: Node): Place {
    return linePlace(this.#lines, node.range?.[0] ?? 0)
  }

  #tag(node: Node): void {
    const tag = (node as Scalar).tag?.replace(CORE, '!!')
    this.#problems.add(this.#where(), 'app/yaml-tag', { tag, ...this.#at(node) })
  }

  #syntax(node: Node, reason: string): void {
    this.#problems.add(this.#where(), 'app/yaml-syntax', { reason, ...this.#at(node) })
  }

  /** A limit is passed: reports it once and reads no further. */
  #stop(code: 'app/too-deep' | 'app/yaml-alias', details: Readonly<Record<string, unknown>>): void {
    if (!this.#stopped) this.#problems.add(this.#where(), code, details)
    this.#stopped = true
  }
}

const CORE = 'tag:yaml.org,2002:'

const keyText = (node: Scalar): string => (typeof node.value === 'string' ? node.value : '')

const isMerge = (node: Node | null): boolean =>
  isScalar(node) && node.type === 'PLAIN' && node.value === '<<' && node.tag === undefined

type Place = { readonly line: number; readonly column: number }

const linePlace = (lines: LineCounter, offset: number): Place => {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

const showPlace = (lines: LineCounter, offset: number): string => {
  const { line, column } = linePlace(lines, offset)
  return `line ${line}, column ${column}`
}

const place = (text: string, offset: number): Place => {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

const nameCharacter = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
