// What PostgreSQL does beyond the contract (test/contract/database.ts): addresses, limits, lost connections.

import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeSchema, noteSkippedDatabases, postgresUrl } from '../../../test/support/databases.ts'
import { openDoor } from '../../../test/support/door.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { Database, Statement } from '../spec.ts'
import { openPostgres, type PostgresOptions } from './postgres.ts'
import { parsePostgresAddress } from './postgres-address.ts'
import { instanceLockKey } from './postgres-session.ts'

noteSkippedDatabases()

const seams = { clock: systemClock, ids: createIds(systemClock) }

describe('addresses', () => {
  it('may name a schema, which is not passed on', () => {
    const address = parsePostgresAddress('postgresql://u:secret@db:5433/heddle?schema=team_1&sslmode=disable')
    expect(address).toEqual({
      connectionString: 'postgresql://u:secret@db:5433/heddle?sslmode=disable',
      schema: 'team_1',
      shown: 'postgresql://db:5433/heddle (schema team_1)',
    })
    expect(parsePostgresAddress('postgres://db/heddle').schema).toBeUndefined()
    expect(parsePostgresAddress('postgres://db/heddle?schema=a', 'b').schema).toBe('b')
  })

  it.each([['db:5432'], ['mysql://u:secret@db/x'], ['postgres://u:secret@db/x?schema=a"b'], ['']])(
    'refuses %j without repeating a secret',
    async (url) => {
      const failure = await openPostgres({ url, ...seams }).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'db/open-failed' })
      expect(String(failure)).not.toContain('secret')
    },
  )

  it('of nobody are told without the password', async () => {
    const url = 'postgres://user:secret@127.0.0.1:1/heddle'
    const failure = await openPostgres({ url, ...seams }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'db/open-failed', details: { path: 'postgres://127.0.0.1:1/heddle' } })
    expect(String(failure)).not.toContain('secret')
  })
})

