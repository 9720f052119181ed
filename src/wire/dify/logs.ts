// The Service API's list of runs.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { numberedPage, queryCount, queryText, seconds, uuid } from './parts.ts'

/** Milliseconds since the epoch, of ISO 8601 with or without a zone (UTC then), or a date alone. */
const moment = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i,
    'must be a time such as 2026-01-31T12:00:00Z',
  )
  .transform((value, context): number => {
    const zoned = value.length <= 10 || /(Z|[+-]\d\d:?\d\d)$/i.test(value.slice(10))
    const at = Date.parse(`${value.replace(' ', 'T')}${zoned ? '' : 'Z'}`)
    // The thirtieth of February would be read as a day of March.
    if (!Number.isNaN(at) && isDay(value.slice(0, 10))) return at
    context.addIssue({ code: 'custom', message: 'is no time there is', input: value })
    return z.NEVER
  })

const isDay = (date: string): boolean => new Date(Date.parse(date)).toISOString().startsWith(date)

const absentWhenEmpty = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const workflowLog = z
  .object({
    id: uuid(),
    workflow_run: z.object({
      id: uuid(),
      version: z.string(),
      status: z.string(),
      triggered_from: z.string(),
      error: z.string().nullable(),
      elapsed_time: z.number(),
      total_tokens: z.int(),
      total_steps: z.int(),
      created_at: seconds(),
      finished_at: seconds().nullable(),
      exceptions_count: z.int(),
    }),
    created_from: z.string(),
    created_by_role: z.enum(['end_user', 'account']),
    created_by_account: z.object({ id: uuid(), name: z.string(), email: z.string() }).nullable(),
    created_by_end_user: z
      .object({ id: uuid(), type: z.string(), is_anonymous: z.boolean(), session_id: z.string() })
      .nullable(),
    created_at: seconds(),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'WorkflowLog' })

export const listWorkflowLogs = defineOperation({
  method: 'GET',
  path: '/v1/workflows/logs',
  id: 'listWorkflowLogs',
  summary: 'Runs of the app, newest first',
  tag: 'Workflow runs',
  query: z.object({
    keyword: queryText(),
    status: absentWhenEmpty(
      z.enum(['succeeded', 'failed', 'stopped', 'partial-succeeded', 'running', 'paused'], {
        error: 'must be succeeded, failed or stopped',
      }),
    ),
    page: queryCount(1, 99_999, 1),
    limit: queryCount(1, 100, 20),
    created_at__before: absentWhenEmpty(moment),
    created_at__after: absentWhenEmpty(moment),
    created_by_end_user_session_id: queryText(),
    created_by_account: queryText(),
  }),
  answers: { 200: { description: 'One page.', schema: numberedPage(workflowLog) } },
  errors: [400, 403],
})
