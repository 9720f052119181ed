// The Service API's calls for stored answers.

import type { FastifyInstance } from 'fastify'
import type { ValueObject } from '../../base/value.ts'
import { AnnotationError } from '../../product/annotations/errors.ts'
import type { Annotation, AnnotationJob } from '../../product/annotations/spec.ts'
import { type AnnotationId, fromWireId, toWireId } from '../../product/ids.ts'
import {
  createAnnotation,
  deleteAnnotation,
  getAnnotationReplyJob,
  listAnnotations,
  setAnnotationReply,
  updateAnnotation,
} from '../../wire/dify/annotations.ts'
import { appCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { toSeconds } from './times.ts'

export const annotationRoutes =
  ({ annotations }: ServerParts) =>
  async (server: FastifyInstance) => {
    addRoute(server, listAnnotations, async ({ query, request }) => {
      const { caller, appId } = appCallerOf(request)
      const { page, limit, keyword } = query
      const found = await annotations.list(caller, { appId, page, limit, ...(keyword !== undefined && { keyword }) })
      return { data: found.items.map(toAnnotation), has_more: found.hasMore, limit, total: found.total, page }
    })

    addRoute(server, createAnnotation, async ({ body, request }) => {
      const { caller, appId } = appCallerOf(request)
      return toAnnotation(await annotations.create(caller, appId, body))
    })

    addRoute(server, updateAnnotation, async ({ params, body, request }) => {
      const { caller, appId } = appCallerOf(request)
      return toAnnotation(await annotations.update(caller, appId, readId(params.annotation_id), body))
    })

    addRoute(server, deleteAnnotation, async ({ params, request }) => {
      const { caller, appId } = appCallerOf(request)
      await annotations.remove(caller, appId, readId(params.annotation_id))
    })

    addRoute(server, setAnnotationReply, async ({ params, body, request }) => {
      const { caller, appId } = appCallerOf(request)
      const job =
        params.action === 'disable'
          ? await annotations.disable(caller, appId)
          : await annotations.enable(caller, appId, {
              scoreThreshold: body.score_threshold,
              embeddingProvider: body.embedding_provider_name,
              embeddingModel: body.embedding_model_name,
            })
      return toJob(job)
    })

    addRoute(server, getAnnotationReplyJob, async ({ params, request }) => {
      const { caller, appId } = appCallerOf(request)
      const id = fromWireId('job', params.job_id)
      if (!id) throw new AnnotationError('annotation/job-not-found')
      const job = await annotations.job(caller, appId, id)
      if (job.action !== params.action) throw new AnnotationError('annotation/job-not-found')
      return { ...toJob(job), error_msg: job.error ?? '' }
    })
  }

const readId = (text: string): AnnotationId => {
  const id = fromWireId('ann', text)
  if (!id) throw new AnnotationError('annotation/not-found')
  return id
}

const toAnnotation = (annotation: Annotation): ValueObject => ({
  id: toWireId(annotation.id),
  question: annotation.question,
  answer: annotation.answer,
  hit_count: annotation.hitCount,
  created_at: toSeconds(annotation.createdAt),
})

const toJob = (job: AnnotationJob): ValueObject => ({ job_id: toWireId(job.id), job_status: job.status })
