// Statements → closures that write to their frame's sink. Loops, macros and captures have files of their own; they reach
// back to bodies through `Unit.body`.

import { analyzeBody, analyzeExpression, analyzeTarget } from './analyze.ts'
import type { Statement } from './ast.ts'
import { compileFilterBlock, compileSetBlock } from './compile-capture.ts'
import { type Action, type Code, compileExpression, deeper, type Place, readSlot } from './compile-expression.ts'
import { compileFor } from './compile-loop.ts'
import { compileCallBlock, compileMacro } from './compile-macro.ts'
import { compileTarget, inner } from './compile-scope.ts'
import { JinjaError, typeError } from './error.ts'
import { escapeHtml } from './html.ts'
import { isTrue } from './iterate.ts'
import { toText } from './represent.ts'
import { Markup, type PyValue, type Run } from './values.ts'

type Node<Type extends Statement['type']> = Extract<Statement, { type: Type }>

export const compileBody = (outer: Place, body: readonly Statement[]): Action => {
  const place = deeper(outer)
  const actions = body.map((node) => compileStatement(place, node))
  const [first, second] = actions
  if (actions.length === 0) return () => {}
  if (first && actions.length === 1) return first
  if (first && second && actions.length === 2) {
    return (frame) => {
      first(frame)
      second(frame)
    }
  }
  return (frame) => {
    for (const action of actions) action(frame)
  }
}

const compileStatement = (place: Place, node: Statement): Action => {
  switch (node.type) {
    case 'data': {
      const { text } = node
      return (frame) => {
        frame.run.step()
        frame.out.write(text)
      }
    }
    case 'output':
      return compileOutput(place, node)
    case 'for':
      return compileFor(place, node)
    case 'if':
      return compileIf(place, node)
    case 'set': {
      const [value, assign] = [compileExpression(place, node.value), compileTarget(place, node.target)]
      return (frame) => {
        frame.run.step()
        frame.run.line = node.line
        assign(frame, value(frame))
      }
    }
    case 'set-block':
      return compileSetBlock(place, node)
    case 'with':
      return compileWith(place, node)
    case 'macro': {
      const [make, assign] = [
        compileMacro(place, node.name, node),
        compileTarget(place, { type: 'name', name: node.name, line: node.line }),
      ]
      return (frame) => assign(frame, make(frame))
    }
    case 'call-block':
      return compileCallBlock(place, node)
    case 'filter-block':
      return compileFilterBlock(place, node)
    case 'block':
      return compileBlockCall(place, node)
    case 'autoescape':
      return compileAutoescape(place, node)
    case 'load':
      return (frame) => {
        frame.run.line = node.line
        throw typeError(`${node.tag}: there is nothing to load templates from`)
      }
  }
}

/** What `{{ value }}` writes. */
const shown = (run: Run, value: PyValue): string => {
  if (!run.autoescape) return toText(run, value)
  return value instanceof Markup ? value.text : escapeHtml(toText(run, value))
}

const compileOutput = (place: Place, node: Node<'output'>): Action => {
  const value = compileExpression(place, node.value)
  const { line } = node
  return (frame) => {
    frame.run.line = line
    const result = value(frame)
    frame.out.write(typeof result === 'string' && !frame.run.autoescape ? result : shown(frame.run, result))
  }
}

const compileIf = (place: Place, node: Node<'if'>): Action => {
  const soft: Place = { ...place, soft: true }
  const branches = node.branches.map(({ test, body }) => ({
    test: compileExpression(soft, test),
    body: compileBody(soft, body),
  }))
  const otherwise = compileBody(soft, node.otherwise)
  const { line } = node
  return (frame) => {
    frame.run.line = line
    for (const { test, body } of branches) {
      frame.run.step()
      if (isTrue(test(frame))) return body(frame)
    }
    otherwise(frame)
  }
}

const compileWith = (place: Place, node: Node<'with'>): Action => {
  const values = node.values.map((value) => compileExpression(place, value))
  const { place: within, enter } = inner(place, (scope) => {
    for (const target of node.targets) analyzeTarget(scope, target, 'parameter')
    analyzeBody(scope, node.body)
  })
  const targets = node.targets.map((target) => compileTarget(within, target))
  const body = compileBody(within, node.body)
  return (frame) => {
    frame.run.step()
    frame.run.line = node.line
    enter(frame)
    for (const [i, assign] of targets.entries()) assign(frame, (values[i] as Code)(frame))
    body(frame)
  }
}

const compileAutoescape = (place: Place, node: Node<'autoescape'>): Action => {
  const { place: within, enter } = inner(place, (scope) => {
    analyzeExpression(scope, node.value)
    analyzeBody(scope, node.body)
  })
  const value = compileExpression(within, node.value)
  const body = compileBody(within, node.body)
  return (frame) => {
    const { run } = frame
    const before = run.autoescape
    enter(frame)
    run.autoescape = isTrue(value(frame))
    body(frame)
    run.autoescape = before
  }
}

/** A block stands where it is written: there are no parents that could replace it. */
const compileBlockCall = (place: Place, node: Node<'block'>): Action => {
  const { name, scoped } = node
  const locals = scoped
    ? Array.from(place.scope.storedNames(), ([local, slot]) => [local, readSlot(place, slot)] as const)
    : []
  return (frame) => {
    const { run, blocks, out } = frame
    run.line = node.line
    if (node.required) throw new JinjaError('TemplateRuntimeError', `Required block '${name}' not found`)
    const seen = new Map<string, PyValue>()
    for (const [local, read] of locals) {
      const value = read(frame)
      if (value !== undefined) seen.set(local, value)
    }
    const context = scoped ? frame.context.derive(seen) : frame.context
    blocks.get(name)?.({ run, context, out, blocks })
  }
}
