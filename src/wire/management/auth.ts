// Signing in over the management API: set-up, tokens, the account itself and its tenants.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { pageOf, prefixedId, time } from './shapes.ts'

const tag = 'Accounts'

export const role = z.enum(['owner', 'admin', 'editor', 'operator', 'viewer']).meta({ id: 'Role' })

/** Longer texts are refused before anybody looks at them; what fits is judged by the account itself. */
export const email = () => plainText().max(254).meta({ description: 'In any case; kept in lower case.' })
export const personName = () => plainText().max(1_000).meta({ description: '1 to 100 characters.' })
export const newPassword = () => plainText().max(1_000).meta({ description: '10 to 256 characters.' })
const knownPassword = () => plainText().max(1_000)
const tenantId = () => prefixedId('tenant')

export const tokens = z
  .object({
    tokenType: z.literal('Bearer'),
    accessToken: z.string().meta({ description: 'For the header `Authorization: Bearer …`.' }),
    accessExpiresAt: time(),
    refreshToken: z.string().meta({ description: 'For one refresh. Using it twice ends the sign-in.' }),
    refreshExpiresAt: time(),
    tenantId: tenantId(),
  })
  .meta({ id: 'Tokens' })

export const account = z
  .object({ id: prefixedId('acct'), email: z.string(), name: z.string(), createdAt: time() })
  .meta({ id: 'Account' })

export const membership = z.object({ tenantId: tenantId(), tenantName: z.string(), role }).meta({ id: 'Membership' })

const me = z
  .object({
    account,
    tenantId: tenantId(),
    role,
    permissions: z.array(z.string()).meta({ description: 'What the role allows in this tenant.' }),
    memberships: z.array(membership).meta({ description: 'Every tenant of the account, the first joined first.' }),
  })
  .meta({ id: 'Me' })

export const getSetup = defineOperation({
  method: 'GET',
  path: '/api/setup',
  id: 'getSetup',
  summary: 'Tells whether the first account is still to be made.',
  tag,
  answers: { 200: { description: 'The state of the installation.', schema: z.object({ required: z.boolean() }) } },
})

export const setUp = defineOperation({
  method: 'POST',
  path: '/api/setup',
  id: 'setUp',
  summary: 'Makes the first account, owner of the first tenant, and signs it in. Works once.',
  tag,
  body: z.object({
    token: plainText().max(200).meta({ description: 'What the server printed when it started.' }),
    email: email(),
    name: personName(),
    password: newPassword(),
  }),
  answers: { 201: { description: 'Tokens of the first account.', schema: tokens } },
  errors: [400, 403, 409, 429],
})

export const login = defineOperation({
  method: 'POST',
  path: '/api/auth/login',
  id: 'login',
  summary: 'Signs in with address and password.',
  tag,
  body: z.object({
    email: email(),
    password: knownPassword(),
    tenantId: tenantId().optional().meta({ description: 'Absent: the tenant joined first.' }),
  }),
  answers: { 200: { description: 'Tokens for one tenant.', schema: tokens } },
  errors: [400, 403, 429],
})

export const refresh = defineOperation({
  method: 'POST',
  path: '/api/auth/refresh',
  id: 'refresh',
  summary: 'Gives new tokens for the newest refresh token.',
  tag,
  body: z.object({ refreshToken: plainText().max(500) }),
  answers: { 200: { description: 'New tokens; the old refresh token is used up.', schema: tokens } },
  errors: [400],
})

export const logout = defineOperation({
  method: 'POST',
  path: '/api/auth/logout',
  id: 'logout',
  summary: 'Ends this sign-in at once.',
  tag,
  answers: { 204: { description: 'The sign-in has ended.' } },
  errors: [403],
})

export const getMe = defineOperation({
  method: 'GET',
  path: '/api/auth/me',
  id: 'getMe',
  summary: 'Gives the account, its role and rights here, and its tenants.',
  tag,
  answers: { 200: { description: 'Who is signed in.', schema: me } },
  errors: [403],
})

export const updateMe = defineOperation({
  method: 'PATCH',
  path: '/api/auth/me',
  id: 'updateMe',
  summary: 'Changes the name of the account.',
  tag,
  body: z.object({ name: personName() }),
  answers: { 200: { description: 'The account as it is now.', schema: account } },
  errors: [400, 403],
})

export const changePassword = defineOperation({
  method: 'PUT',
  path: '/api/auth/password',
  id: 'changePassword',
  summary: 'Changes the password and ends every other sign-in of the account.',
  tag,
  body: z.object({ current: knownPassword(), next: newPassword() }),
  answers: { 204: { description: 'The password is changed.' } },
  errors: [400, 403, 429],
})

export const switchTenant = defineOperation({
  method: 'POST',
  path: '/api/auth/switch',
  id: 'switchTenant',
  summary: 'Gives tokens for another tenant of the account; the present ones stay valid.',
  tag,
  body: z.object({ tenantId: tenantId() }),
  answers: { 200: { description: 'Tokens for that tenant.', schema: tokens } },
  errors: [400, 403],
})

export const listTenants = defineOperation({
  method: 'GET',
  path: '/api/tenants',
  id: 'listTenants',
  summary: 'Lists the tenants of the account, all on one page.',
  tag,
  answers: { 200: { description: 'The tenants, the first joined first.', schema: pageOf(membership) } },
  errors: [403],
})

export const createTenant = defineOperation({
  method: 'POST',
  path: '/api/tenants',
  id: 'createTenant',
  summary: 'Makes a tenant that the account owns.',
  tag,
  body: z.object({ name: personName() }),
  answers: { 201: { description: 'The new tenant.', schema: membership } },
  errors: [400, 403, 409],
})

export const authOperations = [
  getSetup,
  setUp,
  login,
  refresh,
  logout,
  getMe,
  updateMe,
  changePassword,
  switchTenant,
  listTenants,
  createTenant,
] as const
