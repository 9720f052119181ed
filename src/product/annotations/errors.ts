// Failures around stored answers.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const annotationErrors = {
  'annotation/not-found': 'There is no such annotation.',
  'annotation/job-not-found': 'The job does not exist.',
  'annotation/model-missing': 'No embedding model {model} of a provider {provider} is configured.',
  'annotation/too-many': 'The app has {limit} annotations; more are not kept.',
} as const satisfies ErrorCatalogue

export type AnnotationErrorCode = keyof typeof annotationErrors

export class AnnotationError extends PlatformError<AnnotationErrorCode> {
  constructor(code: AnnotationErrorCode, options?: ErrorOptions) {
    super(code, annotationErrors[code], options)
  }
}
