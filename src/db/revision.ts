// Revisions kept as a time: they only grow, however the clock goes.

import { type Expression, type RawBuilder, sql } from 'kysely'

/** The time `now`, or one more than `last` when the clock has not moved past it: two changes within a millisecond are two
 *  revisions. Milliseconds since the epoch. */
export const nextRevision = (last: Expression<number>, now: number): RawBuilder<number> =>
  sql<number>`case when ${last} >= ${now} then ${last} + 1 else ${now} end`
