// What is left of each rule for each subject, and which of it a call needs.
//
// A1  One meter a rule and subject, one purse a budget and subject, as long as anything of it is in use; a change of the rules
//     keeps them where the rule stays.
// A2  Memory is bounded: what says nothing any more is forgotten, at the latest when as many subjects came anew as there is
//     memory of. Purses with money in them are not forgotten before their window is over.

import type { Clock } from '../../base/seams.ts'
import { type BudgetRule, isFor, type LimitRule, type RuleBook, targetMatcher } from './rules.ts'
import type { Subject, SubjectKind } from './spec.ts'
import { type Span, windowAt } from './window.ts'

/** Requests, tokens and calls at once of one subject under one rule. */
export class Meter {
  readonly key: string
  rule: LimitRule
  matches: ((target: string) => boolean) | undefined
  /** Time that gives one back; 0: no limit. Milliseconds. */
  requestMs = 0
  requestBurstMs = 0
  tokenMs = 0
  tokenBurstMs = 0
  /** `Infinity`: no limit. */
  concurrent = 0
  requestTatMs = 0
  tokenTatMs = 0
  /** Under way in this process. */
  running = 0
  /** Waiting in this process until fewer are under way. */
  waiting = 0

  constructor(key: string, rule: LimitRule) {
    this.key = key
    this.rule = rule
    this.apply(rule)
  }

  /** The same rule, perhaps with other numbers: what was taken stays taken. */
  apply(rule: LimitRule): void {
    const { requests, tokens } = rule
    this.rule = rule
    this.matches = rule.target === undefined ? undefined : targetMatcher(rule.target)
    this.requestMs = requests ? requests.periodMs / requests.amount : 0
    this.requestBurstMs = requests ? requests.burst * this.requestMs : 0
    this.tokenMs = tokens ? tokens.periodMs / tokens.amount : 0
    this.tokenBurstMs = tokens ? tokens.burst * this.tokenMs : 0
    this.concurrent = rule.concurrent ?? Number.POSITIVE_INFINITY
  }

  isIdle(elapsedMs: number): boolean {
    return this.running === 0 && this.waiting === 0 && this.requestTatMs <= elapsedMs && this.tokenTatMs <= elapsedMs
  }
}

/** Money of one subject under one budget. What is reserved counts as spent until it is settled. */
export class Purse {
  readonly key: string
  rule: BudgetRule
  /** Of the present window. */
  span: Span = NEVER
  spentNanoUsd = 0
  /** Reservations of this process that are not settled. */
  open = 0
  /** Undefined: everybody's. */
  readonly subject: Subject | undefined

  constructor(key: string, rule: BudgetRule, subject: Subject | undefined) {
    this.key = key
    this.rule = rule
    this.subject = subject
  }

  apply(rule: BudgetRule): void {
    if (rule.window !== this.rule.window) this.span = NEVER
    this.rule = rule
  }

  /** @returns true when another window began */
  turn(at: number): boolean {
    if (at >= this.span.from && at < this.span.to) return false
    this.span = windowAt(this.rule.window, at)
    this.spentNanoUsd = 0
    return true
  }

  isIdle(at: number): boolean {
    return this.open === 0 && (at >= this.span.to || this.spentNanoUsd === 0)
  }
}

const NEVER: Span = { from: -1, to: -1 }

/** Everything that applies to one subject. */
interface Account {
  readonly version: number
  readonly meters: readonly Meter[]
  readonly purses: readonly Purse[]
}

export interface Allowances {
  /** Adds what applies to the call. */
  collect(subjects: readonly Subject[], target: string, meters: Meter[], purses: Purse[]): void
  /** One that exists or could. */
  meter(rule: LimitRule, subject: Subject | undefined): Meter
  purse(rule: BudgetRule, subject: Subject | undefined): Purse
}

export interface AllowancesOptions {
  readonly book: RuleBook
  /** Nothing is looked for while fewer exist. Default 10,000. */
  readonly few?: number
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
}

