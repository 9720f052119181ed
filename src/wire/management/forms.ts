// Forms over the management API: what runs wait for, and answers of members.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { cursorQuery, dataMap, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Forms'
const status = z.enum(['open', 'submitted', 'expired', 'closed'])

const input = z
  .object({
    type: z.enum(['paragraph', 'select', 'file', 'file-list']),
    name: z.string(),
    options: z.array(z.string()).meta({ description: 'What may be chosen; empty where nothing is chosen.' }),
    fileTypes: z.array(z.string()).meta({ description: 'Kinds of files; empty allows all.' }),
    fileExtensions: z.array(z.string()),
    uploadMethods: z.array(z.string()),
    limit: z.int().meta({ description: 'Most files of a list; 0 where the form names no limit.' }),
  })
  .meta({ id: 'FormInput' })

export const form = z
  .object({
    id: prefixedId('form'),
    appId: prefixedId('app'),
    appName: z.string(),
    runId: prefixedId('run'),
    nodeId: z.string(),
    nodeTitle: z.string(),
    status: status.meta({ description: '`closed`: the run ended before anybody answered.' }),
    content: z.string().meta({
      description:
        'Markdown; `{{#$output.name#}}` marks the place of an input. Once the form is answered, with what was answered.',
    }),
    inputs: z.array(input),
    actions: z.array(z.object({ id: z.string(), title: z.string(), style: z.string() })),
    defaults: z.record(z.string(), z.string()),
    action: z.string().nullable().meta({ description: 'Id of the button that was pressed.' }),
    answeredBy: z
      .string()
      .nullable()
      .meta({ description: "A member's id, or the caller's own name for its end user." }),
    answeredAt: time().nullable(),
    expiresAt: time(),
    createdAt: time(),
  })
  .meta({ id: 'Form' })

export const listForms = defineOperation({
  method: 'GET',
  path: '/api/forms',
  id: 'listForms',
  summary: 'Lists forms of all apps, newest first.',
  tag,
  query: z.object({
    ...cursorQuery,
    appId: plainText().max(100).optional(),
    runId: plainText().max(100).optional(),
    status: status.optional(),
  }),
  answers: { 200: { description: 'A page of forms.', schema: pageOf(form) } },
  errors: [400, 403],
})

export const answerForm = defineOperation({
  method: 'POST',
  path: '/api/forms/{form_id}',
  id: 'answerForm',
  summary: 'Answers a form, once; its run goes on.',
  tag,
  params: pathIds('form_id'),
  body: z
    .object({
      action: plainText().max(100).meta({ description: 'Id of the button.' }),
      inputs: dataMap().default({}).meta({
        description: 'By name. Files as `{ type, transfer_method, upload_file_id | url }`, from those of members.',
      }),
    })
    .meta({ id: 'AnswerForm' }),
  answers: {
    200: { description: 'Accepted.', schema: z.object({ runId: prefixedId('run') }) },
  },
  errors: [400, 403, 404, 409, 429, 503],
})

export const formOperations = [listForms, answerForm] as const
