// Which door an address leads to. The one list of the chat doors: the server's table of routes is made from it.

import { readGeminiAddress } from '../gemini/address.ts'
import type { Door, DoorAddress } from './spec.ts'

export interface Doors {
  readonly chat: Door
  readonly responses?: Door
  readonly anthropic: Door
  readonly gemini: Door
}

/** As the router and the table of access write them. */
export const DOOR_ROUTES = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/messages': 'anthropic',
} as const satisfies Record<string, keyof Doors>

/** `/v1beta/models/{model}:{method}` has no place in the router's patterns: ids contain slashes. */
export const GEMINI_ROUTE = '/v1beta/models/*'

export interface FoundDoor {
  readonly door: Door
  readonly address: DoorAddress
}

const NOWHERE: DoorAddress = Object.freeze({})

/** @param url path and query as they came */
export const findDoor = (doors: Doors, url: string): FoundDoor | undefined => {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const name = Object.hasOwn(DOOR_ROUTES, path) ? DOOR_ROUTES[path as keyof typeof DOOR_ROUTES] : undefined
  const named = name && doors[name]
  if (named) return { door: named, address: NOWHERE }
  // Most calls are of the doors above, or none of ours: the pattern is for the rest.
  if (!path.includes('/models/')) return undefined
  const gemini = readGeminiAddress(url)
  const streaming = gemini?.action === 'streamGenerateContent'
  if (!gemini || (!streaming && gemini.action !== 'generateContent')) return undefined
  const { model, framing } = gemini
  return { door: doors.gemini, address: { model, streaming, ...(streaming && { framing }) } }
}
