// Settings of human-input nodes as app files have them.

import { z } from 'zod'
import { numberField, selectorField } from '../define.ts'

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])

const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and underscores')
  .max(100, 'must have at most 100 characters')

const source = <Item extends z.ZodType>(value: Item) =>
  z.object({ type: z.enum(['constant', 'variable']), selector: selectorField, value })

const paragraph = z.object({
  type: z.enum(['paragraph', 'text_input', 'text-input']).transform(() => 'paragraph' as const),
  output_variable_name: name,
  default: source(z.string().nullish())
    .nullish()
    .transform((given) => given ?? undefined),
})
const select = z.object({
  type: z.literal('select'),
  output_variable_name: name,
  option_source: source(texts),
})
const file = z.object({
  type: z.enum(['file', 'file-list']),
  output_variable_name: name,
  allowed_file_types: texts,
  allowed_file_extensions: texts,
  allowed_file_upload_methods: texts,
  number_limits: numberField.nullish().transform((limit) => Math.max(0, Math.trunc(limit ?? 0))),
})

const action = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and underscores')
    .max(20, 'must have at most 20 characters'),
  title: z.string().max(100, 'must have at most 100 characters'),
  button_style: z
    .enum(['primary', 'default', 'accent', 'ghost'])
    .nullish()
    .transform((style) => style ?? 'default'),
})

const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((given): z.output<Item>[] => given ?? [])

/** Ten years. */
const LONGEST_DAYS = 3_650

export const settings = z
  .object({
    form_content: z
      .string()
      .nullish()
      .transform((text) => text ?? ''),
    inputs: list(z.union([paragraph, select, file], { error: 'is no input of a form' })),
    user_actions: list(action),
    timeout: numberField
      .nullish()
      .transform((given) => given ?? 36)
      .refine((given) => given > 0 && given <= LONGEST_DAYS, `must be above 0, and at most ${LONGEST_DAYS}`),
    timeout_unit: z
      .enum(['hour', 'day'])
      .nullish()
      .transform((unit) => unit ?? 'hour'),
    /** Absent in newer files, which name people instead. */
    delivery_methods: z.array(z.object({ type: z.string(), enabled: z.boolean().nullish() })).nullish(),
  })
  .superRefine(({ inputs, user_actions: actions }, context) => {
    const names = inputs.map((input) => input.output_variable_name)
    reportRepeated(names, (i) =>
      context.addIssue({ code: 'custom', path: ['inputs', i], message: 'has a name that another input has' }),
    )
    reportRepeated(
      actions.map(({ id }) => id),
      (i) =>
        context.addIssue({ code: 'custom', path: ['user_actions', i], message: 'has an id that another action has' }),
    )
  })

export type HumanInputSettings = z.output<typeof settings>

const reportRepeated = (names: readonly string[], report: (i: number) => void): void => {
  for (const [i, one] of names.entries()) if (names.indexOf(one) < i) report(i)
}
