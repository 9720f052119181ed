// What end users wrote and were answered, over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { cursorQuery, dataMap, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Conversations'

export const conversation = z
  .object({
    id: prefixedId('conv'),
    appId: prefixedId('app'),
    user: z.string().meta({ description: "The caller's own name for the end user." }),
    name: z.string(),
    inputs: dataMap(),
    turns: z.number().int(),
    createdAt: time(),
    updatedAt: time(),
  })
  .meta({ id: 'Conversation' })

export const message = z
  .object({
    id: prefixedId('msg'),
    conversationId: prefixedId('conv').nullable(),
    runId: prefixedId('run').nullable(),
    query: z.string(),
    answer: z.string(),
    inputs: dataMap(),
    files: z.array(z.unknown()),
    status: z.enum(['normal', 'error', 'stopped', 'paused']),
    error: z.string().nullable(),
    promptTokens: z.number().int(),
    completionTokens: z.number().int(),
    elapsedMs: z.number(),
    metadata: dataMap().meta({ description: 'What else the answer carries: sources, usage.' }),
    feedback: z.object({ rating: z.enum(['like', 'dislike']), content: z.string().nullable() }).nullable(),
    createdAt: time(),
  })
  .meta({ id: 'Message' })

export const listConversations = defineOperation({
  method: 'GET',
  path: '/api/conversations',
  id: 'listConversations',
  summary: 'Lists the conversations of an app, latest change first.',
  tag,
  query: z.object({
    ...cursorQuery,
    appId: plainText().max(100),
    user: plainText().max(255).optional().meta({ description: "The caller's own name for the end user." }),
  }),
  answers: { 200: { description: 'A page of conversations.', schema: pageOf(conversation) } },
  errors: [400, 403, 404],
})

export const listConversationMessages = defineOperation({
  method: 'GET',
  path: '/api/conversations/{conversation_id}/messages',
  id: 'listConversationMessages',
  summary: 'Lists the messages of a conversation, newest first.',
  tag,
  params: pathIds('conversation_id'),
  query: z.object(cursorQuery),
  answers: { 200: { description: 'A page of messages.', schema: pageOf(message) } },
  errors: [400, 403, 404],
})

export const conversationOperations = [listConversations, listConversationMessages] as const
