// The Service API's calls that run an app, and those about running: stop, events, one run's state.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { pauseReason } from './forms.ts'
import { runWorkflowBody, sendChatBody, sendCompletionBody, stopBody } from './requests.ts'

const uuid = z.string()
const map = z.record(z.string(), z.unknown())
const seconds = z.int()

export const usageAnswer = z
  .object({
    prompt_tokens: z.int(),
    prompt_unit_price: z.string(),
    prompt_price_unit: z.string(),
    prompt_price: z.string(),
    completion_tokens: z.int(),
    completion_unit_price: z.string(),
    completion_price_unit: z.string(),
    completion_price: z.string(),
    total_tokens: z.int(),
    total_price: z.string(),
    currency: z.string(),
    latency: z.number(),
  })
  .meta({ id: 'Usage' })

const notice = z.object({ code: z.string(), message: z.string(), node_id: z.string().nullable() })

const messageMetadata = z.object({
  usage: usageAnswer,
  retriever_resources: z.array(map),
  annotation_reply: z.object({ id: uuid, account: z.object({ id: z.string(), name: z.string() }) }).optional(),
  notices: z.array(notice).optional(),
})

const completionAnswer = z
  .object({
    event: z.literal('message'),
    task_id: uuid,
    id: uuid,
    message_id: uuid,
    mode: z.string(),
    answer: z.string(),
    metadata: messageMetadata,
    created_at: seconds,
  })
  .meta({ id: 'CompletionAnswer' })

const chatAnswer = completionAnswer.extend({ conversation_id: uuid }).meta({ id: 'ChatAnswer' })

/** The answer so far of a chatflow that waits for people. */
const pausedChatAnswer = chatAnswer
  .extend({
    event: z.literal('workflow_paused'),
    workflow_run_id: uuid,
    data: z.object({
      id: uuid,
      mode: z.string(),
      conversation_id: uuid,
      message_id: uuid,
      workflow_run_id: uuid,
      answer: z.string(),
      metadata: messageMetadata,
      created_at: seconds,
      paused_nodes: z.array(z.string()),
      reasons: z.array(pauseReason),
      status: z.literal('paused'),
      elapsed_time: z.number(),
      total_tokens: z.int(),
      total_steps: z.int(),
    }),
  })
  .meta({ id: 'PausedChatAnswer' })

const runStatus = z.enum(['scheduled', 'running', 'paused', 'succeeded', 'partial-succeeded', 'failed', 'stopped'])

const workflowAnswer = z
  .object({
    task_id: uuid,
    workflow_run_id: uuid,
    data: z.object({
      id: uuid,
      workflow_id: uuid,
      status: runStatus,
      outputs: map.nullable(),
      error: z.string().nullable(),
      elapsed_time: z.number(),
      total_tokens: z.int(),
      total_steps: z.int(),
      created_at: seconds,
      finished_at: seconds.nullable().meta({ description: 'Null while the run waits for people.' }),
      notices: z.array(notice).optional(),
      paused_nodes: z.array(z.string()).optional(),
      reasons: z.array(pauseReason).optional().meta({ description: 'Why the run waits, when it does.' }),
    }),
  })
  .meta({ id: 'WorkflowAnswer' })

const runDetail = z
  .object({
    id: uuid,
    workflow_id: uuid.nullable(),
    status: runStatus,
    inputs: z.string(),
    outputs: map,
    error: z.string().nullable(),
    total_steps: z.int(),
    total_tokens: z.int(),
    created_at: seconds,
    finished_at: seconds.nullable(),
    elapsed_time: z.number().nullable(),
  })
  .meta({ id: 'RunDetail' })

const success = z.object({ result: z.literal('success') }).meta({ id: 'Success' })

const answerOr = (schema: z.ZodType, what: string) => ({
  200: { description: `${what}; with \`response_mode: streaming\` server-sent events instead`, schema },
})
const stream = { 200: { description: 'Server-sent events', contentType: 'text/event-stream' } }

/** `last_event_id` (also the header `Last-Event-ID`): the `sequence` of the last frame that arrived. */
const position = {
  user: plainText().optional(),
  last_event_id: z.string().optional(),
}

export const probe = defineOperation({
  method: 'GET',
  path: '/v1/',
  id: 'probe',
  summary: 'Says what this is; needs no key.',
  tag: 'Applications',
  answers: {
    200: {
      description: 'The surface and its version',
      schema: z.object({ welcome: z.string(), api_version: z.string(), server_version: z.string() }),
    },
  },
})

