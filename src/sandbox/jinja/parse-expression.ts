// Expressions, by recursive descent in the order of Jinja's grammar:
//   condition › or › and › not › compare › + − › ~ › * / // % › ** › unary › primary, postfix, filters and tests
// Note that `**` binds from the left and that `+` binds looser than `~`, as in the reference.

import type { CallArguments, CompareOperator, Expression, FilterNode } from './ast.ts'
import type { Operator } from './operators.ts'
import { describe, type TokenStream } from './token-stream.ts'

const NO_CALL: CallArguments = { args: [], kwargs: [], dynArgs: undefined, dynKwargs: undefined }

export const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

export const parseExpression = (tokens: TokenStream, withCondition = true): Expression =>
  tokens.nested(() => (withCondition ? parseCondition(tokens) : parseOr(tokens)))

const parseCondition = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  let yes = parseOr(tokens)
  while (tokens.skipName('if')) {
    const test = parseOr(tokens)
    const no = tokens.skipName('else') ? tokens.nested(() => parseCondition(tokens)) : undefined
    yes = { type: 'condition', test, yes, no, line }
  }
  return yes
}

const parseOr = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  let left = parseAnd(tokens)
  while (tokens.skipName('or')) left = { type: 'or', left, right: parseAnd(tokens), line }
  return left
}

const parseAnd = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  let left = parseNot(tokens)
  while (tokens.skipName('and')) left = { type: 'and', left, right: parseNot(tokens), line }
  return left
}

const parseNot = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  if (tokens.skipName('not')) return { type: 'not', value: tokens.nested(() => parseNot(tokens)), line }
  return parseCompare(tokens)
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

const parseCompare = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  const first = parseSum(tokens)
  const rest: [CompareOperator, Expression][] = []
  for (;;) {
    const { type, text } = tokens.current
    if (type === 'operator' && COMPARISONS.has(text)) {
      tokens.next()
      rest.push([text as CompareOperator, parseSum(tokens)])
    } else if (tokens.skipName('in')) {
      rest.push(['in', parseSum(tokens)])
    } else if (tokens.isName('not') && tokens.following.type === 'name' && tokens.following.text === 'in') {
      tokens.next()
      tokens.next()
      rest.push(['not in', parseSum(tokens)])
    } else {
      return rest.length === 0 ? first : { type: 'compare', first, rest, line }
    }
  }
}

const binary = (operators: readonly string[], parse: (tokens: TokenStream) => Expression) => {
  return (tokens: TokenStream): Expression => {
    const { line } = tokens.current
    let left = parse(tokens)
    while (tokens.current.type === 'operator' && operators.includes(tokens.current.text)) {
      const operator = tokens.next().text as Operator
      left = { type: 'binary', operator, left, right: parse(tokens), line }
    }
    return left
  }
}

const parsePower = binary(['**'], (tokens) => parseUnary(tokens, true))
const parseProduct = binary(['*', '/', '//', '%'], parsePower)

const parseConcat = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  const first = parseProduct(tokens)
  if (!tokens.isOperator('~')) return first
  const parts = [first]
  while (tokens.skipOperator('~')) parts.push(parseProduct(tokens))
  return { type: 'concat', parts, line }
}

const parseSum = binary(['+', '-'], parseConcat)

const parseUnary = (tokens: TokenStream, withFilter: boolean): Expression => {
  const { line } = tokens.current
  let node: Expression
  if (tokens.skipOperator('-')) node = { type: 'negative', value: tokens.nested(() => parseUnary(tokens, false)), line }
  else if (tokens.skipOperator('+'))
    node = { type: 'positive', value: tokens.nested(() => parseUnary(tokens, false)), line }
  else node = parsePrimary(tokens)
  node = parsePostfix(tokens, node)
  return withFilter ? parseFiltersAndTests(tokens, node) : node
}

/** `withField` reads `name.attribute` as the target of a namespace assignment. */
export const parsePrimary = (tokens: TokenStream, withField = false): Expression => {
  const token = tokens.current
  const { line } = token
  switch (token.type) {
    case 'name': {
      tokens.next()
      const constant = CONSTANTS.get(token.text)
      if (constant !== undefined) return { type: 'const', value: constant, line }
      if (withField && tokens.skipOperator('.')) {
        return { type: 'field', name: token.text, attribute: tokens.expect('name').text, line }
      }
      return { type: 'name', name: token.text, line }
    }
    case 'string': {
      let text = ''
      while (tokens.current.type === 'string') text += tokens.next().text
      return { type: 'const', value: text, line }
    }
    case 'number':
      tokens.next()
      return { type: 'const', value: token.value ?? null, line }
    default:
      return parseBracketed(tokens)
  }
}

