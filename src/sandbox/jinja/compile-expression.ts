// Expressions → closures over a frame. Compiled once, run often; each node pays one step when it runs.

import type { CallArguments, CompareOperator, Expression, Statement } from './ast.ts'
import { getAttribute, getItem } from './attributes.ts'
import { contains, equal, ordered } from './compare.ts'
import { Dict } from './dict.ts'
import { JinjaError, limitError, typeError, undefinedError } from './error.ts'
import type { Frame } from './frame.ts'
import { escapeHtml } from './html.ts'
import { each, isTrue, typeNameOf } from './iterate.ts'
import { syntaxError } from './lexer.ts'
import { negative, operate, positive } from './operators.ts'
import { toText } from './represent.ts'
import type { FunctionShape, Scope, Slot } from './scope.ts'
import { slice } from './slices.ts'
import { joinTexts } from './text-edit.ts'
import {
  type Args,
  Callable,
  Hidden,
  List,
  Markup,
  NO_ARGS,
  type PyValue,
  type Run,
  Tuple,
  Undefined,
} from './values.ts'

export type Code = (frame: Frame) => PyValue
export type Action = (frame: Frame) => void

/** Where code is compiled. */
export interface Place {
  readonly scope: Scope
  readonly shape: FunctionShape
  /** At the top of the template, where names are exported. */
  readonly top: boolean
  /** Under a condition, where an unknown filter or test fails only when reached. */
  readonly soft: boolean
  readonly unit: Unit
  /** Nesting of the code around. */
  readonly depth: number
}

/** What is known about the whole template while it is compiled. */
export interface Unit {
  readonly filters: ReadonlySet<string>
  readonly tests: ReadonlySet<string>
  readonly hasBlocks: boolean
  /** Compiles the body of a statement. */
  readonly body: (place: Place, body: readonly Statement[]) => Action
}

/** Chains such as `a + b + c` nest too, so this is wider than what the parser allows. */
const MAX_DEPTH = 400

export const deeper = (place: Place): Place => {
  const depth = place.depth + 1
  if (depth > MAX_DEPTH) throw limitError(`the template nests deeper than ${MAX_DEPTH} operations`)
  if (depth > place.shape.height) place.shape.height = depth
  return { ...place, depth }
}

export const readSlot = (place: Place, slot: Slot): ((frame: Frame) => PyValue | undefined) => {
  const { index } = slot
  let hops = 0
  for (let shape: FunctionShape | undefined = place.shape; shape && shape !== slot.owner; shape = shape.parent) hops++
  if (hops === 0) return (frame) => frame.slots[index]
  if (hops === 1) return (frame) => frame.parent?.slots[index]
  return (frame) => {
    let at: Frame | undefined = frame
    for (let i = 0; i < hops; i++) at = at?.parent
    return at?.slots[index]
  }
}

