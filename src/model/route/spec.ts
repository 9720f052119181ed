// Contract of routing: which model answers a request. Types only.
//
// Glossary
//   target     `provider/model`, one that is configured
//   router     a name callers use as a model; rules choose a pool of targets, a strategy orders it
//   rule       a condition on the request with what follows from it; the first that holds decides
//   decision   the targets to try, in order, and why

import type { ValueObject } from '../../base/value.ts'
import type { ModelFeature, ModelKind } from '../spec.ts'

/** What rules look at. Built lazily: only what some rule asks is computed. */
export interface RouteFacts {
  readonly kind: ModelKind
  /** Text of the last message of the user. */
  readonly input: string
  /** UTF-16 units of all messages. */
  readonly characters: number
  /** By estimate. */
  readonly promptTokens: number
  /** Tokens the answer may have, for comparing targets: 256, or the caller's bound where that is less. */
  readonly expectedTokens: number
  /** ISO 639-1 of the last message of the user, by script and frequent words; `und` when unknown. */
  readonly language: string
  readonly hasImage: boolean
  readonly hasCode: boolean
  /** What a target must be able to do. */
  readonly needs: ReadonlySet<ModelFeature>
  /** As the caller sent it with the request. */
  readonly metadata: Readonly<Record<string, string>>
  /** Hash of what stays the same from turn to turn: system text and tools, with the first message of the user. */
  readonly prefix: string
}

/** A target as it is now. */
export interface TargetState {
  readonly id: string
  /** False while its breaker is open: it is tried last. */
  readonly healthy: boolean
  /** Calls under way. */
  readonly pending: number
  /** Moving averages; undefined before the first answer. Milliseconds to the first token, and for each further one. */
  readonly firstTokenMs: number | undefined
  readonly tokenMs: number | undefined
  /** US dollars for a million tokens; undefined when unknown. */
  readonly promptPrice: number | undefined
  readonly completionPrice: number | undefined
  readonly contextTokens: number | undefined
  readonly features: ReadonlySet<ModelFeature> | undefined
  /** Of the price book's data files, 0 to 100; undefined when unknown. */
  readonly quality: number | undefined
}

export interface RouteWorld {
  /** Undefined: not configured (any more). */
  target(id: string): TargetState | undefined
  /** In [0, 1). */
  random(): number
}

export interface Decision {
  /** Null where the caller named a target. */
  readonly router: string | null
  /** Changes with every change of the router. */
  readonly version: string | null
  /** Name of the rule; null: the defaults. */
  readonly rule: string | null
  readonly strategy: string
  /** In the order to be tried: at least one, unless a panel answers. What cannot serve the request (missing feature, context too small) is not among them. */
  readonly targets: readonly string[]
  /** Parameters the rule sets, e.g. `{ temperature: 0.9 }`; they win over the caller's. */
  readonly overrides: ValueObject
  /** A panel answers instead of one target. */
  readonly panel: string | null
  /** Stages around the call, by name, in order. */
  readonly stages: readonly string[]
  /** For people: why this rule, why this order, what was left out. */
  readonly reasons: readonly string[]
}

export interface Router {
  readonly name: string
  readonly version: string
  /** Every target it can ever choose, the fallback chain included. */
  readonly targets: readonly string[]
  /** @param only a target the caller insists on; must be one of the router's
   *  @throws RouteError `route/no-target` when nothing can serve the request, `route/not-a-target` */
  decide(facts: RouteFacts, world: RouteWorld, only?: string): Decision
}
