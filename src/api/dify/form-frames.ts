// Forms as the Service API words them: in events, in answers of runs that wait, in messages.

import type { ValueObject } from '../../base/value.ts'
import type { Form, FormInput, FormRequest } from '../../product/forms/spec.ts'
import { toWireId } from '../../product/ids.ts'
import type { FormEvent, ShownForm } from '../../product/runs/events.ts'
import { seconds } from './node-frames.ts'

/** Fields that all descriptions of a form share. */
const formFields = (form: ShownForm): ValueObject => ({
  form_id: toWireId(form.id),
  node_id: form.nodeId,
  node_title: form.nodeTitle,
  form_content: form.request.content,
  inputs: form.request.inputs.map(toInput),
  actions: toActions(form.request),
  form_token: form.token,
  resolved_default_values: form.request.defaults,
  expiration_time: seconds(form.expiresAt),
})

/** `data` of `human_input_required`. @param inConsole the run's caller sees forms in the console */
export const formDefinition = (form: ShownForm, inConsole: boolean): ValueObject => ({
  ...formFields(form),
  display_in_ui: inConsole,
})

/** One of the `reasons` of a run that waits. */
export const pauseReason = (form: ShownForm): ValueObject => ({ TYPE: 'human_input_required', ...formFields(form) })

/** Answer of the call that reads a form. */
export const formAnswer = ({ request, expiresAt }: Form): ValueObject => ({
  form_content: request.content,
  inputs: request.inputs.map(toInput),
  resolved_default_values: request.defaults,
  user_actions: toActions(request),
  expiration_time: seconds(expiresAt),
})

/** Name and `data` of the event that tells how a form ended. */
export const formEnd = ({ form, answer }: Extract<FormEvent, { type: 'form-end' }>) => {
  const node = { node_id: form.nodeId, node_title: form.nodeTitle }
  if (answer.type === 'timeout') {
    return { name: 'human_input_form_timeout', data: { ...node, expiration_time: seconds(form.expiresAt) } }
  }
  const data = {
    ...node,
    rendered_content: answer.content,
    action_id: answer.actionId,
    action_text: titleOf(form.request, answer.actionId),
    submitted_data: answer.values as ValueObject,
  }
  return { name: 'human_input_form_filled', data }
}

/** One of the `extra_contents` of a message. */
export const messageContent = (form: Form): ValueObject => {
  const { answer } = form
  const submitted = answer?.type === 'submitted' ? answer : undefined
  return {
    type: 'human_input',
    workflow_run_id: toWireId(form.runId),
    submitted: submitted !== undefined,
    form_definition: submitted ? null : formDefinition(form, false),
    form_submission_data: submitted
      ? {
          node_id: form.nodeId,
          node_title: form.nodeTitle,
          rendered_content: submitted.content,
          action_id: submitted.actionId,
          action_text: titleOf(form.request, submitted.actionId),
        }
      : null,
  }
}

const titleOf = ({ actions }: FormRequest, id: string): string =>
  actions.find((action) => action.id === id)?.title ?? ''

const toActions = ({ actions }: FormRequest): ValueObject[] =>
  actions.map(({ id, title, style }) => ({ id, title, button_style: style }))

const toInput = (input: FormInput): ValueObject => {
  const { type } = input
  const named = { type, output_variable_name: input.name }
  switch (input.type) {
    case 'paragraph':
      return { ...named, default: input.default && { ...input.default } }
    case 'select':
      return { ...named, option_source: { ...input.options } }
    default:
      return {
        ...named,
        allowed_file_types: input.fileTypes,
        allowed_file_extensions: input.fileExtensions,
        allowed_file_upload_methods: input.uploadMethods,
        ...(input.type === 'file-list' && input.limit > 0 && { number_limits: input.limit }),
      }
  }
}
