// Failures of the database, the same for every driver.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const dbErrors = {
  'db/open-failed': 'The database {path} cannot be opened: {message}',
  'db/newer-schema': 'The database has schema {found}, newer than {known} which this version knows. Update Heddle.',
  'db/migration-failed': 'The migration {name} failed: {message}',
  'db/busy': 'The database kept what was needed locked or waiting for more than {limitMs} ms.',
  'db/unavailable': 'The database cannot be reached: {message}',
  'db/constraint': 'The database refused the row ({kind}): {message}',
  'db/bad-parameter': 'A value of type {type} cannot be stored.',
  'db/overloaded': 'More than {limit} statements wait to be written.',
  'db/closed': 'The database is closed.',
  'db/failed': 'The database failed: {message}',
} as const satisfies ErrorCatalogue

export type DbErrorCode = keyof typeof dbErrors

export class DbError extends PlatformError<DbErrorCode> {
  constructor(code: DbErrorCode, options?: ErrorOptions) {
    super(code, dbErrors[code], options)
  }
}

export type ConstraintKind = 'unique' | 'foreign-key' | 'not-null' | 'check' | 'other'

/** True when the row exists already. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof DbError && error.code === 'db/constraint' && error.details.kind === 'unique'
