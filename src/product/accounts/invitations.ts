// How people come into a tenant: somebody who may edit members invites an address, and its owner accepts with the token.
//
// V1  Inviting tells nothing about other tenants: no account is looked up, only this tenant's members and invitations.
// V2  A token works once, until it expires, is revoked or replaced; of many uses at once one succeeds.
// V3  Whether the address has an account is asked, and answered, only when the token is proven.
// V4  An invitation promises no more than its maker may give: with their right to give it, it goes (see members.ts).

import type { Clock, Ids } from '../../base/seams.ts'
import { isDuplicate } from '../../db/errors.ts'
import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId, TenantId } from '../ids.ts'
import { createAttempts } from './attempts.ts'
import { AccountError } from './errors.ts'
import type { InvitationTokens } from './invitation-tokens.ts'
import type { InvitationStore } from './invitations-store.ts'
import { MOST_MEMBERS, mayGive } from './members.ts'
import { readEmail, readName, readPassword } from './person.ts'
import type { Accounts, Invitation, Membership, Passwords, Tokens } from './spec.ts'
import type { AccountStore, KnownAccount, NewAccount } from './store.ts'

/** Open ones of one tenant. */
const MOST_INVITATIONS = 200
const LIFE_MS = 7 * 24 * 60 * 60_000
/** Of one invitation, or of all texts that are no tokens of ours, in a window. Nobody guesses 256 bits: this bounds the work, and
 *  leaves room for strangers who share the last count. */
const MOST_ATTEMPTS = 300

interface Parts {
  readonly stores: { readonly accounts: AccountStore; readonly invitations: InvitationStore }
  readonly tokens: InvitationTokens
  readonly passwords: Passwords
  readonly clock: Clock
  readonly ids: Ids
  /** @throws AccountError `account/wrong-credentials`, `account/too-many-attempts` */
  readonly check: (address: string, password: string) => Promise<KnownAccount>
  readonly open: (accountId: AccountId, tenantId: TenantId, userAgent: string) => Promise<Tokens>
  /** @throws AccountError `account/limit` when the account has all the tenants it can have */
  readonly demandRoom: (account: AccountId) => Promise<void>
  readonly memberships: (account: AccountId) => Promise<readonly Membership[]>
}

/** A token that opens something, and what. */
interface Proven {
  readonly caller: Caller
  readonly token: Parameters<InvitationStore['find']>[1]
  readonly invitation: Invitation
}

type Invitations = Pick<
  Accounts,
  'invite' | 'invitations' | 'revokeInvitation' | 'acceptInvitation' | 'joinByInvitation'
>

export const createInvitations = (parts: Parts): Invitations => {
  const { tokens, passwords, clock, ids, check, open, demandRoom, memberships } = parts
  const { accounts, invitations } = parts.stores
  const attempts = createAttempts(clock, { perAddress: MOST_ATTEMPTS })

  /** @throws AccountError `account/wrong-invitation`, `account/too-many-attempts` */
  const prove = async (text: string): Promise<Proven> => {
    const token = tokens.read(text)
    const attempt = attempts.begin(token?.id ?? '')
    if (!token) throw new AccountError('account/wrong-invitation')
    const caller: Caller = { tenantId: token.tenantId, actor: { type: 'system', id: token.id } }
    const invitation = await invitations.find(caller, token).catch((error: unknown) => {
      attempt.takeBack()
      throw error
    })
    if (!invitation) throw new AccountError('account/wrong-invitation')
    attempt.succeed()
    return { caller, token, invitation }
  }

  const accept = async ({ caller, token }: Proven, joining: AccountId | NewAccount): Promise<AccountId> => {
    if (typeof joining === 'string') await demandRoom(joining)
    const accepted = await invitations.accept(caller, token, { joining, most: MOST_MEMBERS })
    // Used, revoked or replaced since it was looked at.
    if (!accepted) throw new AccountError('account/wrong-invitation')
    if (accepted === 'is-member') throw new AccountError('account/already-member')
    if (accepted === 'full') {
      throw new AccountError('account/limit', { details: { limit: MOST_MEMBERS, what: 'members in a tenant' } })
    }
    return accepted
  }

  /** Also the way in for those who are members nowhere any more, and so cannot sign in before. */
  const acceptWithPassword = async (proven: Proven, password: string): Promise<AccountId> => {
    const known = await check(proven.invitation.email, password).catch((error: unknown) => {
      const isWrong = error instanceof AccountError && error.code === 'account/wrong-credentials'
      throw isWrong ? new AccountError('account/has-account', { cause: error }) : error
    })
    return accept(proven, known.account.id)
  }

  return {
    async invite(caller, by, { email, role }) {
      const address = readEmail(email)
      const { token, id, hash } = tokens.issue(caller.tenantId, ids.next('inv'))
      const made = await invitations.create(
        caller,
        { id, email: address, role, tokenHash: hash, expiresAt: clock.now() + LIFE_MS },
        {
          most: MOST_INVITATIONS,
          judge: ({ role: former, askedBy }) => demandRights(roleNow(caller, by, askedBy), [role, former ?? role]),
        },
      )
      if (made === 'is-member') throw new AccountError('account/already-member')
      if (made === 'full') {
        throw new AccountError('account/limit', { details: { limit: MOST_INVITATIONS, what: 'open invitations' } })
      }
      return { invitation: made, token }
    },

    invitations: (caller) => invitations.list(caller, MOST_INVITATIONS),

    async revokeInvitation(caller, by, id) {
      const revoked = await invitations.revoke(caller, id, ({ role, askedBy }) =>
        demandRights(roleNow(caller, by, askedBy), role ? [role] : []),
      )
      if (!revoked) throw new AccountError('account/invitation-not-found')
    },

    async acceptInvitation({ account }, text) {
      const proven = await prove(text)
      if (proven.invitation.email !== account.email) throw new AccountError('account/other-address')
      await accept(proven, account.id)
      const { tenantId } = proven.caller
      const joined = (await memberships(account.id)).find((membership) => membership.tenantId === tenantId)
      // Taken out again in the same moment.
      if (!joined) throw new AccountError('account/no-tenant')
      return joined
    },

    async joinByInvitation(text, { name, password }, userAgent) {
      const proven = await prove(text)
      const { email } = proven.invitation
      const join = async (): Promise<AccountId> => {
        if (await accounts.findByAddress(email)) return acceptWithPassword(proven, password)
        const readable = readName(name)
        const passwordHash = await passwords.hash(readPassword(password))
        return accept(proven, { email, name: readable, passwordHash }).catch((error: unknown) => {
          // The account was made elsewhere in the same moment.
          if (!isDuplicate(error)) throw error
          return acceptWithPassword(proven, password)
        })
      }
      return open(await join(), proven.caller.tenantId, userAgent)
    },
  }
}

/** An account's role is the one it has at the time of the change, whatever its session says. */
const roleNow = ({ actor }: Caller, by: Role, askedBy: Role | undefined): Role => {
  const role = actor.type === 'account' ? askedBy : by
  if (!role) throw new AccountError('account/no-tenant')
  return role
}

const demandRights = (by: Role, given: readonly Role[]): void => {
  if (!given.every((role) => mayGive(by, role))) throw new AccountError('account/role-too-high')
}