const parseBracketed = (tokens: TokenStream): Expression => {
  const { line } = tokens.current
  if (tokens.skipOperator('(')) {
    const node = parseTuple(tokens, { parenthesized: true })
    tokens.expect('operator', ')')
    return node
  }
  if (tokens.skipOperator('[')) {
    const items: Expression[] = []
    while (!tokens.isOperator(']')) {
      if (items.length > 0) tokens.expect('operator', ',')
      if (tokens.isOperator(']')) break
      items.push(parseExpression(tokens))
    }
    tokens.next()
    return { type: 'list', items, line }
  }
  if (tokens.skipOperator('{')) {
    const pairs: [Expression, Expression][] = []
    while (!tokens.isOperator('}')) {
      if (pairs.length > 0) tokens.expect('operator', ',')
      if (tokens.isOperator('}')) break
      const key = parseExpression(tokens)
      tokens.expect('operator', ':')
      pairs.push([key, parseExpression(tokens)])
    }
    tokens.next()
    return { type: 'dict', pairs, line }
  }
  throw tokens.fail(`unexpected '${describe(tokens.current)}'`)
}

export interface TupleOptions {
  /** Only primaries, for assignment targets. */
  readonly simplified?: boolean
  readonly withField?: boolean
  readonly withCondition?: boolean
  /** A name that ends the tuple, such as `in`. */
  readonly end?: string
  readonly parenthesized?: boolean
}

/** One expression, or several with commas between them as a tuple. */
export const parseTuple = (tokens: TokenStream, options: TupleOptions = {}): Expression => {
  const { line } = tokens.current
  const parse = options.simplified
    ? () => tokens.nested(() => parsePrimary(tokens, options.withField))
    : () => parseExpression(tokens, options.withCondition ?? true)
  const items: Expression[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) tokens.expect('operator', ',')
    if (endsTuple(tokens, options.end)) break
    items.push(parse())
    if (!tokens.isOperator(',')) break
    isTuple = true
  }
  const [only] = items
  if (!isTuple) {
    if (only) return only
    if (!options.parenthesized) throw tokens.fail(`Expected an expression, got '${describe(tokens.current)}'`)
  }
  return { type: 'tuple', items, line }
}

const endsTuple = (tokens: TokenStream, end: string | undefined): boolean =>
  tokens.current.type === 'variable_end' ||
  tokens.current.type === 'block_end' ||
  tokens.isOperator(')') ||
  (end !== undefined && tokens.isName(end))

const parsePostfix = (tokens: TokenStream, start: Expression): Expression => {
  let node = start
  for (;;) {
    if (tokens.isOperator('.') || tokens.isOperator('[')) node = parseSubscript(tokens, node)
    else if (tokens.isOperator('(')) node = parseCall(tokens, node)
    else return node
  }
}

const parseFiltersAndTests = (tokens: TokenStream, start: Expression): Expression => {
  let node = start
  for (;;) {
    if (tokens.isOperator('|')) node = parseFilters(tokens, node) as Expression
    else if (tokens.isName('is')) node = parseTest(tokens, node)
    else if (tokens.isOperator('(')) node = parseCall(tokens, node)
    else return node
  }
}

const parseSubscript = (tokens: TokenStream, value: Expression): Expression => {
  const { line } = tokens.next().text === '.' ? tokens.current : { line: -1 }
  if (line !== -1) {
    const token = tokens.next()
    if (token.type === 'name') return { type: 'attribute', value, name: token.text, line }
    if (token.type !== 'number' || !/^[0-9_]+$/.test(token.text)) throw tokens.fail('expected name or number', line)
    return { type: 'item', value, key: { type: 'const', value: token.value ?? null, line }, line }
  }
  return parseBrackets(tokens, value)
}

