// Passes on the first of several variables that was ever written: what joins branches of which one ran.

import { z } from 'zod'
import { setOwn, type Value, type ValueObject } from '../base/value.ts'
import type { NodeContext, Selector } from '../flow/spec.ts'
import { defineKind, selectorField } from './define.ts'

const selectorsField = z
  .array(selectorField)
  .nullish()
  .transform((list) => list ?? [])

export const variableAggregator = defineKind({
  // The first versions of the app format called it an assigner.
  types: ['variable-aggregator', 'variable-assigner'],
  role: 'task',
  settings: z.object({
    variables: selectorsField,
    advanced_settings: z
      .object({
        group_enabled: z.boolean().nullish(),
        groups: z.array(z.object({ group_name: z.string(), variables: selectorsField })).nullish(),
      })
      .nullish(),
  }),
  compile: ({ variables, advanced_settings: advanced }) => {
    const groups = advanced?.group_enabled ? (advanced.groups ?? []) : undefined
    return {
      run: (context) => {
        const outputs: ValueObject = {}
        for (const { group_name, variables: selectors } of groups ?? []) {
          const value = firstOf(selectors, context)
          if (value !== undefined) setOwn(outputs, group_name, { output: value })
        }
        const value = groups ? undefined : firstOf(variables, context)
        return { type: 'success', outputs: value === undefined ? outputs : { output: value } }
      },
    }
  },
})

const firstOf = (selectors: readonly Selector[], context: NodeContext): Value | undefined => {
  for (const selector of selectors) {
    const value = context.get(selector)
    if (value !== undefined) return value
  }
  return undefined
}
