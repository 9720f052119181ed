// PostgreSQL: one server, any number of processes on any number of hosts.
//
// A process has a pool for queries and transactions, and a session of its own for grouped writes and its instance's lock.
// Connections must reach the server as sessions: a proxy that shares them between statements loses locks and settings.

import { Kysely, sql } from 'kysely'
import { messageOf } from '../../base/errors.ts'
import { type Clock, type Ids, nextTurn } from '../../base/seams.ts'
import { DbError } from '../errors.ts'
import { migrations } from '../migrations/all.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Schema } from '../schema.ts'
import type { Database, Queries } from '../spec.ts'
import { GroupWriter } from '../writer.ts'
import { type PostgresAddress, parsePostgresAddress } from './postgres-address.ts'
import { createPool } from './postgres-client.ts'
import { createPostgresDialect } from './postgres-dialect.ts'
import { instanceLockKey, lockKey, PostgresSession } from './postgres-session.ts'
import { createGroupCommit } from './postgres-writer.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?schema=name`; the schema is made when absent. */
  readonly url: string
  /** Instead of the address's. */
  readonly schema?: string
  readonly clock: Clock
  readonly ids: Ids
  /** Connections for queries; grouped writes have one more. Default 10. */
  readonly poolSize?: number
  /** Longest wait for a lock that somebody else holds, ms. Default 10,000. */
  readonly busyLimitMs?: number
  /** Longest statement, ms. Default 30,000. */
  readonly statementTimeoutMs?: number
  /** Longest wait for a connection, ms. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** Sees every statement before it is sent; for tests and logs. */
  readonly trace?: (sql: string) => void
}

/** Opens the database and brings its schema to today's.
 *  @throws DbError `db/open-failed`, `db/newer-schema`, `db/migration-failed` */
export const openPostgres = async (options: PostgresOptions): Promise<Database> => {
  const { clock, ids, trace } = options
  const address = parsePostgresAddress(options.url, options.schema)
  const limits = {
    busyLimitMs: options.busyLimitMs ?? 10_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
  }
  const instanceId = ids.next('instance')
  try {
    await bringUpToDate(address, { clock, connectTimeoutMs: limits.connectTimeoutMs })
    const session = await PostgresSession.open({ address, limits, instanceId, clock })
    const pool = createPool(address, limits, options.poolSize ?? 10)
    const kysely: Queries = new Kysely<Schema>({ dialect: createPostgresDialect({ pool, limits, trace }) })
    const writer = new GroupWriter({ commit: createGroupCommit({ session, limits, trace }), nextTurn })
    let held = true
    let closing: Promise<void> | undefined
    const close = async () => {
      await writer.close()
      await pool.end()
      await session.close()
      held = false
    }
    return {
      kysely,
      instance: {
        id: instanceId,
        isAlive: async (other) => (other === instanceId ? held : isLockHeld(kysely, other)),
      },
      transaction: (work) => kysely.transaction().execute(work),
      write: (batch) => writer.write(batch),
      close: () => (closing ??= close()),
    }
  } catch (error) {
    throw toOpenError(error, address)
  }
}

const toOpenError = (error: unknown, address: PostgresAddress): DbError => {
  const passing = ['db/failed', 'db/unavailable', 'db/busy']
  if (error instanceof DbError && !passing.includes(error.code)) return error
  return new DbError('db/open-failed', { details: { path: address.shown, message: messageOf(error) }, cause: error })
}

/** Migrates over a connection of its own, since here a statement may take as long as it needs. */
const bringUpToDate = async (
  address: PostgresAddress,
  seams: { readonly clock: Clock; readonly connectTimeoutMs: number },
): Promise<void> => {
  const limits = { busyLimitMs: 0, statementTimeoutMs: 0, connectTimeoutMs: seams.connectTimeoutMs }
  const pool = createPool(address, limits, 1)
  try {
    const kysely = new Kysely<unknown>({
      dialect: createPostgresDialect({ pool, limits, trace: undefined }),
    })
    await migrate(kysely, migrations, {
      now: () => seams.clock.now(),
      // M3: the lock ends with the transaction. Only then does the next process look which migrations are missing.
      prepare: async (transaction) => {
        await sql`select pg_advisory_xact_lock(${lockKey(`heddle migrations ${address.schema ?? ''}`)})`.execute(
          transaction,
        )
        if (address.schema !== undefined) await makeSchema(transaction, address.schema)
      },
    })
  } finally {
    await pool.end()
  }
}

/** Whoever may not make schemas can use one that is there: hence the look before. */
const makeSchema = async (db: Kysely<unknown>, schema: string): Promise<void> => {
  const found = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db)
  if (found.rows.length === 0) await db.schema.createSchema(schema).execute()
}

const INSTANCE_ID = /^instance_[0-9a-f-]{36}$/

const isLockHeld = async (kysely: Queries, id: string): Promise<boolean> => {
  if (!INSTANCE_ID.test(id)) return false
  const key = BigInt.asUintN(64, instanceLockKey(id))
  // How pg_locks shows a key of 64 bits: its halves, and 1 to tell it from a pair of keys.
  const found = await sql`
    select 1 from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and classid = ${key >> 32n}::bigint::oid and objid = ${key & 0xffffffffn}::bigint::oid
    limit 1`.execute(kysely)
  return found.rows.length > 0
}
