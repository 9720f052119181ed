// Statements: everything between `{%` and `%}`, and the bodies those enclose.

import type { CallNode, Expression, Signature, Statement } from './ast.ts'
import { tokenize } from './lexer.ts'
import { CONSTANTS, parseExpression, parseFilters, parseTuple } from './parse-expression.ts'
import { TokenStream } from './token-stream.ts'

/** @throws JinjaError TemplateSyntaxError, or TemplateLimitError for endless nesting */
export const parseTemplate = (source: string): readonly Statement[] => {
  const tokens = new TokenStream(tokenize(source))
  return parseBody(tokens, [])
}

/** Statements up to one of the end tags, whose `{%` is consumed and whose name is current. No end tags: up to the end. */
const parseBody = (tokens: TokenStream, ends: readonly string[]): Statement[] => {
  const body: Statement[] = []
  for (;;) {
    const { type, text, line } = tokens.current
    if (type === 'data') {
      tokens.next()
      body.push({ type: 'data', text, line })
    } else if (type === 'variable_begin') {
      tokens.next()
      body.push({ type: 'output', value: parseTuple(tokens), line })
      tokens.expect('variable_end')
    } else if (type === 'block_begin') {
      tokens.next()
      if (tokens.current.type === 'name' && ends.includes(tokens.current.text)) return body
      body.push(...tokens.nested(() => parseStatement(tokens, ends)))
      tokens.expect('block_end')
    } else if (type === 'eof' && ends.length === 0) {
      return body
    } else {
      throw tokens.fail(`Unexpected end of template. Looking for the following tags: ${ends.join(' or ')}.`)
    }
  }
}

/** The body after a tag's head, and its end tag. */
const parseEnclosed = (tokens: TokenStream, end: string): Statement[] => {
  const body = parseUntil(tokens, [end])
  tokens.next()
  return body
}

const parseUntil = (tokens: TokenStream, ends: readonly string[]): Statement[] => {
  tokens.skipOperator(':')
  tokens.expect('block_end')
  return parseBody(tokens, ends)
}

type StatementParser = (tokens: TokenStream, line: number) => readonly Statement[]

const parseStatement = (tokens: TokenStream, ends: readonly string[]): readonly Statement[] => {
  const token = tokens.current
  if (token.type !== 'name') throw tokens.fail('tag name expected')
  const parser = PARSERS.get(token.text)
  if (!parser) {
    const hint = ends.length > 0 ? ` The innermost block that needs to be closed wants ${ends.join(' or ')}.` : ''
    throw tokens.fail(`Encountered unknown tag '${token.text}'.${hint}`)
  }
  tokens.next()
  return parser(tokens, token.line)
}

interface TargetOptions {
  readonly end?: string
  readonly withField?: boolean
}

const parseTarget = (tokens: TokenStream, options: TargetOptions = {}): Expression => {
  const target = parseTuple(tokens, { simplified: true, ...options })
  checkTarget(tokens, target)
  return target
}

const checkTarget = (tokens: TokenStream, target: Expression): void => {
  if (target.type === 'tuple') {
    for (const item of target.items) checkTarget(tokens, item)
  } else if (target.type !== 'name' && target.type !== 'field') {
    throw tokens.fail(`can't assign to '${target.type}'`)
  }
}

const parseName = (tokens: TokenStream): string => {
  const { text, line } = tokens.expect('name')
  if (CONSTANTS.has(text)) throw tokens.fail("can't assign to 'name'", line)
  return text
}

const parseFor: StatementParser = (tokens, line) => {
  const target = parseTarget(tokens, { end: 'in' })
  tokens.expect('name', 'in')
  const source = parseTuple(tokens, { withCondition: false, end: 'recursive' })
  const filter = tokens.skipName('if') ? parseExpression(tokens) : undefined
  const recursive = tokens.skipName('recursive')
  const body = parseUntil(tokens, ['endfor', 'else'])
  const otherwise = tokens.next().text === 'endfor' ? [] : parseEnclosed(tokens, 'endfor')
  return [{ type: 'for', target, source, filter, recursive, body, otherwise, line }]
}

const parseIf: StatementParser = (tokens, line) => {
  const branches: { test: Expression; body: Statement[] }[] = []
  for (;;) {
    const test = parseTuple(tokens, { withCondition: false })
    branches.push({ test, body: parseUntil(tokens, ['elif', 'else', 'endif']) })
    const end = tokens.next().text
    if (end === 'elif') continue
    const otherwise = end === 'else' ? parseEnclosed(tokens, 'endif') : []
    return [{ type: 'if', branches, otherwise, line }]
  }
}

const parseSet: StatementParser = (tokens, line) => {
  const target = parseTarget(tokens, { withField: true })
  if (tokens.skipOperator('=')) return [{ type: 'set', target, value: parseTuple(tokens), line }]
  const filter = parseFilters(tokens, undefined)
  return [{ type: 'set-block', target, filter, body: parseEnclosed(tokens, 'endset'), line }]
}

