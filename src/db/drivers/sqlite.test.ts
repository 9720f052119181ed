// The embedded database as its contract (../spec.ts) describes it: durable groups, failures that stay alone, several
// processes on one file.

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Libsql from 'libsql'
import { afterEach, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import { isDuplicate } from '../errors.ts'
import type { Database, Statement } from '../spec.ts'
import { prepareStatement } from '../statement.ts'
import { openSqlite, type SqliteOptions } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-db-'))
const opened: Database[] = []
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close()
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
})

const open = async (options: Partial<SqliteOptions> = {}): Promise<Database> => {
  const db = await openSqlite({ path: ':memory:', clock: systemClock, ids: createIds(systemClock), ...options })
  opened.push(db)
  return db
}
const file = (): string => join(folder, 'deep', 'heddle.db')
const tenant = (id: string, name = 'n'): Statement => ({
  sql: 'insert into tenants (tenant_id, name, created_at) values (?, ?, ?)',
  parameters: [id, name, 1],
})
const tenantIds = async (db: Database): Promise<string[]> => {
  const rows = await db.kysely.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute()
  return rows.map((row) => row.tenant_id)
}

describe('opening', () => {
  it('makes folders, keeps data, and applies migrations once', async () => {
    const path = file()
    const first = await open({ path })
    await first.write([tenant('t1')])
    await first.close()
    const second = await open({ path })
    expect(await tenantIds(second)).toEqual(['t1'])
  })

  it('sets what durability and integrity need', async () => {
    const path = file()
    const db = await open({ path })
    const pragma = async (name: string) =>
      Object.values(
        (await db.kysely.executeQuery({ sql: `pragma ${name}`, parameters: [] } as never)).rows[0] as object,
      )[0]
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual([
      'wal',
      2,
      1,
    ])
  })

  it('refuses a newer schema and leaves it alone', async () => {
    const path = file()
    await (await open({ path })).close()
    const raw = new Libsql(path)
    raw.exec("insert into migrations values (999, 'future', 1)")
    raw.close()
    await expect(open({ path })).rejects.toMatchObject({ code: 'db/newer-schema', details: { found: 999 } })
  })

  it('says why a file cannot be opened', async () => {
    await expect(open({ path: '/dev/null/heddle.db' })).rejects.toMatchObject({ code: 'db/open-failed' })
    const path = join(folder, 'text.db')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(path, 'this is no database, only a text long enough to be read as a header'.repeat(20))
    await expect(open({ path })).rejects.toMatchObject({ code: 'db/open-failed' })
  })
})

