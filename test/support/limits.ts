// Calls, rules and prices for the tests of limits. A token of `p/dear` costs 10 nano-dollars, one of `p/cheap` 1, of `p/free` none.

import { silentLog } from '../../src/base/seams.ts'
import { createMemoryLedger } from '../../src/model/limit/drivers/memory.ts'
import type { LimitError } from '../../src/model/limit/errors.ts'
import type { Ledger } from '../../src/model/limit/ledger.ts'
import { createLimiter, type LimiterWithBooks, type QueueOptions } from '../../src/model/limit/limiter.ts'
import { createRuleBook, type Rate, type RuleBook, type Rules, subjectId } from '../../src/model/limit/rules.ts'
import type { Admission, LimitedCall, PriceBook, Subject } from '../../src/model/limit/spec.ts'
import type { ModelUsage } from '../../src/model/spec.ts'
import { createManualClock, type ManualClock } from './vendors/manual-clock.ts'

const NANO_PER_TOKEN: Readonly<Record<string, number>> = { 'p/dear': 10, 'p/cheap': 1, 'p/free': 0 }

export const tokenPrices: PriceBook = {
  costNanoUsd: (target, usage) => {
    const price = NANO_PER_TOKEN[target]
    return price === undefined ? undefined : price * (usage.promptTokens + usage.completionTokens)
  },
  pricesOf: () => undefined,
}

export const subjectsOf = (tenant: string, key?: string, user?: string): readonly Subject[] => [
  { kind: 'tenant', id: tenant },
  ...(key === undefined ? [] : [{ kind: 'key', id: subjectId(tenant, key) } as const]),
  ...(user === undefined ? [] : [{ kind: 'user', id: subjectId(tenant, user) } as const]),
]

export const callOf = (changes: Partial<LimitedCall> = {}): LimitedCall => ({
  subjects: subjectsOf('t1', 'k1', 'u1'),
  targets: ['p/cheap'],
  promptTokens: 10,
  maxCompletionTokens: 10,
  priority: 'normal',
  ...changes,
})

export const usageOf = (promptTokens: number, completionTokens: number): ModelUsage => ({
  promptTokens,
  completionTokens,
  totalTokens: promptTokens + completionTokens,
  estimated: false,
})

export const per = (amount: number, periodMs: number, burst = amount): Rate => ({ amount, periodMs, burst })

export interface LimitRig {
  readonly limiter: LimiterWithBooks
  readonly clock: ManualClock
  readonly book: RuleBook
  /** The admission that is there at once. */
  now(changes?: Partial<LimitedCall>): Admission
  /** Why a call is refused at once. */
  refusal(changes?: Partial<LimitedCall>): LimitError
}

export const createLimitRig = (
  rules: Partial<Rules>,
  options: { readonly queue?: QueueOptions; readonly clock?: ManualClock; readonly ledger?: Ledger } = {},
): LimitRig => {
  const clock = options.clock ?? createManualClock()
  const book = createRuleBook()
  book.set('test', { limits: [], budgets: [], ...rules })
  const ledger = options.ledger ?? createMemoryLedger({ clock })
  const { queue } = options
  const limiter = createLimiter({ book, ledger, prices: tokenPrices, clock, log: silentLog, ...(queue && { queue }) })
  const now = (changes?: Partial<LimitedCall>): Admission => {
    const admission = limiter.admit(callOf(changes))
    if (admission instanceof Promise) throw new Error('the call waits')
    return admission
  }
  return {
    limiter,
    clock,
    book,
    now,
    refusal(changes) {
      try {
        now(changes)
      } catch (error) {
        return error as LimitError
      }
      throw new Error('the call was admitted')
    },
  }
}

/** Lets what was resolved be heard. */
export const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