const parseWith: StatementParser = (tokens, line) => {
  const targets: Expression[] = []
  const values: Expression[] = []
  while (tokens.current.type !== 'block_end') {
    if (targets.length > 0) tokens.expect('operator', ',')
    targets.push(parseTarget(tokens))
    tokens.expect('operator', '=')
    values.push(parseExpression(tokens))
  }
  return [{ type: 'with', targets, values, body: parseEnclosed(tokens, 'endwith'), line }]
}

const parseSignature = (tokens: TokenStream): Signature => {
  tokens.expect('operator', '(')
  const parameters: string[] = []
  const defaults: Expression[] = []
  while (!tokens.isOperator(')')) {
    if (parameters.length > 0) tokens.expect('operator', ',')
    parameters.push(parseName(tokens))
    if (tokens.skipOperator('=')) defaults.push(parseExpression(tokens))
    else if (defaults.length > 0) throw tokens.fail('non-default argument follows default argument')
  }
  tokens.next()
  return { parameters, defaults }
}

const parseMacro: StatementParser = (tokens, line) => {
  const name = parseName(tokens)
  const signature = parseSignature(tokens)
  return [{ type: 'macro', name, signature, body: parseEnclosed(tokens, 'endmacro'), line }]
}

const parseCallBlock: StatementParser = (tokens, line) => {
  const signature = tokens.isOperator('(') ? parseSignature(tokens) : { parameters: [], defaults: [] }
  const call = parseExpression(tokens)
  if (call.type !== 'call') throw tokens.fail('expected call', line)
  return [{ type: 'call-block', call: call as CallNode, signature, body: parseEnclosed(tokens, 'endcall'), line }]
}

const parseFilterBlock: StatementParser = (tokens, line) => {
  const filter = parseFilters(tokens, undefined, true)
  if (!filter) throw tokens.fail('expected a filter')
  return [{ type: 'filter-block', filter, body: parseEnclosed(tokens, 'endfilter'), line }]
}

const parseBlock: StatementParser = (tokens, line) => {
  const name = tokens.expect('name').text
  const scoped = tokens.skipName('scoped')
  const required = tokens.skipName('required')
  if (tokens.isOperator('-')) throw tokens.fail('Block names may not contain hyphens, use an underscore instead.')
  const body = parseEnclosed(tokens, 'endblock')
  if (required && !body.every((node) => node.type === 'data' && node.text.trim() === '')) {
    throw tokens.fail('Required blocks can only contain comments or whitespace')
  }
  tokens.skipName(name)
  return [{ type: 'block', name, scoped, required, body, line }]
}

const parsePrint: StatementParser = (tokens, line) => {
  const values: Statement[] = []
  while (tokens.current.type !== 'block_end') {
    if (values.length > 0) tokens.expect('operator', ',')
    values.push({ type: 'output', value: parseExpression(tokens), line })
  }
  return values
}

const parseAutoescape: StatementParser = (tokens, line) => {
  const value = parseExpression(tokens)
  return [{ type: 'autoescape', value, body: parseEnclosed(tokens, 'endautoescape'), line }]
}

const parseContext = (tokens: TokenStream): boolean => {
  const { following } = tokens
  if (!(tokens.isName('with') || tokens.isName('without')) || following.type !== 'name' || following.text !== 'context')
    return false
  tokens.next()
  tokens.next()
  return true
}

const parseInclude: StatementParser = (tokens, line) => {
  parseExpression(tokens)
  if (tokens.isName('ignore') && tokens.following.text === 'missing') {
    tokens.next()
    tokens.next()
  }
  parseContext(tokens)
  return [{ type: 'load', tag: 'include', names: [], line }]
}

const parseImport: StatementParser = (tokens, line) => {
  parseExpression(tokens)
  tokens.expect('name', 'as')
  const name = parseName(tokens)
  parseContext(tokens)
  return [{ type: 'load', tag: 'import', names: [name], line }]
}

const parseFrom: StatementParser = (tokens, line) => {
  parseExpression(tokens)
  tokens.expect('name', 'import')
  const names: string[] = []
  for (;;) {
    if (names.length > 0) tokens.expect('operator', ',')
    if (parseContext(tokens)) break
    const name = parseName(tokens)
    if (name.startsWith('_')) throw tokens.fail('names starting with an underline can not be imported')
    names.push(tokens.skipName('as') ? parseName(tokens) : name)
    if (parseContext(tokens) || !tokens.isOperator(',')) break
  }
  return [{ type: 'load', tag: 'from', names, line }]
}

const parseExtends: StatementParser = (tokens, line) => {
  parseExpression(tokens)
  return [{ type: 'load', tag: 'extends', names: [], line }]
}

const PARSERS: ReadonlyMap<string, StatementParser> = new Map([
  ['for', parseFor],
  ['if', parseIf],
  ['set', parseSet],
  ['with', parseWith],
  ['macro', parseMacro],
  ['call', parseCallBlock],
  ['filter', parseFilterBlock],
  ['block', parseBlock],
  ['print', parsePrint],
  ['autoescape', parseAutoescape],
  ['include', parseInclude],
  ['import', parseImport],
  ['from', parseFrom],
  ['extends', parseExtends],
])
