// What callers say beside the body, in headers of our own, the same at every door. All are listed in docs/gateway.md.

import type { IncomingHttpHeaders } from 'node:http'
import type { CacheMode } from '../../model/cache/spec.ts'
import type { Priority } from '../../model/limit/spec.ts'
import type { GatewayOptions } from '../../product/gateway/spec.ts'
import { invalidParam } from '../errors.ts'
import type { DoorCall } from './spec.ts'

export const OPTION_HEADERS = [
  'x-heddle-strict',
  'x-heddle-cache',
  'x-heddle-metadata',
  'x-heddle-priority',
  'x-heddle-target',
  'x-heddle-timeout-ms',
  'x-heddle-dry-run',
] as const
type OptionHeader = (typeof OPTION_HEADERS)[number]

const PRIORITIES: readonly Priority[] = ['interactive', 'normal', 'batch']
const LONGEST_METADATA = 4_096
const LONGEST_MS = 86_400_000

/** @throws ApiError `api/invalid-param` naming the header */
export const readOptions = (headers: IncomingHttpHeaders, call: DoorCall): GatewayOptions => {
  const read = (name: OptionHeader): string | undefined => {
    const value = headers[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return {
    strict: readFlag('x-heddle-strict', read('x-heddle-strict')),
    cache: readCache(read('x-heddle-cache')),
    metadata: readMetadata(read('x-heddle-metadata'), call.metadata),
    priority: readPriority(read('x-heddle-priority')),
    only: read('x-heddle-target'),
    timeoutMs: readMs('x-heddle-timeout-ms', read('x-heddle-timeout-ms')),
  }
}

export const wantsDryRun = (headers: IncomingHttpHeaders): boolean => {
  const value = headers['x-heddle-dry-run']
  return readFlag('x-heddle-dry-run', typeof value === 'string' ? value : undefined)
}

export const readStrict = (headers: IncomingHttpHeaders): boolean => {
  const value = headers['x-heddle-strict']
  return readFlag('x-heddle-strict', typeof value === 'string' ? value : undefined)
}

const readFlag = (name: OptionHeader, value: string | undefined): boolean => {
  if (value === undefined || value === 'false') return false
  if (value === 'true') return true
  throw invalidParam(name, 'must be true or false')
}

const readMs = (name: OptionHeader, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  const ms = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (ms >= 1 && ms <= LONGEST_MS) return ms
  throw invalidParam(name, `must be a whole number from 1 to ${LONGEST_MS}`)
}

const readPriority = (value: string | undefined): Priority => {
  if (value === undefined) return 'normal'
  const priority = PRIORITIES.find((known) => known === value)
  if (priority) return priority
  throw invalidParam('x-heddle-priority', `must be one of ${PRIORITIES.join(', ')}`)
}

const MODES: Readonly<Record<string, Pick<CacheMode, 'read' | 'write'>>> = {
  on: { read: true, write: true },
  off: { read: false, write: false },
  read: { read: true, write: false },
  write: { read: false, write: true },
}

/** `on; max-age=60; semantic=simple` */
const readCache = (value: string | undefined): CacheMode | undefined => {
  if (value === undefined) return undefined
  const [word = '', ...settings] = value.split(';').map((piece) => piece.trim().toLowerCase())
  const mode = Object.hasOwn(MODES, word) ? MODES[word] : undefined
  if (!mode) throw invalidParam('x-heddle-cache', 'must begin with on, off, read or write')
  let found: CacheMode = mode
  for (const setting of settings) {
    const [, name, given] = /^([a-z-]+)=(.+)$/.exec(setting) ?? []
    if (name === 'max-age' && given !== undefined && /^\d{1,9}$/.test(given)) {
      found = { ...found, maxAgeMs: Number(given) * 1_000 }
    } else if (name === 'semantic' && (given === 'off' || given === 'simple' || given === 'bounded')) {
      found = { ...found, semantic: given }
    } else {
      throw invalidParam('x-heddle-cache', 'takes max-age=SECONDS and semantic=off|simple|bounded')
    }
  }
  return found
}

/** An object of texts as JSON, or `name=value` pairs with commas. The header's win over the body's. */
const readMetadata = (
  value: string | undefined,
  ofBody: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  if (value === undefined) return ofBody
  if (value.length > LONGEST_METADATA) throw invalidParam('x-heddle-metadata', 'is too long')
  const pairs = value.trimStart().startsWith('{') ? fromJson(value) : fromPairs(value)
  return { ...ofBody, ...Object.fromEntries(pairs) }
}

const fromPairs = (value: string): (readonly [string, string])[] =>
  value.split(',').map((pair) => {
    const cut = pair.indexOf('=')
    if (cut < 1) throw invalidParam('x-heddle-metadata', 'must be name=value pairs, or an object of texts as JSON')
    return [pair.slice(0, cut).trim(), pair.slice(cut + 1).trim()]
  })

const fromJson = (value: string): (readonly [string, string])[] => {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    throw invalidParam('x-heddle-metadata', 'is no JSON')
  }
  return Object.entries(parsed as object).map(([name, text]) => {
    if (typeof text !== 'string') throw invalidParam('x-heddle-metadata', 'must be an object of texts')
    return [name, text]
  })
}
