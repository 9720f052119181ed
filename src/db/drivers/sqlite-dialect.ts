// The one SQLite connection as a Kysely dialect.
//
// Differs from Kysely's own in three points: transactions that write take the lock at their beginning (a later upgrade can
// fail where a retry no longer helps), prepared statements are kept, and a lock held by another process is awaited
// without blocking the event loop.

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'
import type { Clock } from '../../base/seams.ts'
import { DbError } from '../errors.ts'
import type { Rows, SqliteConnection } from './sqlite-connection.ts'
import type { Turns } from './turns.ts'

export interface DialectParts {
  readonly connection: SqliteConnection
  readonly turns: Turns
  readonly patience: Patience
}

/** Repeats what found the database locked by another process. */
export type Patience = <T>(attempt: () => T) => Promise<T>

/** The first pause in ms; each further one is twice as long, up to the second. */
const PAUSES_MS = [4, 64] as const

/** @param limitMs pauses in sum, after which `db/busy` is thrown */
export const createPatience =
  (clock: Pick<Clock, 'sleep'>, limitMs: number): Patience =>
  async (attempt) => {
    let pauseMs: number = PAUSES_MS[0]
    for (let waitedMs = 0; ; waitedMs += pauseMs, pauseMs = Math.min(pauseMs * 2, PAUSES_MS[1])) {
      try {
        return attempt()
      } catch (error) {
        if (!(error instanceof DbError) || error.code !== 'db/busy') throw error
        if (waitedMs >= limitMs) throw new DbError('db/busy', { retryable: true, details: { limitMs }, cause: error })
        await clock.sleep(pauseMs)
      }
    }
  }

const READS = /^\s*(select|pragma|explain)\b/i

export const createSqliteDialect = (parts: DialectParts): Dialect => ({
  createDriver: () => new SqliteDriver(parts),
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
})

class SqliteDriver implements Driver, DatabaseConnection {
  readonly #parts: DialectParts
  constructor(parts: DialectParts) {
    this.#parts = parts
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#parts.turns.take()
    return this
  }

  async releaseConnection(): Promise<void> {
    this.#parts.turns.release()
  }

  async beginTransaction(_connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const begin = settings.accessMode === 'read only' ? 'begin' : 'begin immediate'
    await this.#parts.patience(() => this.#parts.connection.command(begin))
  }

  async commitTransaction(): Promise<void> {
    this.#parts.connection.command('commit')
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite may have rolled back by itself, e.g. on a full disk.
    if (this.#parts.connection.inTransaction) this.#parts.connection.command('rollback')
  }

  async destroy(): Promise<void> {
    this.#parts.connection.close()
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { connection, patience } = this.#parts
    const run = () => connection.execute(query.sql, query.parameters)
    let result: Rows
    if (connection.inTransaction) result = run()
    else if (READS.test(query.sql)) result = await patience(run)
    else result = await patience(() => connection.transaction(run))
    return { rows: result.rows as Row[], numAffectedRows: BigInt(result.changes) }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a generator; one connection serves no long reads.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new DbError('db/failed', { details: { message: 'reading in a stream is not offered; read in pages' } })
  }
}
