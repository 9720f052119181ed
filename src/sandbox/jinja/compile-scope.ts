// Scopes within a function: filling their slots on entry, and assigning to targets.

import type { Expression } from './ast.ts'
import { type Action, compileExpression, type Place, readSlot } from './compile-expression.ts'
import { JinjaError, typeError, valueError } from './error.ts'
import type { Frame } from './frame.ts'
import { iteratorOf, typeNameOf } from './iterate.ts'
import { type Load, Scope } from './scope.ts'
import { Namespace, type PyValue } from './values.ts'

/** Fills the slots of a scope when it is entered. */
export const compileEntry = (place: Place, scope: Scope): Action => {
  const steps = scope.entries().map(([slot, name, load]) => compileLoad(place, slot.index, name, load))
  return (frame) => {
    for (const step of steps) step?.(frame)
  }
}

const compileLoad = (place: Place, index: number, name: string, load: Load): Action | undefined => {
  switch (load.type) {
    case 'parameter':
      return undefined
    case 'unset':
      return (frame) => {
        frame.slots[index] = undefined
      }
    case 'resolve':
      return (frame) => {
        frame.slots[index] = frame.context.resolve(name)
      }
    case 'alias': {
      const read = readSlot(place, load.of)
      return (frame) => {
        frame.slots[index] = read(frame)
      }
    }
  }
}

/** A place in a new scope within the same function. */
export const inner = (
  place: Place,
  prepare: (scope: Scope) => void,
  shape = place.shape,
): { place: Place; enter: Action } => {
  const scope = new Scope(shape, place.scope)
  prepare(scope)
  const within: Place = { ...place, scope, shape, top: false, soft: false }
  return { place: within, enter: compileEntry(within, scope) }
}

export type Assign = (frame: Frame, value: PyValue) => void

export const compileTarget = (place: Place, target: Expression): Assign => {
  if (target.type === 'tuple') return compileUnpacking(target.items.map((item) => compileTarget(place, item)))
  if (target.type === 'field') {
    const holder = compileExpression(place, { type: 'name', name: target.name, line: target.line })
    return (frame, value) => {
      const namespace = holder(frame)
      if (!(namespace instanceof Namespace))
        throw new JinjaError('TemplateRuntimeError', 'cannot assign attribute on non-namespace object')
      frame.run.items(1)
      namespace.fields.set(target.attribute, value)
    }
  }
  if (target.type !== 'name') throw new JinjaError('TemplateSyntaxError', "can't assign to an expression", target.line)
  const slot = place.scope.find(target.name)
  if (!slot) throw new JinjaError('TemplateRuntimeError', `the name '${target.name}' is out of reach here`)
  const { index } = slot
  const { name } = target
  if (place.top && place.unit.hasBlocks) {
    return (frame, value) => {
      frame.slots[index] = value
      frame.context.export(name, value)
    }
  }
  return (frame, value) => {
    frame.slots[index] = value
  }
}

const compileUnpacking = (targets: readonly Assign[]): Assign => {
  return (frame, value) => {
    const items = iteratorOf(frame.run, value)
    if (!items) throw typeError(`cannot unpack non-iterable ${typeNameOf(value)} object`)
    const values: PyValue[] = []
    for (let next = items.next(); !next.done; next = items.next()) {
      if (values.length === targets.length) throw valueError(`too many values to unpack (expected ${targets.length})`)
      values.push(next.value)
    }
    if (values.length < targets.length)
      throw valueError(`not enough values to unpack (expected ${targets.length}, got ${values.length})`)
    for (const [i, assign] of targets.entries()) assign(frame, values[i] as PyValue)
  }
}
