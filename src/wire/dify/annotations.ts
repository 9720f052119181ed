// Calls of the Service API about stored answers.

import { z } from 'zod'
import { isNumber, toNumber } from '../../base/number.ts'
import { defineOperation } from '../operation.ts'
import { body, clampedCount, numberedPage, pathIds, queryText, seconds, text, uuid } from './parts.ts'

const tag = 'Annotations'

const annotation = z
  .object({
    id: uuid(),
    question: z.string().nullable(),
    answer: z.string().nullable(),
    hit_count: z.int().nullable(),
    created_at: seconds().nullable(),
  })
  .meta({ id: 'Annotation' })

/** Characters of a question or an answer. */
const LONGEST = 32_768

const words = () =>
  text()
    .max(LONGEST, `must have at most ${LONGEST} characters`)
    .refine((value) => value.trim() !== '', 'must not be empty')

const annotationText = body({ question: words(), answer: words() })

export const listAnnotations = defineOperation({
  method: 'GET',
  path: '/v1/apps/annotations',
  id: 'listAnnotations',
  summary: 'Stored answers, newest first',
  tag,
  query: z.object({ page: clampedCount(99_999, 1), limit: clampedCount(100, 20), keyword: queryText() }),
  answers: { 200: { description: 'One page.', schema: numberedPage(annotation) } },
  errors: [400, 403],
})

export const createAnnotation = defineOperation({
  method: 'POST',
  path: '/v1/apps/annotations',
  id: 'createAnnotation',
  summary: 'Stores an answer to a question',
  tag,
  body: annotationText,
  answers: { 201: { description: 'The annotation.', schema: annotation } },
  errors: [400, 403],
})

export const updateAnnotation = defineOperation({
  method: 'PUT',
  path: '/v1/apps/annotations/{annotation_id}',
  id: 'updateAnnotation',
  summary: 'Changes a stored answer',
  tag,
  params: pathIds('annotation_id'),
  body: annotationText,
  answers: { 200: { description: 'The annotation.', schema: annotation } },
  errors: [400, 403, 404],
})

export const deleteAnnotation = defineOperation({
  method: 'DELETE',
  path: '/v1/apps/annotations/{annotation_id}',
  id: 'deleteAnnotation',
  summary: 'Removes a stored answer',
  tag,
  params: pathIds('annotation_id'),
  answers: { 204: { description: 'Gone.' } },
  errors: [403, 404],
})

const action = z.enum(['enable', 'disable'], { error: 'must be enable or disable' })

const share = z
  .unknown()
  .transform((value, context): number => {
    const number = isNumber(value) ? toNumber(value) : Number.NaN
    if (number >= 0 && number <= 1) return number
    const message = value === undefined || value === null ? 'is required' : 'must be a number from 0 to 1'
    context.addIssue({ code: 'custom', message, input: value })
    return z.NEVER
  })
  .meta({ type: 'number', minimum: 0, maximum: 1 })

/** Characters of the name of a provider or a model. */
const LONGEST_NAME = 255

const named = () => text().min(1, 'must not be empty').max(LONGEST_NAME, `must have at most ${LONGEST_NAME} characters`)

const jobStatus = z.enum(['waiting', 'processing', 'completed', 'error'])

export const setAnnotationReply = defineOperation({
  method: 'POST',
  path: '/v1/apps/annotation-reply/{action}',
  id: 'setAnnotationReply',
  summary: 'Turns on or off that stored answers are given to similar questions',
  tag,
  params: z.object({ action }),
  body: body({ score_threshold: share, embedding_provider_name: named(), embedding_model_name: named() }),
  answers: {
    200: { description: 'The job that does it.', schema: z.object({ job_id: uuid(), job_status: jobStatus }) },
  },
  errors: [400, 403],
})

export const getAnnotationReplyJob = defineOperation({
  method: 'GET',
  path: '/v1/apps/annotation-reply/{action}/status/{job_id}',
  id: 'getAnnotationReplyJob',
  summary: 'How the job stands',
  tag,
  params: z.object({ action, job_id: z.string() }),
  answers: {
    200: {
      description: 'The job.',
      schema: z.object({ job_id: uuid(), job_status: jobStatus, error_msg: z.string() }),
    },
  },
  errors: [400, 403],
})
