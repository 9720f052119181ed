// Calls of the Service API about the app itself: what it is, what it asks for, how it shows itself.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { pathIds, uuid } from './parts.ts'

const tag = 'Applications'

export const getInfo = defineOperation({
  method: 'GET',
  path: '/v1/info',
  id: 'getInfo',
  summary: 'Name and mode of the app',
  tag,
  answers: {
    200: {
      description: 'The app.',
      schema: z.object({
        name: z.string(),
        description: z.string(),
        tags: z.array(z.string()),
        mode: z.enum(['workflow', 'advanced-chat', 'chat', 'agent-chat', 'completion']),
        author_name: z.string(),
      }),
    },
  },
  errors: [403],
})

const toggle = () => z.object({ enabled: z.boolean() })

/** What a form shows for one input. */
const control = z
  .object({
    label: z.string(),
    variable: z.string(),
    type: z.string(),
    required: z.boolean(),
    default: z.unknown().optional(),
    description: z.string(),
    hide: z.boolean(),
    max_length: z.int().nullable(),
    options: z.array(z.string()),
    allowed_file_types: z.array(z.string()),
    allowed_file_extensions: z.array(z.string()),
    allowed_file_upload_methods: z.array(z.string()),
    json_schema: z.record(z.string(), z.unknown()).nullable(),
    config: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'InputControl' })

const megabytes = () => z.int().meta({ description: 'MB' })

const parameters = z
  .object({
    opening_statement: z.string().nullable(),
    suggested_questions: z.array(z.string()),
    suggested_questions_after_answer: toggle(),
    speech_to_text: toggle(),
    text_to_speech: z.object({
      enabled: z.boolean(),
      voice: z.string(),
      language: z.string(),
      autoPlay: z.enum(['enabled', 'disabled']),
    }),
    retriever_resource: toggle(),
    annotation_reply: toggle(),
    more_like_this: toggle(),
    sensitive_word_avoidance: z.object({ enabled: z.boolean(), type: z.string(), configs: z.array(z.unknown()) }),
    user_input_form: z
      .array(z.record(z.string(), control))
      .meta({ description: 'One key each: the kind of the control.' }),
    file_upload: z.object({
      enabled: z.boolean(),
      number_limits: z.int(),
      allowed_file_types: z.array(z.string()),
      allowed_file_extensions: z.array(z.string()),
      allowed_file_upload_methods: z.array(z.string()),
      image: z.object({
        enabled: z.boolean(),
        number_limits: z.int(),
        detail: z.enum(['low', 'high']),
        transfer_methods: z.array(z.enum(['remote_url', 'local_file'])),
      }),
    }),
    system_parameters: z.object({
      file_size_limit: megabytes(),
      image_file_size_limit: megabytes(),
      audio_file_size_limit: megabytes(),
      video_file_size_limit: megabytes(),
      workflow_file_upload_limit: z.int().meta({ description: 'Files of one message.' }),
    }),
  })
  .meta({ id: 'AppParameters' })

export const getParameters = defineOperation({
  method: 'GET',
  path: '/v1/parameters',
  id: 'getParameters',
  summary: 'Inputs and features of the published version',
  tag,
  answers: { 200: { description: 'What a form needs to know.', schema: parameters } },
  errors: [400, 403],
})

export const getMeta = defineOperation({
  method: 'GET',
  path: '/v1/meta',
  id: 'getMeta',
  summary: 'Icons of the tools the app uses',
  tag,
  answers: {
    200: {
      description: 'By the name of the tool: an emoji on a colour, or an address.',
      schema: z.object({
        tool_icons: z.record(
          z.string(),
          z.union([z.string(), z.object({ background: z.string(), content: z.string() })]),
        ),
      }),
    },
  },
  errors: [400, 403],
})

export const getSite = defineOperation({
  method: 'GET',
  path: '/v1/site',
  id: 'getSite',
  summary: 'How the app shows itself on a page',
  tag,
  answers: {
    200: {
      description: 'The settings.',
      schema: z
        .object({
          title: z.string(),
          chat_color_theme: z.string().nullable(),
          chat_color_theme_inverted: z.boolean(),
          icon_type: z.enum(['emoji', 'image']).nullable(),
          icon: z.string().nullable(),
          icon_background: z.string().nullable(),
          icon_url: z.string().nullable(),
          description: z.string().nullable(),
          copyright: z.string().nullable(),
          privacy_policy: z.string().nullable(),
          input_placeholder: z.string().nullable(),
          custom_disclaimer: z.string().nullable(),
          default_language: z.string(),
          show_workflow_steps: z.boolean(),
          use_icon_as_answer_icon: z.boolean(),
        })
        .meta({ id: 'Site' }),
    },
  },
  errors: [400, 403],
})

export const getEndUser = defineOperation({
  method: 'GET',
  path: '/v1/end-users/{end_user_id}',
  id: 'getEndUser',
  summary: 'One end user of the app',
  tag,
  params: pathIds('end_user_id'),
  answers: {
    200: {
      description: 'The end user.',
      schema: z
        .object({
          id: uuid(),
          tenant_id: uuid(),
          app_id: uuid().nullable(),
          type: z.string(),
          external_user_id: z.string().nullable(),
          name: z.string().nullable(),
          is_anonymous: z.boolean(),
          session_id: z.string(),
          created_at: z.iso.datetime(),
          updated_at: z.iso.datetime(),
        })
        .meta({ id: 'EndUser' }),
    },
  },
  errors: [403, 404],
})
