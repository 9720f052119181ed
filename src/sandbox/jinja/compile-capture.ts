// Statements that catch what their body writes: `{% set x %}…{% endset %}` and `{% filter %}`.

import { analyzeBody, analyzeExpression } from './analyze.ts'
import { isText, plainText } from './arguments.ts'
import type { Expression, Statement } from './ast.ts'
import { type Action, type Code, compileExpression, compileFilter, deeper, type Place } from './compile-expression.ts'
import { compileTarget, inner } from './compile-scope.ts'
import { typeError } from './error.ts'
import { capture, type Frame } from './frame.ts'
import { typeNameOf } from './iterate.ts'
import { Markup, type PyValue } from './values.ts'

/** What call and filter blocks leave goes to the output as it is, so it must be a text. */
export const requireText = (value: PyValue): string => {
  if (!isText(value)) throw typeError(`expected str instance, ${typeNameOf(value)} found`)
  return plainText(value)
}

export const compileSetBlock = (place: Place, node: Extract<Statement, { type: 'set-block' }>): Action => {
  const { place: within, enter } = inner(place, (scope) => {
    analyzeBody(scope, node.body)
    if (node.filter) analyzeExpression(scope, node.filter)
  })
  const body = within.unit.body(within, node.body)
  const assign = compileTarget(place, node.target)
  const captured = (frame: Frame): PyValue => {
    enter(frame)
    const text = capture(frame, body)
    return frame.run.autoescape ? new Markup(text) : text
  }
  const value = node.filter ? compileFilterChain(within, node.filter, captured) : captured
  return (frame) => {
    frame.run.step()
    frame.run.line = node.line
    assign(frame, value(frame))
  }
}

/** Applies the filters of a chain whose innermost value is given. */
const compileFilterChain = (place: Place, node: Extract<Expression, { type: 'filter' }>, start: Code): Code => {
  const { value } = node
  const input =
    value === undefined
      ? start
      : value.type === 'filter'
        ? compileFilterChain(deeper(place), value, start)
        : compileExpression(place, value)
  return compileFilter(place, node, input)
}

export const compileFilterBlock = (place: Place, node: Extract<Statement, { type: 'filter-block' }>): Action => {
  const { place: within, enter } = inner(place, (scope) => {
    analyzeBody(scope, node.body)
    analyzeExpression(scope, node.filter)
  })
  const body = within.unit.body(within, node.body)
  const value = compileFilterChain(within, node.filter, (frame) => {
    enter(frame)
    const text = capture(frame, body)
    return frame.run.autoescape ? new Markup(text) : text
  })
  return (frame) => {
    frame.run.step()
    frame.run.line = node.line
    frame.out.write(requireText(value(frame)))
  }
}