/** After `[`. */
const parseBrackets = (tokens: TokenStream, value: Expression): Expression => {
  const { line } = tokens.current
  const keys: Expression[] = []
  while (!tokens.isOperator(']')) {
    if (keys.length > 0) tokens.expect('operator', ',')
    const start = tokens.isOperator(':') ? undefined : parseExpression(tokens)
    if (tokens.isOperator(':')) {
      const slice = parseSlice(tokens, value, start)
      if (keys.length > 0 || !tokens.isOperator(']')) throw tokens.fail('invalid syntax: a slice among other keys')
      tokens.next()
      return slice
    }
    keys.push(start as Expression)
  }
  tokens.next()
  const [only] = keys
  const key: Expression = keys.length === 1 && only ? only : { type: 'tuple', items: keys, line }
  return { type: 'item', value, key, line }
}

/** After the start of a slice, at its first colon. */
const parseSlice = (tokens: TokenStream, value: Expression, start: Expression | undefined): Expression => {
  const { line } = tokens.next()
  const bound = () =>
    tokens.isOperator(']') || tokens.isOperator(',') || tokens.isOperator(':') ? undefined : parseExpression(tokens)
  const stop = bound()
  const step = tokens.skipOperator(':') ? bound() : undefined
  return { type: 'slice', value, start, stop, step, line }
}

const parseCall = (tokens: TokenStream, value: Expression): Expression => {
  const { line } = tokens.current
  return { type: 'call', value, call: parseArguments(tokens), line }
}

export const parseArguments = (tokens: TokenStream): CallArguments => {
  const open = tokens.expect('operator', '(')
  const args: Expression[] = []
  const kwargs: [string, Expression][] = []
  let dynArgs: Expression | undefined
  let dynKwargs: Expression | undefined
  const ensure = (holds: boolean): void => {
    if (!holds) throw tokens.fail('invalid syntax for function call expression', open.line)
  }
  for (let first = true; !tokens.isOperator(')'); first = false) {
    if (!first) tokens.expect('operator', ',')
    if (tokens.isOperator(')')) break
    if (tokens.skipOperator('*')) {
      ensure(!dynArgs && !dynKwargs)
      dynArgs = parseExpression(tokens)
    } else if (tokens.skipOperator('**')) {
      ensure(!dynKwargs)
      dynKwargs = parseExpression(tokens)
    } else if (
      tokens.current.type === 'name' &&
      tokens.following.type === 'operator' &&
      tokens.following.text === '='
    ) {
      ensure(!dynKwargs)
      const name = tokens.next().text
      tokens.next()
      ensure(!kwargs.some(([known]) => known === name))
      kwargs.push([name, parseExpression(tokens)])
    } else {
      ensure(!dynArgs && !dynKwargs && kwargs.length === 0)
      args.push(parseExpression(tokens))
    }
  }
  tokens.next()
  return { args, kwargs, dynArgs, dynKwargs }
}

const parseDottedName = (tokens: TokenStream): string => {
  let name = tokens.expect('name').text
  while (tokens.skipOperator('.')) name += `.${tokens.expect('name').text}`
  return name
}

/** A chain of filters. With `inline`, the first comes without its `|`, as in `{% filter upper %}`. */
export const parseFilters = (
  tokens: TokenStream,
  start: Expression | undefined,
  inline = false,
): FilterNode | undefined => {
  let node = start
  for (let first = inline; first || tokens.isOperator('|'); first = false) {
    if (!first) tokens.next()
    const { line } = tokens.current
    const name = parseDottedName(tokens)
    node = { type: 'filter', value: node, name, call: tokens.isOperator('(') ? parseArguments(tokens) : NO_CALL, line }
  }
  return node?.type === 'filter' ? node : undefined
}

const parseTest = (tokens: TokenStream, value: Expression): Expression => {
  const { line } = tokens.next()
  const negated = tokens.skipName('not')
  const name = parseDottedName(tokens)
  const test: Expression = { type: 'test', value, name, call: parseTestArguments(tokens), line }
  return negated ? { type: 'not', value: test, line } : test
}

/** A test takes its arguments in parentheses, or one argument without them. */
const parseTestArguments = (tokens: TokenStream): CallArguments => {
  if (tokens.isOperator('(')) return parseArguments(tokens)
  const { type, text } = tokens.current
  const starts =
    type === 'name' || type === 'string' || type === 'number' || (type === 'operator' && (text === '[' || text === '{'))
  if (!starts || (type === 'name' && (text === 'else' || text === 'or' || text === 'and'))) return NO_CALL
  if (tokens.isName('is')) throw tokens.fail('You cannot chain multiple tests with is')
  return {
    ...NO_CALL,
    args: [
      parsePostfix(
        tokens,
        tokens.nested(() => parsePrimary(tokens)),
      ),
    ],
  }
}
