// The embedded database: one SQLite file, one connection per process, any number of processes.
//
// WAL with synchronous=FULL: a commit is on the disk when it returns (NORMAL loses the newest commits in a power cut).
// The connection lives on the main thread: a commit takes a fraction of a millisecond, less than passing it to a worker.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import { messageOf } from '../../base/errors.ts'
import type { Clock, Ids } from '../../base/seams.ts'
import { DbError } from '../errors.ts'
import { migrations } from '../migrations/all.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Schema } from '../schema.ts'
import type { Database } from '../spec.ts'
import { type Batch, GroupWriter, type Outcome } from '../writer.ts'
import { holdInstance, soleInstance } from './instance-lock.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { createPatience, createSqliteDialect, type DialectParts } from './sqlite-dialect.ts'
import { Turns } from './turns.ts'

export interface SqliteOptions {
  /** A file, made with its folders when absent, or `:memory:`. */
  readonly path: string
  readonly clock: Clock
  readonly ids: Ids
  /** Milliseconds to wait for a lock that another process holds. Default 10,000. */
  readonly busyLimitMs?: number
  /** Sees every statement before it runs; for tests and logs. */
  readonly trace?: (sql: string) => void
}

const MEMORY = ':memory:'
/** Within SQLite a wait blocks the event loop, so it is short; the longer wait is ours. */
const BLOCKING_WAIT_MS = 10
/** While opening nothing else runs, so that a wait may block. */
const OPENING_WAIT_MS = 10_000

/** Opens the database and brings its schema to today's.
 *  @throws DbError `db/open-failed`, `db/newer-schema`, `db/migration-failed` */
export const openSqlite = async (options: SqliteOptions): Promise<Database> => {
  const { path, clock, ids } = options
  if (path !== MEMORY) makeFolder(path)
  const connection = new SqliteConnection(options)
  const parts: DialectParts = {
    connection,
    turns: new Turns(),
    patience: createPatience(clock, options.busyLimitMs ?? 10_000),
  }
  try {
    connection.command(`pragma busy_timeout = ${OPENING_WAIT_MS}`)
    connection.command('pragma journal_mode = wal')
    connection.command('pragma synchronous = full')
    connection.command('pragma foreign_keys = on')
    connection.command('pragma journal_size_limit = 67108864')
    const dialect = createSqliteDialect(parts)
    await migrate(new Kysely<unknown>({ dialect }), migrations, { now: () => clock.now() })
    connection.command(`pragma busy_timeout = ${BLOCKING_WAIT_MS}`)
    const id = ids.next('instance')
    const instance = path === MEMORY ? soleInstance(id) : holdInstance(`${path}.instances`, id)
    const kysely = new Kysely<Schema>({ dialect })
    const writer = new GroupWriter({
      commit: (batches) => commitGroup(parts, batches),
      nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
    })
    let closing: Promise<void> | undefined
    const close = async () => {
      await writer.close()
      await parts.turns.take()
      connection.close()
      instance.release()
      parts.turns.release()
    }
    return {
      kysely,
      instance,
      transaction: (work) => kysely.transaction().execute(work),
      write: (batch) => writer.write(batch),
      close: () => (closing ??= close()),
    }
  } catch (error) {
    connection.close()
    if (error instanceof DbError && error.code !== 'db/failed') throw error
    throw new DbError('db/open-failed', { details: { path, message: messageOf(error) }, cause: error })
  }
}

const makeFolder = (path: string): void => {
  const folder = dirname(path)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new DbError('db/open-failed', { details: { path, message: messageOf(error) }, cause: error })
  }
}

const commitGroup = async (parts: DialectParts, batches: readonly Batch[]): Promise<readonly Outcome[]> => {
  const { connection, turns, patience } = parts
  await turns.take()
  try {
    return await patience(() => connection.transaction(() => batches.map((batch) => writeBatch(connection, batch))))
  } finally {
    turns.release()
  }
}

const writeBatch = (connection: SqliteConnection, batch: Batch): Outcome => {
  const write = () => {
    let changes = 0
    for (const { sql, parameters } of batch) changes += connection.execute(sql, parameters).changes
    return changes
  }
  try {
    // A single statement is atomic by itself.
    return { ok: true, changes: batch.length === 1 ? write() : connection.atomically(write) }
  } catch (error) {
    if (!connection.inTransaction) throw error
    return { ok: false, error }
  }
}
