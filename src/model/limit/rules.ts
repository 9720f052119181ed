// Rules of who may call how much: what stands in the configuration, and what tenants set for themselves.
//
// R1  A set of rules is replaced as a whole; whoever keeps something made of them compares `version`.
// R2  The id of a rule stays while the rule stays, so that what was used of it stays too.

import type { Subject, SubjectKind } from './spec.ts'
import type { BudgetWindow } from './window.ts'

export interface Rate {
  /** Whole, ≥ 1. */
  readonly amount: number
  readonly periodMs: number
  /** What may be taken at one moment after a rest; the unit is that of `amount`. */
  readonly burst: number
}

/** Whom a rule is for. */
export interface SubjectPattern {
  /** `all`: one allowance for everybody together. */
  readonly kind: SubjectKind | 'all'
  /** Exactly this subject; absent: every subject of the kind has an allowance of its own. */
  readonly id?: string
  /** Only subjects of this tenant. */
  readonly tenant?: string
}

export interface LimitRule {
  /** Unique among all rules. */
  readonly id: string
  readonly subject: SubjectPattern
  /** Counts only calls whose first target is this one; `*` stands for any characters. */
  readonly target?: string
  readonly requests?: Rate
  readonly tokens?: Rate
  /** Calls at once. */
  readonly concurrent?: number
}

export interface BudgetRule {
  readonly id: string
  readonly subject: SubjectPattern
  readonly window: BudgetWindow
  /** Whole, ≥ 0. */
  readonly limitNanoUsd: number
}

export interface Rules {
  readonly limits: readonly LimitRule[]
  readonly budgets: readonly BudgetRule[]
}

export const NO_RULES: Rules = { limits: [], budgets: [] }

export interface RuleBook {
  /** Grows with every change. */
  readonly version: number
  readonly rules: Rules
  /** Takes the place of what the source gave before. */
  set(source: string, rules: Rules): void
}

export const createRuleBook = (): RuleBook => {
  const sources = new Map<string, Rules>()
  let rules = NO_RULES
  let version = 1
  return {
    get version() {
      return version
    },
    get rules() {
      return rules
    },
    set(source, given) {
      sources.set(source, given)
      const all = [...sources.values()]
      rules = { limits: all.flatMap((one) => one.limits), budgets: all.flatMap((one) => one.budgets) }
      version++
    },
  }
}

/** Parts of a tenant are named after it, so that ids of different tenants never meet. */
export const subjectId = (tenantId: string, part: string): string => `${tenantId}/${part}`

export const isFor = ({ kind, id, tenant }: SubjectPattern, subject: Subject): boolean =>
  kind === subject.kind &&
  (id === undefined || id === subject.id) &&
  (tenant === undefined || subject.id === tenant || subject.id.startsWith(`${tenant}/`))

/** @param pattern `openai/gpt-4o`, `openai/*` */
export const targetMatcher = (pattern: string): ((target: string) => boolean) => {
  if (!pattern.includes('*')) return (target) => target === pattern
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`, 's')
  return (target) => expression.test(target)
}
