// The schema after all migrations: its golden dump, and the rule that a tenant leads everything.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import { openSqlite } from '../drivers/sqlite.ts'
import { SqliteConnection } from '../drivers/sqlite-connection.ts'
import { createPatience, createSqliteDialect } from '../drivers/sqlite-dialect.ts'
import { Turns } from '../drivers/turns.ts'
import type { Database } from '../spec.ts'
import { migrations } from './all.ts'
import { migrate } from './migrate.ts'
import type { Migration } from './spec.ts'

const golden = fileURLToPath(new URL('../__golden__/schema.sql', import.meta.url))

describe('the schema', () => {
  let db: Database
  beforeAll(async () => {
    db = await openSqlite({ path: ':memory:', clock: systemClock, ids: createIds(systemClock) })
  })
  afterAll(() => db.close())
  const rows = async <Row>(text: string): Promise<Row[]> => (await sql.raw<Row>(text).execute(db.kysely)).rows

  it('is the golden one (UPDATE_GOLDEN=1 rewrites it)', async () => {
    const found = await rows<{ sql: string }>(
      'select sql from sqlite_schema where sql is not null order by tbl_name, type desc, name',
    )
    const dump = `${found.map((row) => row.sql.replace(/, (?=["c])(?![^(]*\))/g, ',\n  ')).join(';\n')};\n`
    if (process.env.UPDATE_GOLDEN || !existsSync(golden)) writeFileSync(golden, dump)
    expect(dump).toBe(readFileSync(golden, 'utf8'))
  })

  it('has the tenant first in every key and index', async () => {
    const leaders = await rows<{ table: string; index: string; column: string }>(
      `select t.name as "table", i.name as "index", c.name as "column" from sqlite_schema t
       join pragma_index_list(t.name) i join pragma_index_info(i.name) c
       where t.type = 'table' and c.seqno = 0 order by 1, 2`,
    )
    const tables = await rows<{ name: string }>("select name from sqlite_schema where type = 'table' order by name")
    const owned = tables.map((row) => row.name).filter((name) => name !== 'migrations')
    expect([...new Set(leaders.map((row) => row.table))]).toEqual(owned)
    const others = leaders.filter((row) => row.column !== 'tenant_id').map((row) => `${row.table}.${row.column}`)
    // A key and a person are known before a tenant is (S1).
    expect(others).toEqual(['accounts.id', 'accounts.email', 'api_keys.hash', 'members.account_id'])
  })

  it('finds runs under way by their own small index', async () => {
    const plan = await rows<{ detail: string }>(
      "explain query plan select distinct tenant_id, owner from runs where status in ('scheduled', 'running')",
    )
    expect(plan.map((row) => row.detail).join()).toContain('runs_under_way')
  })

  it('takes the tenant along in every foreign key', async () => {
    const keys = await rows<{ table: string; target: string; columns: string }>(
      `select t.name as "table", f."table" as target, group_concat(f."from") as columns
       from sqlite_schema t join pragma_foreign_key_list(t.name) f where t.type = 'table' group by t.name, f.id`,
    )
    expect(keys.length).toBeGreaterThan(10)
    const others = keys.filter((key) => !key.columns.split(',').includes('tenant_id'))
    expect([...new Set(others.map((key) => key.target))]).toEqual(['accounts'])
  })
})

describe('migrate', () => {
  const empty = (): Kysely<unknown> => {
    const connection = new SqliteConnection({ path: ':memory:' })
    const parts = { connection, turns: new Turns(), patience: createPatience(systemClock, 0) }
    return new Kysely<unknown>({ dialect: createSqliteDialect(parts) })
  }
  const table = (number: number, name: string): Migration => ({
    number,
    name,
    up: async (transaction) => {
      await transaction.schema.createTable(name).addColumn('x', 'text').execute()
    },
  })
  const tables = async (db: Kysely<unknown>): Promise<string[]> =>
    (await db.introspection.getTables()).map((found) => found.name).sort()

  it('applies what is missing, once and in order', async () => {
    const db = empty()
    await migrate(db, [table(1, 'a')], { now: () => 7 })
    await migrate(db, [table(1, 'a'), table(2, 'b')], { now: () => 8 })
    await migrate(db, [table(1, 'a'), table(2, 'b')], { now: () => 9 })
    expect(await tables(db)).toEqual(['a', 'b', 'migrations'])
    const found = await sql<{ number: number; applied_at: number }>`select number, applied_at from migrations`.execute(
      db,
    )
    expect(found.rows).toEqual([
      { number: 1, applied_at: 7 },
      { number: 2, applied_at: 8 },
    ])
    await db.destroy()
  })

  it('leaves nothing behind when one fails', async () => {
    const db = empty()
    const failing = migrate(db, [table(1, 'a'), table(2, 'b'), table(3, 'a')], { now: () => 7 })
    await expect(failing).rejects.toMatchObject({ code: 'db/migration-failed', details: { name: 'a' } })
    expect(await tables(db)).toEqual([])
    await db.destroy()
  })

  it('are numbered from 1 without gaps', () => {
    expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, i) => i + 1))
  })
})
