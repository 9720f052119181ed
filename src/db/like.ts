// Search for a piece of text in columns, in the form all databases share.

import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely'

/** `column` contains `text`, whatever the case of letters. Wildcards in `text` mean themselves. */
export const containsText = (column: Expression<unknown>, text: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`lower(${column}) like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`
