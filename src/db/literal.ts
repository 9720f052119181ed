// Constant text inside a statement's own words.

import { type RawBuilder, sql } from 'kysely'

/** The text as a literal instead of a parameter: a partial index serves only conditions it can read in the statement.
 *  For constants of the program, never for what users gave. */
export const textLiteral = <Text extends string>(text: Text): RawBuilder<Text> => sql.lit(text)
