// Reusing what a node gave before, for nodes whose settings ask for it: `result_cache: { enabled: true, ttl_seconds: 3600 }`.
//
// A node's outcome depends on its settings and on the variables it reads. Which these are shows while it runs, so the first
// execution notes them, and a later one is spared when all of them have the same values. Only successes are kept, and only
// of nodes that change no variables. The idea is that of build systems with dynamic dependencies (Mokhov, Mitchell and
// Peyton Jones, "Build systems à la carte", ICFP 2018: constructive traces).

import { stringifyJson } from '../base/json.ts'
import { isNumber, toNumber } from '../base/number.ts'
import { isList, isObject, toPlain, type Value, type ValueObject } from '../base/value.ts'
import type { NodeSuccess, ResultCache, Selector } from './spec.ts'
import type { Lookup } from './template.ts'

export interface ReusePolicy {
  /** Names the settings: equal nodes share results, wherever they stand. */
  readonly settings: string
  readonly ttlMs: number
}

const DEFAULT_TTL_SECONDS = 3600
/** Sets of variables one node may be found to read, e.g. on different paths through its code. */
const MOST_PATTERNS = 8

/** Settings that do not change what a node does. */
const COSMETIC = new Set(['title', 'desc', 'selected', 'result_cache', 'width', 'height'])

export const parseReusePolicy = (
  data: Readonly<Record<string, unknown>>,
  report: (path: string, message: string) => void,
): ReusePolicy | undefined => {
  const wish = data.result_cache
  if (wish === undefined || wish === null) return undefined
  if (!isObject(wish)) {
    report('result_cache', 'must be { enabled, ttl_seconds }')
    return undefined
  }
  if (wish.enabled !== true) return undefined
  const seconds = wish.ttl_seconds ?? DEFAULT_TTL_SECONDS
  if (!isNumber(seconds) || !(toNumber(seconds) > 0)) {
    report('result_cache.ttl_seconds', 'must be a number above 0')
    return undefined
  }
  const settings = Object.fromEntries(Object.entries(data as ValueObject).filter(([key]) => !COSMETIC.has(key)))
  return { settings: stringifyJson(settings), ttlMs: toNumber(seconds) * 1000 }
}

/** What one execution was seen to depend on, and to stream. */
export class ReuseTrace {
  readonly #reads = new Map<string, { readonly selector: Selector; readonly value: Value | undefined }>()
  readonly #streams = new Set<string>()

  /** The value counts as it was when it was first read. */
  read(selector: Selector, value: Value | undefined): void {
    const key = stringifyJson(selector)
    if (!this.#reads.has(key)) this.#reads.set(key, { selector, value })
  }

  stream(name: string): void {
    this.#streams.add(name)
  }

  keep(cache: ResultCache, policy: ReusePolicy, outcome: NodeSuccess): void {
    if (outcome.updates && outcome.updates.length > 0) return
    const reads = [...this.#reads.values()].map(({ selector }) => selector)
    const values = [...this.#reads.values()].map(({ value }) => value)
    const patterns = readPatterns(cache, policy)
    const pattern = stringifyJson(reads)
    const others = patterns.filter((known) => stringifyJson(known) !== pattern)
    cache.set(policy.settings, [reads, ...others].slice(0, MOST_PATTERNS), policy.ttlMs)
    const kept = { outputs: outcome.outputs, handle: outcome.handle ?? null, streams: [...this.#streams] }
    cache.set(keyOf(policy, reads, values), kept, policy.ttlMs)
  }
}

export interface Reused {
  readonly outcome: NodeSuccess
  /** Outputs that the node had streamed. */
  readonly streams: readonly string[]
}

/** An earlier outcome for the same settings and variables. */
export const findReusable = (cache: ResultCache, policy: ReusePolicy, get: Lookup): Reused | undefined => {
  for (const reads of readPatterns(cache, policy)) {
    const kept = cache.get(keyOf(policy, reads, reads.map(get)))
    if (!isObject(kept)) continue
    const outcome: NodeSuccess = {
      type: 'success',
      outputs: kept.outputs as ValueObject,
      metadata: { reused: true },
      ...(typeof kept.handle === 'string' && { handle: kept.handle }),
    }
    return { outcome, streams: isList(kept.streams) ? kept.streams.map(String) : [] }
  }
  return undefined
}

const readPatterns = (cache: ResultCache, policy: ReusePolicy): Selector[][] => {
  const known = cache.get(policy.settings)
  return isList(known) ? (known as unknown as Selector[][]) : []
}

const keyOf = (policy: ReusePolicy, reads: readonly Selector[], values: readonly (Value | undefined)[]): string => {
  // A missing variable and one that is null are different things.
  const plain = values.map((value): Value => (value === undefined ? [] : [toPlain(value)]))
  return `${policy.settings}\n${stringifyJson(reads)}\n${stringifyJson(plain)}`
}