export const compileExpression = (outer: Place, node: Expression): Code => {
  const place = deeper(outer)
  const sub = (part: Expression): Code => compileExpression(place, part)
  switch (node.type) {
    case 'const': {
      const { value } = node
      return () => value
    }
    case 'name':
      return compileName(place, node.name)
    case 'field':
      throw syntaxError('a namespace attribute cannot be read like this', node.line)
    case 'list':
    case 'tuple': {
      const items = node.items.map(sub)
      const make =
        node.type === 'list' ? (values: PyValue[]) => new List(values) : (values: PyValue[]) => new Tuple(values)
      return (frame) => {
        frame.run.items(items.length)
        return make(evaluate(items, frame))
      }
    }
    case 'dict':
      return compileDict(node.pairs.map(([key, value]) => [sub(key), sub(value)] as const))
    case 'condition':
      return compileCondition({ ...place, soft: true }, node)
    case 'and': {
      const [left, right] = [sub(node.left), sub(node.right)]
      return (frame) => {
        const value = left(frame)
        return isTrue(value) ? right(frame) : value
      }
    }
    case 'or': {
      const [left, right] = [sub(node.left), sub(node.right)]
      return (frame) => {
        const value = left(frame)
        return isTrue(value) ? value : right(frame)
      }
    }
    case 'not': {
      const value = sub(node.value)
      return (frame) => !isTrue(value(frame))
    }
    case 'negative': {
      const value = sub(node.value)
      return (frame) => negative(value(frame))
    }
    case 'positive': {
      const value = sub(node.value)
      return (frame) => positive(value(frame))
    }
    case 'binary': {
      const [left, right, { operator }] = [sub(node.left), sub(node.right), node]
      return (frame) => {
        frame.run.step()
        const first = left(frame)
        return operate(frame.run, operator, first, right(frame))
      }
    }
    case 'concat':
      return compileConcat(node.parts.map(sub))
    case 'compare':
      return compileCompare(
        sub(node.first),
        node.rest.map(([operator, value]) => [operator, sub(value)] as const),
      )
    case 'attribute': {
      const [value, { name }] = [sub(node.value), node]
      return (frame) => {
        frame.run.step()
        return getAttribute(frame.run, value(frame), name)
      }
    }
    case 'item': {
      const [value, key] = [sub(node.value), sub(node.key)]
      return (frame) => {
        frame.run.step()
        const container = value(frame)
        return getItem(frame.run, container, key(frame))
      }
    }
    case 'slice': {
      const value = sub(node.value)
      const [start, stop, step] = [node.start, node.stop, node.step].map((part) => (part ? sub(part) : () => null)) as [
        Code,
        Code,
        Code,
      ]
      return (frame) => {
        frame.run.step()
        const container = value(frame)
        return slice(frame.run, container, start(frame), stop(frame), step(frame))
      }
    }
    case 'call': {
      const [value, args] = [sub(node.value), compileArguments(place, node.call)]
      return (frame) => {
        frame.run.step()
        const callee = value(frame)
        return callValue(frame.run, callee, args(frame))
      }
    }
    case 'filter': {
      if (!node.value) throw syntaxError('a filter without a value', node.line)
      return compileFilter(place, node, sub(node.value))
    }
    case 'test':
      return compileTest(place, node, sub(node.value))
  }
}

/** A plain loop: callbacks would double the host's stack under every nested value. */
const evaluate = (codes: readonly Code[], frame: Frame): PyValue[] => {
  const values: PyValue[] = []
  for (let i = 0; i < codes.length; i++) values.push((codes[i] as Code)(frame))
  return values
}

const compileName = (place: Place, name: string): Code => {
  const slot = place.scope.find(name)
  if (!slot) throw new JinjaError('TemplateRuntimeError', `the name '${name}' is out of reach here`)
  const read = readSlot(place, slot)
  const missing = new Undefined(`'${name}' is undefined`)
  return (frame) => {
    frame.run.step()
    const value = read(frame)
    return value === undefined ? missing : value
  }
}

const compileDict = (pairs: readonly (readonly [Code, Code])[]): Code => {
  return (frame) => {
    frame.run.items(pairs.length * 2)
    const dict = new Dict()
    for (const [key, value] of pairs) {
      const name = key(frame)
      dict.set(name, value(frame))
    }
    return dict
  }
}

const compileCondition = (place: Place, node: Extract<Expression, { type: 'condition' }>): Code => {
  const test = compileExpression(place, node.test)
  const yes = compileExpression(place, node.yes)
  const missing = new Undefined(
    `the inline if-expression on line ${node.line} evaluated to false and no else section was defined.`,
  )
  const no = node.no ? compileExpression(place, node.no) : () => missing
  return (frame) => (isTrue(test(frame)) ? yes(frame) : no(frame))
}

const compileConcat = (parts: readonly Code[]): Code => {
  return (frame) => {
    const { run } = frame
    run.step()
    const values = evaluate(parts, frame)
    if (!run.autoescape || !values.some((value) => value instanceof Markup)) {
      return joinTexts(
        run,
        '',
        values.map((value) => toText(run, value)),
      )
    }
    return new Markup(
      joinTexts(
        run,
        '',
        values.map((value) => (value instanceof Markup ? value.text : escapeHtml(toText(run, value)))),
      ),
    )
  }
}

const holds = (run: Run, operator: CompareOperator, a: PyValue, b: PyValue): boolean => {
  switch (operator) {
    case '==':
      return equal(run, a, b)
    case '!=':
      return !equal(run, a, b)
    case 'in':
      return contains(run, b, a)
    case 'not in':
      return !contains(run, b, a)
    default:
      return ordered(run, operator, a, b)
  }
}

