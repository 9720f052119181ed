// Who calls: an app key in the Authorization header. A key of another scope is as good as none.
// Asked before the body is read: strangers make the server read nothing.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Keys } from '../../product/auth/keys.ts'
import type { Caller } from '../../product/caller.ts'
import type { AppId } from '../../product/ids.ts'
import { ApiError } from '../errors.ts'

export interface AppCaller {
  readonly caller: Caller
  readonly appId: AppId
}

/** Every route of this server wants an app key. The returned function says whose it was. */
export const requireApp = (server: FastifyInstance, keys: Keys): ((request: FastifyRequest) => AppCaller) => {
  const callers = new WeakMap<FastifyRequest, AppCaller>()
  server.addHook('onRequest', async (request) => {
    callers.set(request, await authenticateApp(keys, request))
  })
  return (request) => {
    const app = callers.get(request)
    if (!app) throw new ApiError('api/unauthorized')
    return app
  }
}

const BEARER = /^Bearer +(\S+)$/i

/** @throws ApiError `api/unauthorized` */
const authenticateApp = async (keys: Keys, request: FastifyRequest): Promise<AppCaller> => {
  const secret = BEARER.exec(request.headers.authorization ?? '')?.[1]
  const grant = secret === undefined ? undefined : await keys.verify(secret)
  if (grant?.scope !== 'app' || grant.appId === null) throw new ApiError('api/unauthorized')
  return { caller: { tenantId: grant.tenantId, actor: { type: 'api-key', id: grant.keyId } }, appId: grant.appId }
}
