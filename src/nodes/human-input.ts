// The `human-input` kind: asks people by a form, pauses the run until one of them answers, and leaves by the button that
// was pressed.
//
// H1  Everything the form shows is settled when it is made: what variables hold later changes nothing of it.
// H2  Without an answer in time the node leaves by `__timeout`, with empty fields.

import { isList, objectFrom, type Value, type ValueObject } from '../base/value.ts'
import { renderText } from '../flow/render.ts'
import type { NodeContext, NodeOutcome, NodePaused } from '../flow/spec.ts'
import { parseTemplate, renderTemplate, type Template } from '../flow/template.ts'
import { defineKind } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import type { FormAnswer, FormInput, FormRequest } from './human-input/form.ts'
import { type HumanInputSettings, settings } from './human-input/settings.ts'
import type { NodeServices } from './spec.ts'

const TIMEOUT = '__timeout'
const UNIT_MS = { hour: 3_600_000, day: 86_400_000 }

type Context = NodeContext<NodeServices>

export const humanInput = defineKind({
  types: ['human-input'],
  role: 'branch',
  pauses: true,
  settings,
  compile(parsed) {
    const template = parseTemplate(parsed.form_content)
    return {
      handles: [...parsed.user_actions.map(({ id }) => id), TIMEOUT],
      run(context) {
        const { resumed } = context
        // Written by this kind, and by whoever keeps its forms.
        if (resumed) return answered(resumed.reason as unknown as FormRequest, resumed.answer as unknown as FormAnswer)
        try {
          return ask(parsed, template, context)
        } catch (error) {
          return toFailed(error)
        }
      },
    }
  },
})

const ask = (parsed: HumanInputSettings, template: Template, context: Context): NodePaused => {
  const inputs = parsed.inputs.map((input) => toInput(input, context))
  const form: FormRequest = {
    content: renderTemplate(template, context.get, 'markdown', (selector) => context.typeOf(selector)),
    inputs,
    actions: parsed.user_actions.map(({ id, title, button_style }) => ({ id, title, style: button_style })),
    defaults: Object.fromEntries(inputs.flatMap((input) => defaultOf(input, context))),
    timeoutMs: Math.round(parsed.timeout * UNIT_MS[parsed.timeout_unit]),
    web: parsed.delivery_methods?.some(({ type, enabled }) => type === 'webapp' && enabled !== false) ?? true,
  }
  return { type: 'pause', reason: form as unknown as ValueObject }
}

const toInput = (input: HumanInputSettings['inputs'][number], context: Context): FormInput => {
  const name = input.output_variable_name
  switch (input.type) {
    case 'paragraph': {
      const given = input.default
      return { type: 'paragraph', name, default: given ? { ...given, value: given.value ?? '' } : null }
    }
    case 'select': {
      const { option_source: source } = input
      const value = source.type === 'variable' ? optionsOf(source.selector, context) : source.value
      return { type: 'select', name, options: { ...source, value } }
    }
    default:
      return {
        type: input.type,
        name,
        fileTypes: input.allowed_file_types,
        fileExtensions: input.allowed_file_extensions,
        uploadMethods: input.allowed_file_upload_methods,
        limit: input.number_limits,
      }
  }
}

const optionsOf = (selector: readonly string[], context: Context): readonly string[] => {
  const value = context.get(selector)
  const name = selector.join('.')
  if (value === undefined) throw new NodeError('node/variable-missing', { details: { name } })
  if (!isList(value) || !value.every((item) => typeof item === 'string')) {
    throw new NodeError('node/variable-type', { details: { name, expected: 'a list of texts' } })
  }
  return value
}

const defaultOf = (input: FormInput, context: Context): readonly (readonly [string, string])[] => {
  if (input.type !== 'paragraph' || !input.default) return []
  const { type, selector, value } = input.default
  if (type === 'constant') return [[input.name, value]]
  const found = context.get(selector)
  return found === undefined ? [] : [[input.name, renderText(found)]]
}

const answered = (form: FormRequest, answer: FormAnswer): NodeOutcome => {
  const submitted = answer.type === 'submitted' ? answer : undefined
  const action = form.actions.find(({ id }) => id === submitted?.actionId)
  const fields = form.inputs.map((input) => [input.name, submitted?.values[input.name] ?? emptyValue(input)] as const)
  return {
    type: 'success',
    handle: submitted?.actionId ?? TIMEOUT,
    outputs: objectFrom([
      ...fields,
      ['__action_id', submitted?.actionId ?? ''],
      ['__action_value', action?.title ?? ''],
      ['__rendered_content', answer.content],
    ]),
  }
}

const emptyValue = ({ type }: FormInput): Value => (type === 'file' ? null : type === 'file-list' ? [] : '')
