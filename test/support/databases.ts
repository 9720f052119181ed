// The databases every store is tested on: `describe.each(databases)('…: $name', ({ open }) => …)`.
//
// SQLite always; PostgreSQL when HEDDLE_TEST_POSTGRES holds the address of a server where schemas may be made, e.g.
// postgres://postgres@127.0.0.1:5432/postgres. Each opening is a database of its own: a folder, or a schema, which goes when
// it is closed.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { it } from 'vitest'
import { type Clock, createIds, type Ids, systemClock } from '../../src/base/seams.ts'
import { openPostgres, type PostgresOptions } from '../../src/db/drivers/postgres.ts'
import { openSqlite } from '../../src/db/drivers/sqlite.ts'
import type { Database } from '../../src/db/spec.ts'

export interface OpenOptions {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly trace?: (sql: string) => void
}

export interface OpenedDatabase extends Database {
  /** The same database opened once more, as another process would. It is closed with this one. */
  again(options?: OpenOptions): Promise<Database>
  /** A file, or an address with its schema. */
  readonly location: string
}

export interface TestedDatabase {
  readonly name: 'sqlite' | 'postgres'
  open(options?: OpenOptions): Promise<OpenedDatabase>
}

const postgresUrl = process.env.HEDDLE_TEST_POSTGRES || undefined

/** An address with a schema of its own, and how to be rid of it. */
export const makeSchema = (url: string): { readonly url: string; drop(): Promise<void> } => {
  const schema = `heddle_test_${randomBytes(8).toString('hex')}`
  const address = new URL(url)
  address.searchParams.set('schema', schema)
  return {
    url: address.href,
    async drop() {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query('set client_min_messages = warning')
      await client.query(`drop schema if exists "${schema}" cascade`)
      await client.end()
    },
  }
}

const sqlite: TestedDatabase = {
  name: 'sqlite',
  open(options) {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-database-'))
    const location = join(folder, 'heddle.db')
    const openOnce = (seams: Required<Pick<OpenOptions, 'clock' | 'ids'>>) => openSqlite({ path: location, ...seams })
    return track(openOnce, location, async () => rmSync(folder, { recursive: true, force: true }), options)
  },
}

const postgres = (url: string, more: Partial<PostgresOptions> = {}): TestedDatabase => ({
  name: 'postgres',
  open(options) {
    const schema = makeSchema(url)
    const openOnce = (seams: Required<Pick<OpenOptions, 'clock' | 'ids'>>) =>
      openPostgres({ url: schema.url, poolSize: 4, ...more, ...seams })
    return track(openOnce, schema.url, schema.drop, options)
  },
})

const track = async (
  openOnce: (options: OpenOptions & { clock: Clock; ids: Ids }) => Promise<Database>,
  location: string,
  remove: () => Promise<void>,
  options: OpenOptions = {},
): Promise<OpenedDatabase> => {
  const opened: Database[] = []
  const again = async (given: OpenOptions = options) => {
    const clock = given.clock ?? systemClock
    const db = await openOnce({ clock, ids: createIds(systemClock), ...given })
    opened.push(db)
    return db
  }
  const first = await again()
  let closing: Promise<void> | undefined
  const close = async () => {
    for (const db of opened) await db.close()
    await remove()
  }
  return { ...first, again, location, close: () => (closing ??= close()) }
}

export const databases: readonly TestedDatabase[] = postgresUrl ? [sqlite, postgres(postgresUrl)] : [sqlite]

/** Says once per file that PostgreSQL was left out, and why. */
export const noteSkippedDatabases = (): void => {
  if (!postgresUrl) it.skip('on postgres: HEDDLE_TEST_POSTGRES holds no address', () => {})
}
