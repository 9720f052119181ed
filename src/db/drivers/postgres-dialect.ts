// A pool of PostgreSQL connections as a Kysely dialect.
//
// Differs from Kysely's own in four points: parameters are checked, failures get our codes, a connection that failed is not
// used again, and a commit that PostgreSQL turned into a rollback is an error.

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type pg from 'pg'
import { DbError } from '../errors.ts'
import type { ClientLimits } from './postgres-client.ts'
import { endsConnection, toDbError } from './postgres-errors.ts'
import { toSqlValue } from './sql-value.ts'

export interface PostgresDialectParts {
  readonly pool: pg.Pool
  readonly limits: ClientLimits
  readonly trace: ((sql: string) => void) | undefined
}

export const createPostgresDialect = (parts: PostgresDialectParts): Dialect => ({
  createDriver: () => new PostgresDriver(parts),
  createAdapter: () => new PostgresAdapter(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createIntrospector: (db) => new PostgresIntrospector(db),
})

const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

class PostgresDriver implements Driver {
  readonly #parts: PostgresDialectParts
  constructor(parts: PostgresDialectParts) {
    this.#parts = parts
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Lease> {
    const { pool, limits } = this.#parts
    if (pool.ending) throw new DbError('db/closed')
    try {
      return new Lease(await pool.connect(), this.#parts)
    } catch (error) {
      throw toDbError(error, limits)
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    toLease(connection).release()
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings
    const level = isolationLevel ? ` isolation level ${isolationLevel}` : ''
    await toLease(connection).command(`begin${level}${accessMode ? ` ${accessMode}` : ''}`)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    if ((await toLease(connection).command('commit')) === 'COMMIT') return
    const message = 'a statement of the transaction failed, so nothing of it is kept'
    throw new DbError('db/failed', { details: { message } })
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A lost connection has rolled back by itself; what broke it is the error to tell.
    if (!toLease(connection).broken) await toLease(connection).command('rollback')
  }

  /** The pool belongs to whoever made it. */
  async destroy(): Promise<void> {}
}

/** Connections are ours alone; Kysely hands them back as it got them. */
const toLease = (connection: DatabaseConnection): Lease => {
  if (connection instanceof Lease) return connection
  throw new TypeError('a connection of another driver')
}

class Lease implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #parts: PostgresDialectParts
  #broken = false
  constructor(client: pg.PoolClient, parts: PostgresDialectParts) {
    this.#client = client
    this.#parts = parts
  }

  get broken(): boolean {
    return this.#broken
  }

  release(): void {
    this.#client.release(this.#broken)
  }

  /** @returns the command that PostgreSQL says it carried out */
  async command(sql: string): Promise<string> {
    return (await this.#query(sql, [])).command
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const values = query.parameters.map(toSqlValue)
    this.#parts.trace?.(query.sql)
    const { command, rowCount, rows } = await this.#query(query.sql, values)
    // The cast: rows are what the typed query asked for.
    const result = { rows: rows as Row[] }
    return CHANGES.has(command) ? { ...result, numAffectedRows: BigInt(rowCount ?? 0) } : result
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a generator; lists are read in pages.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new DbError('db/failed', { details: { message: 'reading in a stream is not offered; read in pages' } })
  }

  async #query(sql: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(sql, [...values])
    } catch (error) {
      const failure = toDbError(error, this.#parts.limits)
      if (endsConnection(failure)) this.#broken = true
      throw failure
    }
  }
}
