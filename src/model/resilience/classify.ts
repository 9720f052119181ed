// What a failure leads to. The one place that decides who is at fault.

import { ModelError } from '../errors.ts'
import type { ErrorClass } from './spec.ts'

/** Refusals that another model may not share: too long for this one, or against this vendor's policy. */
const OF_THE_MODEL =
  /context.?(?:length|window)|too (?:long|many tokens)|maximum.{0,20}tokens|content.?(?:policy|filter)|safety/i

export const classify = (error: unknown, signal: AbortSignal): ErrorClass => {
  if (signal.aborted) return 'aborted'
  if (!(error instanceof ModelError)) return 'caller'
  switch (error.code) {
    case 'model/auth':
    case 'model/credentials-exhausted':
      return 'auth'
    case 'model/rate-limited':
    case 'model/quota-exceeded':
      return 'quota'
    case 'model/not-found':
    case 'model/not-configured':
    case 'model/unsupported':
    case 'model/missing-package':
      return 'business'
    case 'model/bad-request':
      return OF_THE_MODEL.test(`${String(error.details.kind ?? '')} ${String(error.details.message ?? '')}`)
        ? 'business'
        : 'caller'
    case 'model/unavailable':
    case 'model/bad-response':
    case 'model/timeout':
      return 'service'
  }
}

/** What the vendor asks to wait; undefined where it says nothing. */
export const retryAfterOf = (error: unknown): number | undefined => {
  const asked = error instanceof ModelError ? error.details.retryAfterMs : undefined
  return typeof asked === 'number' && asked >= 0 ? asked : undefined
}
