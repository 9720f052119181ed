// What one protocol alone knows, laid over what a driver wrote.
// V1  Neither the model, the conversation nor the framing can be changed so: the call stays the one that was decided on.

import { isList, isObject, objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { MessagePart, Protocol, VendorState } from '../../spec.ts'

const FIXED: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'contents', 'stream'])

/** The body with the caller's own fields: objects are joined, lists appended, other values set. */
export const withRequestState = (
  body: ValueObject,
  state: VendorState | undefined,
  protocol: Protocol,
): ValueObject => {
  const given = state?.[protocol]
  if (!given) return body
  return join(body, objectFrom(Object.entries(given).filter(([key]) => !FIXED.has(key))))
}

const join = (below: ValueObject, above: ValueObject): ValueObject => {
  const keys = new Set([...Object.keys(below), ...Object.keys(above)])
  return objectFrom(
    [...keys].map((key): [string, Value] => {
      const before = own(below, key) as Value | undefined
      const added = own(above, key) as Value | undefined
      if (added === undefined) return [key, before as Value]
      if (isObject(before) && isObject(added)) return [key, join(before, added)]
      if (isList(before) && isList(added)) return [key, [...before, ...added]]
      return [key, added]
    }),
  )
}

/** A part's block with the part's own fields. What the driver wrote wins. */
export const withPartState = (
  block: ValueObject,
  { vendorState }: { readonly vendorState?: VendorState | undefined },
  protocol: Protocol,
): ValueObject => {
  const state = vendorState?.[protocol]
  return state ? { ...state, ...block } : block
}

/** The block of a part that is nothing but vendor state: an empty text that carries one. */
export const blockOfState = (part: MessagePart, protocol: Protocol): ValueObject | undefined =>
  part.type === 'text' && part.text === '' ? part.vendorState?.[protocol] : undefined
