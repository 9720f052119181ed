// What may be bound to a statement, the same for every driver (D1, D2 of ../spec.ts).

import { DbError } from '../errors.ts'
import type { SqlValue } from '../spec.ts'

/** Whole numbers beyond 64 bits, and what is no value of SQL, are refused rather than stored as something else.
 *  @throws DbError `db/bad-parameter` */
export const toSqlValue = (value: unknown): SqlValue => {
  if (typeof value === 'string') return value.includes('\u0000') ? value.replaceAll('\u0000', '\uFFFD') : value
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value
  throw new DbError('db/bad-parameter', { details: { type: typeof value } })
}
