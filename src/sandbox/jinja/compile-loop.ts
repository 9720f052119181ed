// `{% for %}`: plain, with `loop`, filtered, recursive.

import { analyzeBody, analyzeExpression, analyzeTarget, mentions, setsName } from './analyze.ts'
import type { Expression, Statement } from './ast.ts'
import { type Action, compileExpression, type Place } from './compile-expression.ts'
import { compileTarget, inner } from './compile-scope.ts'
import { JinjaError } from './error.ts'
import { capture, Frame } from './frame.ts'
import { isTrue, requireIterator } from './iterate.ts'
import { Loop } from './loop.ts'
import { toText } from './represent.ts'
import { FunctionShape } from './scope.ts'
import { Markup, type PyValue, type Run, Stream } from './values.ts'

type ForNode = Extract<Statement, { type: 'for' }>

export const compileFor = (place: Place, node: ForNode): Action => {
  if (setsName([node], 'loop'))
    throw new JinjaError(
      'TemplateAssertionError',
      "Can't assign to special loop variable in for-loop target",
      node.line,
    )
  const usesLoop =
    node.recursive || mentions(node.body, 'loop') || node.body.some((child) => child.type === 'block' && child.scoped)
  const source = compileExpression(place, node.source)
  const shape = node.recursive ? new FunctionShape(place.shape) : place.shape
  const at: Place = node.recursive ? { ...place, shape, depth: 0 } : place
  const filtered = node.filter ? compileLoopFilter(at, node, node.filter, shape) : undefined
  let loopSlot = -1
  const { place: within, enter } = inner(
    at,
    (scope) => {
      if (usesLoop) loopSlot = scope.parameter('loop').index
      analyzeTarget(scope, node.target, 'parameter')
      analyzeBody(scope, node.body)
    },
    shape,
  )
  const assign = compileTarget(within, node.target)
  const body = within.unit.body(within, node.body)
  const otherwise = compileElse(at, node, shape)
  const { line } = node

  const plain = (frame: Frame, items: PyValue): void => {
    const { run } = frame
    const iterator = requireIterator(run, filtered ? filtered(frame, items) : items)
    let empty = true
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      run.step()
      empty = false
      enter(frame)
      assign(frame, next.value)
      body(frame)
    }
    if (empty) otherwise(frame)
  }
  const withLoop = (frame: Frame, items: PyValue, depth: number): void => {
    const { run } = frame
    const recurse = node.recursive
      ? (_: Run, more: PyValue, level: number) => nested(frame.parent as Frame, more, level)
      : undefined
    const loop = new Loop(run, filtered ? filtered(frame, items) : items, depth, recurse)
    let empty = true
    for (let item = loop.next(); item !== undefined; item = loop.next()) {
      run.step()
      empty = false
      frame.slots[loopSlot] = loop
      enter(frame)
      assign(frame, item)
      body(frame)
    }
    if (empty) otherwise(frame)
  }
  /** One level of a recursive loop, in a frame of its own. */
  const nested = (home: Frame, items: PyValue, depth: number): PyValue => {
    const { run, context, blocks, out } = home
    run.enter(shape.height + 4)
    const frame = new Frame({ run, context, blocks, out }, shape.size, home)
    const text = capture(frame, () => withLoop(frame, items, depth))
    run.leave(shape.height + 4)
    return run.autoescape ? new Markup(text) : text
  }
  return (frame) => {
    frame.run.line = line
    const items = source(frame)
    if (node.recursive) frame.out.write(toText(frame.run, nested(frame, items, 0)))
    else if (usesLoop) withLoop(frame, items, 0)
    else plain(frame, items)
  }
}

const compileElse = (at: Place, node: ForNode, shape: FunctionShape): Action => {
  if (node.otherwise.length === 0) return () => {}
  const { place, enter } = inner(at, (scope) => analyzeBody(scope, node.otherwise), shape)
  const body = place.unit.body(place, node.otherwise)
  return (frame) => {
    enter(frame)
    body(frame)
  }
}

/** `{% for … if … %}`: the items for which the condition holds, as a stream. */
const compileLoopFilter = (
  at: Place,
  node: ForNode,
  filter: Expression,
  shape: FunctionShape,
): ((frame: Frame, items: PyValue) => PyValue) => {
  const { place, enter } = inner(
    at,
    (scope) => {
      analyzeTarget(scope, node.target, 'parameter')
      analyzeExpression(scope, filter)
    },
    shape,
  )
  const assign = compileTarget(place, node.target)
  const test = compileExpression(place, filter)
  function* kept(frame: Frame, iterator: Iterator<PyValue>): Generator<PyValue> {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      frame.run.step()
      enter(frame)
      assign(frame, next.value)
      if (isTrue(test(frame))) yield next.value
    }
  }
  return (frame, items) => new Stream(kept(frame, requireIterator(frame.run, items)))
}
