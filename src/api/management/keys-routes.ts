// API keys over the management API. Nobody makes a key that may do what they may not.

import type { FastifyInstance } from 'fastify'
import type { NewKey } from '../../product/auth/keys.ts'
import { tenantKeyGrants } from '../../product/auth/permissions.ts'
import type { ApiKey } from '../../product/auth/store.ts'
import { parseId } from '../../product/ids.ts'
import { createKey, listKeys, revokeKey } from '../../wire/management/keys.ts'
import { memberCallerOf } from '../authenticate.ts'
import { ApiError, invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { readAppId } from './app-bodies.ts'
import { isoTime, isoTimeOrNull, readCursor, readFilterId, toPageBody } from './lists.ts'

export const keyRoutes =
  ({ apps, keys }: Pick<ServerParts, 'apps' | 'keys'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listKeys, async ({ query: { cursor, limit, scope, ...query }, request }) => {
      const after = readCursor('key', cursor)
      const appId = readFilterId('appId', 'app', query.appId)
      const page = await keys.page(memberCallerOf(request).caller, {
        limit,
        ...(after && { after: { id: after.id, createdAt: after.at } }),
        ...(appId && { appId }),
        ...(scope && { scope }),
      })
      return toPageBody(page, toKeyBody, ({ createdAt, id }) => ({ at: createdAt, id }))
    })

    addRoute(server, createKey, async ({ body, request }) => {
      const { caller, grants } = memberCallerOf(request)
      const wanted = readNewKey(body)
      if (wanted.scope === 'tenant' && ![...tenantKeyGrants()].every((permission) => grants.has(permission))) {
        throw new ApiError('api/forbidden')
      }
      if (wanted.scope === 'app') await apps.get(caller, wanted.appId)
      const { key, secret } = await keys.create(caller, wanted)
      return { key: toKeyBody(key), secret }
    })

    addRoute(server, revokeKey, async ({ params, request }) => {
      const id = parseId('key', params.key_id)
      if (!id || !(await keys.revoke(memberCallerOf(request).caller, id))) throw new ApiError('api/not-found')
    })
  }

const readNewKey = ({
  appId,
  name,
  scope,
}: {
  name: string
  scope: NewKey['scope']
  appId?: string | undefined
}): NewKey => {
  if (scope !== 'app') {
    if (appId !== undefined) throw invalidParam('appId', `goes with the scope app, not with ${scope}`)
    return { scope, name }
  }
  if (appId === undefined) throw invalidParam('appId', 'is required for the scope app')
  return { scope, name, appId: readAppId(appId) }
}

const toKeyBody = (key: ApiKey) => ({
  id: key.id,
  scope: key.scope,
  appId: key.appId,
  name: key.name,
  prefix: key.prefix,
  createdAt: isoTime(key.createdAt),
  createdBy: key.createdBy,
  lastUsedAt: isoTimeOrNull(key.lastUsedAt),
  revokedAt: isoTimeOrNull(key.revokedAt),
})
