// What happens when two processes do the same in the same moment. Hashing costs nothing here, so that they meet in the database.

import { afterEach, describe, expect, it } from 'vitest'
import { movableClock, openAccounts, PERSON } from '../../../test/support/accounts.ts'
import { databases, noteSkippedDatabases, type OpenedDatabase } from '../../../test/support/databases.ts'
import { systemCaller } from '../caller.ts'
import type { TenantId } from '../ids.ts'
import { createTenantStore } from '../tenants/store.ts'
import type { Passwords } from './spec.ts'

noteSkippedDatabases()

const passwords: Passwords = { hash: async () => 'hash', verify: async () => true }
const AT_ONCE = 8

describe.each(databases)('at the same time on $name', ({ open }) => {
  let db: OpenedDatabase | undefined
  afterEach(() => db?.close())

  const prepare = async () => {
    const clock = movableClock()
    db = await open({ clock })
    const tenants = Array.from(
      { length: AT_ONCE },
      (_, i): TenantId => `tenant_${i}0000000-0000-7000-8000-000000000000`,
    )
    const store = createTenantStore({ db, clock, ids: { next: () => 'x_y' as never } })
    for (const id of [...tenants, undefined]) await store.ensure(systemCaller(id), 'a tenant')
    const processes = [
      openAccounts(db, { clock, passwords }),
      openAccounts(await db.again({ clock }), { clock, passwords }),
    ]
    const each = async (call: (accounts: (typeof processes)[number], i: number) => Promise<unknown>) =>
      (
        await Promise.allSettled(
          Array.from({ length: AT_ONCE }, (_, i) => call(processes[i % 2] as (typeof processes)[number], i)),
        )
      )
        .map((one) => (one.status === 'fulfilled' ? 'ok' : one.reason.code))
        .sort()
    return { db, tenants, each }
  }

  it('the first account is made once', async () => {
    const { db, each } = await prepare()
    const codes = await each((accounts, i) => accounts.setUpLocally({ ...PERSON, email: `p${i}@example.org` }))
    expect(codes).toEqual([...Array(AT_ONCE - 1).fill('account/setup-done'), 'ok'])
    expect((await db.kysely.selectFrom('accounts').select('id').execute()).length).toBe(1)
    expect((await db.kysely.selectFrom('members').select('role').execute()).length).toBe(1)
  })

  it('a new person becomes a member of many tenants as one account', async () => {
    const { db, each, tenants } = await prepare()
    const codes = await each((accounts, i) =>
      accounts.addMember(systemCaller(tenants[i]), 'owner', { ...PERSON, role: 'viewer' }),
    )
    expect(codes).toEqual(Array(AT_ONCE).fill('ok'))
    expect((await db.kysely.selectFrom('accounts').select('id').execute()).length).toBe(1)
    expect((await db.kysely.selectFrom('members').select('role').execute()).length).toBe(AT_ONCE)
  })

  it('a new person becomes a member of one tenant once', async () => {
    const { each } = await prepare()
    const codes = await each((accounts) => accounts.addMember(systemCaller(), 'owner', { ...PERSON, role: 'viewer' }))
    expect(codes).toEqual([...Array(AT_ONCE - 1).fill('account/already-member'), 'ok'])
  })

  it('of all owners who leave, one stays', async () => {
    const { db, each } = await prepare()
    const people = await each((accounts, i) =>
      accounts.addMember(systemCaller(), 'owner', { ...PERSON, email: `p${i}@example.org`, role: 'owner' }),
    )
    expect(people).toEqual(Array(AT_ONCE).fill('ok'))
    const members = await db.kysely.selectFrom('members').select('account_id').execute()
    const codes = await each((accounts, i) =>
      accounts.removeMember(systemCaller(), 'owner', members[i]?.account_id ?? 'acct_none'),
    )
    expect(codes).toEqual(['account/last-owner', ...Array(AT_ONCE - 1).fill('ok')])
  })
})
