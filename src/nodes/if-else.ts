// Takes the exit of the first case whose conditions hold, else the exit `false`.

import { z } from 'zod'
import type { NodeSuccess } from '../flow/spec.ts'
import { checkConditions, compileConditions, conditionField, joinField } from './conditions.ts'
import { defineKind } from './define.ts'
import { toFailed } from './errors.ts'

const conditionsField = z.array(conditionField)

const ELSE = 'false'
const NO_CASE = outcomeOf(ELSE, false)

export const ifElse = defineKind({
  types: ['if-else'],
  role: 'branch',
  settings: z.object({
    cases: z
      .array(z.object({ case_id: z.string(), logical_operator: joinField, conditions: conditionsField }))
      .nullish(),
    // Files of the first versions have one case, written without a frame.
    logical_operator: joinField.nullish(),
    conditions: conditionsField.nullish(),
  }),
  compile: (settings) => {
    const only = { case_id: 'true', logical_operator: settings.logical_operator ?? 'and' } as const
    const written = settings.cases?.length ? settings.cases : [{ ...only, conditions: settings.conditions ?? [] }]
    const cases = written.map((item) => ({
      conditions: compileConditions(item.conditions, item.logical_operator),
      outcome: outcomeOf(item.case_id, true),
    }))
    return {
      handles: [...written.map((item) => item.case_id), ELSE],
      run: (context) => {
        try {
          for (const { conditions, outcome } of cases) if (checkConditions(conditions, context)) return outcome
          return NO_CASE
        } catch (error) {
          return toFailed(error)
        }
      },
    }
  },
})

function outcomeOf(handle: string, result: boolean): NodeSuccess {
  return Object.freeze({ type: 'success', outputs: Object.freeze({ result, selected_case_id: handle }), handle })
}
