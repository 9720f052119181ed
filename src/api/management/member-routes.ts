// Members of the caller's tenant.

import type { FastifyInstance } from 'fastify'
import { AccountError } from '../../product/accounts/errors.ts'
import type { Member } from '../../product/accounts/spec.ts'
import { type AccountId, parseId } from '../../product/ids.ts'
import { listMembers, removeMember, setMemberRole } from '../../wire/management/members.ts'
import { memberCallerOf, roleOf } from '../authenticate.ts'
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
    addRoute(server, setMemberRole, async ({ params, body, request }) => {
      const member = memberCallerOf(request)
      return toMember(await accounts.setRole(member.caller, roleOf(member), readId(params.account_id), body.role))
    })
    addRoute(server, removeMember, ({ params, request }) => {
      const member = memberCallerOf(request)
      return accounts.removeMember(member.caller, roleOf(member), readId(params.account_id))
    })
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
