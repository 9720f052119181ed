// Errors as Bedrock words them.

import type { VendorError } from '../http/failure.ts'
import { objectAt, textAt } from '../http/reading.ts'

const STATUS_BY_KIND: Readonly<Record<string, number>> = {
  validationException: 400,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  modelTimeoutException: 503,
  modelErrorException: 503,
  modelNotReadyException: 503,
  throttlingException: 429,
  serviceQuotaExceededException: 429,
  internalServerException: 500,
  modelStreamErrorException: 500,
  serviceUnavailableException: 503,
}

/** Bodies say `message`; the stream's exceptions come with their type. */
export const readBedrockError = (body: unknown): VendorError | undefined => {
  const error = objectAt(body, 'error')
  if (!error) {
    const message = textAt(body, 'message') ?? textAt(body, 'Message')
    return message === undefined ? undefined : { message }
  }
  const kind = textAt(error, 'type') ?? ''
  const status = Object.hasOwn(STATUS_BY_KIND, kind) ? STATUS_BY_KIND[kind] : undefined
  const message = textAt(objectAt(error, 'body'), 'message') ?? textAt(error, 'message') ?? 'no message'
  return { message, ...(kind !== '' && { kind }), ...(status !== undefined && { status }) }
}
