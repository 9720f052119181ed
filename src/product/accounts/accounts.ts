// People who sign in: their tokens, passwords and tenants. Setting up, members and invitations stand in the files beside it.
//
// P1  Of a family of refresh tokens one is valid. Using another of its tokens ends the family, as somebody else may have it;
//     of one token used many times at once, one use succeeds and the others end the family.
// P2  Unknown addresses and wrong passwords get the same answer after the same work.
// P3  What changes here about sessions holds for the next request: remembered ones are forgotten after the write.

import { randomBytes } from 'node:crypto'
import type { Clock, Ids, Log } from '../../base/seams.ts'
import { type Caller, DEFAULT_TENANT_ID } from '../caller.ts'
import type { AccountId, SignInId, TenantId } from '../ids.ts'
import type { AttemptLimits } from './attempts.ts'
import { createAttempts } from './attempts.ts'
import { AccountError } from './errors.ts'
import type { InvitationTokens } from './invitation-tokens.ts'
import { createInvitations } from './invitations.ts'
import type { InvitationStore } from './invitations-store.ts'
import { createJoining } from './joining.ts'
import { createLiveSessions } from './live-sessions.ts'
import { createMembers } from './members.ts'
import type { MemberStore } from './members-store.ts'
import { readName, readPassword, readUserAgent, toAddress, toPassword } from './person.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import { createSetup } from './setup.ts'
import type { SignInStore } from './sign-ins.ts'
import type { AccessTokens, Accounts, Passwords, Session, Tokens } from './spec.ts'
import type { AccountStore, KnownAccount } from './store.ts'

export interface AccountParts {
  readonly stores: {
    readonly accounts: AccountStore
    readonly members: MemberStore
    readonly invitations: InvitationStore
    readonly signIns: SignInStore
  }
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly passwords: Passwords
  readonly accessTokens: AccessTokens
  readonly refreshTokens: RefreshTokens
  readonly invitationTokens: InvitationTokens
  /** Life of a refresh token from its making, ms. */
  readonly refreshTokenMs: number
  readonly attempts?: AttemptLimits
  readonly bytes?: (size: number) => Uint8Array
}

/** Tenants of one account. */
const MOST_TENANTS = 100

