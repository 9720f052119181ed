// Which door an address leads to. The one list of the chat doors: the server's table of routes is made from it.

import type { Door, DoorAddress } from './spec.ts'

export interface Doors {
  readonly chat: Door
  readonly responses: Door
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

const GEMINI = /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent)$/

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
  if (name) return { door: doors[name], address: NOWHERE }
  if (!path.startsWith('/v1beta/')) return undefined
  const match = GEMINI.exec(path)
  if (!match) return undefined
  const [, model = '', method] = match
  const streaming = method === 'streamGenerateContent'
  const framing = mark >= 0 && new URLSearchParams(url.slice(mark)).get('alt') === 'sse' ? 'sse' : 'list'
  return {
    door: doors.gemini,
    address: { model: decode(model), streaming, ...(streaming && { framing }) },
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
