// The settings of an llm node as app files have them, and what is prepared from them once.

import { z } from 'zod'
import type { ValueObject } from '../../base/value.ts'
import type { Selector } from '../../flow/spec.ts'
import { parseTemplate, type Template } from '../../flow/template.ts'
import { selectorField, variableListField } from '../define.ts'
import { compileParameters } from '../model/parameters.ts'
import { memoryField, modelField, visionField } from '../model/settings.ts'
import { compileJinjaText, compilePromptText, type PromptText } from './prompt-text.ts'

const textField = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

const promptField = z.object({
  text: textField,
  edition_type: z.string().nullish(),
  jinja2_text: textField,
})

export const llmSettings = z.object({
  model: modelField,
  prompt_template: z.union([
    z.array(promptField.extend({ role: z.enum(['system', 'user', 'assistant']) })),
    promptField,
  ]),
  prompt_config: z
    .object({ jinja2_variables: variableListField })
    .nullish()
    .transform((config) => config?.jinja2_variables ?? []),
  memory: memoryField,
  context: z
    .object({ enabled: z.boolean().nullish(), variable_selector: selectorField })
    .nullish()
    .transform((context): Selector => (context?.enabled ? context.variable_selector : [])),
  vision: visionField,
  structured_output: z
    .object({ schema: z.unknown().optional() })
    .nullish()
    .transform((output) => output?.schema as ValueObject | undefined),
  structured_output_switch_on: z.boolean().nullish(),
  structured_output_enabled: z.boolean().nullish(),
  reasoning_format: z
    .string()
    .nullish()
    .transform((format) => (format === 'separated' ? ('separated' as const) : ('tagged' as const))),
})
export type LlmSettings = z.output<typeof llmSettings>

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: PromptText
}

export interface LlmPlan {
  readonly settings: LlmSettings
  readonly parameters: ReturnType<typeof compileParameters>
  readonly prompt:
    | { readonly type: 'chat'; readonly messages: readonly PromptMessage[] }
    | { readonly type: 'completion'; readonly text: PromptText }
  /** The user message memory adds; undefined stands for the plain query. */
  readonly memoryQuery: Template | undefined
  /** Variables that must exist before the node does anything. */
  readonly required: readonly Selector[]
  /** The schema the reply must fit; undefined when the reply is free. */
  readonly schema: { readonly value: unknown } | undefined
}

export const planLlm = (settings: LlmSettings): LlmPlan => {
  const { prompt_template: template, memory } = settings
  const prompt: LlmPlan['prompt'] = Array.isArray(template)
    ? { type: 'chat', messages: template.map((message) => ({ role: message.role, text: compileText(message, false) })) }
    : { type: 'completion', text: compileText(template, true) }
  const texts = prompt.type === 'chat' ? prompt.messages.map((message) => message.text) : [prompt.text]
  const memoryQuery = memory?.query_prompt_template ? parseTemplate(memory.query_prompt_template) : undefined
  return {
    settings,
    prompt,
    memoryQuery,
    parameters: compileParameters(settings.model.completion_params),
    required: [...texts.flatMap((text) => text.selectors), ...(memoryQuery?.selectors ?? [])],
    schema:
      settings.structured_output_switch_on || settings.structured_output_enabled
        ? { value: settings.structured_output }
        : undefined,
  }
}

const compileText = (message: z.output<typeof promptField>, completion: boolean): PromptText =>
  message.edition_type === 'jinja2'
    ? compileJinjaText(message.jinja2_text)
    : compilePromptText(message.text, completion)
