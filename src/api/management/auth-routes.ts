// Set-up, sign-in, and what a person does about themselves. Answers are kept by nobody on the way: they hold tokens.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Account, Tokens } from '../../product/accounts/spec.ts'
import { permissions } from '../../product/auth/permissions.ts'
import {
  changePassword,
  createTenant,
  getMe,
  getSetup,
  listTenants,
  login,
  logout,
  refresh,
  setUp,
  switchTenant,
  updateMe,
} from '../../wire/management/auth.ts'
import { memberCallerOf, sessionOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'

export const authRoutes =
  ({ accounts }: ServerParts) =>
  async (server: FastifyInstance) => {
    server.addHook('onRequest', async (_, reply) => {
      reply.header('cache-control', 'no-store')
    })

    addRoute(server, getSetup, async () => ({ required: await accounts.setupRequired() }))
    addRoute(server, setUp, async ({ body: { token, ...person }, request }) =>
      toTokens(await accounts.setUp(token, person, userAgentOf(request))),
    )
    addRoute(server, login, async ({ body: { email, password, tenantId }, request }) => {
      const options = { userAgent: userAgentOf(request), ...(tenantId !== undefined && { tenantId }) }
      return toTokens(await accounts.signIn(email, password, options))
    })
    addRoute(server, refresh, async ({ body }) => toTokens(await accounts.refresh(body.refreshToken)))
    addRoute(server, logout, ({ request }) => accounts.signOut(sessionOf(request)))

    addRoute(server, getMe, async ({ request }) => {
      const { account, tenantId, role } = sessionOf(request)
      const { grants } = memberCallerOf(request)
      return {
        account: toAccount(account),
        tenantId,
        role,
        permissions: permissions.filter((permission) => grants.has(permission)),
        memberships: await accounts.memberships(account.id),
      }
    })
    addRoute(server, updateMe, async ({ body, request }) =>
      toAccount(await accounts.rename(sessionOf(request), body.name)),
    )
    addRoute(server, changePassword, ({ body, request }) =>
      accounts.changePassword(sessionOf(request), body.current, body.next),
    )
    addRoute(server, switchTenant, async ({ body, request }) =>
      toTokens(await accounts.switchTenant(sessionOf(request), body.tenantId, userAgentOf(request))),
    )

    addRoute(server, listTenants, async ({ request }) => ({
      items: await accounts.memberships(sessionOf(request).account.id),
      nextCursor: null,
    }))
    addRoute(server, createTenant, ({ body, request }) => accounts.createTenant(sessionOf(request), body.name))
  }

export const userAgentOf = (request: FastifyRequest): string => request.headers['user-agent'] ?? ''

export const toTokens = ({ accessExpiresAt, refreshExpiresAt, ...tokens }: Tokens) => ({
  tokenType: 'Bearer',
  ...tokens,
  accessExpiresAt: new Date(accessExpiresAt).toISOString(),
  refreshExpiresAt: new Date(refreshExpiresAt).toISOString(),
})

export const toAccount = ({ id, email, name, createdAt }: Account) => ({
  id,
  email,
  name,
  createdAt: new Date(createdAt).toISOString(),
})
