// How people come in by an invitation: with the account that is signed in, with a new one, or by the password of the one that is
// there.
//
// J1  A token works once, until it expires, is revoked or replaced; of many uses at once one succeeds.
// J2  Whether the address has an account is asked, and answered, only when the token is proven.
// J3  A token opens no account: what is there is joined by its own session or its own password.

import type { Clock } from '../../base/seams.ts'
import { isDuplicate } from '../../db/errors.ts'
import type { Caller } from '../caller.ts'
import type { AccountId, TenantId } from '../ids.ts'
import { createAttempts } from './attempts.ts'
import { AccountError } from './errors.ts'
import type { InvitationTokens } from './invitation-tokens.ts'
import type { InvitationStore } from './invitations-store.ts'
import { MOST_MEMBERS } from './members.ts'
import { readName, readPassword } from './person.ts'
import type { Accounts, Invitation, Membership, NewPerson, Passwords, Tokens } from './spec.ts'
import type { AccountStore, KnownAccount, NewAccount } from './store.ts'

/** Of one invitation, or of all texts that are no tokens of ours, in a window. Nobody guesses 256 bits: this bounds the work, and
 *  leaves room for strangers who share the last count. */
const MOST_ATTEMPTS = 300

interface Parts {
  readonly stores: { readonly accounts: AccountStore; readonly invitations: InvitationStore }
  readonly tokens: InvitationTokens
  readonly passwords: Passwords
  readonly clock: Clock
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

export const createJoining = (parts: Parts): Pick<Accounts, 'acceptInvitation' | 'joinByInvitation'> => {
  const { open, memberships } = parts
  const prove = createProof(parts)
  const accept = createAcceptance(parts)

  return {
    async acceptInvitation({ account }, text) {
      const proven = await prove(text)
      if (proven.invitation.email !== account.email) throw new AccountError('account/other-address')
      await accept.byAccount(proven, account.id)
      const { tenantId } = proven.caller
      const joined = (await memberships(account.id)).find((membership) => membership.tenantId === tenantId)
      // Taken out again in the same moment.
      if (!joined) throw new AccountError('account/no-tenant')
      return joined
    },

    async joinByInvitation(text, person, userAgent) {
      const proven = await prove(text)
      const known = await parts.stores.accounts.findByAddress(proven.invitation.email)
      const accountId = known
        ? await accept.byPassword(proven, person.password)
        : await accept.byNewAccount(proven, person)
      return open(accountId, proven.caller.tenantId, userAgent)
    },
  }
}

/** @returns a function that throws AccountError `account/wrong-invitation`, `account/too-many-attempts` */
const createProof = ({ stores, tokens, clock }: Parts) => {
  const attempts = createAttempts(clock, { perAddress: MOST_ATTEMPTS })
  return async (text: string): Promise<Proven> => {
    const token = tokens.read(text)
    const attempt = attempts.begin(token?.id ?? '')
    if (!token) throw new AccountError('account/wrong-invitation')
    const caller: Caller = { tenantId: token.tenantId, actor: { type: 'system', id: token.id } }
    const invitation = await stores.invitations.find(caller, token).catch((error: unknown) => {
      attempt.takeBack()
      throw error
    })
    if (!invitation) throw new AccountError('account/wrong-invitation')
    attempt.succeed()
    return { caller, token, invitation }
  }
}

const createAcceptance = ({ stores, passwords, check, demandRoom }: Parts) => {
  const accept = async ({ caller, token }: Proven, joining: AccountId | NewAccount): Promise<AccountId> => {
    const accepted = await stores.invitations.accept(caller, token, { joining, most: MOST_MEMBERS })
    // Used, revoked or replaced since it was looked at.
    if (!accepted) throw new AccountError('account/wrong-invitation')
    if (accepted === 'is-member') throw new AccountError('account/already-member')
    if (accepted === 'full') {
      throw new AccountError('account/limit', { details: { limit: MOST_MEMBERS, what: 'members in a tenant' } })
    }
    return accepted
  }

  const byAccount = async (proven: Proven, id: AccountId): Promise<AccountId> => {
    await demandRoom(id)
    return accept(proven, id)
  }

  /** Also the way in for those who are members nowhere any more, and so cannot sign in before. */
  const byPassword = async (proven: Proven, password: string): Promise<AccountId> => {
    const known = await check(proven.invitation.email, password).catch((error: unknown) => {
      const isWrong = error instanceof AccountError && error.code === 'account/wrong-credentials'
      throw isWrong ? new AccountError('account/has-account', { cause: error }) : error
    })
    return byAccount(proven, known.account.id)
  }

  const byNewAccount = async (proven: Proven, person: Omit<NewPerson, 'email'>): Promise<AccountId> => {
    const name = readName(person.name)
    const passwordHash = await passwords.hash(readPassword(person.password))
    const { email } = proven.invitation
    return accept(proven, { email, name, passwordHash }).catch((error: unknown) => {
      // The account was made elsewhere in the same moment.
      if (!isDuplicate(error)) throw error
      return byPassword(proven, person.password)
    })
  }

  return { byAccount, byPassword, byNewAccount }
}
