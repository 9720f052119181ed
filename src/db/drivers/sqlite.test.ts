// What the embedded database does beyond its contract (test/contract/database.ts): the file, its settings, its locks.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Libsql from 'libsql'
import { afterEach, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import type { Database, Statement } from '../spec.ts'
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
})

describe('several processes', () => {
  const program = fileURLToPath(new URL('../../../test/support/database-process.mjs', import.meta.url))

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

  it('leave no file behind when they are killed', async () => {
    const path = file()
    const db = await open({ path })
    const child = spawn(process.execPath, [program, path, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const id = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())))
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    expect(existsSync(join(`${path}.instances`, id))).toBe(true)
    expect(await db.instance.isAlive(id)).toBe(false)
    expect(existsSync(join(`${path}.instances`, id))).toBe(false)
  })
})
