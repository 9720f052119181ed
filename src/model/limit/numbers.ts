// What operators watch of limits: who was refused and why, who waits, how much of the configured budgets is used.

import type { Metrics } from '../../base/metrics.ts'
import type { Purse } from './allowances.ts'
import type { Priority } from './spec.ts'

export interface LimitNumbers {
  refused(reason: string, priority: Priority): void
  /** @param change 1 or -1 */
  waiting(priority: Priority, change: number): void
  spent(purses: readonly Purse[]): void
}

/** Purses with a series of their own; every subject has one, so those that come later have none. */
const MOST_PURSES = 200

export const createLimitNumbers = (metrics: Metrics): LimitNumbers => {
  const refusals = metrics.counter('heddle_limited_calls_total', 'Calls of models that were refused by a limit', [
    'reason',
    'priority',
  ])
  const queue = metrics.gauge('heddle_limit_queue_length', 'Calls of models that wait for a place', ['priority'])
  const used = metrics.gauge('heddle_budget_used_ratio', 'Spent and reserved of a budget, 1 when it is used up', [
    'budget',
  ])
  const lengths: Record<Priority, number> = { interactive: 0, normal: 0, batch: 0 }
  const known = new Set<string>()
  return {
    refused: (reason, priority) => refusals.add({ reason, priority }),
    waiting(priority, change) {
      lengths[priority] += change
      queue.set(lengths[priority], { priority })
    },
    spent(purses) {
      for (const { key, rule, spentNanoUsd } of purses) {
        if (known.size < MOST_PURSES) known.add(key)
        if (known.has(key) && rule.limitNanoUsd > 0) used.set(spentNanoUsd / rule.limitNanoUsd, { budget: key })
      }
    },
  }
}
