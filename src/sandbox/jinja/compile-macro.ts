// `{% macro %}` and `{% call %}`.

import { analyzeBody, analyzeSignature, mentions } from './analyze.ts'
import type { Signature, Statement } from './ast.ts'
import { requireText } from './compile-capture.ts'
import {
  type Action,
  type Code,
  callValue,
  compileArguments,
  compileExpression,
  type Place,
} from './compile-expression.ts'
import { inner } from './compile-scope.ts'
import { JinjaError } from './error.ts'
import type { Frame } from './frame.ts'
import { Macro, type MacroCode } from './macro.ts'
import { FunctionShape } from './scope.ts'

interface MacroNode {
  readonly signature: Signature
  readonly body: readonly Statement[]
  readonly line: number
}

export const compileMacro = (place: Place, name: string | undefined, node: MacroNode): ((frame: Frame) => Macro) => {
  const { parameters, defaults } = node.signature
  const firstDefault = parameters.length - defaults.length
  const callerAt = parameters.indexOf('caller')
  if (callerAt !== -1 && callerAt < firstDefault) {
    throw new JinjaError(
      'TemplateAssertionError',
      'the special "caller" argument must be omitted or be given a default.',
      node.line,
    )
  }
  const shape = new FunctionShape(place.shape)
  const special: { kwargs?: number; varargs?: number; caller?: number } = {}
  const { place: within, enter } = inner(
    { ...place, depth: 0 },
    (scope) => {
      analyzeSignature(scope, node.signature)
      for (const key of ['kwargs', 'varargs', 'caller'] as const) {
        if (!parameters.includes(key) && mentions(node.body, key)) special[key] = scope.parameter(key).index
      }
      analyzeBody(scope, node.body)
    },
    shape,
  )
  const fallbacks = parameters.map((_parameter, i): Code | undefined => {
    const fallback = defaults[i - firstDefault]
    return fallback && compileExpression(within, fallback)
  })
  const slots = parameters.map((parameter) => within.scope.find(parameter)?.index ?? 0)
  const write = within.unit.body(within, node.body)
  const code: MacroCode = {
    name,
    shape,
    parameters: parameters.map((parameter, i) => ({ name: parameter, slot: slots[i] as number })),
    kwargs: special.kwargs,
    varargs: special.varargs,
    caller: special.caller,
    body: (frame) => {
      enter(frame)
      fallbacks.forEach((fallback, i) => {
        const slot = slots[i] as number
        if (fallback && frame.slots[slot] === undefined) frame.slots[slot] = fallback(frame)
      })
      write(frame)
    },
  }
  return (frame) => new Macro(code, frame)
}

export const compileCallBlock = (place: Place, node: Extract<Statement, { type: 'call-block' }>): Action => {
  const make = compileMacro(place, undefined, node)
  const callee = compileExpression(place, node.call.value)
  const args = compileArguments(place, node.call.call)
  return (frame) => {
    const { run } = frame
    run.step()
    run.line = node.line
    const caller = make(frame)
    const target = callee(frame)
    const { positional, keywords } = args(frame)
    const result = callValue(run, target, { positional, keywords: new Map([...(keywords ?? []), ['caller', caller]]) })
    frame.out.write(requireText(result))
  }
}