describe.skipIf(!postgresUrl)('an opened database', () => {
  let place: ReturnType<typeof makeSchema>
  let admin: pg.Client
  let db: Database
  beforeEach(async () => {
    place = makeSchema(postgresUrl ?? '')
    admin = new pg.Client({ connectionString: postgresUrl })
    await admin.connect()
    db = await open()
  })
  afterEach(async () => {
    await db.close()
    await admin.end()
    await place.drop()
  })
  /** The server shows the connections under the schema's name. */
  const open = (options: Partial<PostgresOptions> = {}) => {
    const url = new URL(options.url ?? place.url)
    url.searchParams.set('application_name', schemaName() ?? '')
    return openPostgres({ poolSize: 2, ...seams, ...options, url: url.href })
  }
  const reopen = async (options: Partial<PostgresOptions>) => {
    await db.close()
    db = await open(options)
  }
  const schemaName = () => new URL(place.url).searchParams.get('schema')
  const tenant = (id: string): Statement => ({
    sql: 'insert into tenants (tenant_id, name, created_at) values ($1, $2, $3)',
    parameters: [id, '', 1],
  })
  const tenantIds = async () => {
    const rows = await db.kysely.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute()
    return rows.map((row) => row.tenant_id)
  }
  /** The server's process behind the session, which alone holds the instance's lock. */
  const sessionProcess = async (): Promise<number> => {
    const found = await admin.query(
      `select l.pid from pg_locks l
       where l.locktype = 'advisory' and ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
      [String(instanceLockKey(db.instance.id))],
    )
    expect(found.rows.length).toBe(1)
    return found.rows[0].pid
  }
  const terminate = (pid: number) => admin.query('select pg_terminate_backend($1, 5000)', [pid])
  const lockTenants = async () => {
    await admin.query('begin')
    await admin.query(`lock table "${schemaName()}".tenants in exclusive mode`)
  }
  const untilWaiting = (pid: number) =>
    expect
      .poll(async () => {
        const { rows } = await admin.query('select 1 from pg_locks where pid = $1 and not granted', [pid])
        return rows.length
      })
      .toBeGreaterThan(0)

  it('keeps to its schema', async () => {
    await db.write([tenant('t1')])
    const { rows } = await admin.query(`select tenant_id from "${schemaName()}".tenants`)
    expect(rows).toEqual([{ tenant_id: 't1' }])
  })

  it('is told by the network within a minute when a host vanishes', async () => {
    const { rows } = await sql`select current_setting('tcp_keepalives_idle') as idle`.execute(db.kysely)
    expect(rows).toEqual([{ idle: '30' }])
  })

  it('refuses a newer schema and leaves it alone', async () => {
    await sql`insert into migrations values (999, 'future', 1)`.execute(db.kysely)
    await expect(open()).rejects.toMatchObject({ code: 'db/newer-schema', details: { found: 999 } })
  })

  it('answers only what is on the disk, also where the server would not wait for it', async () => {
    const url = new URL(place.url)
    url.searchParams.set('options', '-c synchronous_commit=off')
    await reopen({ url: url.href })
    const { rows } = await sql`select current_setting('synchronous_commit') as setting`.execute(db.kysely)
    expect(rows).toEqual([{ setting: 'on' }])
  })

  it('fails what was being written when the connection is cut, and goes on over a new one', async () => {
    const pid = await sessionProcess()
    await lockTenants()
    const writes = [db.write([tenant('a')]), db.write([tenant('b')])].map((write) => write.catch((error) => error))
    await untilWaiting(pid)
    await terminate(pid)
    for (const failure of await Promise.all(writes)) {
      expect(failure).toMatchObject({ code: 'db/unavailable', retryable: true })
    }
    await admin.query('rollback')
    await db.write([tenant('c')])
    expect(await tenantIds()).toEqual(['c'])
    const other = await open()
    expect(await other.instance.isAlive(db.instance.id)).toBe(true)
    await other.close()
  })

  it('is made anew when nobody writes, so that the instance stays alive', async () => {
    const pid = await sessionProcess()
    await terminate(pid)
    const other = await open()
    await expect.poll(() => other.instance.isAlive(db.instance.id)).toBe(true)
    await other.close()
    expect(await sessionProcess()).not.toBe(pid)
  })

  it('fails the transaction whose connection is cut, and no other', async () => {
    const cut = db.transaction(async (transaction) => {
      await transaction.insertInto('tenants').values({ tenant_id: 'tenant_a', name: '', created_at: 1 }).execute()
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
      await terminate(rows[0]?.pid ?? 0)
      await transaction.selectFrom('tenants').selectAll().execute()
    })
    await expect(cut).rejects.toMatchObject({ code: 'db/unavailable', retryable: true })
    for (let i = 0; i < 4; i++) expect(await tenantIds()).toEqual([])
  })

  it('survives that all its connections are cut while it rests', async () => {
    await Promise.all([tenantIds(), tenantIds()])
    const cut = await admin.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1',
      [schemaName()],
    )
    expect(cut.rows.length).toBe(3)
    await expect.poll(() => tenantIds().catch((error) => error.code)).toEqual([])
  })

  it('fails writes at once while the server stays away, and writes again when it is back', async () => {
    const door = await openDoor(new URL(place.url))
    await reopen({ url: door.url, connectTimeoutMs: 1_000 })
    await db.write([tenant('a')])
    await door.close()
    // The first of them wait for the connection, the others no longer.
    const writes = Array.from({ length: 2_000 }, (_, i) => db.write([tenant(`lost${i}`)]).catch((error) => error.code))
    expect(new Set(await Promise.all(writes))).toEqual(new Set(['db/unavailable']))
    await expect(tenantIds()).rejects.toMatchObject({ code: 'db/unavailable', retryable: true })
    await door.open()
    await expect.poll(() => db.write([tenant('b')]).catch((error) => error.code), { timeout: 10_000 }).toBe(1)
    expect(await tenantIds()).toEqual(['a', 'b'])
    await db.close()
    await door.close()
  })

  it('closes also while the server stays away', async () => {
    const door = await openDoor(new URL(place.url))
    await reopen({ url: door.url, connectTimeoutMs: 1_000 })
    await door.close()
    const write = db.write([tenant('a')]).catch((error) => error.code)
    await db.close()
    expect(await write).toBe('db/unavailable')
    await expect(db.write([tenant('a')])).rejects.toMatchObject({ code: 'db/closed' })
  })

  it('says that it is busy when a lock stays taken', async () => {
    await reopen({ busyLimitMs: 30 })
    await lockTenants()
    const busy = { code: 'db/busy', retryable: true, details: { limitMs: 30 } }
    await expect(db.write([tenant('a')])).rejects.toMatchObject(busy)
    const row = { tenant_id: 'tenant_b', name: '', created_at: 1 } as const
    await expect(db.kysely.insertInto('tenants').values(row).execute()).rejects.toMatchObject(busy)
    await admin.query('rollback')
    await db.write([tenant('a')])
    expect(await tenantIds()).toEqual(['a'])
  })

  it('lets the other batches of a group pass a row that is locked', async () => {
    await reopen({ busyLimitMs: 30 })
    await db.write([tenant('a')])
    await admin.query('begin')
    await admin.query(`select * from "${schemaName()}".tenants for update`)
    const update = { sql: "update tenants set name = 'x'", parameters: [] }
    const results = await Promise.allSettled([db.write([tenant('b')]), db.write([update]), db.write([tenant('c')])])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'db/busy' } })
    await admin.query('rollback')
  })

  it('ends statements that take too long', async () => {
    await reopen({ statementTimeoutMs: 30 })
    const endless = sql`select count(*) from generate_series(1, 1e12)`.execute(db.kysely)
    await expect(endless).rejects.toMatchObject({ code: 'db/busy', details: { limitMs: 30 } })
  })

  it('ends one of two transactions that wait for each other', async () => {
    await db.write([tenant('tenant_a'), tenant('tenant_b')])
    let meet: () => void = () => {}
    const both = new Promise<void>((resolve) => {
      let waiting = 2
      meet = () => void (--waiting === 0 && resolve())
    })
    const rename = (first: `tenant_${string}`, second: `tenant_${string}`) =>
      db.transaction(async (transaction) => {
        await transaction.updateTable('tenants').set({ name: first }).where('tenant_id', '=', first).execute()
        meet()
        await both
        await transaction.updateTable('tenants').set({ name: first }).where('tenant_id', '=', second).execute()
      })
    const results = await Promise.allSettled([rename('tenant_a', 'tenant_b'), rename('tenant_b', 'tenant_a')])
    const failures = results.filter((result) => result.status === 'rejected')
    expect(failures).toMatchObject([{ reason: { code: 'db/busy', retryable: true } }])
  })

  it('does not pretend to commit after a failure that was caught', async () => {
    const pretending = db.transaction(async (transaction) => {
      await transaction.insertInto('tenants').values({ tenant_id: 'tenant_a', name: '', created_at: 1 }).execute()
      await sql`select 1 from nowhere`.execute(transaction).catch(() => {})
    })
    await expect(pretending).rejects.toMatchObject({ code: 'db/failed' })
    expect(await tenantIds()).toEqual([])
  })

  it('fails rather than read a number that would lose digits', async () => {
    const reading = sql`select 9007199254740993::bigint as n`.execute(db.kysely)
    await expect(reading).rejects.toMatchObject({ code: 'db/failed' })
    const { rows } = await sql`select true as yes, 1 < 0 as no, 0.5::numeric as half`.execute(db.kysely)
    expect(rows).toEqual([{ yes: 1, no: 0, half: 0.5 }])
  })
})
