// The Service API's calls about forms: what people are asked while a run waits for them, and their answers.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { body, pathIds, seconds, text, user, uuid, valueMap } from './parts.ts'

const tag = 'Human input'

const textSource = z.object({
  type: z.enum(['constant', 'variable']),
  selector: z.array(z.string()),
  value: z.string(),
})

const formInput = z
  .union([
    z.object({ type: z.literal('paragraph'), output_variable_name: z.string(), default: textSource.nullable() }),
    z.object({
      type: z.literal('select'),
      output_variable_name: z.string(),
      option_source: textSource.extend({ value: z.array(z.string()) }),
    }),
    z.object({
      type: z.enum(['file', 'file-list']),
      output_variable_name: z.string(),
      allowed_file_types: z.array(z.string()),
      allowed_file_extensions: z.array(z.string()),
      allowed_file_upload_methods: z.array(z.string()),
      number_limits: z.int().optional().meta({ description: 'Only of lists.' }),
    }),
  ])
  .meta({ id: 'FormInput' })

const formAction = z
  .object({ id: z.string(), title: z.string(), button_style: z.enum(['primary', 'default', 'accent', 'ghost']) })
  .meta({ id: 'FormAction' })

const defaults = z.record(z.string(), z.string())

export const formDefinition = z
  .object({
    form_id: uuid(),
    node_id: z.string(),
    node_title: z.string(),
    form_content: z.string(),
    inputs: z.array(formInput),
    actions: z.array(formAction),
    display_in_ui: z.boolean(),
    form_token: z.string().nullable().meta({ description: 'Null when only members may answer.' }),
    resolved_default_values: defaults,
    expiration_time: seconds(),
  })
  .meta({ id: 'FormDefinition' })

/** Why a run waits. */
export const pauseReason = formDefinition
  .omit({ display_in_ui: true })
  .extend({ TYPE: z.literal('human_input_required') })
  .meta({ id: 'PauseReason' })

/** What a message shows of a form. */
export const humanInputContent = z
  .object({
    type: z.literal('human_input'),
    workflow_run_id: uuid(),
    submitted: z.boolean(),
    form_definition: formDefinition.nullable(),
    form_submission_data: z
      .object({
        node_id: z.string(),
        node_title: z.string(),
        rendered_content: z.string(),
        action_id: z.string(),
        action_text: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'HumanInputContent' })

export const getForm = defineOperation({
  method: 'GET',
  path: '/v1/form/human_input/{form_token}',
  id: 'getForm',
  summary: 'What people are asked while a run waits for them.',
  tag,
  params: pathIds('form_token'),
  answers: {
    200: {
      description: 'The form.',
      schema: z
        .object({
          form_content: z.string(),
          inputs: z.array(formInput),
          resolved_default_values: defaults,
          user_actions: z.array(formAction),
          expiration_time: seconds(),
        })
        .meta({ id: 'Form' }),
    },
  },
  errors: [400, 403, 404, 412],
})

export const submitForm = defineOperation({
  method: 'POST',
  path: '/v1/form/human_input/{form_token}',
  id: 'submitForm',
  summary: 'Answers a form, once; its run goes on.',
  tag,
  params: pathIds('form_token'),
  body: body({ inputs: valueMap, action: text(), user }),
  answers: { 200: { description: 'Accepted.', schema: z.object({}) } },
  errors: [400, 403, 404, 412, 429, 503],
})
