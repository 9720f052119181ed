// A piece of the reply in a chat: a text with places for variables, shown while the run goes on.

import { z } from 'zod'
import { isList, type Value } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import type { NodeContext } from '../flow/spec.ts'
import { parseTemplate, renderTemplate, type Template } from '../flow/template.ts'
import { defineKind } from './define.ts'

export const answer = defineKind({
  types: ['answer'],
  role: 'response',
  settings: z.object({ answer: z.string() }),
  compile: ({ answer: text }) => {
    const template = parseTemplate(text)
    return {
      template: template.segments,
      run: (context) => ({
        type: 'success',
        outputs: {
          answer: renderTemplate(
            template,
            (selector) => context.get(selector),
            'markdown',
            (selector) => context.typeOf(selector),
          ),
          files: filesOf(template, context),
        },
      }),
    }
  },
})

const filesOf = (template: Template, context: NodeContext): readonly Value[] =>
  template.selectors.flatMap((selector) => {
    const value = context.get(selector)
    if (value instanceof FileValue) return [value]
    return isList(value) && value.length > 0 && value.every((item) => item instanceof FileValue) ? value : []
  })
