// Runs over the management API: find, look into, stop.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { message } from './conversations.ts'
import { cursorQuery, dataMap, oneOrMore, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Runs'
const params = pathIds('run_id')

const status = z.enum(['scheduled', 'running', 'paused', 'succeeded', 'partial-succeeded', 'failed', 'stopped'])

export const runSummary = z
  .object({
    id: prefixedId('run'),
    appId: prefixedId('app'),
    appName: z.string(),
    versionId: prefixedId('ver').nullable(),
    taskId: z.string().meta({ description: 'The name under which the Service API stops the run.' }),
    mode: z.string(),
    source: z.string().meta({ description: 'Where the call came from: `service-api`, `console`, `command-line`.' }),
    status,
    user: z.string().nullable().meta({ description: "The caller's own name for the end user." }),
    conversationId: prefixedId('conv').nullable(),
    messageId: prefixedId('msg').nullable(),
    traceId: z.string().nullable(),
    error: z.string().nullable(),
    errorCode: z.string().nullable(),
    steps: z.number().int(),
    tokens: z.number().int(),
    promptTokens: z.number().int(),
    completionTokens: z.number().int(),
    costUsd: z.string().nullable().meta({ description: 'US dollars as an exact decimal; null: no price is known.' }),
    exceptions: z.number().int().meta({ description: 'Failed attempts of nodes, handled or not.' }),
    createdAt: time(),
    startedAt: time().nullable(),
    finishedAt: time().nullable(),
    elapsedMs: z.number().nullable(),
  })
  .meta({ id: 'RunSummary' })

export const nodeExecution = z
  .object({
    id: z.string(),
    nodeId: z.string(),
    type: z.string(),
    title: z.string(),
    index: z.number().int().meta({ description: 'Start order within the run, from 1.' }),
    predecessorId: z.string().nullable(),
    frame: dataMap().meta({ description: 'Where inside iterations and loops; empty at the root.' }),
    status: z.enum(['running', 'paused', 'succeeded', 'failed', 'exception', 'stopped']),
    inputs: dataMap(),
    outputs: dataMap(),
    processData: dataMap(),
    metadata: dataMap(),
    error: z.string().nullable(),
    errorType: z.string().nullable(),
    tokens: z.number().int(),
    costUsd: z.string().nullable().meta({ description: 'US dollars as an exact decimal; null: no price is known.' }),
    retries: z.number().int(),
    startedAt: time(),
    finishedAt: time().nullable(),
    elapsedMs: z.number().nullable(),
  })
  .meta({ id: 'NodeExecution' })

export const run = runSummary
  .extend({
    inputs: dataMap(),
    outputs: dataMap(),
    nodes: z.array(nodeExecution).meta({ description: 'In start order; at most 2,000.' }),
    nodesTruncated: z.boolean().meta({ description: 'True when there are more nodes.' }),
    message: message.nullable().meta({
      description: 'The turn of a conversation that the run was. Null without the right to read conversations.',
    }),
  })
  .meta({ id: 'Run' })

export const listRuns = defineOperation({
  method: 'GET',
  path: '/api/runs',
  id: 'listRuns',
  summary: 'Lists runs of all apps, newest first.',
  tag,
  query: z.object({
    ...cursorQuery,
    appId: plainText().max(100).optional(),
    status: oneOrMore(status).optional(),
    source: oneOrMore(plainText().max(50)).optional(),
    user: plainText().max(255).optional().meta({ description: "The caller's own name for the end user." }),
    conversationId: plainText().max(100).optional(),
    traceId: plainText().max(200).optional(),
    keyword: plainText().max(200).optional().meta({ description: 'Text in inputs or outputs.' }),
    from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Created at this time or later.' }),
    to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Created at this time or earlier.' }),
  }),
  answers: { 200: { description: 'A page of runs.', schema: pageOf(runSummary) } },
  errors: [400, 403],
})

export const getRun = defineOperation({
  method: 'GET',
  path: '/api/runs/{run_id}',
  id: 'getRun',
  summary: 'Gives one run with everything its nodes did.',
  tag,
  params,
  answers: { 200: { description: 'The run.', schema: run } },
  errors: [403, 404],
})

export const stopRun = defineOperation({
  method: 'POST',
  path: '/api/runs/{run_id}/stop',
  id: 'stopRun',
  summary: 'Stops a run. One that is over stays as it ended.',
  tag,
  params,
  answers: {
    202: {
      description: 'The run is told to stop.',
      schema: z.object({ stopping: z.boolean().meta({ description: 'False when the run was over.' }) }),
    },
  },
  errors: [403, 404],
})

export const runOperations = [listRuns, getRun, stopRun] as const
