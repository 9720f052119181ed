// What happens when two processes do the same in the same moment. Hashing costs nothing here, so that they meet in the database.

import { afterEach, describe, expect, it } from 'vitest'
import { addMember, movableClock, openAccounts, PERSON } from '../../../test/support/accounts.ts'
import { databases, noteSkippedDatabases, type OpenedDatabase } from '../../../test/support/databases.ts'
import type { Role } from '../auth/permissions.ts'
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
    ] as const
    const each = async (call: (accounts: (typeof processes)[number], i: number) => Promise<unknown>) =>
      (
        await Promise.allSettled(
          Array.from({ length: AT_ONCE }, (_, i) => call(processes[i % 2] as (typeof processes)[number], i)),
        )
      )
        .map((one) => (one.status === 'fulfilled' ? 'ok' : one.reason.code))
        .sort()
    const invite = async (role: Role): Promise<string> =>
      (await processes[0].invite(systemCaller(), 'owner', { email: PERSON.email, role })).token
    return { db, tenants, processes, each, invite }
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
      addMember(accounts, systemCaller(tenants[i]), { ...PERSON, role: 'viewer' }),
    )
    expect(codes).toEqual(Array(AT_ONCE).fill('ok'))
    expect((await db.kysely.selectFrom('accounts').select('id').execute()).length).toBe(1)
    expect((await db.kysely.selectFrom('members').select('role').execute()).length).toBe(AT_ONCE)
  })

  it('a new person becomes a member of one tenant once', async () => {
    const { db, each, invite } = await prepare()
    const token = await invite('viewer')
    const codes = await each((accounts) => accounts.joinByInvitation(token, PERSON, ''))
    expect(codes).toEqual([...Array(AT_ONCE - 1).fill('account/wrong-invitation'), 'ok'])
    expect((await db.kysely.selectFrom('members').select('role').execute()).length).toBe(1)
  })

  it('an account accepts an invitation once', async () => {
    const { db, each, invite, tenants, processes } = await prepare()
    await addMember(processes[0], systemCaller(tenants[0]), { ...PERSON, role: 'viewer' })
    const { accessToken } = await processes[0].signIn(PERSON.email, PERSON.password, { userAgent: '' })
    const token = await invite('viewer')
    const codes = await each(async (accounts) => {
      const session = await accounts.verify(accessToken)
      if (!session) throw new Error('the token is not valid')
      return accounts.acceptInvitation(session, token)
    })
    expect(codes).toEqual([...Array(AT_ONCE - 1).fill('account/wrong-invitation'), 'ok'])
    expect((await db.kysely.selectFrom('members').select('role').execute()).length).toBe(2)
  })

  it('of an address that many invite, one invitation is left', async () => {
    const { db, each, processes } = await prepare()
    const tokens: string[] = []
    const codes = await each(async (accounts) => {
      const { token } = await accounts.invite(systemCaller(), 'owner', { email: PERSON.email, role: 'viewer' })
      tokens.push(token)
    })
    expect(codes).toEqual(Array(AT_ONCE).fill('ok'))
    expect((await db.kysely.selectFrom('invitations').select('id').execute()).length).toBe(1)
    const uses = await Promise.allSettled(tokens.map((token) => processes[0].joinByInvitation(token, PERSON, '')))
    expect(uses.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  })

  it('of all owners who leave, one stays', async () => {
    const { db, each } = await prepare()
    const people = await each((accounts, i) =>
      addMember(accounts, systemCaller(), { ...PERSON, email: `p${i}@example.org`, role: 'owner' }),
    )
    expect(people).toEqual(Array(AT_ONCE).fill('ok'))
    const members = await db.kysely.selectFrom('members').select('account_id').execute()
    const codes = await each((accounts, i) =>
      accounts.removeMember(systemCaller(), 'owner', members[i]?.account_id ?? 'acct_none'),
    )
    expect(codes).toEqual(['account/last-owner', ...Array(AT_ONCE - 1).fill('ok')])
  })
})
