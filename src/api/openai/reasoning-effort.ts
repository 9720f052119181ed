// How much a model thinks, in OpenAI's words. Newer models have words that others have not.

import type { ChatRequest } from '../../model/spec.ts'

type Effort = NonNullable<NonNullable<ChatRequest['reasoning']>['effort']>

const KNOWN: Readonly<Record<string, Effort>> = {
  none: 'none',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
}

export const EFFORTS: ReadonlySet<string> = new Set(Object.keys(KNOWN))

/** More than the greatest is the greatest. */
export const nearestEffort = (effort: string | undefined): Effort | undefined => {
  if (effort === undefined) return undefined
  return Object.hasOwn(KNOWN, effort) ? KNOWN[effort] : 'high'
}
