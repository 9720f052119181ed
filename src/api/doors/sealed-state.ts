// What a vendor of another protocol wants back with the next turn, as a text in a field that the door's clients send back unread:
// Anthropic's `signature`, Gemini's `thoughtSignature`.
//
// S1  What comes back unchanged is the state that went out; what was changed is no state at all.

import type { ValueObject } from '../../base/value.ts'

/** Marks a text of ours among those that vendors sign. */
const PREFIX = 'heddle.'

export const isSealed = (text: string): boolean => text.startsWith(PREFIX)

/** @param state empty: the bare mark, which says that no vendor signed this */
export const sealState = (state: object | undefined): string =>
  state === undefined || Object.keys(state).length === 0
    ? PREFIX
    : PREFIX + Buffer.from(JSON.stringify(state)).toString('base64url')

/** Undefined for what was not sealed by us, and for the bare mark. */
export const openSeal = (text: string): ValueObject | undefined => {
  if (!isSealed(text) || text === PREFIX) return undefined
  try {
    const state: unknown = JSON.parse(Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8'))
    return typeof state === 'object' && state !== null && !Array.isArray(state) ? (state as ValueObject) : undefined
  } catch {
    return undefined
  }
}
