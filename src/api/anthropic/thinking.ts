// Blocks of thinking between the neutral form and Anthropic's, both ways. What Anthropic signed keeps its signature; what
// another vendor wants back is sealed into one.

import type { ValueObject } from '../../base/value.ts'
import type { Reasoning, VendorState } from '../../model/spec.ts'
import { isSealed, openSeal, sealState } from '../doors/sealed-state.ts'
import type { JsonObject } from '../doors/spec.ts'

/** A whole block that hides its text, where the vendor made it so. */
export const redactedBlock = (state: VendorState | undefined): JsonObject | undefined => {
  const own = state?.anthropic
  return own?.data === undefined ? undefined : ({ type: 'redacted_thinking', ...own } as JsonObject)
}

/** Never empty: a client that checks signatures finds one. */
export const signatureOf = (state: VendorState | undefined): string => {
  const own = state?.anthropic?.signature
  return typeof own === 'string' && own !== '' ? own : sealState(state)
}

export const toThinkingBlock = ({ text, vendorState }: Reasoning): JsonObject =>
  redactedBlock(vendorState) ?? { type: 'thinking', thinking: text, signature: signatureOf(vendorState) }

export const fromSignature = (text: string, signature: string): Reasoning => {
  if (signature === '') return { text }
  // One of ours that somebody changed is none: no vendor takes it.
  const vendorState = isSealed(signature) ? openSeal(signature) : { anthropic: { signature } }
  return { text, ...(vendorState && { vendorState: vendorState as VendorState }) }
}

export const fromRedacted = (block: JsonObject): Reasoning => {
  const { type: _, ...state } = block
  return { text: '', vendorState: { anthropic: state as ValueObject } }
}
