// Who is in a tenant and with which role. How people come in stands in invitations.ts and joining.ts.
//
// M1  A tenant keeps an owner.
// M2  Only owners make, change and remove owners; everyone else who may edit members deals with the rest.
// M3  What is decided here is decided by the roles as they are in the database when it is written.
// M4  What a member invited others to goes with the right to do so.

import { grantsOf, type Role, roles } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId } from '../ids.ts'
import { AccountError } from './errors.ts'
import type { LiveSessions } from './live-sessions.ts'
import type { MemberStore, Standing } from './members-store.ts'
import type { Accounts } from './spec.ts'

/** Members of one tenant. */
export const MOST_MEMBERS = 1_000

interface Parts {
  readonly store: MemberStore
  readonly sessions: LiveSessions
}

type Members = Pick<Accounts, 'members' | 'setRole' | 'removeMember'>

export const createMembers = ({ store, sessions }: Parts): Members => {
  const forget = (caller: Caller, id: AccountId): void =>
    sessions.forget(({ account, tenantId }) => account.id === id && tenantId === caller.tenantId)

  return {
    members: (caller) => store.list(caller, MOST_MEMBERS),

    async setRole(caller, by, id, role) {
      const judge = (standing: Standing): void => {
        if (role === 'owner' || standing.member.role === 'owner') demandOwner(standing.askedBy ?? by)
        if (role !== 'owner') demandAnotherOwner(standing)
      }
      const member = await store.setRole(caller, id, {
        role,
        judge,
        voided: roles.filter((given) => !mayGive(role, given)),
      })
      if (!member) throw new AccountError('account/not-found')
      forget(caller, id)
      return member
    },

    async removeMember(caller, by, id) {
      const judge = (standing: Standing): void => {
        if (standing.member.role === 'owner') demandOwner(standing.askedBy ?? by)
        demandAnotherOwner(standing)
      }
      if (!(await store.remove(caller, id, judge))) throw new AccountError('account/not-found')
      forget(caller, id)
    },
  }
}

/** Invites, and gives this role. */
export const mayGive = (by: Role, role: Role): boolean =>
  grantsOf(by).has('member.edit') && (role !== 'owner' || by === 'owner')

const demandOwner = (role: Role): void => {
  if (role !== 'owner') throw new AccountError('account/role-too-high')
}

const demandAnotherOwner = ({ member, owners }: Standing): void => {
  if (member.role === 'owner' && owners <= 1) throw new AccountError('account/last-owner')
}
