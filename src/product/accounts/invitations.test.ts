// Invitations on every database: what inviting tells, what a token is good for, and whose right it hangs on.

import { afterEach, describe, expect, it } from 'vitest'
import { addMember, movableClock, openAccounts, PERSON } from '../../../test/support/accounts.ts'
import { databases, noteSkippedDatabases, type OpenedDatabase } from '../../../test/support/databases.ts'
import type { Role } from '../auth/permissions.ts'
import { type Caller, systemCaller } from '../caller.ts'
import type { AccountId } from '../ids.ts'
import { createTenantStore } from '../tenants/store.ts'
import { AccountError } from './errors.ts'
import type { Passwords } from './spec.ts'

noteSkippedDatabases()

const OTHER = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
const HOME = systemCaller()
const DAY_MS = 24 * 60 * 60_000
const NEW = { name: 'Grace', password: 'a password of her own' }
const agent = { userAgent: 'test' }

/** Costs nothing, and still tells passwords apart. */
const passwords: Passwords = {
  hash: async (password) => `hash of ${password}`,
  verify: async (known, password) => known === `hash of ${password}`,
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof AccountError ? error.code : String(error)),
  )

describe.each(databases)('invitations on $name', ({ open }) => {
  let db: OpenedDatabase | undefined
  afterEach(() => db?.close())

  /** Ada owns the first tenant; the other one has nobody. */
  const prepare = async () => {
    const clock = movableClock()
    db = await open({ clock })
    const tenants = createTenantStore({ db, clock, ids: { next: () => 'x_y' as never } })
    await tenants.ensure(HOME, 'default')
    await tenants.ensure(OTHER, 'other')
    const accounts = openAccounts(db, { clock, passwords })
    const ada = await accounts.setUpLocally(PERSON)
    const invite = async (caller: Caller, email: string, role: Role = 'viewer', by: Role = 'owner') =>
      accounts.invite(caller, by, { email, role })
    const add = (email: string, role: Role) => addMember(accounts, HOME, { ...PERSON, email, role })
    const as = (id: AccountId): Caller => ({ ...HOME, actor: { type: 'account', id } })
    const sessionOf = async (email: string) => {
      const { accessToken } = await accounts.signIn(email, PERSON.password, agent)
      const session = await accounts.verify(accessToken)
      if (!session) throw new Error('the token is not valid')
      return session
    }
    return { accounts, clock, db, ada, invite, add, as, sessionOf }
  }

  it('tell the same of an address with an account elsewhere and of one without', async () => {
    const { accounts, invite } = await prepare()
    const [known, unknown] = [await invite(OTHER, PERSON.email), await invite(OTHER, 'nob@example.org')]
    const { id, email, ...rest } = known.invitation
    expect(unknown.invitation).toEqual({ ...rest, id: expect.stringMatching(/^inv_/), email: 'nob@example.org' })
    expect(email).toBe(PERSON.email)
    expect(Object.keys(rest).sort()).toEqual(['createdAt', 'expiresAt', 'role'])
    expect(known.token.length).toBe(unknown.token.length)
    expect(await accounts.members(OTHER)).toEqual([])
    expect(await accounts.memberships((await accounts.members(HOME))[0]?.id ?? 'acct_none')).toHaveLength(1)
  })

  it('are accepted by the account of the address, which then switches to the tenant', async () => {
    const { accounts, invite, sessionOf, ada, add } = await prepare()
    const { token, invitation } = await invite(OTHER, 'ADA@example.org', 'editor')
    await add('eve@example.org', 'admin')
    expect(await codeOf(accounts.acceptInvitation(await sessionOf('eve@example.org'), token))).toBe(
      'account/other-address',
    )
    const session = await sessionOf(PERSON.email)
    expect(await codeOf(accounts.switchTenant(session, OTHER.tenantId, ''))).toBe('account/no-tenant')
    expect(await accounts.acceptInvitation(session, token)).toEqual({
      tenantId: OTHER.tenantId,
      tenantName: 'other',
      role: 'editor',
    })
    expect(await accounts.members(OTHER)).toMatchObject([{ id: ada.id, role: 'editor' }])
    const { accessToken } = await accounts.switchTenant(session, OTHER.tenantId, '')
    expect(await accounts.verify(accessToken)).toMatchObject({ tenantId: OTHER.tenantId, role: 'editor' })
    expect(await accounts.invitations(OTHER)).toEqual([])
    expect(await codeOf(accounts.acceptInvitation(session, token))).toBe('account/wrong-invitation')
    expect(await codeOf(accounts.revokeInvitation(OTHER, 'owner', invitation.id))).toBe('account/invitation-not-found')
  })

  it('make an account for a new person, and sign it in', async () => {
    const { accounts, invite } = await prepare()
    const { token } = await invite(OTHER, 'Grace@Example.org', 'operator')
    for (const [wrong, code] of [
      [{ ...NEW, name: ' ' }, 'account/weak-name'],
      [{ ...NEW, password: '' }, 'account/weak-password'],
    ] as const) {
      expect(await codeOf(accounts.joinByInvitation(token, wrong, ''))).toBe(code)
    }
    const { accessToken } = await accounts.joinByInvitation(token, NEW, '')
    expect(await accounts.verify(accessToken)).toMatchObject({
      account: { email: 'grace@example.org', name: 'Grace' },
      tenantId: OTHER.tenantId,
      role: 'operator',
    })
    await accounts.signIn('grace@example.org', NEW.password, agent)
    expect(await codeOf(accounts.joinByInvitation(token, NEW, ''))).toBe('account/wrong-invitation')
  })

  it('let nobody into an account that is there without its password', async () => {
    const { accounts, invite, ada } = await prepare()
    const { token } = await invite(OTHER, PERSON.email)
    expect(await codeOf(accounts.joinByInvitation(token, NEW, ''))).toBe('account/has-account')
    expect(await accounts.members(OTHER)).toEqual([])
    const { accessToken } = await accounts.joinByInvitation(token, { ...PERSON, name: 'Eve' }, '')
    const session = await accounts.verify(accessToken)
    expect(session).toMatchObject({ account: { id: ada.id, name: PERSON.name }, tenantId: OTHER.tenantId })
  })

  it('are the way back for whoever is a member nowhere', async () => {
    const { accounts, invite, add } = await prepare()
    const { id } = await add('grace@example.org', 'viewer')
    await accounts.removeMember(HOME, 'owner', id)
    expect(await codeOf(accounts.signIn('grace@example.org', PERSON.password, agent))).toBe('account/no-tenant')
    const { token } = await invite(HOME, 'grace@example.org')
    await accounts.joinByInvitation(token, PERSON, '')
    expect((await accounts.members(HOME)).map((member) => member.id)).toContain(id)
  })

  it('tell strangers nothing about accounts, whatever they show', async () => {
    const { accounts, invite, clock } = await prepare()
    const { token } = await invite(OTHER, PERSON.email)
    const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    for (const wrong of [changed, '', 'invite-', `${token}=`, token.replace('invite', 'refresh'), 'x'.repeat(10_000)]) {
      expect(await codeOf(accounts.joinByInvitation(wrong, NEW, ''))).toBe('account/wrong-invitation')
    }
    clock.pass(7 * DAY_MS)
    expect(await codeOf(accounts.joinByInvitation(token, NEW, ''))).toBe('account/wrong-invitation')
    expect(await accounts.invitations(OTHER)).toEqual([])
  })

  it('may be tried a number of times, which takes nothing from real ones', async () => {
    const { accounts, invite, clock } = await prepare()
    const { token } = await invite(OTHER, PERSON.email)
    const attempt = () => codeOf(accounts.joinByInvitation('invite-x', NEW, ''))
    const codes = new Map<string, number>()
    for (let i = 0; i < 310; i++) {
      const code = await attempt()
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect(Object.fromEntries(codes)).toEqual({ 'account/wrong-invitation': 300, 'account/too-many-attempts': 10 })
    expect(await codeOf(accounts.joinByInvitation(token, PERSON, ''))).toBe('ok')
    clock.pass(15 * 60_000)
    expect(await attempt()).toBe('account/wrong-invitation')
  })

  it('count guesses of the password of an account as sign-ins do', async () => {
    const { accounts, invite } = await prepare()
    const { token } = await invite(OTHER, PERSON.email)
    const codes: string[] = []
    for (let i = 0; i < 11; i++) codes.push(await codeOf(accounts.joinByInvitation(token, NEW, '')))
    expect(codes).toEqual([...Array(10).fill('account/has-account'), 'account/too-many-attempts'])
    expect(await codeOf(accounts.signIn(PERSON.email, PERSON.password, agent))).toBe('account/too-many-attempts')
  })

  it('of an address are one: a new one ends the old', async () => {
    const { accounts, invite, db } = await prepare()
    const old = await invite(OTHER, 'grace@example.org')
    const next = await invite(OTHER, 'GRACE@example.org', 'admin')
    expect(await accounts.invitations(OTHER)).toEqual([next.invitation])
    expect(await codeOf(accounts.joinByInvitation(old.token, NEW, ''))).toBe('account/wrong-invitation')
    const rows = JSON.stringify(await db.kysely.selectFrom('invitations').selectAll().execute())
    expect(rows).not.toContain(next.token)
    expect(await codeOf(accounts.joinByInvitation(next.token, NEW, ''))).toBe('ok')
  })

  it('are listed and revoked in their own tenant alone', async () => {
    const { accounts, invite } = await prepare()
    const { invitation, token } = await invite(OTHER, 'grace@example.org')
    expect(await accounts.invitations(HOME)).toEqual([])
    const revoke = (caller: Caller) => codeOf(accounts.revokeInvitation(caller, 'owner', invitation.id))
    expect(await revoke(HOME)).toBe('account/invitation-not-found')
    expect(await revoke(OTHER)).toBe('ok')
    expect(await revoke(OTHER)).toBe('account/invitation-not-found')
    expect(await codeOf(accounts.joinByInvitation(token, NEW, ''))).toBe('account/wrong-invitation')
  })

  it('are bounded, and expired ones make room', async () => {
    const { accounts, invite, clock } = await prepare()
    for (let i = 0; i < 200; i++) await invite(OTHER, `p${i}@example.org`)
    expect(await codeOf(invite(OTHER, 'more@example.org'))).toBe('account/limit')
    expect(await codeOf(invite(OTHER, 'p0@example.org'))).toBe('ok')
    clock.pass(7 * DAY_MS)
    expect(await codeOf(invite(OTHER, 'more@example.org'))).toBe('ok')
    expect((await accounts.invitations(OTHER)).map(({ email }) => email)).toEqual(['more@example.org'])
  })

  it('refuse members of the tenant and addresses that are none', async () => {
    const { invite } = await prepare()
    expect(await codeOf(invite(HOME, 'ADA@example.org'))).toBe('account/already-member')
    expect(await codeOf(invite(HOME, 'nobody'))).toBe('account/bad-email')
  })

  it('as owners are for owners: to make, to replace, to revoke', async () => {
    const { accounts, invite, add, as } = await prepare()
    const admin = as((await add('admin@example.org', 'admin')).id)
    const viewer = as((await add('viewer@example.org', 'viewer')).id)
    const { invitation } = await invite(HOME, 'grace@example.org', 'owner')
    // What the session says does not count, but the role in the database.
    for (const by of ['admin', 'owner'] as const) {
      expect(await codeOf(invite(admin, 'x@example.org', 'owner', by))).toBe('account/role-too-high')
      expect(await codeOf(invite(admin, 'grace@example.org', 'viewer', by))).toBe('account/role-too-high')
      expect(await codeOf(accounts.revokeInvitation(admin, by, invitation.id))).toBe('account/role-too-high')
      expect(await codeOf(invite(viewer, 'x@example.org', 'viewer', by))).toBe('account/role-too-high')
    }
    expect(await accounts.invitations(HOME)).toEqual([invitation])
    expect(await codeOf(invite(admin, 'x@example.org', 'admin', 'admin'))).toBe('ok')
    expect(await codeOf(invite(as('acct_33333333-3333-7333-8333-333333333333'), 'y@example.org'))).toBe(
      'account/no-tenant',
    )
  })

  it('go with the right of their maker', async () => {
    const { accounts, invite, add, as } = await prepare()
    const second = await add('second@example.org', 'owner')
    const [toOwner, toViewer] = [
      await invite(as(second.id), 'o@example.org', 'owner'),
      await invite(as(second.id), 'v@example.org', 'viewer'),
    ]
    const kept = await invite(HOME, 'k@example.org', 'owner')
    await accounts.setRole(HOME, 'owner', second.id, 'admin')
    expect(await accounts.invitations(HOME)).toEqual([toViewer.invitation, kept.invitation])
    await accounts.setRole(HOME, 'owner', second.id, 'editor')
    expect(await accounts.invitations(HOME)).toEqual([kept.invitation])
    await accounts.setRole(HOME, 'owner', second.id, 'admin')
    const last = await invite(as(second.id), 'l@example.org')
    await accounts.removeMember(HOME, 'owner', second.id)
    expect(await accounts.invitations(HOME)).toEqual([kept.invitation])
    for (const { token } of [toOwner, toViewer, last]) {
      expect(await codeOf(accounts.joinByInvitation(token, NEW, ''))).toBe('account/wrong-invitation')
    }
  })
})
