// First generation of the assigner: one variable, and no check of what goes into it.

import { z } from 'zod'
import { isList, type Value } from '../base/value.ts'
import { inferType, zeroValue } from '../flow/render.ts'
import type { NodeBody, NodeContext, Selector } from '../flow/spec.ts'
import { selectorField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import type { NodeServices } from './spec.ts'
import { settledType } from './variable-types.ts'

export const firstSettings = z.object({
  assigned_variable_selector: selectorField,
  write_mode: z.enum(['over-write', 'append', 'clear']),
  input_variable_selector: selectorField,
})

export const compileFirst = (settings: z.output<typeof firstSettings>): NodeBody<NodeServices> => {
  const { assigned_variable_selector: target, input_variable_selector: input, write_mode: mode } = settings
  const selector = [target[0] ?? '', target[1] ?? ''] as const
  return {
    writes: [selector],
    run: (context) => {
      try {
        const before = read(target, context)
        if (mode === 'clear') {
          const type = settledType(context.typeOf(target) ?? inferType(before), before)
          return { type: 'success', outputs: {}, updates: [{ selector, value: zeroValue(type) }] }
        }
        const given = read(input, context)
        const value = mode === 'append' ? append(before, given, target) : given
        return { type: 'success', inputs: { value: given }, outputs: {}, updates: [{ selector, value }] }
      } catch (error) {
        return toFailed(error)
      }
    },
  }
}

const read = (selector: Selector, context: NodeContext): Value => {
  const value = context.get(selector)
  if (value === undefined) throw broken(selector, 'it has no value')
  return value
}

const append = (list: Value, item: Value, target: Selector): Value => {
  if (!isList(list)) throw broken(target, 'it is no list to append to')
  return [...list, item]
}

const broken = (selector: Selector, reason: string): NodeError =>
  new NodeError('node/assignment-broken', { details: { name: selector.join('.'), reason } })
