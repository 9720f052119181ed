// Windows of budgets: hours, days and months of the calendar in UTC, or all time.

export type BudgetWindow = 'hour' | 'day' | 'month' | 'total'

export interface Span {
  /** Milliseconds since the epoch; 0 for all time. */
  readonly from: number
  /** The first moment that no longer belongs to it; `Infinity` for all time. */
  readonly to: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ALL: Span = { from: 0, to: Number.POSITIVE_INFINITY }

/** @param at milliseconds since the epoch */
export const windowAt = (window: BudgetWindow, at: number): Span => {
  switch (window) {
    case 'hour':
      return even(at, HOUR_MS)
    case 'day':
      return even(at, DAY_MS)
    case 'month': {
      const date = new Date(at)
      const year = date.getUTCFullYear()
      const month = date.getUTCMonth()
      return { from: Date.UTC(year, month), to: Date.UTC(year, month + 1) }
    }
    case 'total':
      return ALL
  }
}

const even = (at: number, lengthMs: number): Span => {
  const from = Math.floor(at / lengthMs) * lengthMs
  return { from, to: from + lengthMs }
}
