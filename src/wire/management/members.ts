// Members of a tenant over the management API. How they come in: invitations.ts.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { account, role } from './auth.ts'
import { pageOf, pathIds, time } from './shapes.ts'

const tag = 'Members'

const member = z.object({ ...account.shape, role, memberSince: time() }).meta({ id: 'Member' })

export const listMembers = defineOperation({
  method: 'GET',
  path: '/api/members',
  id: 'listMembers',
  summary: 'Lists the members of the tenant, all on one page.',
  tag,
  answers: { 200: { description: 'The members, the first joined first.', schema: pageOf(member) } },
  errors: [403],
})

export const setMemberRole = defineOperation({
  method: 'PATCH',
  path: '/api/members/{account_id}',
  id: 'setMemberRole',
  summary: 'Changes the role of a member, from their next call on.',
  tag,
  params: pathIds('account_id'),
  body: z.object({ role }),
  answers: { 200: { description: 'The member as it is now.', schema: member } },
  errors: [400, 403, 404, 409],
})

export const removeMember = defineOperation({
  method: 'DELETE',
  path: '/api/members/{account_id}',
  id: 'removeMember',
  summary: 'Takes a member out of the tenant and ends their sign-ins to it.',
  tag,
  params: pathIds('account_id'),
  answers: { 204: { description: 'No member any more.' } },
  errors: [403, 404, 409],
})

export const memberOperations = [listMembers, setMemberRole, removeMember] as const
