// Calls of the Service API about questions and answers that were given before.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { humanInputContent } from './forms.ts'
import {
  body,
  cursorPage,
  optionalText,
  optionalUser,
  pathIds,
  queryCount,
  queryText,
  seconds,
  success,
  user,
  uuid,
} from './parts.ts'

const tag = 'Messages'

/** A price as a decimal number in a text. */
const price = () => z.string().regex(/^\d+(\.\d+)?$/)

const messageFile = z
  .object({
    id: uuid(),
    filename: z.string(),
    type: z.string(),
    url: z.string().nullable(),
    mime_type: z.string().nullable(),
    size: z.int().nullable(),
    transfer_method: z.string(),
    belongs_to: z.enum(['user', 'assistant']).nullable(),
    upload_file_id: z.string().nullable(),
  })
  .meta({ id: 'MessageFile' })

/** One round of an agent. */
const agentThought = z
  .object({
    id: uuid(),
    chain_id: z.null(),
    message_id: uuid(),
    position: z.int(),
    thought: z.string(),
    tool: z.string(),
    tool_labels: z.record(z.string(), z.unknown()),
    tool_input: z.string(),
    observation: z.string(),
    files: z.array(z.string()),
    created_at: seconds(),
  })
  .meta({ id: 'AgentThought' })

const message = z
  .object({
    id: uuid(),
    conversation_id: uuid(),
    parent_message_id: z.null(),
    inputs: z.record(z.string(), z.unknown()),
    query: z.string(),
    answer: z.string(),
    status: z.enum(['normal', 'error', 'paused']),
    error: z.string().nullable(),
    message_files: z.array(messageFile),
    feedback: z.object({ rating: z.enum(['like', 'dislike']) }).nullable(),
    retriever_resources: z.array(z.record(z.string(), z.unknown())),
    agent_thoughts: z.array(agentThought),
    created_at: seconds(),
    extra_contents: z.array(humanInputContent),
    message_tokens: z.int(),
    answer_tokens: z.int(),
    total_tokens: z.int(),
    provider_response_latency: z.number(),
    total_price: price().nullable(),
    currency: z.string().nullable(),
  })
  .meta({ id: 'Message' })

export const listMessages = defineOperation({
  method: 'GET',
  path: '/v1/messages',
  id: 'listMessages',
  summary: 'The newest messages of a conversation that are older than `first_id`, oldest first',
  tag,
  query: z.object({
    conversation_id: queryText(),
    user: optionalUser,
    first_id: queryText(),
    limit: queryCount(1, 100, 20),
  }),
  answers: { 200: { description: 'One page.', schema: cursorPage(message) } },
  errors: [400, 403, 404],
})

/** Characters of what a user says about an answer. */
const LONGEST_COMMENT = 10_000

export const giveFeedback = defineOperation({
  method: 'POST',
  path: '/v1/messages/{message_id}/feedbacks',
  id: 'giveFeedback',
  summary: "Sets the user's rating of an answer, or takes it back",
  tag,
  params: pathIds('message_id'),
  body: body({
    rating: z
      .enum(['like', 'dislike'], { error: 'must be like, dislike or null' })
      .nullish()
      .transform((rating) => rating ?? null),
    user,
    content: optionalText.refine(
      (content) => content === undefined || content.length <= LONGEST_COMMENT,
      `must have at most ${LONGEST_COMMENT} characters`,
    ),
  }),
  answers: { 200: { description: 'Done.', schema: success } },
  errors: [400, 403, 404],
})

const feedback = z
  .object({
    id: uuid(),
    app_id: uuid(),
    conversation_id: uuid().optional().meta({ description: 'Absent in completion apps.' }),
    message_id: uuid(),
    rating: z.enum(['like', 'dislike']),
    content: z.string().nullable(),
    from_source: z.enum(['user', 'admin']),
    from_end_user_id: uuid().nullable(),
    from_account_id: uuid().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Feedback' })

export const listFeedbacks = defineOperation({
  method: 'GET',
  path: '/v1/app/feedbacks',
  id: 'listFeedbacks',
  summary: 'All ratings of the app, newest first',
  tag,
  query: z.object({ page: queryCount(1, 99_999, 1), limit: queryCount(1, 101, 20) }),
  answers: { 200: { description: 'One page.', schema: z.object({ data: z.array(feedback) }) } },
  errors: [400, 403],
})

export const suggestQuestions = defineOperation({
  method: 'GET',
  path: '/v1/messages/{message_id}/suggested',
  id: 'suggestQuestions',
  summary: 'What the user might ask next',
  tag,
  params: pathIds('message_id'),
  query: z.object({ user }),
  answers: {
    200: {
      description: 'Questions; none when the model found none.',
      schema: z.object({ result: z.literal('success'), data: z.array(z.string()) }),
    },
  },
  errors: [400, 403, 404],
})
