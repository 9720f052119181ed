// How a router is written down, in files and over the API: one schema. Whether the names in it exist, check.ts says.
//
// Short forms become long ones on reading: a text where a list may stand, `provider/model` for a target of weight 1, words for
// `contains: { any: … }`.

import { z } from 'zod'
import type { Issue, Result } from '../../base/errors.ts'
import type { ModelFeature, ModelKind } from '../spec.ts'
import { routeIssue } from './errors.ts'

export const STRATEGIES = ['round-robin', 'latency', 'cost', 'performance', 'affinity', 'in-order'] as const
export type StrategyName = (typeof STRATEGIES)[number]

/** At least one bound. */
export interface Range {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

/** Everything that is named must hold. */
export interface Condition {
  /** In the last message of the user, whatever the case. */
  readonly contains?: {
    readonly any?: readonly string[]
    readonly all?: readonly string[]
    /** Not inside other words. Default false. */
    readonly wholeWords?: boolean
  }
  /** UTF-16 units of the last message of the user. */
  readonly inputCharacters?: Range
  /** UTF-16 units of all messages. */
  readonly characters?: Range
  readonly promptTokens?: Range
  readonly language?: readonly string[]
  readonly hasImage?: boolean
  readonly hasCode?: boolean
  /** Each name has one of the values. */
  readonly metadata?: Readonly<Record<string, readonly string[]>>
  readonly kind?: readonly ModelKind[]
  /** The request needs all of them. */
  readonly needs?: readonly ModelFeature[]
  readonly all?: readonly Condition[]
  readonly any?: readonly Condition[]
  readonly not?: Condition
}

const KINDS = ['chat', 'embedding', 'transcription', 'speech', 'rerank', 'moderation'] as const
const FEATURES = ['tools', 'structured-output', 'vision', 'audio', 'video', 'document', 'reasoning'] as const
const MOST_WORDS = 500
const MOST_TARGETS = 64
const MOST_RULES = 200

export const routerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a name of letters, digits, dots and dashes')

const reference = z
  .string()
  .max(300)
  .regex(/^[^/\s]+\/\S+$/, 'must be written provider/model')
const oneOrMore = <Item extends z.ZodType>(item: Item, most: number) =>
  z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(item).min(1).max(most).readonly())

const word = z
  .string()
  .trim()
  .min(1, 'must have characters')
  .max(200)
  .refine((text) => !text.includes('\0'), 'must not contain NUL characters')
const words = oneOrMore(word, MOST_WORDS)
const contains = z.preprocess(
  (given) => (typeof given === 'string' || Array.isArray(given) ? { any: given } : given),
  z
    .strictObject({
      any: words.exactOptional(),
      all: words.exactOptional(),
      wholeWords: z.boolean().exactOptional(),
    })
    .refine(({ any, all }) => any !== undefined || all !== undefined, 'must name words, as any or all'),
)

const bound = z.number().min(0).max(1e12)
const range = z
  .strictObject({
    gt: bound.exactOptional(),
    gte: bound.exactOptional(),
    lt: bound.exactOptional(),
    lte: bound.exactOptional(),
  })
  .refine((bounds) => Object.keys(bounds).length > 0, 'must have a bound: gt, gte, lt or lte')
  .refine(holdsForSome, 'holds for no number')

function holdsForSome({ gt, gte, lt, lte }: Range): boolean {
  const low = Math.max(gt ?? 0, gte ?? 0)
  const high = Math.min(lt ?? Number.POSITIVE_INFINITY, lte ?? Number.POSITIVE_INFINITY)
  // What is measured is whole: between 4 and 5 there is nothing.
  const first = low === gt ? Math.floor(low) + 1 : Math.ceil(low)
  const last = high === lt ? Math.ceil(high) - 1 : Math.floor(high)
  return first <= last
}

/** Callers send texts; who writes 3 or true means the text. */
const metadataValue = z.preprocess(
  (given) => (typeof given === 'number' || typeof given === 'boolean' ? String(given) : given),
  z.string().max(500),
)

const condition: z.ZodType<Condition> = z.lazy(() =>
  z
    .strictObject({
      contains: contains.exactOptional(),
      inputCharacters: range.exactOptional(),
      characters: range.exactOptional(),
      promptTokens: range.exactOptional(),
      language: oneOrMore(
        z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en, or und'),
        50,
      ).exactOptional(),
      hasImage: z.boolean().exactOptional(),
      hasCode: z.boolean().exactOptional(),
      metadata: z.record(z.string().min(1).max(100), oneOrMore(metadataValue, 200)).exactOptional(),
      kind: oneOrMore(z.enum(KINDS), KINDS.length).exactOptional(),
      needs: oneOrMore(z.enum(FEATURES), FEATURES.length).exactOptional(),
      all: z.array(condition).min(1).max(50).exactOptional(),
      any: z.array(condition).min(1).max(50).exactOptional(),
      not: condition.exactOptional(),
    })
    .refine((one) => Object.keys(one).length > 0, 'must name something; what holds always is the default'),
)

const target = z.preprocess(
  (given) => (typeof given === 'string' ? { target: given } : given),
  z.strictObject({ target: reference, weight: z.number().gt(0).max(10_000).default(1) }),
)

const route = {
  targets: oneOrMore(target, MOST_TARGETS).exactOptional(),
  strategy: z.enum(STRATEGIES).exactOptional(),
  /** Tried after the targets, in order. */
  fallback: oneOrMore(reference, MOST_TARGETS).exactOptional(),
  /** Win over the caller's. */
  parameters: z.record(z.string().min(1).max(100), z.json()).exactOptional(),
  panel: z.string().min(1).max(100).exactOptional(),
  stages: z.array(z.string().min(1).max(100)).max(50).readonly().exactOptional(),
  /** Another router decides. */
  router: routerName.exactOptional(),
}

export const routerDefinition = z.strictObject({
  description: z
    .string()
    .max(1_000)
    .refine((text) => !text.includes('\0'), 'must not contain NUL characters')
    .exactOptional(),
  /** Where no rule holds; rules take from it what they do not say themselves. */
  default: z.strictObject(route),
  /** The first that holds decides. */
  rules: z
    .array(z.strictObject({ name: z.string().trim().min(1).max(100), when: condition, ...route }))
    .max(MOST_RULES)
    .readonly()
    .default([]),
})

export type RouterDefinition = z.output<typeof routerDefinition>
export type RouteDefinition = RouterDefinition['default']
export type RuleDefinition = RouterDefinition['rules'][number]

/** @param place in front of every path */
export const parseRouter = (given: unknown, place = ''): Result<RouterDefinition> => {
  const parsed = routerDefinition.safeParse(given)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, issues: parsed.error.issues.slice(0, MOST_ISSUES).flatMap((issue) => toIssues(issue, place)) }
}

/** Listed of one router. */
const MOST_ISSUES = 100

const toIssues = (issue: z.core.$ZodIssue, place: string): readonly Issue[] => {
  const path = issue.path.reduce<string>((before, key) => joinPath(before, key as string | number), place)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_ISSUES).map((key) => {
      const shown = key.length > 100 ? `${key.slice(0, 100)}…` : key
      return routeIssue(joinPath(path, shown), 'route/unknown-key', { key: shown })
    })
  }
  return [routeIssue(path, 'route/invalid', { reason: issue.message })]
}

export const joinPath = (before: string, key: string | number): string =>
  typeof key === 'number' ? `${before}[${key}]` : `${before}${before && '.'}${key}`
