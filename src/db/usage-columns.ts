// Columns that sums of usage need in the form all databases share.

import { sql } from 'kysely'

/** In place of a text or a number that rows of another table do not have. */
export const NO_TEXT = sql<string | null>`cast(null as text)`
export const NO_NUMBER = sql<number | null>`cast(null as bigint)`

/** Of rows of `model_usage`: nano-dollars by estimated tokens, and calls whose price is not known. */
export const ESTIMATED_COST = sql<number>`case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end`
export const UNPRICED_CALLS = sql<number>`case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end`
