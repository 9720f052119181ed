// Invitations over the management API: how people come into a tenant.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { email, membership, newPassword, personName, role, tokens } from './auth.ts'
import { pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Members'

const invitation = z
  .object({ id: prefixedId('inv'), email: z.string(), role, createdAt: time(), expiresAt: time() })
  .meta({ id: 'Invitation' })

const token = () => plainText().max(200).meta({ description: 'What `POST /api/members` gave.' })

export const inviteMember = defineOperation({
  method: 'POST',
  path: '/api/members',
  id: 'inviteMember',
  summary:
    'Invites an address. The token goes to its owner; it is shown this once, and a former one of the address ends.',
  tag,
  body: z.object({ email: email(), role }),
  answers: {
    201: {
      description: 'The invitation: the same whether or not the address has an account.',
      schema: z.object({ invitation, token: z.string().meta({ description: 'For one acceptance.' }) }),
    },
  },
  errors: [400, 403, 409],
})

export const listInvitations = defineOperation({
  method: 'GET',
  path: '/api/invitations',
  id: 'listInvitations',
  summary: 'Lists the invitations that nobody has accepted yet, all on one page.',
  tag,
  answers: { 200: { description: 'The invitations, the oldest first.', schema: pageOf(invitation) } },
  errors: [403],
})

export const revokeInvitation = defineOperation({
  method: 'DELETE',
  path: '/api/invitations/{invitation_id}',
  id: 'revokeInvitation',
  summary: 'Revokes an invitation. Its token stops working at once.',
  tag,
  params: pathIds('invitation_id'),
  answers: { 204: { description: 'No invitation any more.' } },
  errors: [403, 404],
})

export const acceptInvitation = defineOperation({
  method: 'POST',
  path: '/api/invitations/accept',
  id: 'acceptInvitation',
  summary: 'Makes the account of the invited address a member. Its tokens stay those of the present tenant.',
  tag,
  body: z.object({ token: token() }),
  answers: { 200: { description: 'The new membership.', schema: membership } },
  errors: [400, 403, 409, 429],
})

export const joinByInvitation = defineOperation({
  method: 'POST',
  path: '/api/invitations/join',
  id: 'joinByInvitation',
  summary:
    'Makes an account of the invited address a member and signs it in: a new one, or by its password one that is there.',
  tag,
  body: z.object({
    token: token(),
    name: personName().meta({ description: 'Of a new account; one that is there keeps its own.' }),
    password: newPassword().meta({
      description: 'Of a new account, 10 to 256 characters; or the one of that which is there.',
    }),
  }),
  answers: { 201: { description: 'Tokens for the tenant.', schema: tokens } },
  errors: [400, 403, 409, 429],
})

export const invitationOperations = [
  inviteMember,
  listInvitations,
  revokeInvitation,
  acceptInvitation,
  joinByInvitation,
] as const
