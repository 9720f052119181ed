// People on every database: set-up once, tokens that rotate, rights that change at once, and nothing that tells a stranger
// who exists.

import { afterEach, describe, expect, it } from 'vitest'
import {
  ACCESS_MS,
  addMember,
  MASTER,
  movableClock,
  openAccounts,
  PERSON,
  REFRESH_MS,
} from '../../../test/support/accounts.ts'
import { databases, noteSkippedDatabases, type OpenedDatabase } from '../../../test/support/databases.ts'
import { type Caller, DEFAULT_TENANT_ID, systemCaller } from '../caller.ts'
import type { AccountId } from '../ids.ts'
import { createTenantStore } from '../tenants/store.ts'
import type { AttemptLimits } from './attempts.ts'
import { createAccessTokens } from './drivers/access-tokens.ts'
import { createPasswords } from './drivers/passwords.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import type { Session } from './spec.ts'

noteSkippedDatabases()

const OTHER_TENANT = 'tenant_22222222-2222-7222-8222-222222222222'
const agent = { userAgent: 'test' }

const codesOf = async (calls: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(calls)).map((one) => (one.status === 'fulfilled' ? 'ok' : one.reason.code)).sort()

describe.each(databases)('accounts on $name', ({ open }) => {
  let db: OpenedDatabase | undefined
  afterEach(() => db?.close())

  const prepare = async (options: { readonly attempts?: AttemptLimits } = {}) => {
    const clock = movableClock()
    db = await open({ clock })
    const opened = db
    const seams = { db, clock, ids: { next: () => 'x_y' as never } }
    await createTenantStore(seams).ensure(systemCaller(), 'default')
    await createTenantStore(seams).ensure(systemCaller(OTHER_TENANT), 'other')
    let hashes = 0
    const real = createPasswords()
    const passwords = {
      ...real,
      verify: (known: string | undefined, password: string) => {
        hashes++
        return real.verify(known, password)
      },
    }
    const accounts = openAccounts(db, { clock, passwords, ...options })
    return {
      accounts,
      clock,
      db,
      hashes: () => hashes,
      elsewhere: async () => openAccounts(await opened.again({ clock }), { clock }),
    }
  }

  /** With an owner who is signed in. */
  const prepareOwner = async (options: { readonly attempts?: AttemptLimits } = {}) => {
    const prepared = await prepare(options)
    const { accounts } = prepared
    await accounts.setUpLocally(PERSON)
    const signIn = (email = PERSON.email, password = PERSON.password) => accounts.signIn(email, password, agent)
    const sessionOf = async (token: string): Promise<Session> => {
      const session = await accounts.verify(token)
      if (!session) throw new Error('the token is not valid')
      return session
    }
    const tokens = await signIn()
    const session = await sessionOf(tokens.accessToken)
    const caller: Caller = { tenantId: session.tenantId, actor: { type: 'account', id: session.account.id } }
    const add = (email: string, role: Session['role'], by: Session['role'] = 'owner', from = caller) =>
      addMember(accounts, from, { email, name: 'Someone', password: PERSON.password, role, by })
    return { ...prepared, signIn, sessionOf, tokens, session, caller, add }
  }

  describe('set-up', () => {
    it('makes the first owner once, also when many try at once', async () => {
      const { accounts } = await prepare()
      expect(await accounts.setupRequired()).toBe(true)
      const token = (await accounts.issueSetupToken()) ?? ''
      const codes = await codesOf(
        Array.from({ length: 5 }, (_, i) => accounts.setUp(token, { ...PERSON, email: `p${i}@example.org` }, '')),
      )
      expect(codes).toEqual([
        'account/setup-done',
        'account/setup-done',
        'account/setup-done',
        'account/setup-done',
        'ok',
      ])
      expect(await accounts.setupRequired()).toBe(false)
      expect(await accounts.issueSetupToken()).toBeUndefined()
      expect(await codesOf([accounts.setUp(token, PERSON, ''), accounts.setUpLocally(PERSON)])).toEqual([
        'account/setup-done',
        'account/setup-done',
      ])
      expect(await accounts.members(systemCaller())).toMatchObject([{ role: 'owner', name: 'Ada' }])
    })

    it('takes the newest token alone, and never keeps it', async () => {
      const { accounts, db } = await prepare()
      const old = (await accounts.issueSetupToken()) ?? ''
      const token = (await accounts.issueSetupToken()) ?? ''
      expect(token).toMatch(/^setup-[\w-]{43}$/)
      expect(JSON.stringify(await db.kysely.selectFrom('settings').selectAll().execute())).not.toContain(token)
      for (const wrong of [old, '', 'setup-', `${token}x`]) {
        await expect(accounts.setUp(wrong, PERSON, '')).rejects.toMatchObject({ code: 'account/wrong-setup-token' })
      }
      const { accessToken } = await accounts.setUp(token, PERSON, '')
      expect(await accounts.verify(accessToken)).toMatchObject({ tenantId: DEFAULT_TENANT_ID, role: 'owner' })
      expect(await db.kysely.selectFrom('settings').selectAll().execute()).toEqual([])
    })

    it('refuses people who cannot be kept', async () => {
      const { accounts } = await prepare()
      const token = (await accounts.issueSetupToken()) ?? ''
      const rows = [
        [{ email: 'nobody' }, 'account/bad-email'],
        [{ password: 'too short' }, 'account/weak-password'],
        [{ name: ' ' }, 'account/weak-name'],
      ] as const
      for (const [change, code] of rows) {
        await expect(accounts.setUp(token, { ...PERSON, ...change }, '')).rejects.toMatchObject({ code })
      }
      expect(await accounts.setupRequired()).toBe(true)
    })
  })

  describe('refresh tokens', () => {
    it('rotate, and the newest is the only one', async () => {
      const { accounts, tokens, clock } = await prepareOwner()
      let newest = tokens
      for (let i = 0; i < 3; i++) {
        clock.pass(60_000)
        const next = await accounts.refresh(newest.refreshToken)
        expect(next.refreshToken).not.toBe(newest.refreshToken)
        expect(next.refreshExpiresAt).toBe(clock.now() + REFRESH_MS)
        newest = next
      }
      expect(await accounts.verify(newest.accessToken)).toMatchObject({ role: 'owner' })
    })

    it('end their family when one is used again', async () => {
      const { accounts, tokens, signIn } = await prepareOwner()
      const other = await signIn()
      const next = await accounts.refresh(tokens.refreshToken)
      await expect(accounts.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'account/signed-out' })
      await expect(accounts.refresh(next.refreshToken)).rejects.toMatchObject({ code: 'account/signed-out' })
      expect(await accounts.verify(next.accessToken)).toBeUndefined()
      expect(await accounts.verify(other.accessToken)).toBeDefined()
      await accounts.refresh(other.refreshToken)
    })

    it('give one success to fifty at once, which ends the family', async () => {
      const { accounts, tokens } = await prepareOwner()
      const settled = await Promise.allSettled(Array.from({ length: 50 }, () => accounts.refresh(tokens.refreshToken)))
      const [won, ...more] = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      expect(more).toEqual([])
      await expect(accounts.refresh(won?.refreshToken ?? '')).rejects.toMatchObject({ code: 'account/signed-out' })
      expect(await accounts.verify(won?.accessToken ?? '')).toBeUndefined()
      expect(await accounts.verify(tokens.accessToken)).toBeUndefined()
    })

    it('of others end nothing, even with the right sign-in', async () => {
      const { accounts, tokens, session } = await prepareOwner()
      const forged = createRefreshTokens(new Uint8Array(32)).issue(session.tenantId, session.signInId).token
      const changed = `${tokens.refreshToken.slice(0, -1)}${tokens.refreshToken.endsWith('A') ? 'B' : 'A'}`
      for (const wrong of [forged, changed, '', 'refresh-', `${tokens.refreshToken}=`, 'x'.repeat(10_000)]) {
        await expect(accounts.refresh(wrong)).rejects.toMatchObject({ code: 'account/signed-out' })
      }
      await accounts.refresh(tokens.refreshToken)
    })

    it('expire, and are never stored', async () => {
      const { accounts, tokens, clock, db } = await prepareOwner()
      const rows = JSON.stringify(await db.kysely.selectFrom('sign_ins').selectAll().execute())
      expect(rows).not.toContain(tokens.refreshToken)
      clock.pass(REFRESH_MS)
      await expect(accounts.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'account/signed-out' })
    })

    it('of one tenant are none of another', async () => {
      const { accounts, session, db } = await prepareOwner()
      const moved = createRefreshTokens(MASTER).issue(OTHER_TENANT, session.signInId).token
      await expect(accounts.refresh(moved)).rejects.toMatchObject({ code: 'account/signed-out' })
      expect(await db.kysely.selectFrom('sign_ins').select('revoked_at').execute()).toEqual([{ revoked_at: null }])
    })

    it('are kept for fifty sign-ins of a member', async () => {
      const { accounts, tokens, signIn, clock, db } = await prepareOwner()
      for (let i = 0; i < 52; i++) {
        clock.pass(1_000)
        await signIn()
      }
      expect((await db.kysely.selectFrom('sign_ins').select('id').execute()).length).toBe(50)
      await expect(accounts.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'account/signed-out' })
    })
  })

  describe('sessions', () => {
    it('follow what changes here at once, and within a second elsewhere', async () => {
      const { accounts, elsewhere, signIn, sessionOf, caller, add, clock } = await prepareOwner()
      const other = await elsewhere()
      const { id } = await add('grace@example.org', 'viewer')
      const { accessToken } = await signIn('grace@example.org')
      expect((await sessionOf(accessToken)).role).toBe('viewer')
      expect((await other.verify(accessToken))?.role).toBe('viewer')
      await accounts.setRole(caller, 'owner', id, 'editor')
      expect((await sessionOf(accessToken)).role).toBe('editor')
      clock.pass(999)
      expect((await other.verify(accessToken))?.role).toBe('viewer')
      clock.pass(1)
      expect((await other.verify(accessToken))?.role).toBe('editor')
      await accounts.removeMember(caller, 'owner', id)
      expect(await accounts.verify(accessToken)).toBeUndefined()
      clock.pass(1_000)
      expect(await other.verify(accessToken)).toBeUndefined()
    })

    it('are not remembered by a question that a change overtook', async () => {
      const { accounts, session, tokens, clock } = await prepareOwner()
      clock.pass(1_000)
      await Promise.all([accounts.verify(tokens.accessToken), accounts.signOut(session)])
      expect(await accounts.verify(tokens.accessToken)).toBeUndefined()
      await expect(accounts.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'account/signed-out' })
    })

    it('are bound to tenant and account, even when the token is ours', async () => {
      const { accounts, session, tokens, clock } = await prepareOwner()
      const issuer = createAccessTokens({ master: MASTER, clock, lifeMs: ACCESS_MS })
      const claims = { accountId: session.account.id, tenantId: session.tenantId, signInId: session.signInId }
      await accounts.verify(tokens.accessToken)
      expect(await accounts.verify((await issuer.issue(claims)).token)).toEqual(session)
      for (const wrong of [
        { ...claims, tenantId: OTHER_TENANT },
        { ...claims, accountId: 'acct_33333333-3333-7333-8333-333333333333' },
        { ...claims, signInId: 'signin_33333333-3333-7333-8333-333333333333' },
      ] as const) {
        expect(await accounts.verify((await issuer.issue(wrong)).token)).toBeUndefined()
      }
      clock.pass(ACCESS_MS)
      expect(await accounts.verify(tokens.accessToken)).toBeUndefined()
    })

    it('show a new name at once', async () => {
      const { accounts, session, tokens } = await prepareOwner()
      expect((await accounts.rename(session, '  Ada Lovelace ')).name).toBe('Ada Lovelace')
      expect((await accounts.verify(tokens.accessToken))?.account.name).toBe('Ada Lovelace')
    })

    it('of other devices end with a new password', async () => {
      const { accounts, session, tokens, signIn } = await prepareOwner()
      const phone = await signIn()
      const { tenantId } = await accounts.createTenant(session, 'Second')
      const abroad = await accounts.switchTenant(session, tenantId, '')
      await accounts.verify(phone.accessToken)
      await expect(accounts.changePassword(session, 'wrong', 'a new good password')).rejects.toMatchObject({
        code: 'account/wrong-credentials',
      })
      await expect(accounts.changePassword(session, PERSON.password, 'short')).rejects.toMatchObject({
        code: 'account/weak-password',
      })
      await accounts.changePassword(session, PERSON.password, 'a new good password')
      expect(await accounts.verify(phone.accessToken)).toBeUndefined()
      expect(await accounts.verify(abroad.accessToken)).toBeUndefined()
      expect(await accounts.verify(tokens.accessToken)).toBeDefined()
      expect(await codesOf([signIn(), signIn(PERSON.email, 'a new good password')])).toEqual([
        'account/wrong-credentials',
        'ok',
      ])
    })
  })

  describe('sign-in', () => {
    it('says the same of unknown addresses and wrong passwords, after the same work', async () => {
      const { signIn, hashes } = await prepareOwner()
      const before = hashes()
      const failures: unknown[] = []
      for (const [email, password] of [
        [PERSON.email, 'wrong password'],
        ['nobody@example.org', PERSON.password],
        ['not an address', PERSON.password],
        [PERSON.email, ''],
      ] as const) {
        failures.push(await signIn(email, password).catch(({ code, message }) => ({ code, message })))
      }
      expect(new Set(failures.map((failure) => JSON.stringify(failure))).size).toBe(1)
      expect(failures[0]).toMatchObject({ code: 'account/wrong-credentials' })
      expect(hashes() - before).toBe(4)
    })

    it('finds the address however it is written', async () => {
      const { signIn, sessionOf } = await prepareOwner()
      for (const email of ['ADA@Example.ORG', ' ada@example.org ', 'ａｄａ@example.org']) {
        expect((await sessionOf((await signIn(email)).accessToken)).account.email).toBe(PERSON.email)
      }
    })

    it('is limited by address, also for many at once, and for known and unknown ones alike', async () => {
      const { signIn, clock } = await prepareOwner({ attempts: { perAddress: 3 } })
      for (const email of [PERSON.email, 'nobody@example.org']) {
        const codes = await codesOf(Array.from({ length: 6 }, () => signIn(email, 'wrong password')))
        expect(codes).toEqual([
          ...Array(3).fill('account/too-many-attempts'),
          ...Array(3).fill('account/wrong-credentials'),
        ])
      }
      const refused = await signIn().catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: 'account/too-many-attempts', retryable: true, details: { seconds: 900 } })
      clock.pass(15 * 60_000 - 1)
      expect(await codesOf([signIn()])).toEqual(['account/too-many-attempts'])
      clock.pass(1)
      expect(await codesOf([signIn()])).toEqual(['ok'])
    })

    it('counts guesses of the present password as well', async () => {
      const { accounts, session } = await prepareOwner({ attempts: { perAddress: 3 } })
      const guess = () => accounts.changePassword(session, 'wrong password', 'a new good password')
      expect(await codesOf([guess(), guess(), guess(), guess()])).toContain('account/too-many-attempts')
    })

    it('chooses the tenant joined first, or the one asked for, of which one must be a member', async () => {
      const { accounts, session, clock, caller } = await prepareOwner()
      clock.pass(1)
      const second = await accounts.createTenant(session, 'Second')
      expect((await accounts.memberships(session.account.id)).map(({ tenantName }) => tenantName)).toEqual([
        'default',
        'Second',
      ])
      const into = (tenantId: typeof second.tenantId) =>
        accounts.signIn(PERSON.email, PERSON.password, { ...agent, tenantId })
      expect((await into(second.tenantId)).tenantId).toBe(second.tenantId)
      await expect(into(OTHER_TENANT)).rejects.toMatchObject({ code: 'account/no-tenant' })
      await expect(accounts.switchTenant(session, OTHER_TENANT, '')).rejects.toMatchObject({
        code: 'account/no-tenant',
      })
      const there: Caller = { ...caller, tenantId: second.tenantId }
      expect((await accounts.members(there)).map(({ role }) => role)).toEqual(['owner'])
    })

    it('of somebody who is no member anywhere says so only after the right password', async () => {
      const { accounts, caller, add, signIn } = await prepareOwner()
      const { id } = await add('grace@example.org', 'viewer')
      await accounts.removeMember(caller, 'owner', id)
      expect(await codesOf([signIn('grace@example.org'), signIn('grace@example.org', 'wrong password')])).toEqual([
        'account/no-tenant',
        'account/wrong-credentials',
      ])
    })
  })

  describe('members', () => {
    it('are managed under their roles', async () => {
      const { accounts, caller, add, session } = await prepareOwner()
      const admin = await add('admin@example.org', 'admin')
      const viewer = await add('viewer@example.org', 'viewer')
      const asAdmin: Caller = { ...caller, actor: { type: 'account', id: admin.id } }
      const owner = session.account.id
      const tooHigh = [
        add('x@example.org', 'owner', 'admin', asAdmin),
        accounts.setRole(asAdmin, 'admin', viewer.id, 'owner'),
        accounts.setRole(asAdmin, 'admin', admin.id, 'owner'),
        accounts.setRole(asAdmin, 'admin', owner, 'viewer'),
        accounts.removeMember(asAdmin, 'admin', owner),
      ]
      expect(await codesOf(tooHigh)).toEqual(Array(5).fill('account/role-too-high'))
      expect((await accounts.setRole(asAdmin, 'admin', viewer.id, 'editor')).role).toBe('editor')
      await accounts.removeMember(asAdmin, 'admin', viewer.id)
      expect((await accounts.members(caller)).map(({ role }) => role).sort()).toEqual(['admin', 'owner'])
    })

    it('are judged by the role the asking member has now', async () => {
      const { accounts, caller, add, session } = await prepareOwner()
      const second = await add('second@example.org', 'owner')
      const asSecond: Caller = { ...caller, actor: { type: 'account', id: second.id } }
      await accounts.setRole(caller, 'owner', second.id, 'admin')
      await expect(accounts.setRole(asSecond, 'owner', session.account.id, 'viewer')).rejects.toMatchObject({
        code: 'account/role-too-high',
      })
    })

    it('keep an owner, also when two owners act at once', async () => {
      const { accounts, caller, add, session, elsewhere } = await prepareOwner()
      const owner = session.account.id
      for (const change of [
        () => accounts.setRole(caller, 'owner', owner, 'admin'),
        () => accounts.removeMember(caller, 'owner', owner),
      ]) {
        await expect(change()).rejects.toMatchObject({ code: 'account/last-owner' })
      }
      const second = await add('second@example.org', 'owner')
      const other = await elsewhere()
      const system = systemCaller(caller.tenantId)
      const codes = await codesOf([
        accounts.removeMember(system, 'owner', owner),
        other.setRole(system, 'owner', second.id, 'viewer'),
      ])
      expect(codes).toEqual(['account/last-owner', 'ok'])
      expect((await accounts.members(caller)).filter(({ role }) => role === 'owner').length).toBe(1)
    })

    it('of another tenant are as good as missing', async () => {
      const { accounts, session, add, caller } = await prepareOwner()
      const stranger = systemCaller(OTHER_TENANT)
      const missing: AccountId = 'acct_33333333-3333-7333-8333-333333333333'
      const viewer = await add('viewer@example.org', 'viewer')
      for (const id of [session.account.id, viewer.id, missing]) {
        const codes = await codesOf([
          accounts.setRole(stranger, 'owner', id, 'viewer'),
          accounts.removeMember(stranger, 'owner', id),
        ])
        expect(codes).toEqual(['account/not-found', 'account/not-found'])
      }
      expect(await accounts.members(stranger)).toEqual([])
      expect((await accounts.members(caller)).length).toBe(2)
    })

    it('may be accounts of other tenants, which keep their name and password', async () => {
      const { accounts, add, signIn, sessionOf } = await prepareOwner()
      const elsewhere = systemCaller(OTHER_TENANT)
      const joined = await addMember(accounts, elsewhere, {
        email: 'ADA@example.org',
        name: 'Not Ada',
        password: PERSON.password,
        role: 'viewer',
      })
      expect(joined).toMatchObject({ name: 'Ada', email: PERSON.email, role: 'viewer' })
      const tokens = await accounts.signIn(PERSON.email, PERSON.password, { ...agent, tenantId: OTHER_TENANT })
      expect(await sessionOf(tokens.accessToken)).toMatchObject({ role: 'viewer', tenantId: OTHER_TENANT })
      expect((await signIn()).tenantId).toBe(DEFAULT_TENANT_ID)
      await expect(add(PERSON.email, 'viewer')).rejects.toMatchObject({ code: 'account/already-member' })
    })

    it('can join two tenants at once', async () => {
      const { accounts, caller, elsewhere } = await prepareOwner()
      const other = await elsewhere()
      const person = { email: 'new@example.org', name: 'New', password: PERSON.password, role: 'viewer' } as const
      const both = [addMember(accounts, caller, person), addMember(other, systemCaller(OTHER_TENANT), person)]
      expect(await codesOf(both)).toEqual(['ok', 'ok'])
      expect(new Set((await Promise.all(both)).map(({ id }) => id)).size).toBe(1)
    })
  })
})
