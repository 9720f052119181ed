// Settings of the caller's tenant over the management API.

import type { FastifyInstance } from 'fastify'
import type { Tenant } from '../../product/tenants/store.ts'
import { getSettings, updateSettings } from '../../wire/management/settings.ts'
import { memberCallerOf } from '../authenticate.ts'
import { ApiError } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime } from './lists.ts'

export const settingRoutes =
  ({ tenants }: Pick<ServerParts, 'tenants'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, getSettings, async ({ request }) => toSettings(await tenants.get(memberCallerOf(request).caller)))
    addRoute(server, updateSettings, async ({ body: { tenantName }, request }) => {
      const { caller } = memberCallerOf(request)
      return toSettings(await (tenantName === undefined ? tenants.get(caller) : tenants.rename(caller, tenantName)))
    })
  }

const toSettings = (tenant: Tenant | undefined) => {
  // Whoever was let in has a tenant, unless it went away this moment.
  if (!tenant) throw new ApiError('api/unauthorized')
  return { tenantId: tenant.id, tenantName: tenant.name, createdAt: isoTime(tenant.createdAt) }
}
