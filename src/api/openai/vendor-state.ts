// What vendors want back with the next turn, in fields that clients of OpenAI's protocols send back without knowing them:
// `extra_content` of calls, `reasoning_details` of messages and `encrypted_content` of reasoning items.
//
// V1  What a client sends back unchanged is the vendor state that went out. What it changed is no state at all.

import { isObject, type ValueObject } from '../../base/value.ts'
import type { Protocol, Reasoning, VendorState } from '../../model/spec.ts'
import { isSealed, openSeal } from '../doors/sealed-state.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { isJsonList, isJsonObject } from './field-reader.ts'

const PROTOCOLS: readonly Protocol[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini']

const toVendorState = (value: Json | undefined): VendorState | undefined => {
  if (!isJsonObject(value)) return undefined
  const entries = PROTOCOLS.flatMap((protocol) => {
    const state = value[protocol]
    return isJsonObject(state) ? [[protocol, state as ValueObject] as const] : []
  })
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** Servers of this protocol have an `extra_content` of their own; ours stands beside it. */
const OWN = 'heddle'

export const toExtraContent = (state: VendorState | undefined): JsonObject | undefined => {
  if (!state) return undefined
  // Reasoning of servers of this protocol stands in the message.
  const { 'openai-chat': chat, ...others } = state
  const theirs = chat?.extra_content
  const all = {
    ...(isObject(theirs) && (theirs as JsonObject)),
    ...(Object.keys(others).length > 0 && { [OWN]: others as JsonObject }),
  }
  return Object.keys(all).length > 0 ? all : undefined
}

export const isExtraContentOfOurs = (value: Json | undefined): boolean => isJsonObject(value) && OWN in value

export const fromExtraContent = (value: Json | undefined): VendorState | undefined => {
  if (!isJsonObject(value)) return undefined
  const { [OWN]: own, ...theirs } = value
  const chat = Object.keys(theirs).length > 0 && { 'openai-chat': { extra_content: theirs as ValueObject } }
  const state = { ...toVendorState(own), ...chat }
  return Object.keys(state).length > 0 ? state : undefined
}

/** One block of thinking as an item of `reasoning_details`. Source of the form: openrouter.ai/docs (reasoning tokens). */
export const toReasoningDetail = ({ text, vendorState }: Reasoning, index: number): JsonObject => ({
  type: 'reasoning.text',
  text,
  index,
  format: OWN,
  ...(vendorState && { vendor_state: vendorState as JsonObject }),
})

export const isReasoningDetailOfOurs = (value: Json): value is JsonObject => isJsonObject(value) && value.format === OWN

export const readReasoningDetails = (value: Json | undefined): readonly Reasoning[] =>
  isJsonList(value)
    ? value.flatMap((detail) => {
        if (!isReasoningDetailOfOurs(detail)) return []
        const vendorState = toVendorState(detail.vendor_state)
        const text = typeof detail.text === 'string' ? detail.text : ''
        return [{ text, ...(vendorState && { vendorState }) }]
      })
    : []

export const fromEncryptedContent = (text: string, id: string | undefined): VendorState | undefined =>
  isSealed(text)
    ? toVendorState(openSeal(text) as JsonObject | undefined)
    : { 'openai-responses': { encrypted_content: text, ...(id !== undefined && { id }) } }