const KINDS: readonly SubjectKind[] = ['tenant', 'app', 'key', 'user']
const EVERYBODY = '*'
const OTHERS = '+'
/** Meters, and purses. */
const MOST = 1_000_000

export const createAllowances = ({ book, clock, few = 10_000 }: AllowancesOptions): Allowances => {
  const meters = new Map<string, Meter>()
  const purses = new Map<string, Purse>()
  const accounts = new Map<SubjectKind, Map<string, Account>>(KINDS.map((kind) => [kind, new Map()]))
  let everybody: Account | undefined
  let forgetAt = few

  const meter = (rule: LimitRule, subject: Subject | undefined): Meter => {
    const key = keyFor(meters, rule.id, subject)
    const known = meters.get(key)
    if (!known) {
      const made = new Meter(key, rule)
      meters.set(key, made)
      return made
    }
    if (known.rule !== rule) known.apply(rule)
    return known
  }
  const purse = (rule: BudgetRule, subject: Subject | undefined): Purse => {
    const key = keyFor(purses, rule.id, subject)
    const known = purses.get(key)
    if (!known) {
      const made = new Purse(key, rule, subject)
      purses.set(key, made)
      return made
    }
    if (known.rule !== rule) known.apply(rule)
    return known
  }
  const accountOf = (subject: Subject | undefined): Account => {
    const applies = (rule: LimitRule | BudgetRule) =>
      subject ? isFor(rule.subject, subject) : rule.subject.kind === 'all'
    const { limits, budgets } = book.rules
    return {
      version: book.version,
      meters: limits.filter(applies).map((rule) => meter(rule, subject)),
      purses: budgets.filter(applies).map((rule) => purse(rule, subject)),
    }
  }

  const forget = (): void => {
    const elapsedMs = clock.elapsed()
    const at = clock.now()
    for (const [key, one] of meters) if (one.isIdle(elapsedMs)) meters.delete(key)
    for (const [key, one] of purses) if (one.isIdle(at)) purses.delete(key)
    for (const known of accounts.values()) known.clear()
    everybody = undefined
    forgetAt = Math.max(few, meters.size + purses.size)
  }

  let count = 0
  const find = (subject: Subject): Account => {
    const known = accounts.get(subject.kind) as Map<string, Account>
    const account = known.get(subject.id)
    if (account && account.version === book.version) return account
    // Accounts without a rule count too: they are remembered as well.
    if (++count >= forgetAt) {
      forget()
      count = 0
    }
    const made = accountOf(subject)
    known.set(subject.id, made)
    return made
  }

  return {
    collect(subjects, target, someMeters, somePurses) {
      if (everybody?.version !== book.version) everybody = accountOf(undefined)
      add(everybody, target, someMeters, somePurses)
      for (let i = 0; i < subjects.length; i++) add(find(subjects[i] as Subject), target, someMeters, somePurses)
    },
    meter,
    purse,
  }
}

export const allowanceKey = (rule: string, subject: Subject | undefined): string =>
  `${rule}|${subject ? `${subject.kind}:${subject.id}` : EVERYBODY}`

/** Beyond so many, those that come later share one. */
const keyFor = (known: ReadonlyMap<string, unknown>, rule: string, subject: Subject | undefined): string => {
  const key = allowanceKey(rule, subject)
  return known.size < MOST || known.has(key) ? key : `${rule}|${OTHERS}`
}

const add = (account: Account, target: string, meters: Meter[], purses: Purse[]): void => {
  const { meters: someMeters, purses: somePurses } = account
  for (let i = 0; i < someMeters.length; i++) {
    const meter = someMeters[i] as Meter
    if (meter.matches === undefined || meter.matches(target)) meters.push(meter)
  }
  for (let i = 0; i < somePurses.length; i++) purses.push(somePurses[i] as Purse)
}
