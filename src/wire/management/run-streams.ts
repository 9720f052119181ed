// Runs as streams over the management API: start one, follow one. Frames are those of the Service API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { pathIds, prefixedId } from './shapes.ts'

const stream = {
  200: { description: 'Server-sent events, the frames of the Service API', contentType: 'text/event-stream' },
}

export const startRun = defineOperation({
  method: 'POST',
  path: '/api/apps/{app_id}/runs',
  id: 'startRun',
  summary: 'Runs the published version of an app, or another one, and streams what happens.',
  tag: 'Runs',
  params: pathIds('app_id'),
  body: z
    .object({
      inputs: z.record(z.string(), z.unknown()).default({}),
      query: plainText().max(1_000_000).default('').meta({ description: 'The message; chats only.' }),
      conversationId: prefixedId('conv').optional(),
      versionId: prefixedId('ver').optional().meta({ description: 'Default: the published version.' }),
    })
    .meta({ id: 'StartRun' }),
  answers: stream,
  errors: [400, 403, 404, 429, 503],
})

export const followRun = defineOperation({
  method: 'GET',
  path: '/api/runs/{run_id}/events',
  id: 'followRun',
  summary: 'Everything a run tells, from its start or after the last frame that arrived; of an older run its end.',
  tag: 'Runs',
  params: pathIds('run_id'),
  query: z.object({
    last_event_id: z
      .string()
      .regex(/^\d{1,15}$/, 'must be a number of a frame')
      .optional()
      .meta({ description: 'The `sequence` of that frame; also the header `Last-Event-ID`.' }),
  }),
  answers: stream,
  errors: [400, 403, 404],
})

export const runStreamOperations = [startRun, followRun]