const compileCompare = (first: Code, rest: readonly (readonly [CompareOperator, Code])[]): Code => {
  const [only] = rest
  if (only && rest.length === 1) {
    const [operator, second] = only
    return (frame) => {
      frame.run.step()
      const value = first(frame)
      return holds(frame.run, operator, value, second(frame))
    }
  }
  return (frame) => {
    let left = first(frame)
    for (const [operator, code] of rest) {
      frame.run.step()
      const right = code(frame)
      if (!holds(frame.run, operator, left, right)) return false
      left = right
    }
    return true
  }
}

export const compileArguments = (place: Place, call: CallArguments): ((frame: Frame) => Args) => {
  const positional = call.args.map((arg) => compileExpression(place, arg))
  const named = call.kwargs.map(([name, value]) => [name, compileExpression(place, value)] as const)
  const more = call.dynArgs ? compileExpression(place, call.dynArgs) : undefined
  const moreNamed = call.dynKwargs ? compileExpression(place, call.dynKwargs) : undefined
  if (positional.length === 0 && named.length === 0 && !more && !moreNamed) return () => NO_ARGS
  if (named.length === 0 && !more && !moreNamed) {
    return (frame) => ({ positional: evaluate(positional, frame), keywords: undefined })
  }
  return (frame) => {
    const { run } = frame
    const values = evaluate(positional, frame)
    if (more) for (const value of each(run, more(frame))) values.push(value)
    const keywords = new Map<string, PyValue>()
    for (let i = 0; i < named.length; i++) {
      const [name, value] = named[i] as (typeof named)[number]
      keywords.set(name, value(frame))
    }
    if (moreNamed) addKeywords(keywords, moreNamed(frame))
    return { positional: values, keywords }
  }
}

const addKeywords = (keywords: Map<string, PyValue>, mapping: PyValue): void => {
  if (!(mapping instanceof Dict)) throw typeError(`argument after ** must be a mapping, not ${typeNameOf(mapping)}`)
  for (const [key, value] of mapping.entries()) {
    if (typeof key !== 'string') throw typeError('keywords must be strings')
    if (keywords.has(key)) throw typeError(`got multiple values for keyword argument '${key}'`)
    keywords.set(key, value)
  }
}

export const callValue = (run: Run, callee: PyValue, args: Args): PyValue => {
  if (callee instanceof Callable) return callee.call(run, args)
  if (callee instanceof Undefined) throw undefinedError(callee.reason)
  if (callee instanceof Hidden) throw new JinjaError('SecurityError', 'the inside of a value cannot be called')
  throw typeError(`'${typeNameOf(callee)}' object is not callable`)
}

const checkKnown = (place: Place, kind: 'filter' | 'test', name: string, line: number): void => {
  const known = kind === 'filter' ? place.unit.filters : place.unit.tests
  if (!known.has(name) && !place.soft)
    throw new JinjaError('TemplateAssertionError', `No ${kind} named '${name}'.`, line)
}

const unknown = (kind: 'filter' | 'test', name: string): JinjaError =>
  new JinjaError('TemplateRuntimeError', `No ${kind} named '${name}' found.`)

export const compileFilter = (place: Place, node: Extract<Expression, { type: 'filter' }>, value: Code): Code => {
  const { name } = node
  checkKnown(place, 'filter', name, node.line)
  const args = compileArguments(place, node.call)
  return (frame) => {
    const { run } = frame
    run.step()
    const filter = run.filters.get(name)
    if (!filter) throw unknown('filter', name)
    const input = value(frame)
    return filter(run, input, args(frame))
  }
}

const compileTest = (place: Place, node: Extract<Expression, { type: 'test' }>, value: Code): Code => {
  const { name } = node
  checkKnown(place, 'test', name, node.line)
  const args = compileArguments(place, node.call)
  return (frame) => {
    const { run } = frame
    run.step()
    const test = run.tests.get(name)
    if (!test) throw unknown('test', name)
    const input = value(frame)
    return test(run, input, args(frame))
  }
}
