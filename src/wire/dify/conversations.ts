// Calls of the Service API about conversations and the variables they keep.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { hasNul, NO_NUL } from '../plain-text.ts'
import { body, cursorPage, optionalText, optionalUser, pathIds, queryCount, queryText, seconds, uuid } from './parts.ts'

const tag = 'Conversations'

const conversation = z
  .object({
    id: uuid(),
    name: z.string(),
    inputs: z.record(z.string(), z.unknown()),
    status: z.literal('normal'),
    introduction: z.string(),
    created_at: seconds(),
    updated_at: seconds(),
  })
  .meta({ id: 'Conversation' })

export const listConversations = defineOperation({
  method: 'GET',
  path: '/v1/conversations',
  id: 'listConversations',
  summary: "The user's conversations",
  tag,
  query: z.object({
    user: optionalUser,
    last_id: queryText(),
    limit: queryCount(1, 100, 20),
    sort_by: z
      .enum(['created_at', '-created_at', 'updated_at', '-updated_at'], {
        error: 'must be created_at or updated_at, with a minus for the latest first',
      })
      .default('-updated_at'),
  }),
  answers: { 200: { description: 'One page.', schema: cursorPage(conversation) } },
  errors: [400, 403, 404],
})

/** Characters. Source: the width of the column in Dify's public schema. */
const LONGEST_NAME = 255

const naming = {
  params: pathIds('conversation_id'),
  body: body({
    name: optionalText.refine(
      (name) => name === undefined || name.length <= LONGEST_NAME,
      `must have at most ${LONGEST_NAME} characters`,
    ),
    auto_generate: z
      .boolean({ error: 'must be true or false' })
      .nullish()
      .transform((value) => value ?? false),
    user: optionalUser,
  }),
  answers: { 200: { description: 'The conversation.', schema: conversation } },
  errors: [400, 403, 404],
} as const

export const nameConversation = defineOperation({
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/name',
  id: 'nameConversation',
  summary: 'Gives the conversation a name, or lets the model find one',
  tag,
  ...naming,
})

export const renameConversation = defineOperation({
  method: 'PATCH',
  path: '/v1/conversations/{conversation_id}',
  id: 'renameConversation',
  summary: 'The same, as old PHP clients call it',
  tag,
  ...naming,
})

export const deleteConversation = defineOperation({
  method: 'DELETE',
  path: '/v1/conversations/{conversation_id}',
  id: 'deleteConversation',
  summary: 'Removes the conversation with its messages',
  tag,
  params: pathIds('conversation_id'),
  body: z.preprocess((value) => value ?? {}, body({ user: optionalUser })),
  answers: { 204: { description: 'Gone.' } },
  errors: [400, 403, 404],
})

const variable = z
  .object({
    id: uuid(),
    name: z.string(),
    value_type: z.string(),
    value: z.string().meta({ description: 'Numbers, objects and lists as JSON text.' }),
    description: z.string(),
    created_at: seconds(),
    updated_at: seconds(),
  })
  .meta({ id: 'ConversationVariable' })

export const listConversationVariables = defineOperation({
  method: 'GET',
  path: '/v1/conversations/{conversation_id}/variables',
  id: 'listConversationVariables',
  summary: 'The variables of the conversation',
  tag,
  params: pathIds('conversation_id'),
  query: z.object({
    user: optionalUser,
    last_id: queryText(),
    limit: queryCount(1, 100, 20),
    variable_name: z
      .string()
      .regex(/^[\w.-]{1,255}$/, 'must have 1 to 255 letters, digits, dashes, underscores or dots')
      .optional(),
  }),
  answers: { 200: { description: 'One page.', schema: cursorPage(variable) } },
  errors: [400, 403, 404],
})

export const setConversationVariable = defineOperation({
  method: 'PUT',
  path: '/v1/conversations/{conversation_id}/variables/{variable_id}',
  id: 'setConversationVariable',
  summary: 'Gives a variable another value of its type',
  tag,
  params: pathIds('conversation_id', 'variable_id'),
  body: body({
    value: z
      .unknown()
      .refine((value) => value !== undefined, 'is required')
      .refine((value) => typeof value !== 'string' || !hasNul(value), NO_NUL)
      .meta({ description: 'As the variable is typed.' }),
    user: optionalUser,
  }),
  answers: { 200: { description: 'The variable.', schema: variable } },
  errors: [400, 403, 404],
})
