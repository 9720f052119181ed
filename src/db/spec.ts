// Contract of the database: a typed query builder over one schema, transactions, and grouped writes. Types only.
//
// Glossary
//   driver      what speaks to one kind of database; everything above uses only what all of them share
//   statement   SQL text with its parameters, compiled once and handed over many times
//   batch       statements that are written together or not at all
//   instance    one process that has the database open; it owns the runs it executes
//
// D1  Text ids, integers for times (ms since the epoch) and flags (0, 1), JSON as text. Integers are whole: a fraction belongs
//     into a column of floats. Counts and sums are read as numbers.
// D2  Text never holds U+0000: no driver can be trusted with it, so it is stored as U+FFFD.
// D3  A resolved write is durable: it survives a killed process and a power cut.
// D4  Parameters are written as the driver's kysely compiles them (`?`, `$1`); see statement.ts.

import type { Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

export type SqlValue = null | string | number | bigint | Uint8Array

export interface Statement {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

export type Queries = Kysely<Schema>

export interface Database {
  /** For queries and single writes. Each awaits its turn on a connection.
   *  @throws DbError `db/constraint`, `db/bad-parameter`, `db/busy` (retryable), `db/unavailable` (retryable), `db/closed`,
   *  `db/failed` */
  readonly kysely: Queries
  readonly instance: Instance
  /** Runs `work` in one write transaction; a throw rolls it back. Everything else may have to wait meanwhile, so `work`
   *  does queries and nothing slow. Inside, use only `transaction`: `kysely` would wait for itself.
   *
   *  SQLite lets one such transaction run at a time. On PostgreSQL others run beside it and what they commit is seen by the
   *  next query (read committed). Whoever decides by what was read (the next number, the last owner) therefore first
   *  updates a row that all who decide so have in common: the second waits there until the first is through.
   *
   *  After a statement failed, `work` throws: catching the failure and going on would commit on SQLite, and cannot on
   *  PostgreSQL, where the commit then fails with `db/failed`.
   *  @throws DbError as `kysely`, and what `work` throws */
  transaction<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>
  /** Writes the batch, together with the batches of others in one transaction. Batches keep the order of the calls.
   *  Resolves after the commit with the number of changed rows. A batch that fails does so alone.
   *  After `db/unavailable` nobody knows whether the batch was written: repeat only what may happen twice.
   *  @throws DbError `db/constraint`, `db/bad-parameter`, `db/busy` (retryable), `db/overloaded` (retryable),
   *  `db/unavailable` (retryable), `db/closed`, `db/failed` */
  write(batch: readonly Statement[]): Promise<number>
  /** Writes what waits, then closes. Further calls are refused. May be called twice. */
  close(): Promise<void>
}

export interface Instance {
  /** `instance_<uuid>`, new for every opening. */
  readonly id: string
  /** True while the process that opened the database as `id` lives, wherever it may run: on this host with SQLite, on any
   *  with PostgreSQL. */
  isAlive(id: string): Promise<boolean>
}
