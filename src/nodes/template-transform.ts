// Renders a Jinja template over named variables.

import { z } from 'zod'
import type { Random } from '../base/seams.ts'
import { setOwn, toPlain, type ValueObject } from '../base/value.ts'
import { SandboxError } from '../sandbox/errors.ts'
import { compileTemplate } from '../sandbox/jinja/template.ts'
import { MAX_TEXT_LENGTH } from './code-outputs.ts'
import { longerThan } from './code-points.ts'
import { defineKind, variableListField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'

export const templateTransform = defineKind({
  types: ['template-transform'],
  role: 'task',
  settings: z.object({ variables: variableListField, template: z.string() }),
  compile: ({ variables, template }) => {
    const render = prepare(template)
    return {
      run: (context) => {
        const inputs: ValueObject = {}
        for (const { variable, value_selector } of variables) {
          setOwn(inputs, variable, toPlain(context.get(value_selector) ?? null))
        }
        try {
          return { type: 'success', inputs, outputs: { output: render(inputs, context.random) } }
        } catch (error) {
          return toFailed(error, { inputs })
        }
      },
    }
  },
})

type Render = (inputs: ValueObject, random: Random) => string

/** A template with mistakes is no mistake of the graph: the app format lets the node fail when it runs. */
const prepare = (source: string): Render => {
  const compiled = failingAsNode(() => compileTemplate(source))
  if (compiled instanceof NodeError) {
    return () => {
      throw compiled
    }
  }
  return (inputs, random) => {
    const text = failingAsNode(() => compiled.render(inputs, {}, random))
    if (text instanceof NodeError) throw text
    if (longerThan(text, MAX_TEXT_LENGTH)) {
      throw new NodeError('node/render-failed', {
        details: { reason: `it gives more than ${MAX_TEXT_LENGTH} characters` },
      })
    }
    return text
  }
}

const failingAsNode = <T>(work: () => T): T | NodeError => {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return new NodeError('node/render-failed', { details: { reason: error.message }, cause: error })
  }
}
