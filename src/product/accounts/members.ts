// Who is in a tenant and with which role.
//
// M1  A tenant keeps an owner.
// M2  Only owners make, change and remove owners; everyone else who may edit members deals with the rest.
// M3  What is decided here is decided by the roles as they are in the database when it is written.

import { isDuplicate } from '../../db/errors.ts'
import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId } from '../ids.ts'
import { AccountError } from './errors.ts'
import type { LiveSessions } from './live-sessions.ts'
import type { MemberStore, NewMember, Standing } from './members-store.ts'
import { readEmail, readName, readPassword } from './person.ts'
import type { Accounts, Member, Passwords } from './spec.ts'
import type { AccountStore } from './store.ts'

/** Members of one tenant. */
const MOST_MEMBERS = 1_000

interface Parts {
  readonly stores: { readonly accounts: AccountStore; readonly members: MemberStore }
  readonly passwords: Passwords
  readonly sessions: LiveSessions
}

type Members = Pick<Accounts, 'members' | 'addMember' | 'setRole' | 'removeMember'>

export const createMembers = ({ stores, passwords, sessions }: Parts): Members => {
  const { accounts, members } = stores
  const forget = (caller: Caller, id: AccountId): void =>
    sessions.forget(({ account, tenantId }) => account.id === id && tenantId === caller.tenantId)

  /** Twice, when somebody else made the account in the same moment. */
  const add = async (caller: Caller, person: NewMember): Promise<Member> => {
    const added = await members.add(caller, person, MOST_MEMBERS).catch((error: unknown) => {
      if (!isDuplicate(error)) throw error
      return members.add(caller, person, MOST_MEMBERS)
    })
    if (added === 'is-member') throw new AccountError('account/already-member')
    if (added === 'full') {
      throw new AccountError('account/limit', { details: { limit: MOST_MEMBERS, what: 'members in a tenant' } })
    }
    // The account that was there a moment ago is gone, so a password is needed after all.
    if (!added) throw new AccountError('account/weak-password', { details: { param: 'password' } })
    return added
  }

  return {
    members: (caller) => members.list(caller, MOST_MEMBERS),

    async addMember(caller, by, person) {
      if (person.role === 'owner') demandOwner(by)
      const email = readEmail(person.email)
      const name = readName(person.name)
      const known = await accounts.findByAddress(email)
      if (known) return add(caller, { email, name, role: person.role })
      const passwordHash = await passwords.hash(readPassword(person.password))
      return add(caller, { email, name, role: person.role, passwordHash })
    },

    async setRole(caller, by, id, role) {
      const judge = (standing: Standing): void => {
        if (role === 'owner' || standing.member.role === 'owner') demandOwner(standing.askedBy ?? by)
        if (role !== 'owner') demandAnotherOwner(standing)
      }
      const member = await members.setRole(caller, id, { role, judge })
      if (!member) throw new AccountError('account/not-found')
      forget(caller, id)
      return member
    },

    async removeMember(caller, by, id) {
      const judge = (standing: Standing): void => {
        if (standing.member.role === 'owner') demandOwner(standing.askedBy ?? by)
        demandAnotherOwner(standing)
      }
      if (!(await members.remove(caller, id, judge))) throw new AccountError('account/not-found')
      forget(caller, id)
    },
  }
}

const demandOwner = (role: Role): void => {
  if (role !== 'owner') throw new AccountError('account/role-too-high')
}

const demandAnotherOwner = ({ member, owners }: Standing): void => {
  if (member.role === 'owner' && owners <= 1) throw new AccountError('account/last-owner')
}
