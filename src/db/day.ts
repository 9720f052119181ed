// Days of points in time, in the form all databases share.

import { type Expression, type RawBuilder, sql } from 'kysely'

/** Whole days since the epoch, in UTC, of milliseconds since the epoch. A literal divides: as a parameter the number may reach
 *  the database as a float, and the quotient would be one. */
export const dayNumber = (column: Expression<number>): RawBuilder<number> =>
  sql<number>`${column} / ${sql.lit(86_400_000)}`
