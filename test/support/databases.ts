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
import { openPostgres } from '../../src/db/drivers/postgres.ts'
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

/** Room for a database that nobody has opened yet. */
export interface Place {
  /** A file, or an address with its schema. */
  readonly location: string
  open(options?: OpenOptions): Promise<Database>
  /** Closes what was opened here, then removes it. */
  remove(): Promise<void>
}

export interface TestedDatabase {
  readonly name: 'sqlite' | 'postgres'
  open(options?: OpenOptions): Promise<OpenedDatabase>
  makePlace(): Place
}

/** Of the server to test on, if there is one. */
export const postgresUrl = process.env.HEDDLE_TEST_POSTGRES || undefined

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

const toPlace = (
  location: string,
  openOnce: (options: OpenOptions & { clock: Clock; ids: Ids }) => Promise<Database>,
  drop: () => Promise<void> | void,
): Place => {
  const opened: Database[] = []
  return {
    location,
    async open(options = {}) {
      const db = await openOnce({ clock: systemClock, ids: createIds(systemClock), ...options })
      opened.push(db)
      return db
    },
    async remove() {
      for (const db of opened) await db.close()
      await drop()
    },
  }
}

const toTested = (name: TestedDatabase['name'], makePlace: () => Place): TestedDatabase => ({
  name,
  makePlace,
  async open(options = {}) {
    const place = makePlace()
    const first = await place.open(options)
    let closing: Promise<void> | undefined
    return {
      ...first,
      location: place.location,
      again: (given) => place.open(given ?? options),
      close: () => (closing ??= place.remove()),
    }
  },
})

const sqlite = toTested('sqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-database-'))
  const path = join(folder, 'heddle.db')
  const drop = () => rmSync(folder, { recursive: true, force: true })
  return toPlace(path, (options) => openSqlite({ path, ...options }), drop)
})

const postgres = (server: string): TestedDatabase =>
  toTested('postgres', () => {
    const { url, drop } = makeSchema(server)
    return toPlace(url, (options) => openPostgres({ url, poolSize: 4, ...options }), drop)
  })

export const databases: readonly TestedDatabase[] = postgresUrl ? [sqlite, postgres(postgresUrl)] : [sqlite]

/** Says once per file that PostgreSQL was left out, and why. */
export const noteSkippedDatabases = (): void => {
  if (!postgresUrl) it.skip('on postgres: HEDDLE_TEST_POSTGRES holds no address', () => {})
}
