// Output of a workflow: names values of the run. Several may run; the engine merges them.

import { z } from 'zod'
import { setOwn, toPlain, type ValueObject } from '../base/value.ts'
import type { ResponseSegment } from '../flow/spec.ts'
import { defineKind, selectorField } from './define.ts'

const NEWLINE: ResponseSegment = { type: 'text', text: '\n' }

export const end = defineKind({
  types: ['end'],
  role: 'response',
  settings: z.object({
    outputs: z
      .array(z.object({ variable: z.string(), value_selector: selectorField }))
      .nullish()
      .transform((list) => list ?? []),
  }),
  compile: ({ outputs: wanted }) => ({
    run: (context) => {
      const outputs: ValueObject = {}
      for (const { variable, value_selector } of wanted) {
        setOwn(outputs, variable, toPlain(context.get(value_selector) ?? null))
      }
      return { type: 'success', inputs: outputs, outputs }
    },
    template: wanted.flatMap(({ value_selector: selector }, i): ResponseSegment[] => {
      const segment: ResponseSegment = { type: 'variable', selector }
      return i === 0 ? [segment] : [NEWLINE, segment]
    }),
  }),
})
