// Brings the schema of an opened database to today's, once, inside one transaction.
//
// M1  Either all missing migrations are applied or none.
// M2  A database that is newer than the code is refused untouched.
// M3  Two processes that open one database at once apply each migration once: the transaction lets one in, where the driver's
//     transactions do that by themselves, or because `prepare` takes a lock.

import type { Kysely, Transaction } from 'kysely'
import { messageOf } from '../../base/errors.ts'
import { DbError } from '../errors.ts'
import type { Migration } from './spec.ts'

/** Bookkeeping of the program, not data of a tenant. */
interface Bookkeeping {
  migrations: { number: number; name: string; applied_at: number }
}

export interface MigrateSeams {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Runs first inside the transaction. */
  readonly prepare?: (transaction: Transaction<unknown>) => Promise<void>
}

export const migrate = async (
  db: Kysely<unknown>,
  migrations: readonly Migration[],
  { now, prepare }: MigrateSeams,
): Promise<void> => {
  await db.transaction().execute(async (transaction) => {
    await prepare?.(transaction)
    const found = await readVersion(transaction)
    const known = migrations.length
    if (found > known) throw new DbError('db/newer-schema', { details: { found, known } })
    for (const migration of migrations.slice(found)) {
      try {
        await migration.up(transaction)
      } catch (error) {
        const details = { name: migration.name, message: messageOf(error) }
        throw new DbError('db/migration-failed', { details, cause: error })
      }
      await (transaction as unknown as Transaction<Bookkeeping>)
        .insertInto('migrations')
        .values({ number: migration.number, name: migration.name, applied_at: now() })
        .execute()
    }
  })
}

const readVersion = async (transaction: Transaction<unknown>): Promise<number> => {
  await transaction.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute()
  const row = await (transaction as unknown as Transaction<Bookkeeping>)
    .selectFrom('migrations')
    .select((eb) => eb.fn.max('number').as('version'))
    .executeTakeFirst()
  return row?.version ?? 0
}
