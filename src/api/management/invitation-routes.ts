// Invitations to the caller's tenant, and what the invited do with them. Answers are kept by nobody on the way: they hold tokens.

import type { FastifyInstance } from 'fastify'
import { AccountError } from '../../product/accounts/errors.ts'
import type { Invitation } from '../../product/accounts/spec.ts'
import { type InvitationId, parseId } from '../../product/ids.ts'
import {
  acceptInvitation,
  inviteMember,
  joinByInvitation,
  listInvitations,
  revokeInvitation,
} from '../../wire/management/invitations.ts'
import { memberCallerOf, roleOf, sessionOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { toTokens, userAgentOf } from './auth-routes.ts'
import { isoTime } from './lists.ts'

export const invitationRoutes =
  ({ accounts }: Pick<ServerParts, 'accounts'>) =>
  async (server: FastifyInstance) => {
    server.addHook('onRequest', async (_, reply) => {
      reply.header('cache-control', 'no-store')
    })

    addRoute(server, inviteMember, async ({ body, request }) => {
      const member = memberCallerOf(request)
      const { invitation, token } = await accounts.invite(member.caller, roleOf(member), body)
      return { invitation: toInvitation(invitation), token }
    })
    addRoute(server, listInvitations, async ({ request }) => ({
      items: (await accounts.invitations(memberCallerOf(request).caller)).map(toInvitation),
      nextCursor: null,
    }))
    addRoute(server, revokeInvitation, ({ params, request }) => {
      const member = memberCallerOf(request)
      return accounts.revokeInvitation(member.caller, roleOf(member), readId(params.invitation_id))
    })
    addRoute(server, acceptInvitation, ({ body, request }) => accounts.acceptInvitation(sessionOf(request), body.token))
    addRoute(server, joinByInvitation, async ({ body: { token, ...person }, request }) =>
      toTokens(await accounts.joinByInvitation(token, person, userAgentOf(request))),
    )
  }

const readId = (text: string): InvitationId => {
  const id = parseId('inv', text)
  if (!id) throw new AccountError('account/invitation-not-found')
  return id
}

const toInvitation = ({ createdAt, expiresAt, ...invitation }: Invitation) => ({
  ...invitation,
  createdAt: isoTime(createdAt),
  expiresAt: isoTime(expiresAt),
})
