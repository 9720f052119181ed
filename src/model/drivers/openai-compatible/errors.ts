// Errors as OpenAI and its imitators word them.

import { own } from '../../../base/value.ts'
import type { VendorError } from '../http/failure.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'

// Inside a stream there is no status; the vendor's word stands for it.
const STATUS_BY_KIND: readonly (readonly [RegExp, number])[] = [
  [/insufficient_quota|rate_?limit|too_many|throttl/i, 429],
  [/invalid_api_key|authentication|unauthorized/i, 401],
  [/permission/i, 403],
  [/model_not_found|not_?found/i, 404],
  [/context_length|invalid_request|bad_?request|invalid_value|unsupported/i, 400],
  [/server_error|overloaded|unavailable|internal/i, 500],
]

/** The words of several vendors for an account without money. */
const NO_MONEY = /insufficient_(?:user_)?quota|billing_hard_limit|billing_not_active|exceeded_current_quota|arrearage/i

export const readOpenAiError = (body: unknown): VendorError | undefined => {
  const error = objectAt(body, 'error')
  // Shapes of servers that are only almost compatible.
  const plain = textAt(body, 'error') ?? (textAt(body, 'object') === 'error' ? textAt(body, 'message') : undefined)
  const detail = error
    ? undefined
    : (plain ?? (listAt(body, 'choices').length > 0 ? undefined : textAt(body, 'detail')))
  if (!error) return detail === undefined ? undefined : { message: detail }
  const code = own(error, 'code')
  const kind = [typeof code === 'string' ? code : undefined, textAt(error, 'type')].filter(Boolean).join(' ')
  const numeric =
    numberAt(error, 'code') ?? (typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : undefined)
  const status = numeric ?? STATUS_BY_KIND.find(([pattern]) => pattern.test(kind))?.[1]
  return {
    message: textAt(error, 'message') ?? 'no message',
    ...(kind !== '' && { kind }),
    ...(status !== undefined && { status }),
    ...(NO_MONEY.test(kind) && { quotaExceeded: true }),
  }
}

/** The same in the events of the Responses API: `error` events are flat, failed responses carry theirs. */
export const readResponsesError = (body: unknown): VendorError | undefined => {
  const failed = objectAt(objectAt(body, 'response') ?? body, 'error')
  if (failed) return readOpenAiError({ error: failed })
  if (textAt(body, 'type') !== 'error') return readOpenAiError(body)
  return readOpenAiError({ error: body as object })
}