export const sendChatMessage = defineOperation({
  method: 'POST',
  path: '/v1/chat-messages',
  id: 'sendChatMessage',
  summary: 'Sends a message to a chat app, streaming or blocking.',
  tag: 'Chat messages',
  body: sendChatBody,
  answers: answerOr(z.union([chatAnswer, pausedChatAnswer]), 'The answer, or the answer so far'),
  errors: [400, 403, 404, 429, 503],
})

export const stopChatMessage = defineOperation({
  method: 'POST',
  path: '/v1/chat-messages/{task_id}/stop',
  id: 'stopChatMessage',
  summary: 'Stops an answer; only for the same user.',
  tag: 'Chat messages',
  body: stopBody,
  answers: { 200: { description: 'Accepted, also for tasks that are over', schema: success } },
  errors: [400, 403],
})

export const chatEvents = defineOperation({
  method: 'GET',
  path: '/v1/chat-messages/{task_id}/events',
  id: 'readChatEvents',
  summary: 'Gives the rest of a stream that was cut, after the last frame that arrived.',
  tag: 'Chat messages',
  query: z.object(position),
  answers: stream,
  errors: [400, 403, 404],
})

export const sendCompletionMessage = defineOperation({
  method: 'POST',
  path: '/v1/completion-messages',
  id: 'sendCompletionMessage',
  summary: 'Asks a completion app, streaming or blocking.',
  tag: 'Completion messages',
  body: sendCompletionBody,
  answers: answerOr(completionAnswer, 'The answer'),
  errors: [400, 403, 404, 429, 503],
})

export const stopCompletionMessage = defineOperation({
  ...stopChatMessage,
  path: '/v1/completion-messages/{task_id}/stop',
  id: 'stopCompletionMessage',
  tag: 'Completion messages',
})

export const completionEvents = defineOperation({
  ...chatEvents,
  path: '/v1/completion-messages/{task_id}/events',
  id: 'readCompletionEvents',
  tag: 'Completion messages',
})

export const runWorkflow = defineOperation({
  method: 'POST',
  path: '/v1/workflows/run',
  id: 'runWorkflow',
  summary: 'Runs the published version of a workflow, streaming or blocking.',
  tag: 'Workflow runs',
  body: runWorkflowBody,
  answers: answerOr(workflowAnswer, 'The result, also of a run that failed'),
  errors: [400, 403, 429, 503],
})

export const runWorkflowVersion = defineOperation({
  ...runWorkflow,
  path: '/v1/workflows/{workflow_id}/run',
  id: 'runWorkflowVersion',
  summary: 'Runs one version of a workflow; its id is what runs report as `workflow_id`.',
  errors: [400, 403, 404, 429, 503],
})

export const getWorkflowRun = defineOperation({
  method: 'GET',
  path: '/v1/workflows/run/{workflow_run_id}',
  id: 'getWorkflowRun',
  summary: 'How a run of a workflow or chatflow stands, and its result; `inputs` is a JSON document in a text.',
  tag: 'Workflow runs',
  answers: { 200: { description: 'The run', schema: runDetail } },
  errors: [400, 403, 404],
})

export const stopWorkflow = defineOperation({
  method: 'POST',
  path: '/v1/workflows/tasks/{task_id}/stop',
  id: 'stopWorkflow',
  summary: 'Stops a workflow run.',
  tag: 'Workflow runs',
  body: stopBody,
  answers: { 200: { description: 'Accepted, also for tasks that are over', schema: success } },
  errors: [400, 403],
})

export const workflowEvents = defineOperation({
  method: 'GET',
  path: '/v1/workflow/{workflow_run_id}/events',
  id: 'readWorkflowEvents',
  summary: 'Follows a run: from now on, from a snapshot, or after the last frame that arrived.',
  tag: 'Workflow runs',
  query: z.object({
    ...position,
    include_state_snapshot: z.string().optional(),
    continue_on_pause: z
      .string()
      .optional()
      .meta({ description: '`true`: reads on when the run goes on after a pause.' }),
  }),
  answers: stream,
  errors: [400, 403, 404],
})

export const runOperations = [
  probe,
  sendChatMessage,
  stopChatMessage,
  chatEvents,
  sendCompletionMessage,
  stopCompletionMessage,
  completionEvents,
  runWorkflow,
  runWorkflowVersion,
  getWorkflowRun,
  stopWorkflow,
  workflowEvents,
]
