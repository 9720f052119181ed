// What becomes of every parameter of a request at every family of vendors: behind strict and lenient calls, behind the drivers'
// own encoders and behind docs/protocols.md. The data stands in `parameter-table.ts`.
//
// P1  A field nobody knows is taken by vendors of its own protocol, where it travels as vendor state, and by nobody else.
// P2  What a vendor of the door's own protocol takes under a condition was meant so by the caller: it is not named.

import { type Condition, type Parameter, parameters } from './parameter-table.ts'
import type { Family, Protocol } from './spec.ts'

/** A field of a body, as `top_k` or `tools[0].strict`; with its value where a verdict may depend on it. */
export type Field = string | readonly [path: string, value: unknown]

export interface FieldVerdict {
  /** As the caller wrote it. */
  readonly field: string
  readonly verdict: 'approximated' | 'unsupported'
  readonly reason: string
}

const STRANGE = 'Only its own protocol has it.'

const tableOf = (door: Protocol): ReadonlyMap<string, Parameter> =>
  new Map(parameters.flatMap((parameter) => (parameter.doors[door] ? [[parameter.doors[door], parameter]] : [])))

const DOORS: Readonly<Record<Protocol, ReadonlyMap<string, Parameter>>> = {
  'openai-chat': tableOf('openai-chat'),
  'openai-responses': tableOf('openai-responses'),
  anthropic: tableOf('anthropic'),
  gemini: tableOf('gemini'),
}

/** The parameter that a field of this door is: `tools[0].strict` and `tools[12].strict` are the same one. */
export const parameterAt = (door: Protocol, field: string): Parameter | undefined =>
  DOORS[door].get(field.includes('[') ? field.replace(/\[\d+\]/g, '[]') : field)

/** What a family cannot take of these fields, as the door names them, in their order. */
export const verdictsOf = (door: Protocol, family: string, fields: Iterable<Field>): readonly FieldVerdict[] => {
  const given = [...fields].map((field) => {
    const path = typeof field === 'string' ? field : field[0]
    return { path, value: typeof field === 'string' ? undefined : field[1], parameter: parameterAt(door, path) }
  })
  const names = new Set(given.map(({ parameter }) => parameter?.name))
  const verdicts: FieldVerdict[] = []
  for (const { path, value, parameter } of given) {
    const found =
      parameter && Object.hasOwn(parameter.families, family) ? parameter.families[family as Family] : STRANGER
    if (found.type === 'mapped') continue
    if (family === door && !parameter?.passThroughOnly) continue
    if (found.type === 'approximated' && found.when && !holds(found.when, value, names)) continue
    verdicts.push({ field: path, verdict: found.type, reason: found.reason })
  }
  return verdicts
}

const STRANGER = { type: 'unsupported', reason: STRANGE } as const

const holds = (when: Condition, value: unknown, names: ReadonlySet<string | undefined>): boolean =>
  (when.above !== undefined && sizeOf(value) > when.above) || (when.besides?.some((name) => names.has(name)) ?? false)

const sizeOf = (value: unknown): number => (Array.isArray(value) ? value.length : Number(value))

export { type Parameter, parameters, type Verdict } from './parameter-table.ts'
