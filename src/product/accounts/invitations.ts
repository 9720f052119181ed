// How a tenant invites people: somebody who may edit members names an address, and hands over the token that comes of it. What
// the token is good for stands in joining.ts.
//
// V1  Inviting tells nothing about other tenants: no account is looked up, only this tenant's members and invitations.
// V2  An invitation promises no more than its maker may give: with their right to give it, it goes (see members.ts).

import type { Clock, Ids } from '../../base/seams.ts'
import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import { AccountError } from './errors.ts'
import type { InvitationTokens } from './invitation-tokens.ts'
import type { InvitationStore } from './invitations-store.ts'
import { mayGive } from './members.ts'
import { readEmail } from './person.ts'
import type { Accounts } from './spec.ts'

/** Open ones of one tenant. */
const MOST_INVITATIONS = 200
const LIFE_MS = 7 * 24 * 60 * 60_000

interface Parts {
  readonly store: InvitationStore
  readonly tokens: InvitationTokens
  readonly clock: Clock
  readonly ids: Ids
}

type Invitations = Pick<Accounts, 'invite' | 'invitations' | 'revokeInvitation'>

export const createInvitations = ({ store, tokens, clock, ids }: Parts): Invitations => ({
  async invite(caller, by, { email, role }) {
    const address = readEmail(email)
    const { token, id, hash } = tokens.issue(caller.tenantId, ids.next('inv'))
    const made = await store.create(
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

  invitations: (caller) => store.list(caller, MOST_INVITATIONS),

  async revokeInvitation(caller, by, id) {
    const revoked = await store.revoke(caller, id, ({ role, askedBy }) =>
      demandRights(roleNow(caller, by, askedBy), role ? [role] : []),
    )
    if (!revoked) throw new AccountError('account/invitation-not-found')
  },
})

/** An account's role is the one it has at the time of the change, whatever its session says. */
const roleNow = ({ actor }: Caller, by: Role, askedBy: Role | undefined): Role => {
  const role = actor.type === 'account' ? askedBy : by
  if (!role) throw new AccountError('account/no-tenant')
  return role
}

const demandRights = (by: Role, given: readonly Role[]): void => {
  if (!given.every((role) => mayGive(by, role))) throw new AccountError('account/role-too-high')
}
