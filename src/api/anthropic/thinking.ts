// Blocks of thinking between the neutral form and Anthropic's, both ways. What Anthropic signed keeps its signature; what
// another vendor wants back is sealed into one.

import { isObject } from '../../base/value.ts'
import type { Reasoning, VendorState } from '../../model/spec.ts'
import { isSealed, openSeal, sealState } from '../doors/sealed-state.ts'
import type { JsonObject } from '../doors/spec.ts'

/** A whole block that hides its text, where the vendor made it so. */
export const redactedBlock = (state: VendorState | undefined): JsonObject | undefined => {
  const own = state?.anthropic
  return own?.type === 'redacted_thinking' ? (own as JsonObject) : undefined
}

/** Never empty: a client that checks signatures finds one. */
export const signatureOf = (state: VendorState | undefined): string => {
  const own = state?.anthropic?.signature
  return typeof own === 'string' && own !== '' ? own : sealState(state)
}

export const toThinkingBlock = ({ text, vendorState }: Reasoning): JsonObject =>
  redactedBlock(vendorState) ?? { type: 'thinking', thinking: text, signature: signatureOf(vendorState) }

/** @param text of the thinking; what else the block has is state */
export const fromSignature = (text: string, signature: string): Reasoning => {
  if (signature === '') return { text }
  const sealed = openSeal(signature)
  if (sealed && Object.values(sealed).every(isObject)) return { text, vendorState: sealed as VendorState }
  // Not ours: the vendor's own, or one of ours that somebody changed, which no vendor takes.
  return isSealed(signature) ? { text } : { text, vendorState: { anthropic: { signature } } }
}