export const createAccounts = (parts: AccountParts): Accounts => {
  const { stores, clock, ids, log, passwords, accessTokens, refreshTokens, invitationTokens, refreshTokenMs } = parts
  const { bytes = randomBytes } = parts
  const attempts = createAttempts(clock, parts.attempts)
  const sessions = createLiveSessions({ store: stores.signIns, accessTokens, clock })
  const setup = createSetup({ accounts: stores.accounts, passwords, bytes })

  /** Begins a family. */
  const open = async (accountId: AccountId, tenantId: TenantId, userAgent: string): Promise<Tokens> => {
    const signInId = ids.next('signin')
    const refresh = refreshTokens.issue(tenantId, signInId)
    const refreshExpiresAt = clock.now() + refreshTokenMs
    await stores.signIns.create(callerOf(accountId, tenantId), {
      id: signInId,
      accountId,
      refreshHash: refresh.hash,
      userAgent: readUserAgent(userAgent),
      expiresAt: refreshExpiresAt,
    })
    return tokensOf({ accountId, tenantId, signInId }, refresh.token, refreshExpiresAt)
  }

  const tokensOf = async (
    claims: { readonly accountId: AccountId; readonly tenantId: TenantId; readonly signInId: SignInId },
    refreshToken: string,
    refreshExpiresAt: number,
  ): Promise<Tokens> => {
    const { token, expiresAt } = await accessTokens.issue(claims)
    return {
      accessToken: token,
      accessExpiresAt: expiresAt,
      refreshToken,
      refreshExpiresAt,
      tenantId: claims.tenantId,
    }
  }

  /** @throws AccountError `account/wrong-credentials`, `account/too-many-attempts` */
  const check = async (address: string, password: string): Promise<KnownAccount> => {
    const attempt = attempts.begin(address)
    let known: KnownAccount | undefined
    let right: boolean
    try {
      known = await stores.accounts.findByAddress(address)
      right = await passwords.verify(known?.passwordHash, toPassword(password))
    } catch (error) {
      attempt.takeBack()
      throw error
    }
    if (!known || !right) throw new AccountError('account/wrong-credentials')
    attempt.succeed()
    return known
  }

  /** Ends the family to which an old token belongs. */
  const endFamily = async (tenantId: TenantId, signInId: SignInId): Promise<void> => {
    const caller: Caller = { tenantId, actor: { type: 'system', id: signInId } }
    const ended = await stores.signIns.revoke(caller, signInId)
    sessions.forget((session) => session.signInId === signInId)
    if (ended) log.warn('refresh-token-reused', { tenantId, signInId })
  }

  const memberships = (id: AccountId) => stores.accounts.memberships(id, MOST_TENANTS)

  const demandRoom = async (id: AccountId): Promise<void> => {
    if ((await memberships(id)).length < MOST_TENANTS) return
    throw new AccountError('account/limit', { details: { limit: MOST_TENANTS, what: 'tenants for an account' } })
  }

  return {
    setupRequired: async () => !(await stores.accounts.hasAny()),
    issueSetupToken: setup.issueSetupToken,
    setUpLocally: setup.setUpLocally,
    async setUp(token, person, userAgent) {
      const account = await setup.setUp(token, person)
      return open(account.id, DEFAULT_TENANT_ID, userAgent)
    },

    async signIn(email, password, { userAgent, tenantId }) {
      const { account } = await check(toAddress(email), password)
      const joined = await memberships(account.id)
      const chosen = tenantId === undefined ? joined[0] : joined.find((membership) => membership.tenantId === tenantId)
      if (!chosen) throw new AccountError('account/no-tenant')
      return open(account.id, chosen.tenantId, userAgent)
    },

    async refresh(refreshToken) {
      const given = refreshTokens.read(refreshToken)
      if (!given) throw new AccountError('account/signed-out')
      const { tenantId, id: signInId } = given
      const next = refreshTokens.issue(tenantId, signInId)
      const expiresAt = clock.now() + refreshTokenMs
      const caller: Caller = { tenantId, actor: { type: 'system', id: signInId } }
      const accountId = await stores.signIns.rotate(caller, signInId, { from: given.hash, to: next.hash, expiresAt })
      if (accountId === undefined) {
        await endFamily(tenantId, signInId)
        throw new AccountError('account/signed-out')
      }
      return tokensOf({ accountId, tenantId, signInId }, next.token, expiresAt)
    },

    verify: sessions.verify,

    async signOut(session) {
      await stores.signIns.revoke(callerOfSession(session), session.signInId)
      sessions.forget(({ signInId }) => signInId === session.signInId)
    },

    async switchTenant({ account }, tenantId, userAgent) {
      const joined = await memberships(account.id)
      if (!joined.some((membership) => membership.tenantId === tenantId)) throw new AccountError('account/no-tenant')
      return open(account.id, tenantId, userAgent)
    },

    async changePassword({ account, tenantId, signInId }, current, next) {
      // Whoever holds a session may not guess the password faster than at the door.
      await check(account.email, current)
      await stores.accounts.setPassword(account.id, await passwords.hash(readPassword(next, 'next')))
      await stores.signIns.revokeOthers(account.id, { tenantId, id: signInId })
      sessions.forget((session) => session.account.id === account.id)
    },

    async rename({ account }, name) {
      const renamed = await stores.accounts.rename(account.id, readName(name))
      if (!renamed) throw new AccountError('account/signed-out')
      sessions.forget((session) => session.account.id === account.id)
      return renamed
    },

    memberships,

    async createTenant({ account }, name) {
      const tenantName = readName(name)
      await demandRoom(account.id)
      const tenantId = ids.next('tenant')
      await stores.members.found(callerOf(account.id, tenantId), tenantName, account.id)
      return { tenantId, tenantName, role: 'owner' }
    },

    ...createMembers({ store: stores.members, sessions }),
    ...createInvitations({ store: stores.invitations, tokens: invitationTokens, clock, ids }),
    ...createJoining({ ...parts, tokens: invitationTokens, check, open, memberships, demandRoom }),
  }
}

const callerOf = (accountId: AccountId, tenantId: TenantId): Caller => ({
  tenantId,
  actor: { type: 'account', id: accountId },
})

const callerOfSession = ({ account, tenantId }: Session): Caller => callerOf(account.id, tenantId)
