// Where a run begins: its checked inputs become variables. start-inputs.ts checks them before the run.

import { z } from 'zod'
import { own, setOwn, type Value, type ValueObject } from '../base/value.ts'
import { defineKind } from './define.ts'

export const start = defineKind({
  types: ['start'],
  role: 'root',
  settings: z.object({ variables: z.array(z.object({ variable: z.string() })).nullish() }),
  compile: ({ variables }) => {
    const names = (variables ?? []).map(({ variable }) => variable)
    return {
      run: ({ inputs }) => {
        const outputs: ValueObject = {}
        for (const name of names) setOwn(outputs, name, (own(inputs, name) as Value | undefined) ?? null)
        return { type: 'success', inputs: outputs, outputs }
      },
    }
  },
})