describe('values', () => {
  it.each([
    ['plain', 'text', 'text'],
    ['NUL becomes U+FFFD', 'a\u0000b', 'a\uFFFDb'],
    ['astral', '😀', '😀'],
    ['empty', '', ''],
  ])('text: %s', async (_title, given, stored) => {
    const db = await open()
    await db.write([tenant('t1', given)])
    expect(await db.kysely.selectFrom('tenants').select('name').executeTakeFirst()).toEqual({ name: stored })
  })

  it.each([[true], [undefined], [{}], [Number.NaN], [Number.POSITIVE_INFINITY], [2n ** 63n], [() => 1]])(
    'refuses %s instead of storing something else',
    async (value) => {
      const db = await open()
      const statement = { ...tenant('t1'), parameters: ['t1', 'n', value as never] }
      await expect(db.write([statement])).rejects.toMatchObject({ code: 'db/bad-parameter' })
      expect(await tenantIds(db)).toEqual([])
    },
  )

  it('keeps integers up to 2^53 exact', async () => {
    const db = await open()
    await db.write([{ ...tenant('t1'), parameters: ['t1', 'n', Number.MAX_SAFE_INTEGER] }])
    const row = await db.kysely.selectFrom('tenants').select('created_at').executeTakeFirst()
    expect(row?.created_at).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('write', () => {
  it('groups the batches of one turn into one transaction, in order', async () => {
    const path = file()
    const db = await open({ path })
    const other = await open({ path })
    const writes = Array.from({ length: 50 }, (_, i) => db.write([tenant(`t${String(i).padStart(2, '0')}`)]))
    expect(await tenantIds(other)).toEqual([])
    await writes[0]
    expect((await tenantIds(other)).length).toBe(50)
    expect(await Promise.all(writes)).toEqual(Array.from({ length: 50 }, () => 1))
  })

  it('fails only the batch that is wrong, and all of it', async () => {
    const db = await open()
    const results = await Promise.allSettled([
      db.write([tenant('a')]),
      db.write([tenant('b'), tenant('a')]),
      db.write([tenant('a')]),
      db.write([tenant('c'), tenant('d')]),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(isDuplicate((results[1] as PromiseRejectedResult).reason)).toBe(true)
    expect(await tenantIds(db)).toEqual(['a', 'c', 'd'])
  })

  it('waits for a transaction in progress and is not part of it', async () => {
    const db = await open()
    let write: Promise<number> | undefined
    const rolledBack = db.transaction(async (transaction) => {
      await transaction.insertInto('tenants').values({ tenant_id: 'tenant_gone', name: '', created_at: 1 }).execute()
      write = db.write([tenant('kept')])
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    await write
    expect(await tenantIds(db)).toEqual(['kept'])
  })

  it('writes what waits before it closes, and refuses afterwards', async () => {
    const path = file()
    const db = await open({ path })
    const writes = Array.from({ length: 2_000 }, (_, i) => db.write([tenant(`t${i}`)]))
    await db.close()
    expect((await Promise.all(writes)).length).toBe(2_000)
    await expect(db.write([tenant('late')])).rejects.toMatchObject({ code: 'db/closed' })
    await expect(tenantIds(db)).rejects.toMatchObject({ code: 'db/closed' })
    await db.close()
    expect((await tenantIds(await open({ path }))).length).toBe(2_000)
  })
})

describe('constraints', () => {
  it.each([
    ['not-null', "insert into tenants (tenant_id, name, created_at) values ('t', null, 1)"],
    [
      'foreign-key',
      "insert into end_users (tenant_id, id, app_id, origin, external_id, is_anonymous, created_at, updated_at) values ('no', 'u', 'a', 'o', 'e', 0, 1, 1)",
    ],
    [
      'check',
      "insert into api_keys (tenant_id, id, scope, name, prefix, hash, created_at, created_by) values ('t', 'k', 'app', '', '', 'h', 1, '')",
    ],
  ])('%s', async (kind, sql) => {
    const db = await open()
    const failing = db.write([{ sql, parameters: [] }])
    await expect(failing).rejects.toMatchObject({ code: 'db/constraint', details: { kind } })
  })
})

describe('prepared statements', () => {
  it('put values where they belong, also when a name occurs twice', async () => {
    const db = await open()
    const statement = prepareStatement<{ id: `tenant_${string}`; name: string; at: number }>((value) =>
      db.kysely
        .insertInto('tenants')
        .values({ tenant_id: value('id'), name: value('name'), created_at: value('at') })
        .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ name: value('name') })),
    )
    await db.write([statement({ id: 'tenant_x', name: 'first', at: 5 })])
    await db.write([statement({ id: 'tenant_x', name: 'second', at: 6 })])
    const rows = await db.kysely.selectFrom('tenants').selectAll().execute()
    expect(rows).toEqual([{ tenant_id: 'tenant_x', name: 'second', created_at: 5 }])
  })

  it('survive a failure and more statements than are kept', async () => {
    const db = await open()
    for (let i = 0; i < 300; i++) {
      const ids = Array.from({ length: i + 1 }, (_, n) => `tenant_${n}` as const)
      await db.kysely.selectFrom('tenants').select('name').where('tenant_id', 'in', ids).execute()
    }
    await db.write([tenant('a')])
    await expect(db.write([tenant('a')])).rejects.toMatchObject({ code: 'db/constraint' })
    await db.write([tenant('b')])
    const insert = () =>
      db.kysely
        .insertInto('tenants')
        .values({ tenant_id: 'tenant_c', name: '', created_at: 1 })
        .returning('tenant_id')
        .execute()
    await insert()
    await expect(insert()).rejects.toMatchObject({ code: 'db/constraint' })
    expect(await tenantIds(db)).toEqual(['a', 'b', 'tenant_c'])
  })
})

describe('several processes', () => {
  const program = fileURLToPath(new URL('../../../test/support/database-process.mjs', import.meta.url))
  const node = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args])

  it('write to one file at once without losing a row', async () => {
    const path = file()
    const db = await open({ path })
    const others = [node(path, 'p', '300'), node(path, 'q', '300')]
    for (let i = 0; i < 300; i++) await db.write([tenant(`m${i}`)])
    await Promise.all(others)
    expect((await tenantIds(db)).length).toBe(900)
  }, 60_000)

  it('gives up with db/busy when the lock stays taken', async () => {
    const path = file()
    const db = await open({ path, busyLimitMs: 30 })
    const raw = new Libsql(path)
    raw.exec('begin immediate')
    await expect(db.write([tenant('x')])).rejects.toMatchObject({ code: 'db/busy', retryable: true })
    await expect(db.transaction(async () => {})).rejects.toMatchObject({ code: 'db/busy' })
    const single = db.kysely.insertInto('tenants').values({ tenant_id: 'tenant_y', name: '', created_at: 1 }).execute()
    await expect(single).rejects.toMatchObject({ code: 'db/busy' })
    raw.exec('rollback')
    raw.close()
    await db.write([tenant('x')])
    expect(await tenantIds(db)).toEqual(['x'])
  })

  it('lose nothing that was acknowledged, and tear no batch, when killed', async () => {
    const path = file()
    const child = spawn(process.execPath, [program, path, 'acknowledge'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = new Promise((resolve) => child.once('close', resolve))
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
      if (output.length > 2_000) child.kill('SIGKILL')
    })
    await gone
    const acknowledged = output.split('\n').slice(0, -1)
    const found = new Set(await tenantIds(await open({ path })))
    expect(acknowledged.length).toBeGreaterThan(100)
    expect(acknowledged.filter((number) => !found.has(`${number}a`) || !found.has(`${number}b`))).toEqual([])
    const torn = [...found].filter((id) => !found.has(id.endsWith('a') ? `${id.slice(0, -1)}b` : `${id.slice(0, -1)}a`))
    expect(torn).toEqual([])
  }, 60_000)

  it('know who is alive, also after a kill', async () => {
    const path = file()
    const db = await open({ path })
    expect(await db.instance.isAlive(db.instance.id)).toBe(true)
    expect(await db.instance.isAlive('instance_00000000-0000-7000-8000-000000000000')).toBe(false)
    expect(await db.instance.isAlive('../../escape')).toBe(false)
    const neighbour = await open({ path })
    expect(await db.instance.isAlive(neighbour.instance.id)).toBe(true)
    await neighbour.close()
    expect(await db.instance.isAlive(neighbour.instance.id)).toBe(false)

    const child = spawn(process.execPath, [program, path, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const id = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())))
    expect(await db.instance.isAlive(id)).toBe(true)
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    expect(existsSync(join(`${path}.instances`, id))).toBe(true)
    expect(await db.instance.isAlive(id)).toBe(false)
    expect(existsSync(join(`${path}.instances`, id))).toBe(false)
  }, 60_000)
})
