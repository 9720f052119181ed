// Who calls, asked before the body is read: strangers make the server read nothing. The table in access.ts says what each
// route wants; a route that is not in it does not register.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Accounts, Session } from '../product/accounts/spec.ts'
import { AppError } from '../product/apps/errors.ts'
import type { Keys } from '../product/auth/keys.ts'
import { grantsOf, type Permission, type Role, tenantKeyGrants } from '../product/auth/permissions.ts'
import type { Caller } from '../product/caller.ts'
import type { GatewayCaller } from '../product/gateway/spec.ts'
import type { AppId } from '../product/ids.ts'
import { ACCESS, type Access } from './access.ts'
import { ApiError } from './errors.ts'
import { identifyGateway } from './gateway-key.ts'

export { identifyGateway }

export interface AppCaller {
  readonly caller: Caller
  readonly appId: AppId
}

export interface MemberCaller {
  readonly caller: Caller
  readonly grants: ReadonlySet<Permission>
  /** Absent for keys. */
  readonly session?: Session
}

type Identity =
  | { readonly type: 'app-key'; readonly app: AppCaller }
  | { readonly type: 'gateway'; readonly gateway: GatewayCaller }
  | { readonly type: 'member'; readonly member: MemberCaller }

const identities = new WeakMap<FastifyRequest, Identity>()

/** Whose app key the request showed. Only in routes of app keys. */
export const appCallerOf = (request: FastifyRequest): AppCaller => {
  const identity = identities.get(request)
  if (identity?.type !== 'app-key') throw new ApiError('api/unauthorized')
  return identity.app
}

/** Whose key of the gateway the request showed. Only in routes of such keys. */
export const gatewayCallerOf = (request: FastifyRequest): GatewayCaller => {
  const identity = identities.get(request)
  if (identity?.type !== 'gateway') throw new ApiError('api/unauthorized')
  return identity.gateway
}

/** Who calls a route of members or accounts. */
export const memberCallerOf = (request: FastifyRequest): MemberCaller => {
  const identity = identities.get(request)
  if (identity?.type !== 'member') throw new ApiError('api/unauthorized')
  return identity.member
}

/** The session of a route of accounts. */
export const sessionOf = (request: FastifyRequest): Session => {
  const { session } = memberCallerOf(request)
  if (!session) throw new ApiError('api/forbidden')
  return session
}

/** Whoever has the data folder is as good as an owner. Keys have no role. */
export const roleOf = ({ session, caller }: MemberCaller): Role => {
  if (session) return session.role
  if (caller.actor.type !== 'system') throw new ApiError('api/forbidden')
  return 'owner'
}

interface AuthenticationParts {
  readonly keys: Keys
  readonly accounts: Accounts
  readonly trusted?: Caller
}

/** Refuses routes without access and requests without the right. To be called before any route is added. */
export const guardRoutes = (server: FastifyInstance, parts: AuthenticationParts): void => {
  server.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      // Questions of browsers before the real call; they reach nothing.
      if (method === 'OPTIONS') continue
      if (accessOf(method, route.url) === undefined) throw new Error(`no access is declared for ${method} ${route.url}`)
    }
  })
  server.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions
    // No route: the answer is that there is nothing here, for everyone alike.
    if (url === undefined || request.method === 'OPTIONS') return
    const access = accessOf(request.method, url)
    if (!access) throw new ApiError('api/unauthorized')
    if (access.by === 'anyone') return
    const identity = await identify(parts, access, request)
    if (access.by === 'member' && identity.type === 'member' && !identity.member.grants.has(access.permission)) {
      throw new ApiError('api/forbidden')
    }
    if (access.by === 'account' && identity.type === 'member' && !identity.member.session) {
      throw new ApiError('api/forbidden')
    }
    identities.set(request, identity)
  })
}

/** HEAD asks what GET asks. */
const accessOf = (method: string, url: string): Access | undefined =>
  Object.hasOwn(ACCESS, `${method === 'HEAD' ? 'GET' : method} ${url}`)
    ? ACCESS[`${method === 'HEAD' ? 'GET' : method} ${url}`]
    : undefined

const BEARER = /^Bearer +(\S+)$/i
const LONGEST = 4_096

const secretOf = (request: FastifyRequest): string => {
  const secret = BEARER.exec(request.headers.authorization ?? '')?.[1]
  if (secret === undefined || secret.length > LONGEST) throw new ApiError('api/unauthorized')
  return secret
}

const identify = async (parts: AuthenticationParts, access: Access, request: FastifyRequest): Promise<Identity> => {
  switch (access.by) {
    case 'app-key':
      return identifyApp(parts, request)
    case 'gateway-key':
      return { type: 'gateway', gateway: await identifyGateway(parts.keys, request.headers, request.url) }
    default:
      return identifyMember(parts, request)
  }
}

/** A key of another scope is as good as none. */
const identifyApp = async ({ keys }: AuthenticationParts, request: FastifyRequest): Promise<Identity> => {
  const grant = await keys.verify(secretOf(request))
  if (grant?.scope !== 'app' || grant.appId === null) throw new ApiError('api/unauthorized')
  if (!grant.apiEnabled) throw new AppError('app/api-disabled')
  const caller: Caller = { tenantId: grant.tenantId, actor: { type: 'api-key', id: grant.keyId } }
  return { type: 'app-key', app: { caller, appId: grant.appId } }
}

const identifyMember = async (parts: AuthenticationParts, request: FastifyRequest): Promise<Identity> => {
  const { keys, accounts, trusted } = parts
  if (trusted) return { type: 'member', member: { caller: trusted, grants: grantsOf('owner') } }
  const secret = secretOf(request)
  const session = await accounts.verify(secret)
  if (session) {
    const caller: Caller = { tenantId: session.tenantId, actor: { type: 'account', id: session.account.id } }
    return { type: 'member', member: { caller, grants: grantsOf(session.role), session } }
  }
  const grant = await keys.verify(secret)
  if (grant?.scope !== 'tenant') throw new ApiError('api/unauthorized')
  const caller: Caller = { tenantId: grant.tenantId, actor: { type: 'api-key', id: grant.keyId } }
  return { type: 'member', member: { caller, grants: tenantKeyGrants() } }
}
