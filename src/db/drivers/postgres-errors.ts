// Failures of PostgreSQL as ours. Source of the codes: PostgreSQL's manual, appendix A.

import pg from 'pg'
import { messageOf } from '../../base/errors.ts'
import { type ConstraintKind, DbError } from '../errors.ts'
import type { ClientLimits } from './postgres-client.ts'

const CONSTRAINTS: Readonly<Record<string, ConstraintKind>> = {
  '23502': 'not-null',
  '23503': 'foreign-key',
  '23505': 'unique',
  '23514': 'check',
}

const CANCELLED = '57014'
/** Not serializable, deadlock, lock not to be had in time, statement cancelled by its time limit. */
const BUSY = new Set(['40001', '40P01', '55P03', CANCELLED])

/** Connection failures, too many connections, the server ends or begins, a transaction left idle for too long, and a
 *  server that has become a read-only standby. */
const UNAVAILABLE = /^(08|53300|57P0[1-5]|25P0[34]|25006)/

export const toDbError = (error: unknown, limits: ClientLimits): DbError => {
  if (error instanceof DbError) return error
  const message = messageOf(error)
  // What the client itself reports, such as a refused or ended connection, has no code of PostgreSQL.
  if (!(error instanceof pg.DatabaseError)) return unavailable(message, error)
  const code = error.code ?? ''
  if (code.startsWith('23')) {
    return new DbError('db/constraint', { details: { kind: CONSTRAINTS[code] ?? 'other', message }, cause: error })
  }
  if (BUSY.has(code)) {
    const limitMs = code === CANCELLED ? limits.statementTimeoutMs : limits.busyLimitMs
    return new DbError('db/busy', { retryable: true, details: { limitMs }, cause: error })
  }
  if (UNAVAILABLE.test(code)) return unavailable(message, error)
  return new DbError('db/failed', { details: { message }, cause: error })
}

export const unavailable = (message: string, cause?: unknown): DbError =>
  new DbError('db/unavailable', { retryable: true, details: { message }, cause })

/** After such a failure the connection is of no further use. */
export const endsConnection = (error: DbError): boolean => error.code === 'db/unavailable'
