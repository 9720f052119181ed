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

/** Budgets with a series of their own. */
const MOST_BUDGETS = 200
/** Subjects of one budget that are compared. */
const MOST_PURSES = 100

export const createLimitNumbers = (metrics: Metrics): LimitNumbers => {
  const refusals = metrics.counter('heddle_limited_calls_total', 'Calls of models that were refused by a limit', [
    'reason',
    'priority',
  ])
  const queue = metrics.gauge('heddle_limit_queue_length', 'Calls of models that wait for a place', ['priority'])
  // Everybody who may read the numbers sees those of the whole installation: what tenants set, and whose purse it is, stays theirs.
  const used = metrics.gauge(
    'heddle_budget_used_ratio',
    'Spent and reserved of a configured budget, the fullest of its subjects; 1 when it is used up',
    ['budget'],
  )
  const lengths: Record<Priority, number> = { interactive: 0, normal: 0, batch: 0 }
  const known = new Map<string, Map<string, number>>()
  return {
    refused: (reason, priority) => refusals.add({ reason, priority }),
    waiting(priority, change) {
      lengths[priority] += change
      queue.set(lengths[priority], { priority })
    },
    spent(purses) {
      for (const { key, rule, spentNanoUsd } of purses) {
        if (rule.subject.tenant !== undefined || rule.subject.id !== undefined || rule.limitNanoUsd <= 0) continue
        let ratios = known.get(rule.id)
        if (!ratios && known.size < MOST_BUDGETS) known.set(rule.id, (ratios = new Map()))
        if (!ratios || (!ratios.has(key) && ratios.size >= MOST_PURSES)) continue
        ratios.set(key, spentNanoUsd / rule.limitNanoUsd)
        used.set(Math.max(...ratios.values()), { budget: rule.id })
      }
    },
  }
}
