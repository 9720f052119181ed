// Who asks, and for which tenant. First parameter of every function that touches a tenant's data.

import type { TenantId } from './ids.ts'

export interface Caller {
  readonly tenantId: TenantId
  readonly actor: Actor
}

export interface Actor {
  /** `system`: the program itself, e.g. at start, and whoever has the data folder. */
  readonly type: 'system' | 'account' | 'api-key' | 'end-user'
  readonly id: string
}

/** The one tenant of an installation that never made another. */
export const DEFAULT_TENANT_ID: TenantId = 'tenant_00000000-0000-7000-8000-000000000001'

export const systemCaller = (tenantId: TenantId = DEFAULT_TENANT_ID): Caller => ({
  tenantId,
  actor: { type: 'system', id: 'system' },
})
