// Members of the caller's tenant.

import type { FastifyInstance } from 'fastify'
import { AccountError } from '../../product/accounts/errors.ts'
import type { Member } from '../../product/accounts/spec.ts'
import type { Role } from '../../product/auth/permissions.ts'
import { type AccountId, parseId } from '../../product/ids.ts'
import { addMember, listMembers, removeMember, setMemberRole } from '../../wire/management/members.ts'
import { type MemberCaller, memberCallerOf } from '../authenticate.ts'
import { ApiError } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { toAccount } from './auth-routes.ts'

export const memberRoutes =
  ({ accounts }: ServerParts) =>
  async (server: FastifyInstance) => {
    addRoute(server, listMembers, async ({ request }) => ({
      items: (await accounts.members(memberCallerOf(request).caller)).map(toMember),
      nextCursor: null,
    }))
    addRoute(server, addMember, async ({ body: { password, ...person }, request }) => {
      const member = memberCallerOf(request)
      const given = { ...person, ...(password !== undefined && { password }) }
      return toMember(await accounts.addMember(member.caller, roleOf(member), given))
    })
    addRoute(server, setMemberRole, async ({ params, body, request }) => {
      const member = memberCallerOf(request)
      return toMember(await accounts.setRole(member.caller, roleOf(member), readId(params.account_id), body.role))
    })
    addRoute(server, removeMember, ({ params, request }) => {
      const member = memberCallerOf(request)
      return accounts.removeMember(member.caller, roleOf(member), readId(params.account_id))
    })
  }

/** Whoever has the data folder is as good as an owner. Keys have no role. */
const roleOf = ({ session, caller }: MemberCaller): Role => {
  if (session) return session.role
  if (caller.actor.type !== 'system') throw new ApiError('api/forbidden')
  return 'owner'
}

const readId = (text: string): AccountId => {
  const id = parseId('acct', text)
  if (!id) throw new AccountError('account/not-found')
  return id
}

const toMember = ({ role, memberSince, ...account }: Member) => ({
  ...toAccount(account),
  role,
  memberSince: new Date(memberSince).toISOString(),
})
