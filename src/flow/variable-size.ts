// Whether what nodes write to variables stays within the limit.

import { stringifyJson } from '../base/json.ts'
import type { Value } from '../base/value.ts'
import { FlowError } from './errors.ts'
import type { NodeFailure } from './events.ts'
import type { VariableUpdate } from './spec.ts'

/** The failure of the first update that is too large. */
export const findTooLarge = (
  updates: readonly VariableUpdate[] | undefined,
  limitBytes: number,
): NodeFailure | undefined => {
  for (const { selector, value } of updates ?? []) {
    if (bytesOf(value, limitBytes) <= limitBytes) continue
    const error = new FlowError('flow/variable-too-large', { details: { name: selector.join('.'), limitBytes } })
    return { type: 'VariableError', message: error.message, code: error.code }
  }
  return undefined
}

/** Bytes as JSON. Short texts are never measured exactly: they cannot pass the limit. */
const bytesOf = (value: Value, limitBytes: number): number => {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return 8
  if (typeof value === 'string' && value.length * 3 < limitBytes) return value.length
  return Buffer.byteLength(stringifyJson(value))
}
