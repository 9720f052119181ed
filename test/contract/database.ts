// What every database keeps of its contract (src/db/spec.ts): durable groups, failures that stay alone, values without loss,
// transactions that do not mix. database-processes.ts goes on with several processes.

import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { isDuplicate } from '../../src/db/errors.ts'
import type { Database, SqlValue, Statement } from '../../src/db/spec.ts'
import { prepareStatement } from '../../src/db/statement.ts'
import type { OpenedDatabase, TestedDatabase } from '../support/databases.ts'
import { nameOf, statementsOf, type TenantId, tenantIds } from './database-statements.ts'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

export const testDatabase = ({ name, open: openDatabase, makePlace }: TestedDatabase): void => {
  const opened: OpenedDatabase[] = []
  const open = async () => {
    const db = await openDatabase()
    opened.push(db)
    return { db, ...statementsOf(db) }
  }
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.close()
  })

  describe(`values: ${name}`, () => {
    it.each([
      ['plain', 'text', 'text'],
      ['NUL becomes U+FFFD', 'a\u0000b\u0000', 'a\uFFFDb\uFFFD'],
      ['astral', '😀', '😀'],
      ['quotes and backslashes', `'"\\\n\t$1 ? %s`, `'"\\\n\t$1 ? %s`],
      ['empty', '', ''],
      ['of megabytes', 'äx'.repeat(2_000_000), 'äx'.repeat(2_000_000)],
    ])('text: %s', async (_title, given, stored) => {
      const { db, tenant } = await open()
      await db.write([tenant('t1', given)])
      expect((await nameOf(db, 't1')) === stored).toBe(true)
      const query = db.kysely.selectFrom('tenants').select('tenant_id').where('name', '=', given)
      expect(await query.execute()).toEqual([{ tenant_id: 't1' }])
    })

    it.each([[true], [undefined], [{}], [[]], [new Date(0)], [Number.NaN], [Number.POSITIVE_INFINITY], [2n ** 63n]])(
      'refuses %s instead of storing something else',
      async (value) => {
        const { db, tenant } = await open()
        const results = await Promise.allSettled([
          db.write([tenant('a')]),
          db.write([tenant('b'), { ...tenant('c'), parameters: ['c', 'n', value as never] }]),
          db.write([tenant('d')]),
        ])
        expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(results[1]).toMatchObject({ reason: { code: 'db/bad-parameter' } })
        const query = db.kysely
          .insertInto('tenants')
          .values({ tenant_id: 'tenant_e', name: '', created_at: value as number })
        // A missing value is left to the query builder, which writes a default for it.
        if (value !== undefined) await expect(query.execute()).rejects.toMatchObject({ code: 'db/bad-parameter' })
        expect(await tenantIds(db)).toEqual(['a', 'd'])
      },
    )

    it.each([[0], [1], [-1], [Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER]])(
      'keeps the integer %d',
      async (at) => {
        const { db, tenant } = await open()
        await db.write([tenant('t1', 'n', at)])
        expect(await db.kysely.selectFrom('tenants').select('created_at').execute()).toEqual([{ created_at: at }])
      },
    )

    it.each([[0.1 + 0.2], [1e-300], [1.7976931348623157e308], [3]])('keeps the float %d', async (threshold) => {
      const { db, tenant } = await open()
      await db.write([tenant('t1')])
      await addApp(db)
      const row = { ...settings, score_threshold: threshold }
      await db.kysely.insertInto('annotation_settings').values(row).execute()
      expect(await db.kysely.selectFrom('annotation_settings').selectAll().executeTakeFirst()).toEqual(row)
    })

    it('counts and sums in numbers', async () => {
      const { db, tenant } = await open()
      await db.write([tenant('a', '', 2 ** 40), tenant('b', '', 3)])
      const { rows } = await sql<Record<string, unknown>>`
        select count(*) as c, sum(created_at) as s, max(created_at) as m, avg(created_at - 3) as a, min(name) as n
        from tenants`.execute(db.kysely)
      expect(rows).toEqual([{ c: 2, s: 2 ** 40 + 3, m: 2 ** 40, a: (2 ** 40 - 3) / 2, n: '' }])
    })
  })

  describe(`write: ${name}`, () => {
    it('is there for others when it resolves, with the number of changed rows', async () => {
      const { db, tenant, rename } = await open()
      const other = await (opened[0] as OpenedDatabase).again()
      const writes = Array.from({ length: 50 }, (_, i) => db.write([tenant(`t${10 + i}`)]))
      await writes[0]
      expect((await tenantIds(other)).length).toBeGreaterThan(0)
      expect(await Promise.all(writes)).toEqual(Array.from({ length: 50 }, () => 1))
      expect((await tenantIds(other)).length).toBe(50)
      expect(await db.write([rename('t10', 'x'), rename('t11', 'x'), rename('nobody', 'x')])).toBe(2)
      expect(await db.write([])).toBe(0)
    })

    it('keeps the order of the calls', async () => {
      const { db, tenant, rename } = await open()
      const seen: number[] = []
      const writes = [db.write([tenant('t1', '0')])]
      for (let i = 1; i <= 1_200; i++) writes.push(db.write([rename('t1', String(i))]))
      await Promise.all(writes.map((write, i) => write.then(() => seen.push(i))))
      expect(await nameOf(db, 't1')).toBe('1200')
      expect(seen).toEqual(Array.from({ length: 1_201 }, (_, i) => i))
    })

    it('fails only the batch that is wrong, and all of it', async () => {
      const { db, tenant, rename } = await open()
      const broken: Statement = { sql: 'insert into nowhere values (1)', parameters: [] }
      const results = await Promise.allSettled([
        db.write([tenant('a')]),
        db.write([tenant('b'), tenant('a')]),
        db.write([tenant('a')]),
        db.write([rename('a', 'new'), broken]),
        db.write([tenant('c'), tenant('d')]),
        db.write([tenant('b')]),
      ])
      expect(results.map((result) => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'rejected',
        'fulfilled',
        'fulfilled',
      ])
      expect(isDuplicate((results[1] as PromiseRejectedResult).reason)).toBe(true)
      expect(isDuplicate((results[2] as PromiseRejectedResult).reason)).toBe(true)
      expect(results[3]).toMatchObject({ reason: { code: 'db/failed' } })
      expect(await tenantIds(db)).toEqual(['a', 'b', 'c', 'd'])
      expect(await nameOf(db, 'a')).toBe('n')
      await db.write([tenant('e')])
    })

    it('is not part of a transaction in progress', async () => {
      const { db, tenant } = await open()
      let write: Promise<number> | undefined
      const rolledBack = db.transaction(async (transaction) => {
        await transaction.insertInto('tenants').values({ tenant_id: 'tenant_gone', name: '', created_at: 1 }).execute()
        write = db.write([tenant('kept')])
        await nextTurn()
        await nextTurn()
        throw new Error('no')
      })
      await expect(rolledBack).rejects.toThrow('no')
      await write
      expect(await tenantIds(db)).toEqual(['kept'])
    })

    it('finishes what waits before the database closes, and refuses afterwards', async () => {
      const place = makePlace()
      const db = await place.open()
      const { tenant } = statementsOf(db)
      const writes = Array.from({ length: 2_000 }, (_, i) => db.write([tenant(`t${i}`)]))
      await db.close()
      expect((await Promise.all(writes)).length).toBe(2_000)
      await expect(db.write([tenant('late')])).rejects.toMatchObject({ code: 'db/closed' })
      await expect(tenantIds(db)).rejects.toMatchObject({ code: 'db/closed' })
      await expect(db.transaction(async () => {})).rejects.toMatchObject({ code: 'db/closed' })
      await db.close()
      expect((await tenantIds(await place.open())).length).toBe(2_000)
      await place.remove()
    })
  })

  describe(`transactions: ${name}`, () => {
    it('give the next number to one each, who first touch a row they have in common', async () => {
      const { db, tenant } = await open()
      const other = await (opened[0] as OpenedDatabase).again()
      await db.write([tenant('t1')])
      await addApp(db)
      const addVersion = (one: Database, i: number) =>
        one.transaction(async (transaction) => {
          await transaction
            .updateTable('apps')
            .set({ updated_at: i })
            .where('tenant_id', '=', settings.tenant_id)
            .execute()
          const last = await transaction
            .selectFrom('app_versions')
            .select((eb) => eb.fn.max('number').as('number'))
            .where('tenant_id', '=', settings.tenant_id)
            .executeTakeFirst()
          const number = (last?.number ?? 0) + 1
          await transaction
            .insertInto('app_versions')
            .values({ ...version, id: `ver_${i}`, number })
            .execute()
          return number
        })
      const numbers = await Promise.all(Array.from({ length: 20 }, (_, i) => addVersion(i % 2 === 0 ? db : other, i)))
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    })

    it('leave nothing behind when a statement fails, and the connection works on', async () => {
      const { db, tenant } = await open()
      await db.write([tenant('tenant_a')])
      for (let i = 0; i < 12; i++) {
        const failing = db.transaction(async (transaction) => {
          await transaction.insertInto('tenants').values({ tenant_id: 'tenant_b', name: '', created_at: 1 }).execute()
          await transaction.insertInto('tenants').values({ tenant_id: 'tenant_a', name: '', created_at: 1 }).execute()
        })
        await expect(failing).rejects.toSatisfy(isDuplicate)
      }
      expect(await tenantIds(db)).toEqual(['tenant_a'])
    })
  })

  describe(`constraints: ${name}`, () => {
    it.each([
      ['not-null', "insert into tenants (tenant_id, name, created_at) values ('t', null, 1)"],
      ['unique', "insert into tenants (tenant_id, name, created_at) values ('t1', '', 1)"],
      [
        'foreign-key',
        "insert into end_users (tenant_id, id, app_id, origin, external_id, is_anonymous, created_at, updated_at) values ('no', 'u', 'a', 'o', 'e', 0, 1, 1)",
      ],
      [
        'check',
        "insert into api_keys (tenant_id, id, scope, name, prefix, hash, created_at, created_by) values ('t1', 'k', 'app', '', '', 'h', 1, '')",
      ],
    ])('%s', async (kind, text) => {
      const { db, tenant } = await open()
      await db.write([tenant('t1')])
      const refusal = { code: 'db/constraint', retryable: false, details: { kind } }
      await expect(db.write([{ sql: text, parameters: [] }])).rejects.toMatchObject(refusal)
      await expect(sql.raw(text).execute(db.kysely)).rejects.toMatchObject(refusal)
    })
  })

  describe(`prepared statements: ${name}`, () => {
    it('put values where they belong, also when a name occurs twice', async () => {
      const { db } = await open()
      const statement = prepareStatement<{ id: TenantId; name: string; at: number }>((value) =>
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
      const { db, tenant } = await open()
      for (let i = 0; i < 300; i++) {
        const ids = Array.from({ length: i + 1 }, (_, n) => `tenant_${n}` as const)
        const update = db.kysely.updateTable('tenants').set({ name: '' }).where('tenant_id', 'in', ids).compile()
        await db.write([{ sql: update.sql, parameters: update.parameters as readonly SqlValue[] }])
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
}

const settings = {
  tenant_id: 't1' as TenantId,
  app_id: 'app_1',
  enabled: 1,
  score_threshold: 0,
  embedding_provider: 'p',
  embedding_model: 'm',
  updated_at: 1,
} as const

const version = {
  tenant_id: settings.tenant_id,
  app_id: settings.app_id,
  name: '',
  note: '',
  document: '',
  hash: '',
  created_at: 1,
  created_by: '',
} as const

const addApp = async (db: Database): Promise<void> => {
  const { tenant_id, app_id: id } = settings
  await db.kysely
    .insertInto('apps')
    .values({ tenant_id, id, name: '', mode: 'chat', description: '', api_enabled: 1, created_at: 1, updated_at: 1 })
    .execute()
}
