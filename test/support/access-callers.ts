// Everybody who may knock: each with where they belong, what they show, and what the table of access and the permissions of roles
// say they may do.

import type { Access } from '../../src/api/access.ts'
import { grantsOf, type Role, roles, tenantKeyGrants } from '../../src/product/auth/permissions.ts'
import type { Case } from './access-cases.ts'
import type { Household } from './household.ts'
import type { Side, TwoTenants } from './two-tenants.ts'

export interface Caller {
  readonly name: string
  readonly side: Side
  /** What `own` means for them. */
  readonly home: Household
  secretOf(mode: NonNullable<Case['mode']> | 'chat'): string | undefined
  /** What they get before anything else is looked at; undefined when they may call. */
  refused(access: Access): 401 | 403 | undefined
}

const nobody = (access: Access) => (access.by === 'anyone' ? undefined : 401)

const appKey = (name: string, side: Side, home: Household): Caller => ({
  name,
  side,
  home,
  secretOf: (mode) => home.keys[mode],
  refused: ({ by }) => (by === 'anyone' || by === 'app-key' ? undefined : 401),
})

const tenantKey = (name: string, side: Side): Caller => ({
  name,
  side,
  home: side.main,
  secretOf: () => side.tenantKey,
  refused(access) {
    if (access.by === 'anyone') return undefined
    if (access.by === 'app-key' || access.by === 'gateway-key') return 401
    return access.by === 'member' && tenantKeyGrants().has(access.permission) ? undefined : 403
  },
})

const gatewayKey = (name: string, side: Side): Caller => ({
  name,
  side,
  home: side.main,
  secretOf: () => side.gatewayKey,
  refused: ({ by }) => (by === 'anyone' || by === 'gateway-key' ? undefined : 401),
})

const account = (name: string, side: Side, role: Role): Caller => ({
  name,
  side,
  home: side.main,
  secretOf: () => side.tokens[role],
  refused(access) {
    if (access.by === 'anyone' || access.by === 'account') return undefined
    if (access.by === 'app-key' || access.by === 'gateway-key') return 401
    return grantsOf(role).has(access.permission) ? undefined : 403
  },
})

export const callersOf = ({ alpha, beta, closed, shut }: TwoTenants): readonly Caller[] => [
  { name: 'nobody', side: alpha, home: alpha.main, secretOf: () => undefined, refused: nobody },
  ...closed.map(
    ({ name, secret }): Caller => ({ name, side: alpha, home: alpha.main, secretOf: () => secret, refused: nobody }),
  ),
  {
    ...appKey('the key of an app whose API is off', alpha, alpha.main),
    secretOf: () => shut,
    refused: ({ by }) => (by === 'anyone' ? undefined : by === 'app-key' ? 403 : 401),
  },
  appKey('the key of the app', alpha, alpha.main),
  appKey('the key of another app', alpha, alpha.sibling),
  appKey('the key of an app of the other tenant', beta, beta.main),
  tenantKey('the key of the tenant', alpha),
  tenantKey('the key of the other tenant', beta),
  gatewayKey('the gateway key of the tenant', alpha),
  gatewayKey('the gateway key of the other tenant', beta),
  ...roles.map((role) => account(`the ${role}`, alpha, role)),
  ...roles.map((role) => account(`the ${role} of the other tenant`, beta, role)),
]
